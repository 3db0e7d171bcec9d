#include "tools/dbtool/ui/token.h"

#include <sys/random.h>

#include <array>

namespace linedb::dbtool {

absl::StatusOr<std::string> MakeToken() {
  constexpr char kDigits[] = "0123456789abcdef";
  std::array<unsigned char, 16> bytes = {};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return absl::InternalError("the system gives no random bytes for a token");
  }
  std::string token;
  for (const unsigned char byte : bytes) {
    token += kDigits[byte >> 4];
    token += kDigits[byte & 15];
  }
  return token;
}

}  // namespace linedb::dbtool
