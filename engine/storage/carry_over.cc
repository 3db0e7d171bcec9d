#include "engine/storage/carry_over.h"

#include <vector>

#include "schema/record_carrier.h"
#include "schema/record_codec.h"

namespace linedb::engine {

absl::Status CarryOver(const schema::RecordLayout& from, const schema::RecordLayout& to,
                       std::string_view record, std::string* line) {
  return schema::RecordCarrier(from, to).Carry(record, line);
}

absl::Status CarryBack(const schema::RecordLayout& from, const schema::RecordLayout& earlier,
                       std::string_view record, std::string* line) {
  return schema::RecordCarrier::Back(from, earlier).Carry(record, line);
}

absl::Status CarryOverByName(const schema::RecordLayout& to, std::string_view record,
                             std::string* line) {
  schema::CanonicalizeOptions options;
  options.ignore_unknown_columns = true;
  std::vector<schema::FieldSpan> spans;
  return schema::CanonicalizeRecord(to, record, options, line, &spans, nullptr);
}

}  // namespace linedb::engine
