// A new database that appears at once: prepared in a folder inside its directory, then put in
// place.

#ifndef LINEDB_ENGINE_STORAGE_NEW_DIRECTORY_H_
#define LINEDB_ENGINE_STORAGE_NEW_DIRECTORY_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// Whether there is nothing in the directory that somebody might miss; also if it is missing. A
// LOCK, empty folders of a database, and what a file system puts there itself do not count.
absl::StatusOr<bool> IsVacant(wal::FileSystem& files, const wal::DatabasePaths& paths);

// One thread. Until Finish has written its log the directory says that it is not finished.
class NewDirectory {
 public:
  struct Words {
    std::string verb;  // "restore", in messages
    std::string work;  // the folder's name: "restoring"
    std::string mark;  // the text of UNFINISHED
    std::string lock_note;
  };

  // Whether a new database can be made there, as Begin finds out, too; writes nothing. `verb`: as
  // in Words. kAlreadyExists if it holds something.
  static absl::Status Check(wal::FileSystem& files, const wal::DatabasePaths& target,
                            std::string_view verb);
  // Marks and locks the directory, and makes its folders and the work's. kAlreadyExists if it
  // holds something; kUnavailable if somebody else is at it.
  static absl::StatusOr<std::unique_ptr<NewDirectory>> Begin(wal::FileSystem& files,
                                                             const wal::DatabasePaths& target,
                                                             const Words& words);

  // Where the database is prepared, as any other.
  const wal::DatabasePaths& work() const { return work_; }

  // The header of the prepared database's log, which has no operations and stands behind `last`.
  absl::StatusOr<wal::LogHeader> ReadHeader(wal::Lsn last) const;
  // Makes that log, of the closed database, a first one with this header, which may go on behind
  // another operation. What was archived before it goes.
  absl::Status Restart(wal::LogHeader header);
  // Puts everything in place, the log last, and removes what is left of the work. The prepared
  // database is closed.
  absl::Status Finish();
  // Removes what was made, as far as that can be done; after Finish it must not be called.
  void Abandon();

 private:
  NewDirectory(wal::FileSystem& files, const wal::DatabasePaths& target, const std::string& work)
      : files_(files), target_(target), work_(target.directory() + "/" + work) {}
  absl::Status MoveFolder(const std::string& source, const std::string& target);

  wal::FileSystem& files_;
  const wal::DatabasePaths target_;
  const wal::DatabasePaths work_;
  bool was_there_ = false;  // the directory
  std::unique_ptr<wal::FileLock> lock_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_NEW_DIRECTORY_H_
