#include "tests/crash/power_model.h"

#include <algorithm>
#include <utility>

#include "wal/file_steps.h"

namespace linedb::testing {
namespace {

void Clip(std::vector<ByteRange>* ranges, std::uint64_t length) {
  for (ByteRange& range : *ranges) range.end = std::min(range.end, length);
  std::erase_if(*ranges, [](const ByteRange& range) { return range.begin >= range.end; });
}

// Where an operation's name stands, whose directory's sync makes it durable.
std::string DirectoryOf(const Operation& operation) {
  return wal::ParentOf(operation.target.empty() ? operation.path : operation.target);
}

}  // namespace

void ModelFile::Change::ApplyTo(std::string* content) const {
  switch (action) {
    case Action::kAppend:
      content->append(bytes);
      break;
    case Action::kTruncate:
      content->resize(length, '\0');
      break;
    default:
      *content = bytes;
  }
}

void ModelFile::Apply(Change change) {
  if (change.action == Action::kTruncate) {
    stable = std::min(stable, change.length);
    Clip(&lost_cached, change.length);
  }
  if (change.action == Action::kLockNote) {
    stable = 0;
    lost_cached.clear();
  }
  change.ApplyTo(&cached);
  unsynced.push_back(std::move(change));
}

void ModelFile::Sync(bool failed) {
  if (failed && !unsynced.empty() && stable < cached.size()) {
    lost_cached.push_back({stable, cached.size()});
  }
  durable = cached;
  lost_durable = lost_cached;
  unsynced.clear();
  stable = durable.size();
}

PowerModel::PowerModel(const DiskImage& image) : files_(image.files.size()) {
  durable_.directories = image.directories;
  durable_.files = image.names;
  cached_ = durable_;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (image.files[i] == nullptr) continue;
    files_[i].durable = files_[i].cached = *image.files[i];
    files_[i].stable = files_[i].durable.size();
  }
}

void PowerModel::Names::Apply(const Operation& operation) {
  switch (operation.action) {
    case Action::kCreate:
      files[operation.path] = operation.file;
      break;
    case Action::kLink:
      files[operation.target] = operation.file;
      break;
    case Action::kRename:
    case Action::kRemove: {
      // A name that was lost and is another file's by now is not this operation's.
      const auto found = files.find(operation.path);
      if (found != files.end() && found->second == operation.file) files.erase(found);
      if (operation.action == Action::kRename) files[operation.target] = operation.file;
      break;
    }
    default:
      directories.insert(operation.path);
  }
}

// What stands in a directory that was lost is lost with it.
void PowerModel::Names::DropOrphans() {
  const auto is_orphan = [this](const std::string& path) {
    const std::string parent = wal::ParentOf(path);
    return parent != "." && parent != "/" && !directories.contains(parent);
  };
  for (auto at = directories.begin(); at != directories.end();) {  // parents come before children
    at = is_orphan(*at) ? directories.erase(at) : std::next(at);
  }
  std::erase_if(files, [&](const auto& name) { return is_orphan(name.first); });
}

ModelFile& PowerModel::FileOf(const Operation& operation) {
  const auto number = static_cast<std::size_t>(operation.file);
  if (number >= files_.size()) files_.resize(number + 1);
  return files_[number];
}

void PowerModel::Apply(const Operation& operation) {
  switch (operation.action) {
    case Action::kAppend:
    case Action::kTruncate:
    case Action::kLockNote:
      FileOf(operation).Apply({operation.action, operation.bytes, operation.length});
      return;
    case Action::kTold:
      return;
    case Action::kSyncFile:
      FileOf(operation).Sync(operation.failed);
      return;
    case Action::kSyncDirectory:
      if (operation.failed) return;
      std::erase_if(names_, [&](const Operation& name) {
        if (DirectoryOf(name) != operation.path) return false;
        durable_.Apply(name);
        return true;
      });
      return;
    default:
      if (operation.file >= 0) FileOf(operation);
      cached_.Apply(operation);
      names_.push_back(operation);
  }
}

DiskImage PowerModel::ImageOf(Names names) const {
  names.DropOrphans();
  DiskImage image;
  image.directories = std::move(names.directories);
  image.names = std::move(names.files);
  image.files.resize(files_.size());
  return image;
}

DiskImage PowerModel::Killed() const {
  DiskImage image = ImageOf(cached_);
  for (const auto& [path, number] : image.names) {
    const auto at = static_cast<std::size_t>(number);
    if (image.files[at] != nullptr) continue;
    image.files[at] = std::make_shared<const std::string>(files_[at].cached);
  }
  return image;
}

std::vector<int> PowerModel::UncertainFiles() const {
  std::vector<int> uncertain;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    if (!files_[i].certain()) uncertain.push_back(static_cast<int>(i));
  }
  return uncertain;
}

DiskImage PowerModel::Cut(std::uint64_t kept, const std::vector<FileFate>& fates,
                          Dice& dice) const {
  Names names = durable_;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if ((kept >> i % 64 & 1) != 0) names.Apply(names_[i]);
  }
  DiskImage image = ImageOf(std::move(names));
  std::set<int> named;
  for (const auto& [path, number] : image.names) named.insert(number);
  std::size_t uncertain = 0;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const FileFate fate = files_[i].certain() ? FileFate::kNew : fates[uncertain++];
    if (!named.contains(static_cast<int>(i))) continue;
    image.files[i] = std::make_shared<const std::string>(ContentAfterCut(files_[i], fate, dice));
  }
  return image;
}

}  // namespace linedb::testing
