// The site on a port of 127.0.0.1: the only file behind this header knows of cpp-httplib.

#ifndef LINEDB_TOOLS_DBTOOL_UI_SERVER_H_
#define LINEDB_TOOLS_DBTOOL_UI_SERVER_H_

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/dbtool/ui/site.h"

namespace linedb::dbtool {

class Server {
 public:
  // Listens at that port of 127.0.0.1, 0: at a free one, and tells the site which.
  // kInvalidArgument if it is taken, or not for this user.
  static absl::StatusOr<std::unique_ptr<Server>> Listen(Site& site, int port);
  virtual ~Server() = default;

  // Answers until Stop. Once.
  virtual void Run() = 0;
  // From another thread than that of Run, which may not have come to it yet: waits until it has.
  virtual void Stop() = 0;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_UI_SERVER_H_
