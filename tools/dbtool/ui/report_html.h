// The page's pictures and figures as one file that needs nothing else.

#ifndef LINEDB_TOOLS_DBTOOL_UI_REPORT_HTML_H_
#define LINEDB_TOOLS_DBTOOL_UI_REPORT_HTML_H_

#include <string>

#include "absl/status/statusor.h"
#include "linedb/database.h"

namespace linedb::dbtool {

// The database as it is now: the same functions as the page's, so the same pictures. No script, no
// address; its content security policy says so, too.
absl::StatusOr<std::string> ReportHtml(Database& database);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_UI_REPORT_HTML_H_
