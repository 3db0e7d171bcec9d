// A moment of a database's history, as typed.

#ifndef LINEDB_TOOLS_DBTOOL_MOMENT_H_
#define LINEDB_TOOLS_DBTOOL_MOMENT_H_

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "linedb/history.h"

namespace linedb::dbtool {

// A number is an lsn, all else a time. Empty is what was not given, now: an empty word is refused
// before it comes here.
inline std::variant<AtEnd, AtLsn, AtTime> MomentOf(const std::string& text) {
  if (text.empty()) return AtEnd{};
  std::uint64_t lsn = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), lsn);
  if (error == std::errc() && end == text.data() + text.size()) return AtLsn{lsn};
  return AtTime{text};
}

// Of an lsn that is still to come.
inline absl::Status NoSuchLsnYet(std::uint64_t lsn, std::uint64_t last_lsn) {
  return absl::NotFoundError("there is no lsn " + std::to_string(lsn) +
                             " yet: the log ends with lsn " + std::to_string(last_lsn));
}

// For somebody who typed "yesterday"; empty if that was not what is wrong.
inline std::string MomentHint(const std::string& option, const absl::Status& status) {
  if (!absl::StrContains(status.message(), "is no time such as")) return "";
  return option +
         " \"$(date -u -d '5 minutes ago' +%FT%TZ)\", or an lsn as `dbtool wal DIR` shows it";
}

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_MOMENT_H_
