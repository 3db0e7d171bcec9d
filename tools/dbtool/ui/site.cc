#include "tools/dbtool/ui/site.h"

#include "tools/dbtool/ui/assets.h"
#include "tools/dbtool/ui/pages.h"

namespace linedb::dbtool {
namespace {

using Page = absl::StatusOr<PageJson> (*)(Session&, const Parameters&);
struct NamedPage {
  std::string_view name;
  Page page;
};
constexpr NamedPage kPages[] = {
    {"overview", OverviewPage}, {"records", RecordsPage},   {"schema", SchemaPage},
    {"record", RecordPage},     {"timeline", TimelinePage}, {"files", FilesPage},
    {"logs", LogsPage},         {"news", NewsPage},
};
constexpr std::string_view kDataPrefix = "api/";
constexpr std::string_view kPageName = "index.html";
constexpr std::string_view kTokenPlace = "TOKEN";

// The page names its files below the token.
std::string WithToken(std::string_view html, const std::string& token) {
  std::string text(html);
  const std::string place = std::string(kTokenPlace) + "/";
  for (std::size_t at = text.find(place); at != text.npos; at = text.find(place, at)) {
    text.replace(at, kTokenPlace.size(), token);
  }
  return text;
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& Site::Headers() {
  static const std::vector<std::pair<std::string, std::string>> kHeaders = {
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src "
       "'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cache-Control", "no-store"},
  };
  return kHeaders;
}

std::string Site::Address() const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/?token=" + token_;
}

// A name that somebody else's server gave this address (DNS rebinding) is not ours.
bool Site::IsOwnHost(std::string_view host) const {
  const std::string port = ":" + std::to_string(port_);
  return host == "127.0.0.1" + port || host == "localhost" + port;
}

absl::StatusOr<std::string_view> Site::NameIn(const HttpRequest& request) const {
  const absl::Status refused = absl::PermissionDeniedError(
      "this address has no token, or an old one: open the address that dbtool ui printed");
  if (request.path == "/") {
    const std::string& token = request.parameters.Text("token");
    return EqualInConstantTime(token, token_) ? absl::StatusOr<std::string_view>(kPageName)
                                              : refused;
  }
  std::string_view rest = request.path;
  rest.remove_prefix(rest.empty() ? 0 : 1);
  const std::size_t slash = rest.find('/');
  if (slash == rest.npos || !EqualInConstantTime(rest.substr(0, slash), token_)) return refused;
  return rest.substr(slash + 1);
}

HttpResponse Site::Answer(const HttpRequest& request) {
  if (!IsOwnHost(request.host)) {
    return ErrorResponse(absl::PermissionDeniedError("this is not the address of dbtool ui"));
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return ErrorResponse(absl::UnimplementedError("only GET and HEAD: nothing is changed here"));
  }
  const absl::StatusOr<std::string_view> name = NameIn(request);
  if (!name.ok()) return ErrorResponse(name.status());
  if (name->starts_with(kDataPrefix)) {
    return Data(name->substr(kDataPrefix.size()), request.parameters);
  }
  return Asset(*name);
}

HttpResponse Site::Asset(std::string_view name) const {
  const dbtool::Asset* asset = FindAsset(name);
  if (asset == nullptr) return ErrorResponse(absl::NotFoundError("there is no such page"));
  const std::string type(AssetType(name));
  if (name == kPageName) return {200, type, WithToken(asset->text, token_)};
  return {200, type, std::string(asset->text)};
}

HttpResponse Site::Data(std::string_view name, const Parameters& parameters) {
  for (const NamedPage& page : kPages) {
    if (page.name != name) continue;
    const absl::StatusOr<PageJson> json = page.page(session_, parameters);
    return json.ok() ? JsonResponse(*json) : ErrorResponse(json.status());
  }
  return ErrorResponse(absl::NotFoundError("there is no such page"));
}

}  // namespace linedb::dbtool
