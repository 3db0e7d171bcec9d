#include "engine/storage/new_directory.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "schema/time_text.h"
#include "wal/checkpoint.h"
#include "wal/file_steps.h"
#include "wal/wal_recovery.h"

namespace linedb::engine {

absl::StatusOr<bool> IsVacant(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  absl::StatusOr<std::vector<std::string>> names = files.List(paths.directory());
  if (absl::IsNotFound(names.status())) return true;
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (name == "LOCK" || name == "lost+found") continue;
    const std::string path = paths.directory() + "/" + name;
    if (path == wal::TemporaryOf(paths.Unfinished())) continue;  // a crash came before its name
    if (path != paths.SchemaDirectory() && path != paths.DataDirectory() &&
        path != paths.WalDirectory()) {
      return false;
    }
    absl::StatusOr<std::vector<std::string>> below = files.List(path);
    if (!below.ok()) return below.status();
    if (!below->empty()) return false;
  }
  return true;
}

absl::Status NewDirectory::Check(wal::FileSystem& files, const wal::DatabasePaths& target,
                                 std::string_view verb) {
  absl::StatusOr<wal::FileInfo> mark = files.Stat(target.Unfinished());
  if (mark.ok()) {
    return absl::AlreadyExistsError(absl::StrCat(
        target.directory(), ": a backup, restore, load or repair into it was begun and is not ",
        "finished; remove it, or ", std::string(verb), " into another directory"));
  }
  absl::StatusOr<bool> vacant = IsVacant(files, target);
  if (!vacant.ok()) return vacant.status();
  if (!*vacant) {
    return absl::AlreadyExistsError(absl::StrCat(target.directory(), ": it is not empty; ",
                                                 std::string(verb),
                                                 " writes into a new directory"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<NewDirectory>> NewDirectory::Begin(wal::FileSystem& files,
                                                                  const wal::DatabasePaths& target,
                                                                  const Words& words) {
  if (absl::Status free = Check(files, target, words.verb); !free.ok()) return free;
  std::unique_ptr<NewDirectory> made(new NewDirectory(files, target, words.work));
  made->was_there_ = files.Stat(target.directory()).ok();
  absl::Status done = wal::MakeDirectories(files, target.directory());
  if (!done.ok()) return done;
  absl::StatusOr<std::unique_ptr<wal::FileLock>> lock = files.Lock(target.Lock(), words.lock_note);
  if (!lock.ok()) {
    if (!made->was_there_) files.Remove(target.directory()).IgnoreError();  // if it is empty
    return lock.status();
  }
  made->lock_ = *std::move(lock);
  // Somebody else may have made a database there, and let go of the lock, since.
  if (absl::Status free = Check(files, target, words.verb); !free.ok()) {
    made->lock_->Clear().IgnoreError();
    return free;
  }
  done = wal::WriteFileAtomically(files, target.Unfinished(), words.mark);
  for (const wal::DatabasePaths* paths : {&made->target_, &made->work_}) {
    for (const std::string& directory :
         {paths->SchemaDirectory(), paths->DataDirectory(), paths->WalDirectory()}) {
      if (done.ok()) done = wal::MakeDirectories(files, directory);
    }
  }
  if (done.ok()) return made;
  made->Abandon();
  return done;
}

absl::StatusOr<wal::LogHeader> NewDirectory::ReadHeader(wal::Lsn last) const {
  absl::StatusOr<wal::RecoveredLog> log = wal::RecoverLog(files_, work_, /*is_original=*/false);
  if (!log.ok()) return log.status();
  if (log->header.first_lsn.value != last.value + 1 || !log->entries.empty()) {
    return absl::InternalError(absl::StrCat("what was prepared is at lsn ",
                                            log->position.next_lsn.value - 1, ", expected ",
                                            last.value));
  }
  return std::move(log->header);
}

absl::Status NewDirectory::Restart(wal::LogHeader header) {
  header.epoch = 1;
  header.previous = 0;
  header.timestamp = schema::FormatTimestamp(schema::Now());
  for (auto& [name, table] : header.tables) table.compacted = false;
  absl::StatusOr<std::vector<std::string>> names = files_.List(work_.WalDirectory());
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const std::string path = work_.WalDirectory() + "/" + name;
    if (path == work_.Log()) continue;
    if (absl::Status removed = files_.Remove(path); !removed.ok()) return removed;
  }
  return wal::CreateLog(files_, work_, header).status();
}

// All but the log.
absl::Status NewDirectory::MoveFolder(const std::string& source, const std::string& target) {
  absl::StatusOr<std::vector<std::string>> names = files_.List(source);
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const std::string path = source + "/" + name;
    if (path == work_.Log()) continue;
    if (absl::Status moved = files_.Rename(path, target + "/" + name); !moved.ok()) return moved;
  }
  return files_.SyncDirectory(target);
}

absl::Status NewDirectory::Finish() {
  absl::Status done;
  // An index is about the bytes of the tables, wherever they lie.
  if (files_.Stat(work_.IndexDirectory()).ok()) {
    done = wal::MakeDirectories(files_, target_.IndexDirectory());
    if (done.ok()) done = MoveFolder(work_.IndexDirectory(), target_.IndexDirectory());
  }
  if (done.ok()) done = MoveFolder(work_.SchemaDirectory(), target_.SchemaDirectory());
  if (done.ok()) done = MoveFolder(work_.DataDirectory(), target_.DataDirectory());
  if (done.ok()) done = MoveFolder(work_.WalDirectory(), target_.WalDirectory());
  if (done.ok()) done = files_.Rename(work_.Log(), target_.Log());
  if (done.ok()) done = files_.SyncDirectory(target_.WalDirectory());
  if (!done.ok()) return done;
  wal::RemoveTree(files_, work_.directory());
  done = wal::RemoveIfThere(files_, target_.Unfinished());
  if (done.ok()) done = files_.SyncDirectory(target_.directory());
  return done.ok() ? lock_->Clear() : done;
}

void NewDirectory::Abandon() {
  // The log first: without it the rest is no database.
  for (const std::string& directory :
       {target_.WalDirectory(), target_.SchemaDirectory(), target_.DataDirectory(),
        target_.IndexDirectory(), work_.directory()}) {
    wal::RemoveTree(files_, directory);
  }
  wal::RemoveIfThere(files_, target_.Unfinished()).IgnoreError();
  lock_->Clear().IgnoreError();
  if (!was_there_) wal::RemoveTree(files_, target_.directory());
}

}  // namespace linedb::engine
