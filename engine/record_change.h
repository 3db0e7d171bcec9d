// What an alteration makes of a record.

#ifndef LINEDB_ENGINE_RECORD_CHANGE_H_
#define LINEDB_ENGINE_RECORD_CHANGE_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace linedb::engine {

// Appends the canonical line that a record of the table is once this is altered, or says why there
// is none.
using RecordChange = std::function<absl::Status(std::string_view line, std::string* changed)>;

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_RECORD_CHANGE_H_
