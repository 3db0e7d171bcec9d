// Errors and exit codes. The codes are frozen: scripts test them.

#ifndef LINEDB_TOOLS_DBTOOL_ERRORS_H_
#define LINEDB_TOOLS_DBTOOL_ERRORS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "tools/dbtool/context.h"

namespace linedb::dbtool {

enum ExitCode : int {
  kExitOk = 0,
  kExitProblems = 1,    // found in the data: verify, rejected records
  kExitUsage = 2,       // the call, or a state that does not allow it
  kExitNotFound = 3,    // database, table, record, file
  kExitLocked = 4,      // another process writes
  kExitCorrupt = 5,     // damaged files
  kExitDisk = 6,        // I/O error, permissions, disk full
  kExitConstraint = 7,  // a constraint is violated, a name or key is taken
  kExitInterrupted = 130,
};

// The place that begins messages such as "wal/transaction.log line 17 byte 4096: …", "a.jsonl:3:1:
// …" and "write out.jsonl: No space left on device"; empty and 0 if there is none.
struct Place {
  std::string file;
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
};
Place PlaceIn(const absl::Status& status);

// "student" of "data/student.records"; empty if the file is not that of a table's records.
std::string TableOfFile(std::string_view file);

// The commands that need no lock, and so work while another process writes.
inline constexpr std::string_view kWorkBesideAWriter =
    "backup bisect cat diff dump export get grep inspect log repair report restore schema slice "
    "sql "
    "stats tail ui verify wal";

// "meanwhile these work: …"
std::string WorkHint();

// What helps where there is no room, on the disk or for another key; empty if it is about something
// else.
std::string MoreRoomHint(const absl::Status& status);

ExitCode ExitCodeOf(const absl::Status& status);

// Tells the error on stderr, as a sentence or (with --json) as
// {"error":{"code","message","file","line","hint"}}, and returns its exit code. An empty hint is
// replaced by the usual one for the error's code, if it has one. Keys that are used up are told as
// the violated constraint that they are. In the hint, DIR and TABLE become
// what the call has for them; people are told each of its lines by itself.
int Fail(const Context& context, const absl::Status& status, const std::string& hint = "");
// The same for a database that could not be opened.
int FailOpen(const Context& context, const absl::Status& status);
// The same for a call that makes no sense: exit code 2.
int FailUsage(const Context& context, const std::string& message, const std::string& hint = "");

// What could be done, on stderr, of what is no error or has been told. DIR and TABLE in it become
// what the call has for them.
void Hint(const Context& context, const std::string& hint);

// A command that makes a new database, or a backup, of another one.
struct Making {
  std::string what;       // "restore"
  std::string directory;  // the new one
};
// The same for what kept it from that: a directory that is in the way, or the same, is a mistake of
// the call.
int FailMaking(const Context& context, const Making& making, const absl::Status& status);

// Flushes stdout. A reader that has gone away is no error; any other failure is told.
int FinishOutput(Context& context, int exit_code);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_ERRORS_H_
