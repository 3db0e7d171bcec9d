// What the program prints: headings, aligned tables, figures for people.

#ifndef LINEDB_EXAMPLES_PACKAGE_INVENTORY_TERMINAL_H_
#define LINEDB_EXAMPLES_PACKAGE_INVENTORY_TERMINAL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inventory {

enum class Align { kLeft, kRight };

struct Column {
  std::string title;
  Align align = Align::kLeft;
  std::size_t width_max = 60;  // longer texts are cut, with an ellipsis
};

// Rows under column titles, each column as wide as its longest text.
class TextTable {
 public:
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

  void AddRow(std::vector<std::string> cells);
  void Print() const;

 private:
  std::string Line(const std::vector<std::string>& cells,
                   const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// Bold on a terminal, plain in a pipe.
void PrintHeading(std::string_view text);
void PrintLine(std::string_view text = "");

// Cut to `width` characters, with an ellipsis if anything was lost.
std::string Shorten(std::string_view text, std::size_t width);

std::string CountText(std::uint64_t count);                      // 1,234,567
std::string Plural(std::uint64_t count, std::string_view noun);  // 1 kill, 2 kills
std::string MebibytesText(std::int64_t kibibytes);               // 1.2 MiB
std::string BytesText(std::uint64_t bytes);                      // 812 B, 3.4 KiB, 1.2 MiB
std::string PercentText(double share);                           // 12.3 %
std::string SecondsText(double seconds);                         // 0.123 s

}  // namespace inventory

#endif  // LINEDB_EXAMPLES_PACKAGE_INVENTORY_TERMINAL_H_
