// A request and its answer, as the page's code sees them: nothing here knows of sockets, so every
// answer can be tested without one.

#ifndef LINEDB_TOOLS_DBTOOL_UI_HTTP_H_
#define LINEDB_TOOLS_DBTOOL_UI_HTTP_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace linedb::dbtool {

using PageJson = nlohmann::ordered_json;

// What stands behind the "?" of an address, decoded.
class Parameters {
 public:
  Parameters() = default;
  explicit Parameters(std::map<std::string, std::string> values) : values_(std::move(values)) {}

  // Empty if it is missing.
  const std::string& Text(const std::string& name) const;
  // `otherwise` if it is missing; kInvalidArgument if it is no whole number.
  absl::StatusOr<std::uint64_t> Number(const std::string& name, std::uint64_t otherwise) const;

 private:
  std::map<std::string, std::string> values_;
};

struct HttpRequest {
  std::string method;
  std::string path;  // decoded, without what stands behind "?"
  std::string host;  // the Host header
  Parameters parameters;
};

struct HttpResponse {
  int status = 200;
  std::string type;
  std::string body;
};

// {"error":{"code":"not_found","message":"…"}}, under the status that says the same.
HttpResponse ErrorResponse(const absl::Status& error);
HttpResponse JsonResponse(const PageJson& json);

// Whether two texts are equal, in a time that tells nothing of where they differ.
bool EqualInConstantTime(std::string_view a, std::string_view b);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_UI_HTTP_H_
