#include "terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace inventory {
namespace {

bool StartsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }

// Characters, not bytes: names of people are not ASCII.
std::size_t Width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), StartsCharacter));
}

bool UseColor() {
  static const bool use = [] {
    const char* terminal = std::getenv("TERM");
    return isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr &&
           terminal != nullptr && std::string_view(terminal) != "dumb";
  }();
  return use;
}

}  // namespace

std::string Shorten(std::string_view text, std::size_t width) {
  if (Width(text) <= width) return std::string(text);
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (StartsCharacter(text[i]) && ++characters == width) {
      return absl::StrCat(std::string(text.substr(0, i)), "…");
    }
  }
  return std::string(text);
}

void TextTable::AddRow(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  for (std::size_t i = 0; i < cells.size(); ++i)
    cells[i] = Shorten(cells[i], columns_[i].width_max);
  rows_.push_back(std::move(cells));
}

std::string TextTable::Line(const std::vector<std::string>& cells,
                            const std::vector<std::size_t>& widths) const {
  std::string line = " ";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string gap(widths[i] - Width(cells[i]), ' ');
    const bool right = columns_[i].align == Align::kRight;
    absl::StrAppend(&line, " ", right ? gap : "", cells[i], right ? "" : gap, " ");
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

void TextTable::Print() const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    titles.push_back(columns_[i].title);
    widths.push_back(Width(titles[i]));
    for (const auto& row : rows_) widths[i] = std::max(widths[i], Width(row[i]));
  }
  std::vector<std::string> rules;
  for (const std::size_t width : widths) {
    std::string& rule = rules.emplace_back();
    for (std::size_t i = 0; i < width; ++i) rule += "─";
  }
  PrintLine(Line(titles, widths));
  PrintLine(Line(rules, widths));
  for (const auto& row : rows_) PrintLine(Line(row, widths));
}

void PrintHeading(std::string_view text) {
  std::cout << "\n"
            << (UseColor() ? "\033[1m" : "") << text << (UseColor() ? "\033[0m" : "") << "\n"
            << std::endl;
}

// Flushed: what was found must stand on the terminal before the next step takes its time.
void PrintLine(std::string_view text) { std::cout << text << std::endl; }

std::string CountText(std::uint64_t count) {
  std::string text = absl::StrCat(count);
  for (std::size_t place = text.size(); place > 3; place -= 3) text.insert(place - 3, 1, ',');
  return text;
}

std::string Plural(std::uint64_t count, std::string_view noun) {
  return absl::StrCat(CountText(count), " ", std::string(noun), count == 1 ? "" : "s");
}

std::string MebibytesText(std::int64_t kibibytes) {
  return absl::StrFormat("%.1f MiB", static_cast<double>(kibibytes) / 1024);
}

std::string BytesText(std::uint64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (bytes < 1024) return absl::StrFormat("%d B", bytes);
  if (bytes < 1024 * 1024) return absl::StrFormat("%.1f KiB", size / 1024);
  return absl::StrFormat("%.1f MiB", size / (1024 * 1024));
}

std::string PercentText(double share) { return absl::StrFormat("%.1f %%", 100 * share); }

std::string SecondsText(double seconds) { return absl::StrFormat("%.3f s", seconds); }

}  // namespace inventory
