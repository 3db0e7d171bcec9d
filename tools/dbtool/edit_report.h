// What edit and adopt tell: the problems, or what becomes of which row.

#ifndef LINEDB_TOOLS_DBTOOL_EDIT_REPORT_H_
#define LINEDB_TOOLS_DBTOOL_EDIT_REPORT_H_

#include "linedb/edit.h"
#include "tools/dbtool/context.h"
#include "tools/dbtool/report.h"

namespace linedb::dbtool {

// The problems, a line each, on stderr.
void TellEditProblems(const EditReport& report);

// What is about to happen, on stderr: counts, and the rows that are to be deleted; with
// `every_change` (a dry run, --verbose) the others, too.
void TellChanges(const Context& context, const EditReport& report, bool every_change);

// Whether rows may be deleted: as Confirmed; without any to be deleted nobody is asked.
bool DeletionConfirmed(const Context& context, const EditReport& report);

// Counts, problems and changes, as members of --json.
ReportJson EditJson(const EditReport& report, bool dry_run);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_EDIT_REPORT_H_
