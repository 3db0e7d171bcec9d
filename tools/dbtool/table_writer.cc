// Rows as a table for people.

#include <algorithm>
#include <utility>

#include "tools/dbtool/cell_text.h"
#include "tools/dbtool/output.h"

namespace linedb::dbtool {
namespace {

// The widths are those of the first rows; later ones are written as they come, so that memory does
// not grow with the table. A wider cell among them stands out of its column, but is not cut.
constexpr std::size_t kRowsMeasured = 1000;

bool IsNumber(std::string_view json) {
  return !json.empty() && (json[0] == '-' || (json[0] >= '0' && json[0] <= '9'));
}

struct Cell {
  std::string text;
  bool right = false;
};

class TableWriter : public RowWriter {
 public:
  TableWriter(std::ostream& output, std::vector<std::string> columns, std::size_t cell_width_max,
              bool bold_head)
      : output_(output),
        columns_(std::move(columns)),
        cell_width_max_(cell_width_max),
        bold_head_(bold_head) {}

  void Add(const std::vector<std::string_view>& cells) override {
    std::vector<Cell> row;
    for (const std::string_view json : cells) {
      Cell cell{json == "null" ? "" : VisibleText(json), IsNumber(json)};
      if (cell_width_max_ > 0) cell.text = CutToWidth(cell.text, cell_width_max_);
      row.push_back(std::move(cell));
    }
    if (!head_written_) {
      waiting_.push_back(std::move(row));
      if (waiting_.size() == kRowsMeasured) WriteWaiting();
    } else {
      WriteRow(row);
    }
  }

  void End() override {
    if (!head_written_) WriteWaiting();
  }

 private:
  void WriteWaiting() {
    std::vector<Cell> head;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      // A column whose values are all numbers has its name above their last digits.
      bool right = !waiting_.empty();
      widths_.push_back(DisplayWidth(columns_[i]));
      for (const std::vector<Cell>& row : waiting_) {
        widths_[i] = std::max(widths_[i], DisplayWidth(row[i].text));
        right = right && (row[i].right || row[i].text.empty());
      }
      head.push_back({columns_[i], right});
    }
    if (bold_head_) output_ << "\033[1m";
    WriteRow(head);
    if (bold_head_) output_ << "\033[0m";
    head_written_ = true;
    for (const std::vector<Cell>& row : waiting_) WriteRow(row);
    waiting_.clear();
  }

  void WriteRow(const std::vector<Cell>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      const std::size_t width = DisplayWidth(row[i].text);
      const std::string padding(widths_[i] > width ? widths_[i] - width : 0, ' ');
      line += row[i].right ? padding + row[i].text : row[i].text + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    output_ << line << '\n';
  }

  std::ostream& output_;
  const std::vector<std::string> columns_;
  const std::size_t cell_width_max_;
  const bool bold_head_;
  bool head_written_ = false;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<Cell>> waiting_;
};

}  // namespace

std::unique_ptr<RowWriter> NewTableWriter(std::ostream& output, std::vector<std::string> columns,
                                          std::size_t cell_width_max, bool bold_head) {
  return std::make_unique<TableWriter>(output, std::move(columns), cell_width_max, bold_head);
}

}  // namespace linedb::dbtool
