// `dbtool import`, from the flags to the counts.

#ifndef LINEDB_TOOLS_DBTOOL_IMPORT_JOB_H_
#define LINEDB_TOOLS_DBTOOL_IMPORT_JOB_H_

#include <cstdint>
#include <string>
#include <vector>

#include "linedb/exchange.h"
#include "tools/dbtool/context.h"
#include "tools/dbtool/csv_flags.h"
#include "tools/dbtool/input_file.h"

namespace linedb::dbtool {

// The flags, as given.
struct ImportJob {
  std::string directory;
  std::string table;
  std::string file;
  bool create = false;
  std::string primary_key;
  std::vector<std::string> unique_keys;
  std::vector<std::string> types;  // "column=str"
  std::string format = "auto";
  CsvFlags csv;
  std::string on_conflict = "fail";
  bool ignore_columns = false;
  bool add_columns = false;
  std::uint64_t batch = 0;
  bool dry_run = false;
  std::string rejects;
  std::uint64_t errors_max = 100;

  int Run(Context& context) const;
};

// Of all problems that an import has met, also of those that are not told.
struct ImportFindings {
  bool is_violated = false;  // what the schema, a key or a reference forbids
  bool clashes = false;
  bool spans_lines = false;  // a record, as `jq` lays it out: a brace alone, then its members
  std::uint64_t brace_line = 0;

  void Note(const ImportProblem& problem);
};

// What helps where records span lines.
inline constexpr char kOneLineHint[] = "`jq -c . FILE` makes one line of each record";

// Tells the problems and the counts; the exit code.
int TellImport(Context& context, const ImportJob& job, const ImportReport& report,
               const ImportFindings& findings);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_IMPORT_JOB_H_
