#include "tests/crash/planted_mistakes.h"

#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/crash/path_kind.h"
#include "tests/crash/step.h"
#include "wal/file_names.h"

namespace linedb::testing {
namespace {

using Path = Mistake::Path;

bool Is(Path path, const char* kind) { return KindOfPath(path) == kind; }

wal::DatabasePaths Paths() { return wal::DatabasePaths(kDatabase); }

// Counts per disk; true on every `count`-th call.
struct Every {
  int calls = 0;
  bool operator()(int count) { return ++calls % count == 0; }
};

absl::Status WriteSynced(wal::FileSystem& disk, Path path, const std::string& bytes) {
  absl::StatusOr<std::unique_ptr<wal::File>> file = disk.Open(path, wal::OpenMode::kCreateNew);
  if (!file.ok()) return file.status();
  absl::Status done = (*file)->Append(bytes);
  return done.ok() ? (*file)->Sync() : done;
}

absl::Status SyncPath(wal::FileSystem& disk, Path path) {
  absl::StatusOr<std::unique_ptr<wal::File>> file = disk.Open(path, wal::OpenMode::kAppend);
  return file.ok() ? (*file)->Sync() : file.status();
}

Mistake NoSyncOf(const char* kind) {
  Mistake mistake;
  mistake.sync = [kind](Path path, wal::File& file) {
    return Is(path, kind) ? absl::OkStatus() : file.Sync();
  };
  return mistake;
}

Mistake NoSyncOfDirectory(const char* kind) {
  Mistake mistake;
  mistake.sync_directory = [kind](wal::FileSystem& disk, Path path) {
    return Is(path, kind) ? absl::OkStatus() : disk.SyncDirectory(path);
  };
  return mistake;
}

Mistake EverySecondSyncOfLog() {
  Mistake mistake;
  mistake.sync = [every = Every()](Path path, wal::File& file) mutable {
    return Is(path, "log") && every(2) ? absl::OkStatus() : file.Sync();
  };
  return mistake;
}

// What the header of the new log vouches for is synced when that log is in force.
Mistake SyncedBehindHeader(const char* kind) {
  const auto late = std::make_shared<std::set<std::string>>();
  Mistake mistake;
  mistake.sync = [late, kind](Path path, wal::File& file) {
    if (!Is(path, kind)) return file.Sync();
    late->insert(path);
    return absl::OkStatus();
  };
  mistake.rename = [late](wal::FileSystem& disk, Path source, Path target) {
    absl::Status done = disk.Rename(source, target);
    if (late->erase(source) != 0) late->insert(target);
    if (!Is(target, "log")) return done;
    for (const std::string& path : std::exchange(*late, {})) {
      if (done.ok()) done = SyncPath(disk, path);
    }
    return done;
  };
  return mistake;
}

// As if every commit were of Durability::kProcess.
Mistake LogSyncedWithNextCommit() {
  const auto late = std::make_shared<bool>(false);
  Mistake mistake;
  mistake.sync = [late](Path path, wal::File& file) {
    if (!Is(path, "log")) return file.Sync();
    *late = true;
    return absl::OkStatus();
  };
  mistake.append = [late](Path path, wal::File& file, std::string_view bytes) {
    if (!Is(path, "log")) return file.Append(bytes);
    absl::Status done = std::exchange(*late, false) ? file.Sync() : absl::OkStatus();
    return done.ok() ? file.Append(bytes) : done;
  };
  return mistake;
}

Mistake ArchiveNamedBehindSwitch() {
  const auto archive = std::make_shared<std::string>();
  Mistake mistake;
  mistake.link = [archive](wal::FileSystem&, Path, Path target) {
    *archive = target;
    return absl::OkStatus();
  };
  mistake.rename = [archive](wal::FileSystem& disk, Path source, Path target) {
    if (!Is(target, "log") || archive->empty()) return disk.Rename(source, target);
    const absl::StatusOr<std::string> old_log = wal::ReadFile(disk, target);
    if (!old_log.ok()) return old_log.status();
    absl::Status done = disk.Rename(source, target);
    return done.ok() ? WriteSynced(disk, std::exchange(*archive, ""), *old_log) : done;
  };
  return mistake;
}

Mistake OldLogGoneBeforeNewIsThere() {
  Mistake mistake;
  mistake.link = [](wal::FileSystem& disk, Path source, Path target) {
    return disk.Rename(source, target);
  };
  return mistake;
}

// The archive is a copy here, or the overwriting would change it too.
Mistake LogOverwrittenInPlace() {
  Mistake mistake;
  mistake.link = [](wal::FileSystem& disk, Path source, Path target) {
    const absl::StatusOr<std::string> bytes = wal::ReadFile(disk, source);
    return bytes.ok() ? WriteSynced(disk, target, *bytes) : bytes.status();
  };
  mistake.rename = [](wal::FileSystem& disk, Path source, Path target) {
    absl::StatusOr<std::unique_ptr<wal::File>> file = disk.Open(target, wal::OpenMode::kAppend);
    if (!Is(target, "log") || !file.ok()) return disk.Rename(source, target);
    const absl::StatusOr<std::string> bytes = wal::ReadFile(disk, source);
    if (!bytes.ok()) return bytes.status();
    absl::Status done = (*file)->Truncate(0);
    if (done.ok()) done = (*file)->Append(*bytes);
    if (done.ok()) done = (*file)->Sync();
    return done.ok() ? disk.Remove(source) : done;
  };
  return mistake;
}

// Files of that kind, which wait for the switch of logs, are put into place before it.
Mistake RenamedBeforeSwitch(const char* kind, const std::string& directory) {
  Mistake mistake;
  mistake.before_create = [kind, directory](wal::FileSystem& disk, Path path) {
    if (!Is(path, "log tmp")) return;
    const absl::StatusOr<std::vector<std::string>> names = disk.List(directory);
    if (!names.ok()) return;
    for (const std::string& name : *names) {
      const std::string source = absl::StrCat(directory, "/", name);
      if (!Is(source, kind)) continue;
      disk.Rename(source, source.substr(0, source.rfind('.'))).IgnoreError();
    }
  };
  mistake.rename = [kind](wal::FileSystem& disk, Path source, Path target) {
    const bool done = Is(source, kind) && !disk.Stat(source).ok();
    return done ? absl::OkStatus() : disk.Rename(source, target);
  };
  return mistake;
}

// The log that is written says which table it is.
Mistake DroppedFilesRemovedBeforeSwitch() {
  Mistake mistake;
  mistake.append_on = [](wal::FileSystem& disk, Path path, wal::File& file,
                         std::string_view bytes) {
    const wal::DatabasePaths paths = Paths();
    for (const char* table : {"enrollment", "visit"}) {
      const std::string drop = absl::StrCat("\"DROP_TABLE\",\"table\":\"", table, "\"");
      if (!Is(path, "log tmp") || bytes.find(drop) == std::string_view::npos) continue;
      disk.Remove(paths.Schema(table)).IgnoreError();
      disk.Remove(paths.Records(table)).IgnoreError();
    }
    return file.Append(bytes);
  };
  return mistake;
}

Mistake FailedSyncTriedAgain() {
  Mistake mistake;
  mistake.sync = [](Path, wal::File& file) {
    absl::Status synced = file.Sync();
    return synced.ok() ? synced : file.Sync();
  };
  return mistake;
}

Mistake NoTruncationOf(const char* kind) {
  Mistake mistake;
  mistake.truncate = [kind](Path path, wal::File& file, std::uint64_t length) {
    return Is(path, kind) ? absl::OkStatus() : file.Truncate(length);
  };
  return mistake;
}

Mistake LockNoteClearedAtOnce() {
  Mistake mistake;
  mistake.after_lock = [](wal::FileLock& lock) { lock.Clear().IgnoreError(); };
  return mistake;
}

}  // namespace

std::vector<PlantedMistake> PlantedMistakes() {
  return {
      {"acknowledged before the log is synced", [] { return NoSyncOf("log"); }},
      {"the log is synced for every second commit", EverySecondSyncOfLog},
      {"the log renamed into place, its folder not synced",
       [] { return NoSyncOfDirectory("wal"); }},
      {"folders made, their names not synced", [] { return NoSyncOfDirectory("base"); }},
      {"the new log not synced before its rename", [] { return NoSyncOf("log tmp"); }},
      {"the compacted file not synced", [] { return NoSyncOf("compacted tmp"); }},
      {"records synced after the header that vouches for them",
       [] { return SyncedBehindHeader("records"); }},
      {"the old log archived after the switch", ArchiveNamedBehindSwitch},
      {"the old log gone before the new one is there", OldLogGoneBeforeNewIsThere},
      {"the log overwritten in place", LogOverwrittenInPlace},
      {"the compacted file renamed before the switch",
       [] { return RenamedBeforeSwitch("compacted", Paths().DataDirectory()); }},
      {"a failed sync tried again and believed", FailedSyncTriedAgain, true},
      {"nothing cut off after a failed append", [] { return NoTruncationOf("log"); }, true},
      {"names of tables' files not synced", [] { return NoSyncOfDirectory("data"); }},
      {"the lock's note cleared as soon as it is taken", LockNoteClearedAtOnce},
      {"a full commit acknowledged as one of the process", LogSyncedWithNextCommit},
      {"an altered table's schema not synced", [] { return NoSyncOf("next schema tmp"); }},
      {"an altered table's schema renamed before the switch",
       [] { return RenamedBeforeSwitch("next schema", Paths().SchemaDirectory()); }},
      {"a dropped table's files removed before the switch", DroppedFilesRemovedBeforeSwitch},
      {"the compacted file synced after the header that vouches for it",
       [] { return SyncedBehindHeader("compacted tmp"); }},
  };
}

Plant PlantOf(std::function<Mistake()> make) {
  return [make = std::move(make)](JournalDisk& machine) {
    return std::make_unique<MistakenDisk>(machine, make());
  };
}

}  // namespace linedb::testing
