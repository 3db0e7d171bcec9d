#include "tools/dbtool/order_by.h"

#include <algorithm>
#include <utility>

#include "tools/dbtool/arguments.h"
#include "tools/dbtool/where.h"

namespace linedb::dbtool {
namespace {

bool TakeSuffix(std::string_view suffix, std::string* text) {
  if (text->size() <= suffix.size()) return false;
  if (text->compare(text->size() - suffix.size(), suffix.size(), suffix) != 0) return false;
  text->resize(text->size() - suffix.size());
  return true;
}

}  // namespace

absl::StatusOr<std::vector<OrderColumn>> ParseOrderBy(const std::string& text,
                                                      const schema::RecordLayout& layout) {
  std::vector<OrderColumn> order;
  for (std::string name : SplitNames(text)) {
    const bool descending = TakeSuffix(":desc", &name);
    if (!descending) TakeSuffix(":asc", &name);
    absl::StatusOr<int> column = FindColumn(layout, name);
    if (!column.ok()) return column.status();
    order.push_back({*column, descending});
  }
  return order;
}

void LineSorter::Add(std::string_view line, const std::vector<schema::FieldSpan>& spans) {
  Row row{.values = {}, .line = line};
  for (const OrderColumn& order : order_) {
    const auto column = static_cast<std::size_t>(order.column);
    row.values.push_back(ReadRowValue(layout_.columns()[column].type, spans[column].In(line)));
  }
  rows_.push_back(std::move(row));
}

std::vector<std::string_view> LineSorter::Take(std::size_t count) {
  std::stable_sort(rows_.begin(), rows_.end(),
                   [this](const Row& a, const Row& b) { return Before(a, b); });
  std::vector<std::string_view> lines;
  for (std::size_t i = 0; i < rows_.size() && i < count; ++i) lines.push_back(rows_[i].line);
  return lines;
}

bool LineSorter::Before(const Row& a, const Row& b) const {
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const int order = CompareRowValues(a.values[i], b.values[i]);
    if (order != 0) return order_[i].descending ? order > 0 : order < 0;
  }
  return false;
}

}  // namespace linedb::dbtool
