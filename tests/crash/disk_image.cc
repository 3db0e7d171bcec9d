#include "tests/crash/disk_image.h"

#include <utility>

#define XXH_INLINE_ALL
#include "xxhash.h"

namespace linedb::testing {
namespace {

std::uint64_t Fold(std::uint64_t hash, const std::string& bytes) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), hash);
}

}  // namespace

std::uint64_t DiskImage::Hash() const {
  std::uint64_t hash = 1;
  for (const std::string& directory : directories) hash = Fold(hash, directory);
  std::map<int, std::string> seen;  // a file's number to the first of its names
  for (const auto& [path, number] : names) {
    hash = Fold(hash, path);
    const auto [first, is_first] = seen.try_emplace(number, path);
    hash = Fold(hash, is_first ? *files[static_cast<std::size_t>(number)] : first->second);
  }
  return hash;
}

absl::Status DiskImage::CopyTo(wal::FileSystem& disk, const std::string& below) const {
  for (const std::string& directory : directories) {
    absl::Status made = disk.CreateDirectory(below + directory);
    if (!made.ok()) return made;
  }
  std::map<int, std::string> copied;
  for (const auto& [path, number] : names) {
    const auto [first, is_first] = copied.try_emplace(number, path);
    if (!is_first) {
      absl::Status linked = disk.Link(below + first->second, below + path);
      if (!linked.ok()) return linked;
      continue;
    }
    absl::StatusOr<std::unique_ptr<wal::File>> file =
        disk.Open(below + path, wal::OpenMode::kCreateNew);
    if (!file.ok()) return file.status();
    const std::string& bytes = *files[static_cast<std::size_t>(number)];
    absl::Status written = bytes.empty() ? absl::OkStatus() : (*file)->Append(bytes);
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

std::unique_ptr<wal::FileSystem> DiskImage::Mount() const {
  std::unique_ptr<wal::FileSystem> disk = wal::NewMemoryFileSystem();
  CopyTo(*disk, "").IgnoreError();  // a disk in memory takes everything that is no contradiction
  return disk;
}

}  // namespace linedb::testing
