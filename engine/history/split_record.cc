#include "engine/history/split_record.h"

namespace linedb::engine {

bool SplitRecord::Set(const schema::RecordLayout& layout, std::string_view text, bool is_original) {
  spans_.resize(static_cast<std::size_t>(layout.column_count()));
  line_ = text;
  if (schema::SplitCanonical(layout, line_, layout.column_count() - 1, spans_.data())) {
    return true;
  }
  schema::CanonicalizeOptions options;
  options.original_format = is_original;
  options.ignore_unknown_columns = true;
  line_.clear();
  return schema::CanonicalizeRecord(layout, text, options, &line_, &spans_, nullptr).ok();
}

}  // namespace linedb::engine
