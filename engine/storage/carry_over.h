// What altering a table makes of its records.

#ifndef LINEDB_ENGINE_STORAGE_CARRY_OVER_H_
#define LINEDB_ENGINE_STORAGE_CARRY_OVER_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// Appends to `line` what a record is under the altered table's layout: columns keep their values
// under new names and types, new ones get their default, dropped ones go. The codec's error if the
// alteration would refuse the record. What functions of a program made of it the log says.
absl::Status CarryOver(const schema::RecordLayout& from, const schema::RecordLayout& to,
                       std::string_view record, std::string* line);

// The way back, as far as there is one: what the alteration dropped is lost.
absl::Status CarryBack(const schema::RecordLayout& from, const schema::RecordLayout& earlier,
                       std::string_view record, std::string* line);

// The same where only the names of columns tell what they are.
absl::Status CarryOverByName(const schema::RecordLayout& to, std::string_view record,
                             std::string* line);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_CARRY_OVER_H_
