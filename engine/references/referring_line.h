// The keys in a record's line, by which it references and is referenced.

#ifndef LINEDB_ENGINE_REFERENCES_REFERRING_LINE_H_
#define LINEDB_ENGINE_REFERENCES_REFERRING_LINE_H_

#include <optional>
#include <string>
#include <string_view>

#include "engine/index/table_generation.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// A canonical line of the layout, which both outlive it. One thread.
class ReferringLine {
 public:
  ReferringLine(const schema::RecordLayout& layout, std::string_view line)
      : line_(line), spans_(static_cast<std::size_t>(layout.column_count())) {
    fits_ = schema::SplitCanonical(layout, line, layout.column_count() - 1, spans_.data());
  }

  std::string_view line() const { return line_; }
  // Nothing if one of the values is null, or if the line is damaged. Valid until the next call.
  std::optional<std::string_view> KeyText(const schema::KeyLayout& key) {
    if (!fits_) return std::nullopt;
    return schema::KeyTextOf(key, line_, spans_.data(), &scratch_);
  }
  std::string_view Value(int column) const {
    return fits_ ? spans_[static_cast<std::size_t>(column)].In(line_) : std::string_view();
  }

 private:
  std::string_view line_;
  FieldSpans spans_;
  std::string scratch_;
  bool fits_ = false;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REFERENCES_REFERRING_LINE_H_
