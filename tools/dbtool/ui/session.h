// What the pages are made from: the database, what follows its log, and what is being looked at.

#ifndef LINEDB_TOOLS_DBTOOL_UI_SESSION_H_
#define LINEDB_TOOLS_DBTOOL_UI_SESSION_H_

#include "linedb/database.h"
#include "tools/dbtool/ui/follower.h"
#include "tools/dbtool/ui/record_views.h"

namespace linedb::dbtool {

// Any thread.
class Session {
 public:
  // The handle is for reading, and outlives the session.
  explicit Session(Database& database)
      : database_(database), views_(database), follower_(database) {}

  Database& database() { return database_; }
  RecordViews& views() { return views_; }
  Follower& follower() { return follower_; }

 private:
  Database& database_;
  RecordViews views_;
  Follower follower_;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_UI_SESSION_H_
