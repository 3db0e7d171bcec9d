// What altering a table makes of its records.

#ifndef LINEDB_ENGINE_STORAGE_CARRY_OVER_H_
#define LINEDB_ENGINE_STORAGE_CARRY_OVER_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// Appends to `line` what a record is under the altered table's layout: new columns get their
// default, dropped ones go. The codec's error if the alteration would refuse the record.
absl::Status CarryOver(const schema::RecordLayout& to, std::string_view record, std::string* line);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_CARRY_OVER_H_
