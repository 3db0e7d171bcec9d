// The lists of records that browsers are looking at.

#ifndef LINEDB_TOOLS_DBTOOL_UI_RECORD_VIEWS_H_
#define LINEDB_TOOLS_DBTOOL_UI_RECORD_VIEWS_H_

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "linedb/database.h"
#include "linedb/record_list.h"
#include "schema/record_layout.h"

namespace linedb::dbtool {

// What somebody looks at: as it was when they asked first, so that pages fit together while others
// write.
struct RecordView {
  std::uint64_t number = 0;
  std::string table;
  RecordListOptions options;
  RecordList list;
  schema::RecordLayout layout;
};

// Keeps the last few lists, so that another page of one costs nothing. Any thread.
class RecordViews {
 public:
  explicit RecordViews(Database& database) : database_(database) {}

  struct Wanted {
    std::string table;
    RecordListOptions options;
    // The number of the view that was seen before; 0, or of one that is forgotten: what is there
    // now.
    std::uint64_t number = 0;
  };
  // Fails as RecordList::Create.
  absl::StatusOr<std::shared_ptr<const RecordView>> Get(const Wanted& wanted);
  // How many lists were made: a page that is there makes none. For tests.
  std::uint64_t made() const;

 private:
  std::shared_ptr<const RecordView> Find(const Wanted& wanted);
  absl::StatusOr<std::shared_ptr<const RecordView>> Make(const Wanted& wanted);
  void Keep(const std::shared_ptr<const RecordView>& view);

  Database& database_;
  std::mutex making_mutex_;   // one list is made at a time; taken before `mutex_`
  mutable std::mutex mutex_;  // guards the two below
  std::list<std::shared_ptr<const RecordView>> views_;  // used last first
  std::uint64_t made_ = 0;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_UI_RECORD_VIEWS_H_
