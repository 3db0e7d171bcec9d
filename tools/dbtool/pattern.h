// What `grep` looks for.

#ifndef LINEDB_TOOLS_DBTOOL_PATTERN_H_
#define LINEDB_TOOLS_DBTOOL_PATTERN_H_

#include <optional>
#include <regex>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace linedb::dbtool {

enum class Letters { kExact, kIgnoreCase };

// Text without special characters is looked for as it is, any other as an ECMAScript regular
// expression. Case is ignored among ASCII letters only.
class Pattern {
 public:
  // kInvalidArgument says what is wrong with the expression.
  static absl::StatusOr<Pattern> Parse(const std::string& text, Letters letters);

  bool IsIn(std::string_view line) const;

 private:
  std::string text_;
  Letters letters_ = Letters::kExact;
  std::optional<std::regex> expression_;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_PATTERN_H_
