#include "tests/crash/sync_sites.h"

#include <map>
#include <memory>
#include <utility>

#include "tests/crash/mistaken_disk.h"
#include "tests/crash/path_kind.h"
#include "wal/file_steps.h"

namespace linedb::testing {
namespace {

// What was done last, to files and in folders, by their paths.
class LastDeeds {
 public:
  void NoteFile(const std::string& path, const std::string& deed) { deeds_[path] = deed; }
  void NoteName(const std::string& path, const std::string& deed) {
    deeds_[wal::ParentOf(path)] = deed + " " + KindOfPath(path);
  }
  void NoteRename(const std::string& source, const std::string& target) {
    deeds_[target] = std::exchange(deeds_[source], "");
    NoteName(target, "rename to");
  }
  // The site of a sync that comes now.
  std::string SiteOf(const std::string& path) {
    const std::string deed = std::exchange(deeds_[path], "");
    return KindOfPath(path) + (deed.empty() ? " untouched" : " after " + deed);
  }

 private:
  std::map<std::string, std::string> deeds_;
};

void Note(const Operation& operation, LastDeeds* last, std::set<std::string>* sites) {
  const std::string deed = NameOf(operation.action);
  switch (operation.action) {
    case Action::kAppend:
    case Action::kTruncate:
    case Action::kLockNote:
      return last->NoteFile(operation.path, deed);
    case Action::kRename:
      return last->NoteRename(operation.path, operation.target);
    case Action::kTold:
      return;
    case Action::kLink:
      return last->NoteName(operation.target, deed);
    case Action::kSyncFile:
    case Action::kSyncDirectory:
      sites->insert(last->SiteOf(operation.path));
      return;
    default:
      return last->NoteName(operation.path, deed);
  }
}

// Notes what is done, and leaves out one site's syncs.
Mistake LeavingOut(const std::string& site) {
  const auto last = std::make_shared<LastDeeds>();
  using Path = Mistake::Path;
  Mistake mistake;
  mistake.append = [last](Path path, wal::File& file, std::string_view bytes) {
    last->NoteFile(path, NameOf(Action::kAppend));
    return file.Append(bytes);
  };
  mistake.truncate = [last](Path path, wal::File& file, std::uint64_t length) {
    last->NoteFile(path, NameOf(Action::kTruncate));
    return file.Truncate(length);
  };
  mistake.sync = [last, site](Path path, wal::File& file) {
    return last->SiteOf(path) == site ? absl::OkStatus() : file.Sync();
  };
  mistake.sync_directory = [last, site](wal::FileSystem& disk, Path path) {
    return last->SiteOf(path) == site ? absl::OkStatus() : disk.SyncDirectory(path);
  };
  mistake.rename = [last](wal::FileSystem& disk, Path source, Path target) {
    absl::Status done = disk.Rename(source, target);
    if (done.ok()) last->NoteRename(source, target);
    return done;
  };
  mistake.link = [last](wal::FileSystem& disk, Path source, Path target) {
    last->NoteName(target, NameOf(Action::kLink));
    return disk.Link(source, target);
  };
  mistake.remove = [last](wal::FileSystem& disk, Path path) {
    absl::Status done = disk.Remove(path);
    if (done.ok()) last->NoteName(path, NameOf(Action::kRemove));
    return done;
  };
  mistake.before_create = [last](wal::FileSystem&, Path path) {
    last->NoteName(path, NameOf(Action::kCreate));
  };
  mistake.before_make_directory = [last](Path path) {
    last->NoteName(path, NameOf(Action::kMakeDirectory));
  };
  return mistake;
}

}  // namespace

std::set<std::string> SyncSitesOf(const Journal& journal) {
  LastDeeds last;
  std::set<std::string> sites;
  for (const Operation& operation : journal) Note(operation, &last, &sites);
  return sites;
}

Plant WithoutSyncAt(const std::string& site) {
  return [site](JournalDisk& machine) {
    machine.syncs_lock_note = site != kLockNoteSite;
    return std::make_unique<MistakenDisk>(machine, LeavingOut(site));
  };
}

}  // namespace linedb::testing
