// What lets a browser in.

#ifndef LINEDB_TOOLS_DBTOOL_UI_TOKEN_H_
#define LINEDB_TOOLS_DBTOOL_UI_TOKEN_H_

#include <string>

#include "absl/status/statusor.h"

namespace linedb::dbtool {

// 128 bits of the system's randomness as 32 hex digits; kInternal if it has none.
absl::StatusOr<std::string> MakeToken();

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_UI_TOKEN_H_
