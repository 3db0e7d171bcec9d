// What each view of the page is made from: functions from a session and the address's parameters to
// JSON. Any thread. Errors are told in the page; their messages are for people.

#ifndef LINEDB_TOOLS_DBTOOL_UI_PAGES_H_
#define LINEDB_TOOLS_DBTOOL_UI_PAGES_H_

#include "absl/status/statusor.h"
#include "tools/dbtool/ui/http.h"
#include "tools/dbtool/ui/session.h"

namespace linedb::dbtool {

// The tables, their sizes, the log in figures.
absl::StatusOr<PageJson> OverviewPage(Session& session, const Parameters& parameters);
// table, where, order, descending, offset, count, view: records by their numbers.
absl::StatusOr<PageJson> RecordsPage(Session& session, const Parameters& parameters);
// table: columns, keys, constraints, indexes.
absl::StatusOr<PageJson> SchemaPage(Session& session, const Parameters& parameters);
// table, key, count: the record, and its last versions.
absl::StatusOr<PageJson> RecordPage(Session& session, const Parameters& parameters);
// minutes, count: what was committed lately.
absl::StatusOr<PageJson> TimelinePage(Session& session, const Parameters& parameters);
// table, or none for all: how the files lie.
absl::StatusOr<PageJson> FilesPage(Session& session, const Parameters& parameters);
// Checkpoints and archives.
absl::StatusOr<PageJson> LogsPage(Session& session, const Parameters& parameters);
// known: waits until there is something new.
absl::StatusOr<PageJson> NewsPage(Session& session, const Parameters& parameters);

// A table's columns and constraints, for SchemaPage and the report.
PageJson SchemaJson(const TableSchema& schema);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_UI_PAGES_H_
