// The order of `cat --order-by gpa:desc,name`.

#ifndef LINEDB_TOOLS_DBTOOL_ORDER_BY_H_
#define LINEDB_TOOLS_DBTOOL_ORDER_BY_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"
#include "tools/dbtool/row_value.h"

namespace linedb::dbtool {

struct OrderColumn {
  int column = 0;  // stored column
  bool descending = false;
};

absl::StatusOr<std::vector<OrderColumn>> ParseOrderBy(const std::string& text,
                                                      const schema::RecordLayout& layout);

// Lines in order; those that compare equal stay in the order in which they came.
class LineSorter {
 public:
  LineSorter(std::vector<OrderColumn> order, const schema::RecordLayout& layout)
      : order_(std::move(order)), layout_(layout) {}

  // The line must outlive the sorter.
  void Add(std::string_view line, const std::vector<schema::FieldSpan>& spans);
  // The first `count` lines.
  std::vector<std::string_view> Take(std::size_t count);

 private:
  struct Row {
    std::vector<RowValue> values;
    std::string_view line;
  };
  bool Before(const Row& a, const Row& b) const;

  std::vector<OrderColumn> order_;
  const schema::RecordLayout& layout_;
  std::vector<Row> rows_;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_ORDER_BY_H_
