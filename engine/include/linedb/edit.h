// Changes made by hand: rows that were written out, edited and read back; and a .records file that
// an editor, `sed -i` or `git pull` changed under the database.

#ifndef LINEDB_EDIT_H_
#define LINEDB_EDIT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/database.h"
#include "linedb/exchange.h"

namespace linedb {

enum class RowChangeKind { kInserted, kUpdated, kDeleted };

// What becomes of one row. Lines are canonical.
struct RowChange {
  RowChangeKind kind = RowChangeKind::kInserted;
  std::string table;
  std::uint64_t line = 0;  // in the edited text; of a deleted row in the text before, or 0
  std::string record;      // empty: deleted
  std::string old_record;  // empty: inserted
};

struct EditReport {
  std::uint64_t inserted = 0;
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;
  std::uint64_t unchanged = 0;
  std::vector<RowChange> changes;       // the first `changes_max`, in the order of their lines
  std::vector<ImportProblem> problems;  // the first `problems_max`; any: nothing happens
  std::uint64_t problem_count = 0;      // all of them
  // The changes are in the table. Without changes there is nothing to commit.
  bool committed = false;
  // Of Adopt: files were written anew, though perhaps no record changed (spaces, order, line ends).
  bool rewritten = false;

  std::uint64_t changed() const { return inserted + updated + deleted; }
};

struct EditOptions {
  // The name of the edited text in messages.
  std::string source_name = "<edited>";
  // Checks everything, changes nothing.
  bool dry_run = false;
  std::uint64_t problems_max = 1000;
  std::uint64_t changes_max = 1000;
};

// Applies what somebody changed in rows of a table, as one transaction. `before` is the rows as
// they were written out, canonical lines with their "\n"; `after` is the edited text: JSON, a row a
// line in any order and spacing. A row whose key is in both and whose values differ is updated, one
// whose key is in `after` only is inserted (an assigned key may be left out), one that is missing
// there is deleted. Blank lines do not count. Values may be swapped between rows, of unique
// columns, too.
//
// OK: the report says what happened. With problems nothing did; all of them are in it: text that is
// no record, what the schema refuses, a key that stands on two lines, a unique value that is taken,
// line ends of CR LF, a byte order mark, conflict markers of git; and a row that is to be changed
// and is not as it was in `before` any more: the problem shows both values.
// Errors: kNotFound (the table), kInvalidArgument (`before` is no text of the table's rows), and
// those of Database::Begin and WriteTransaction::Commit. One thread; holds the database's write
// transaction meanwhile.
absl::StatusOr<EditReport> ApplyEdited(Database& database, std::string_view table,
                                       std::string_view before, std::string_view after,
                                       const EditOptions& options = {});

struct AdoptOptions {
  // By table: the bytes of its .records file as they were before the change, as `git show` or an
  // editor's copy has them. Needed only where the logs do not go back far enough to tell what the
  // table held; taken only if the checkpoint's checksum is theirs.
  std::map<std::string, std::string> before = {};
  // Checks everything, changes nothing. Takes no lock, and writes nothing.
  bool dry_run = false;
  // Asked when everything is checked and something is to be changed, without a lock; false leaves
  // everything as it is.
  std::function<bool(const EditReport&)> confirm = {};
  std::uint64_t problems_max = 1000;
  std::uint64_t changes_max = 1000;
};

// Takes in tables whose .records files were changed by hand while nobody had the database open,
// which therefore does not open any more; engine/FORMAT.md says what such a file means. All changes
// become one transaction in the log, and the files what a checkpoint writes. Everything is checked
// first, as ApplyEdited does; with problems nothing happens. Files that were not changed: says so,
// writes nothing. Stopped at any moment, the database is as before, to be adopted again, or
// adopted.
//
// Errors: kNotFound (database; table; or what a table held before is not known: the message says
// how far the logs go back), kUnavailable (a process has the database open for writing), kAborted
// (the file changed meanwhile), kFailedPrecondition (a directory of the Python original, whose
// files count as they are; a checkpoint is not finished), kDataLoss (another file is damaged), and
// the disk's.
absl::StatusOr<EditReport> Adopt(const std::string& directory,
                                 const std::vector<std::string>& tables,
                                 const AdoptOptions& options = {});

}  // namespace linedb

#endif  // LINEDB_EDIT_H_
