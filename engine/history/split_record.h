// A record of a log, and where its values are.

#ifndef LINEDB_ENGINE_HISTORY_SPLIT_RECORD_H_
#define LINEDB_ENGINE_HISTORY_SPLIT_RECORD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/record_codec.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// A line under a layout, with the places of its values. The original's lines are brought into
// canonical form.
class SplitRecord {
 public:
  // False if it is no record of that layout.
  bool Set(const schema::RecordLayout& layout, std::string_view text, bool is_original);

  std::string_view Value(int column) const {
    return spans_[static_cast<std::size_t>(column)].In(line_);
  }
  const std::string& line() const { return line_; }
  const schema::FieldSpan* spans() const { return spans_.data(); }
  // The text of its primary key; a view into `scratch` or the line.
  std::optional<std::string_view> Key(const schema::RecordLayout& layout,
                                      std::string* scratch) const {
    return schema::KeyTextOf(layout.keys()[0], line_, spans_.data(), scratch);
  }

 private:
  std::string line_;
  std::vector<schema::FieldSpan> spans_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_SPLIT_RECORD_H_
