// Guards against a server that is stopped as soon as it is started and goes on for ever: a Ctrl-C
// that comes while `dbtool ui` begins.

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "linedb/database.h"
#include "tools/dbtool/ui/server.h"
#include "tools/dbtool/ui/session.h"
#include "tools/dbtool/ui/site.h"

namespace linedb::dbtool {
namespace {

TEST(ServerStopTest, ServerThatHasNotBegunYetIsStoppedToo) {
  const std::unique_ptr<Database> database = *Database::OpenInMemory();
  Session session(*database);
  for (int i = 0; i < 20; ++i) {
    Site site(session, "token");
    const auto server = Server::Listen(site, 0);
    ASSERT_TRUE(server.ok()) << server.status();
    std::thread serving([&server] { (*server)->Run(); });
    (*server)->Stop();
    serving.join();
  }
}

}  // namespace
}  // namespace linedb::dbtool
