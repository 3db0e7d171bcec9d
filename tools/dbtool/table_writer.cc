// Rows as a table for people, or upright where a line has no room for them.

#include <algorithm>
#include <utility>

#include "tools/dbtool/cell_text.h"
#include "tools/dbtool/output.h"

namespace linedb::dbtool {
namespace {

// The widths are those of the first rows; later ones are written as they come, so that memory does
// not grow with the table. A wider cell among them is cut where lines have an end, and stands out
// of its column where they have none.
constexpr std::size_t kRowsMeasured = 1000;

constexpr std::size_t kGap = 2;
// Less of a text says nothing: rather than that, records stand upright.
constexpr std::size_t kTextWidthMin = 8;
// What is longer is cut first: times, names and the like stay whole where that is possible.
constexpr std::size_t kTextWidthKept = 28;

bool IsNumber(std::string_view json) {
  return !json.empty() && (json[0] == '-' || (json[0] >= '0' && json[0] <= '9'));
}

struct Cell {
  std::string text;
  bool right = false;
};
using Row = std::vector<Cell>;

// The name in lines that are as short as can be: "lines_" and "superseded".
std::vector<std::string> PartsOf(const std::string& name) {
  std::vector<std::string> parts(1);
  for (const char c : name) {
    parts.back() += c;
    if (c == '_' || c == ' ') parts.emplace_back();
  }
  if (parts.back().empty() && parts.size() > 1) parts.pop_back();
  return parts;
}

std::size_t WidthOfLongest(const std::vector<std::string>& parts) {
  std::size_t width = 0;
  for (const std::string& part : parts) width = std::max(width, DisplayWidth(part));
  return width;
}

// The same in as few lines as that width allows.
std::vector<std::string> Wrapped(const std::string& name, std::size_t width) {
  std::vector<std::string> lines;
  for (const std::string& part : PartsOf(name)) {
    const bool fits = !lines.empty() && DisplayWidth(lines.back()) + DisplayWidth(part) <= width;
    if (fits) {
      lines.back() += part;
    } else {
      lines.push_back(part);
    }
  }
  return lines;
}

// What is known of a column from its name and the rows that were measured.
struct Column {
  std::string name;
  std::size_t cells = 0;  // the widest one
  bool is_text = false;   // a number is never cut: what is left of one is another
  bool right = false;
  std::size_t width = 0;
};

std::size_t LineWidth(const std::vector<Column>& columns) {
  std::size_t width = columns.empty() ? 0 : kGap * (columns.size() - 1);
  for (const Column& column : columns) width += column.width;
  return width;
}

void SetWidths(std::vector<Column>& columns, std::size_t long_max, std::size_t short_max) {
  for (Column& column : columns) {
    const std::size_t text_max = column.cells > kTextWidthKept ? long_max : short_max;
    const std::size_t cells = column.is_text ? std::min(column.cells, text_max) : column.cells;
    column.width = std::max(cells, WidthOfLongest(PartsOf(column.name)));
  }
}

// Gives the columns widths that make a line of at most `line_width`; false if there are none.
bool Fit(std::vector<Column>& columns, std::size_t line_width) {
  for (Column& column : columns) column.width = std::max(column.cells, DisplayWidth(column.name));
  if (line_width == 0 || LineWidth(columns) <= line_width) return true;
  const auto is_too_wide = [&] { return LineWidth(columns) > line_width; };
  std::size_t long_max = line_width;
  std::size_t short_max = kTextWidthKept;
  SetWidths(columns, long_max, short_max);
  while (is_too_wide() && long_max > kTextWidthMin) SetWidths(columns, --long_max, short_max);
  while (is_too_wide() && short_max > kTextWidthMin) SetWidths(columns, long_max, --short_max);
  return !is_too_wide();
}

class TableWriter : public RowWriter {
 public:
  TableWriter(std::ostream& output, std::vector<std::string> columns, TableLook look)
      : output_(output), look_(look) {
    for (std::string& name : columns) columns_.push_back({.name = std::move(name)});
  }

  void Add(const std::vector<std::string_view>& cells) override {
    Row row;
    for (const std::string_view json : cells) {
      Cell cell{json == "null" ? "" : VisibleText(json), IsNumber(json)};
      if (look_.line_width > 0) cell.text = CutToWidth(cell.text, look_.line_width);
      row.push_back(std::move(cell));
    }
    if (begun_) return Write(row);
    waiting_.push_back(std::move(row));
    if (waiting_.size() == kRowsMeasured) Begin();
  }

  void End() override {
    if (!begun_) Begin();
  }

 private:
  void Begin() {
    begun_ = true;
    for (std::size_t i = 0; i < columns_.size(); ++i) Measure(i);
    upright_ = !Fit(columns_, look_.line_width) && !waiting_.empty();
    if (!upright_) WriteHead();
    for (const Row& row : waiting_) Write(row);
    waiting_.clear();
  }

  void Measure(std::size_t i) {
    Column& column = columns_[i];
    // A column whose values are all numbers has its name above their last digits.
    column.right = !waiting_.empty();
    for (const Row& row : waiting_) {
      column.cells = std::max(column.cells, DisplayWidth(row[i].text));
      column.is_text = column.is_text || !(row[i].right || row[i].text.empty());
    }
    column.right = column.right && !column.is_text;
  }

  // Names of several lines stand on the line above the rows.
  void WriteHead() {
    std::vector<std::vector<std::string>> names;
    std::size_t height = 0;
    for (const Column& column : columns_) {
      names.push_back(Wrapped(column.name, column.width));
      height = std::max(height, names.back().size());
    }
    for (std::size_t line = 0; line < height; ++line) {
      Row head;
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        const std::size_t above = height - names[i].size();
        head.push_back({line < above ? "" : names[i][line - above], columns_[i].right});
      }
      output_ << (look_.bold_head ? "\033[1m" : "") << LineOf(head)
              << (look_.bold_head ? "\033[0m\n" : "\n");
    }
  }

  void Write(const Row& row) {
    if (!upright_) {
      output_ << LineOf(row) << '\n';
      return;
    }
    std::vector<std::pair<std::string, std::string>> pairs;
    for (std::size_t i = 0; i < row.size(); ++i) pairs.emplace_back(columns_[i].name, row[i].text);
    const std::string title = "record " + std::to_string(++number_);
    output_ << (number_ > 1 ? "\n" : "") << (look_.bold_head ? "\033[1m" : "") << title
            << (look_.bold_head ? "\033[0m\n" : "\n");
    WriteUpright(output_, pairs, look_.line_width);
  }

  std::string LineOf(const Row& row) const {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line.append(kGap, ' ');
      const bool cut = look_.line_width > 0 && columns_[i].is_text;
      const std::string text = cut ? CutToWidth(row[i].text, columns_[i].width) : row[i].text;
      const std::size_t width = DisplayWidth(text);
      const std::string padding(columns_[i].width > width ? columns_[i].width - width : 0, ' ');
      line += row[i].right ? padding + text : text + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
  }

  std::ostream& output_;
  std::vector<Column> columns_;
  const TableLook look_;
  bool begun_ = false;
  bool upright_ = false;
  std::uint64_t number_ = 0;  // of the record that was written last
  std::vector<Row> waiting_;
};

}  // namespace

std::unique_ptr<RowWriter> NewTableWriter(std::ostream& output, std::vector<std::string> columns,
                                          TableLook look) {
  return std::make_unique<TableWriter>(output, std::move(columns), look);
}

void WriteUpright(std::ostream& output,
                  const std::vector<std::pair<std::string, std::string>>& pairs,
                  std::size_t line_width) {
  std::size_t width = 0;
  for (const auto& [name, value] : pairs) width = std::max(width, DisplayWidth(name));
  for (const auto& [name, value] : pairs) {
    std::string line = name + std::string(width - DisplayWidth(name) + kGap, ' ') + value;
    if (line_width > 0) line = CutToWidth(line, line_width);
    line.erase(line.find_last_not_of(' ') + 1);
    output << line << '\n';
  }
}

}  // namespace linedb::dbtool
