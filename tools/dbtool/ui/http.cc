#include "tools/dbtool/ui/http.h"

#include <charconv>

namespace linedb::dbtool {
namespace {

constexpr char kJsonType[] = "application/json; charset=utf-8";

struct ErrorName {
  absl::StatusCode code;
  int status;
  const char* name;
};
constexpr ErrorName kErrorNames[] = {
    {absl::StatusCode::kInvalidArgument, 400, "invalid_argument"},
    {absl::StatusCode::kPermissionDenied, 403, "permission_denied"},
    {absl::StatusCode::kNotFound, 404, "not_found"},
    {absl::StatusCode::kUnimplemented, 405, "method_not_allowed"},
    {absl::StatusCode::kFailedPrecondition, 409, "failed_precondition"},
    {absl::StatusCode::kAborted, 409, "aborted"},
    {absl::StatusCode::kDataLoss, 500, "data_loss"},
};

}  // namespace

const std::string& Parameters::Text(const std::string& name) const {
  static const std::string kNone;
  const auto found = values_.find(name);
  return found == values_.end() ? kNone : found->second;
}

absl::StatusOr<std::uint64_t> Parameters::Number(const std::string& name,
                                                 std::uint64_t otherwise) const {
  const std::string& text = Text(name);
  if (text.empty()) return otherwise;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  return absl::InvalidArgumentError(name + ": expected a whole number, found \"" +
                                    text.substr(0, 40) + "\"");
}

HttpResponse JsonResponse(const PageJson& json) {
  return {200, kJsonType, json.dump(-1, ' ', false, PageJson::error_handler_t::replace)};
}

HttpResponse ErrorResponse(const absl::Status& error) {
  int status = 500;
  const char* name = "internal";
  for (const ErrorName& known : kErrorNames) {
    if (known.code != error.code()) continue;
    status = known.status;
    name = known.name;
  }
  HttpResponse response =
      JsonResponse({{"error", {{"code", name}, {"message", std::string(error.message())}}}});
  response.status = status;
  return response;
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

}  // namespace linedb::dbtool
