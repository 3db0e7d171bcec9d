#include "tests/crash/planted_mistakes.h"

#include <algorithm>
#include <map>
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

Mistake RecordsSyncedBehindHeader() {
  const auto late = std::make_shared<std::set<std::string>>();
  Mistake mistake;
  mistake.sync = [late](Path path, wal::File& file) {
    if (!Is(path, "records")) return file.Sync();
    late->insert(path);
    return absl::OkStatus();
  };
  mistake.rename = [late](wal::FileSystem& disk, Path source, Path target) {
    absl::Status done = disk.Rename(source, target);
    if (!Is(target, "log")) return done;
    for (const std::string& path : std::exchange(*late, {})) {
      if (done.ok()) done = SyncPath(disk, path);
    }
    return done;
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

Mistake CompactedRenamedBeforeSwitch() {
  Mistake mistake;
  mistake.before_create = [](wal::FileSystem& disk, Path path) {
    if (!Is(path, "log tmp")) return;
    const std::string data = wal::DatabasePaths(kDatabase).DataDirectory();
    const absl::StatusOr<std::vector<std::string>> names = disk.List(data);
    if (!names.ok()) return;
    for (const std::string& name : *names) {
      const std::string source = absl::StrCat(data, "/", name);
      if (!Is(source, "compacted")) continue;
      disk.Rename(source, source.substr(0, source.rfind('.'))).IgnoreError();
    }
  };
  mistake.rename = [](wal::FileSystem& disk, Path source, Path target) {
    const bool done = Is(source, "compacted") && !disk.Stat(source).ok();
    return done ? absl::OkStatus() : disk.Rename(source, target);
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

Mistake ShortWriteTakenForWhole() {
  Mistake mistake;
  mistake.append = [](Path, wal::File& file, std::string_view bytes) {
    return file.Append(bytes.substr(0, 4096));
  };
  return mistake;
}

Mistake InterruptedWriteRepeated() {
  Mistake mistake;
  mistake.append = [every = Every()](Path path, wal::File& file, std::string_view bytes) mutable {
    if (!Is(path, "log") || !every(5)) return file.Append(bytes);
    absl::Status done = file.Append(bytes.substr(0, bytes.size() / 2));
    return done.ok() ? file.Append(bytes) : done;
  };
  return mistake;
}

Mistake RecordsAppendedAtWrongPlace() {
  Mistake mistake;
  mistake.append = [every = Every()](Path path, wal::File& file, std::string_view bytes) mutable {
    if (!Is(path, "records") || !every(4)) return file.Append(bytes);
    const absl::StatusOr<std::uint64_t> size = file.Size();
    if (!size.ok()) return size.status();
    absl::Status done = file.Truncate(*size - std::min<std::uint64_t>(*size, 8));
    return done.ok() ? file.Append(bytes) : done;
  };
  return mistake;
}

Mistake LogLinesSwapped() {
  Mistake mistake;
  mistake.append = [](Path path, wal::File& file, std::string_view bytes) {
    const std::size_t first = bytes.find('\n') + 1;
    const std::size_t second = bytes.find('\n', first) + 1;
    if (!Is(path, "log") || second == 0) return file.Append(bytes);
    return file.Append(absl::StrCat(std::string(bytes.substr(first, second - first)),
                                    std::string(bytes.substr(0, first)),
                                    std::string(bytes.substr(second))));
  };
  return mistake;
}

Mistake LockNoteClearedAtOnce() {
  Mistake mistake;
  mistake.after_lock = [](wal::FileLock& lock) { lock.Clear().IgnoreError(); };
  return mistake;
}

Mistake SizeRemembered() {
  const auto sizes = std::make_shared<std::map<std::string, std::uint64_t>>();
  Mistake mistake;
  mistake.size = [sizes](Path path, wal::File& file) -> absl::StatusOr<std::uint64_t> {
    const absl::StatusOr<std::uint64_t> size = file.Size();
    if (!size.ok() || !Is(path, "records")) return size;
    return sizes->try_emplace(path, *size).first->second;
  };
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
      {"the compacted file not synced", [] { return NoSyncOf("compacted"); }},
      {"records synced after the header that vouches for them", RecordsSyncedBehindHeader},
      {"the old log archived after the switch", ArchiveNamedBehindSwitch},
      {"the old log gone before the new one is there", OldLogGoneBeforeNewIsThere},
      {"the log overwritten in place", LogOverwrittenInPlace},
      {"the compacted file renamed before the switch", CompactedRenamedBeforeSwitch},
      {"a failed sync tried again and believed", FailedSyncTriedAgain, true},
      {"nothing cut off after a failed append", [] { return NoTruncationOf("log"); }, true},
      {"records not cut to what the log says", [] { return NoTruncationOf("records"); }},
      {"a short write taken for a whole one", ShortWriteTakenForWhole},
      {"an interrupted write repeated from its start", InterruptedWriteRepeated},
      {"records appended at the wrong place", RecordsAppendedAtWrongPlace},
      {"two lines of a transaction swapped", LogLinesSwapped},
      {"the lock's note cleared as soon as it is taken", LockNoteClearedAtOnce},
      {"a file's size remembered and not asked", SizeRemembered},
  };
}

Plant PlantOf(std::function<Mistake()> make) {
  return [make = std::move(make)](JournalDisk& machine) {
    return std::make_unique<MistakenDisk>(machine, make());
  };
}

}  // namespace linedb::testing
