// Who gets in, and what they get.

#ifndef LINEDB_TOOLS_DBTOOL_UI_SITE_H_
#define LINEDB_TOOLS_DBTOOL_UI_SITE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/dbtool/ui/http.h"
#include "tools/dbtool/ui/session.h"

namespace linedb::dbtool {

// The page on one port. Any thread.
//
//   /?token=TOKEN     the page itself
//   /TOKEN/app.js     its files, whose addresses are relative to each other
//   /TOKEN/api/NAME   the data of a view (pages.h)
//
// Every address has the token, so nothing is answered without it. There is no cookie: those are
// shared by all ports of a host, so any other program that serves a page on this machine would be
// sent it.
class Site {
 public:
  Site(Session& session, std::string token) : session_(session), token_(std::move(token)) {}
  // Before the first request: the port that is listened at.
  void SetPort(int port) { port_ = port; }

  // "http://127.0.0.1:8080/?token=…"
  std::string Address() const;
  HttpResponse Answer(const HttpRequest& request);

  // What every answer is sent with: nothing from elsewhere, nowhere else, and not kept.
  static const std::vector<std::pair<std::string, std::string>>& Headers();

 private:
  bool IsOwnHost(std::string_view host) const;
  // What the path names behind "/TOKEN/"; of the page itself "index.html". kPermissionDenied.
  absl::StatusOr<std::string_view> NameIn(const HttpRequest& request) const;
  HttpResponse Asset(std::string_view name) const;
  HttpResponse Data(std::string_view name, const Parameters& parameters);

  Session& session_;
  const std::string token_;
  int port_ = 0;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_UI_SITE_H_
