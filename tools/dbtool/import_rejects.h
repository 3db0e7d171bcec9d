// What became of the records that were not taken in: two files, and the report.

#ifndef LINEDB_TOOLS_DBTOOL_IMPORT_REJECTS_H_
#define LINEDB_TOOLS_DBTOOL_IMPORT_REJECTS_H_

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/exchange.h"
#include "tools/dbtool/context.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/export_file.h"
#include "tools/dbtool/report.h"

namespace linedb::dbtool {

// A problem as --json tells it.
ReportJson ProblemJson(const ImportProblem& problem);
// Of what was refused because of these problems: 0 if there are none.
ExitCode ExitCodeOf(const std::vector<ImportProblem>& problems);

// FILE gets the bad lines as they are, so that it can be mended and imported again; FILE.reasons a
// line of JSON for each problem. With "-" the lines go to stdout, and the reasons to nobody but
// stderr.
class RejectsFiles {
 public:
  // kAlreadyExists if one of them exists and may not be replaced.
  static absl::StatusOr<std::unique_ptr<RejectsFiles>> Create(Context& context,
                                                              const std::string& name);

  std::ostream& lines() { return lines_ == nullptr ? output_ : lines_->stream(); }
  void Note(const ImportProblem& problem);
  absl::Status Flush();
  // Gives the files their names; without, they vanish.
  absl::Status Finish();

 private:
  explicit RejectsFiles(std::ostream& output) : output_(output) {}

  std::ostream& output_;
  std::unique_ptr<ExportFile> lines_;
  std::unique_ptr<ExportFile> reasons_;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_IMPORT_REJECTS_H_
