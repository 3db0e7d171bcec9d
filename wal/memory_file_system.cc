// A disk in memory, for tests and for databases that need not stay. A file's bytes lie in a buffer
// with room to grow; when that is used up, a larger one takes over, and those that mappings still
// show are filled further up to their ends. Bytes once written are never moved or touched again, so
// a reader of them needs no lock.

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "wal/file_steps.h"
#include "wal/file_system.h"

namespace linedb::wal {
namespace {

constexpr std::uint64_t kBufferBytesMin = 256;

absl::Status Error(absl::StatusCode code, const char* operation, const std::string& path,
                   const char* words) {
  return absl::Status(code, absl::StrCat(operation, " ", path, ": ", words));
}

absl::Status NotThere(const char* operation, const std::string& path) {
  return Error(absl::StatusCode::kNotFound, operation, path, "No such file or directory");
}

absl::Status IsThere(const char* operation, const std::string& path) {
  return Error(absl::StatusCode::kAlreadyExists, operation, path, "File exists");
}

// Without repeated and trailing slashes, so that a place has one name.
std::string Normalized(const std::string& path) {
  std::string name;
  for (const char c : path) {
    if (c != '/' || name.empty() || name.back() != '/') name.push_back(c);
  }
  if (name.size() > 1 && name.back() == '/') name.pop_back();
  return name;
}

class Buffer final : public Mapping {
 public:
  explicit Buffer(std::uint64_t capacity)
      : bytes_(std::make_unique<char[]>(capacity)), capacity_(capacity) {}
  const char* data() const override { return bytes_.get(); }
  std::uint64_t capacity() const override { return capacity_; }

  // Copies as much as there is room for.
  void Put(std::uint64_t offset, std::string_view bytes) {
    if (offset >= capacity_) return;
    const std::uint64_t room = capacity_ - offset;
    std::memcpy(bytes_.get() + offset, bytes.data(), std::min<std::uint64_t>(room, bytes.size()));
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::uint64_t capacity_;
};

// What the names of a file point to. Any thread.
class Node {
 public:
  explicit Node(std::uint64_t number) : number_(number) { Reserve(kBufferBytesMin); }

  std::uint64_t number() const { return number_; }

  std::uint64_t Size() const {
    const std::lock_guard lock(mutex_);
    return size_;
  }

  void Append(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    Put(bytes);
  }

  std::string Read(std::uint64_t offset, std::uint64_t length) const {
    const std::lock_guard lock(mutex_);
    if (offset >= size_) return "";
    return std::string(buffers_.back()->data() + offset, std::min(length, size_ - offset));
  }

  void Truncate(std::uint64_t length) {
    const std::lock_guard lock(mutex_);
    if (length > size_) Put(std::string(length - size_, '\0'));
    size_ = length;
  }

  std::shared_ptr<const Mapping> Map(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    Reserve(bytes);
    return buffers_.back();
  }

  bool TakeLock() { return !std::exchange(locked_, true); }
  void FreeLock() { locked_ = false; }

 private:
  void Put(std::string_view bytes) {
    Reserve(size_ + bytes.size());
    for (const std::shared_ptr<Buffer>& buffer : buffers_) buffer->Put(size_, bytes);
    size_ += bytes.size();
    assert(size_ <= buffers_.back()->capacity());
  }

  void Reserve(std::uint64_t bytes) {
    if (!buffers_.empty() && bytes <= buffers_.back()->capacity()) return;
    auto larger = std::make_shared<Buffer>(std::bit_ceil(2 * std::max(bytes, kBufferBytesMin)));
    if (!buffers_.empty()) larger->Put(0, std::string_view(buffers_.back()->data(), size_));
    // Those that no mapping holds need no further bytes.
    std::erase_if(buffers_, [](const auto& buffer) { return buffer.use_count() == 1; });
    buffers_.push_back(std::move(larger));
  }

  const std::uint64_t number_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Buffer>> buffers_;  // growing; the last one holds everything
  std::uint64_t size_ = 0;
  bool locked_ = false;  // guarded by the disk's mutex
};

class MemoryFile final : public File {
 public:
  MemoryFile(std::shared_ptr<Node> node, std::string path, bool writable)
      : node_(std::move(node)), path_(std::move(path)), writable_(writable) {
    assert(node_ != nullptr);
  }

  absl::Status Append(std::string_view bytes) override {
    if (!writable_) return BadMode("write");
    node_->Append(bytes);
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> ReadAt(std::uint64_t offset, std::uint64_t length) override {
    return node_->Read(offset, length);
  }
  absl::Status Sync() override { return absl::OkStatus(); }
  absl::Status Truncate(std::uint64_t length) override {
    if (!writable_) return BadMode("truncate");
    node_->Truncate(length);
    return absl::OkStatus();
  }
  absl::StatusOr<std::uint64_t> Size() override { return node_->Size(); }
  absl::StatusOr<std::shared_ptr<const Mapping>> Map(std::uint64_t bytes) override {
    return node_->Map(bytes);
  }

 private:
  absl::Status BadMode(const char* operation) const {
    return Error(absl::StatusCode::kInternal, operation, path_, "Bad file descriptor");
  }

  std::shared_ptr<Node> node_;
  std::string path_;
  bool writable_;
};

// The names, shared with the locks, which may outlive the disk's handle.
struct Names {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Node>> files;
  std::set<std::string> directories;
  std::uint64_t nodes_made = 0;

  bool Has(const std::string& path) const {
    return files.contains(path) || directories.contains(path);
  }
  std::shared_ptr<Node> Make(const std::string& path) {
    assert(!Has(path));
    return files[path] = std::make_shared<Node>(++nodes_made);
  }
};

class MemoryLock final : public FileLock {
 public:
  MemoryLock(std::shared_ptr<Names> names, std::shared_ptr<Node> node, const std::string& note)
      : names_(std::move(names)), node_(std::move(node)), note_found_(node_->Read(0, ~0ULL)) {
    node_->Truncate(0);
    node_->Append(note);
  }
  ~MemoryLock() override {
    const std::lock_guard lock(names_->mutex);
    node_->FreeLock();
  }
  const std::string& note_found() const override { return note_found_; }
  absl::Status Clear() override {
    node_->Truncate(0);
    return absl::OkStatus();
  }

 private:
  std::shared_ptr<Names> names_;
  std::shared_ptr<Node> node_;
  std::string note_found_;
};

class MemoryDisk final : public FileSystem {
 public:
  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& raw, OpenMode mode) override {
    const std::string path = Normalized(raw);
    const std::lock_guard lock(names_->mutex);
    const auto found = names_->files.find(path);
    if (mode == OpenMode::kCreateNew) {
      if (names_->Has(path)) return IsThere("open", path);
      if (!names_->directories.contains(ParentOf(path))) return NotThere("open", path);
      return std::make_unique<MemoryFile>(names_->Make(path), path, true);
    }
    if (found == names_->files.end()) return NotThere("open", path);
    return std::make_unique<MemoryFile>(found->second, path, mode == OpenMode::kAppend);
  }

  absl::StatusOr<FileInfo> Stat(const std::string& raw) override {
    const std::string path = Normalized(raw);
    const std::lock_guard lock(names_->mutex);
    if (names_->directories.contains(path)) return FileInfo{0, true, path};
    const auto found = names_->files.find(path);
    if (found == names_->files.end()) return NotThere("stat", path);
    return FileInfo{found->second->Size(), false, absl::StrCat(found->second->number())};
  }

  absl::StatusOr<std::vector<std::string>> List(const std::string& raw) override {
    const std::string path = Normalized(raw);
    const std::lock_guard lock(names_->mutex);
    if (!names_->directories.contains(path)) return NotThere("list", path);
    return NamesIn(path);
  }

  absl::Status CreateDirectory(const std::string& raw) override {
    const std::string path = Normalized(raw);
    const std::lock_guard lock(names_->mutex);
    if (names_->Has(path)) return IsThere("make directory", path);
    if (!names_->directories.contains(ParentOf(path)) && !MakeRoots(ParentOf(path))) {
      return NotThere("make directory", path);
    }
    names_->directories.insert(path);
    return absl::OkStatus();
  }

  absl::Status Rename(const std::string& raw_source, const std::string& raw_target) override {
    const std::string source = Normalized(raw_source);
    const std::string target = Normalized(raw_target);
    const std::lock_guard lock(names_->mutex);
    const auto found = names_->files.find(source);
    if (found == names_->files.end()) return NotThere("rename", source);
    if (!names_->directories.contains(ParentOf(target))) return NotThere("rename", target);
    if (names_->directories.contains(target)) return IsThere("rename", target);
    // Two names of one file: the system does nothing.
    const std::shared_ptr<Node> node = found->second;
    const auto replaced = names_->files.find(target);
    if (replaced != names_->files.end() && replaced->second == node) return absl::OkStatus();
    names_->files.erase(found);
    names_->files[target] = node;
    return absl::OkStatus();
  }

  absl::Status Link(const std::string& raw_source, const std::string& raw_target) override {
    const std::string source = Normalized(raw_source);
    const std::string target = Normalized(raw_target);
    const std::lock_guard lock(names_->mutex);
    const auto found = names_->files.find(source);
    if (found == names_->files.end()) return NotThere("link", source);
    if (!names_->directories.contains(ParentOf(target))) return NotThere("link", target);
    if (names_->Has(target)) return IsThere("link", target);
    names_->files.emplace(target, found->second);
    return absl::OkStatus();
  }

  absl::Status Remove(const std::string& raw) override {
    const std::string path = Normalized(raw);
    const std::lock_guard lock(names_->mutex);
    if (names_->files.erase(path) > 0) return absl::OkStatus();
    if (!names_->directories.contains(path)) return NotThere("remove", path);
    if (!NamesIn(path).empty()) {
      return Error(absl::StatusCode::kAlreadyExists, "remove", path, "Directory not empty");
    }
    names_->directories.erase(path);
    return absl::OkStatus();
  }

  absl::Status SyncDirectory(const std::string& raw) override {
    const std::string path = Normalized(raw);
    const std::lock_guard lock(names_->mutex);
    return names_->directories.contains(path) ? absl::OkStatus() : NotThere("sync", path);
  }

  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& raw,
                                                 const std::string& note) override {
    const std::string path = Normalized(raw);
    const std::lock_guard lock(names_->mutex);
    if (!names_->directories.contains(ParentOf(path))) return NotThere("open", path);
    const auto found = names_->files.find(path);
    const std::shared_ptr<Node> node =
        found == names_->files.end() ? names_->Make(path) : found->second;
    if (!node->TakeLock()) return absl::UnavailableError(node->Read(0, ~0ULL));
    return std::make_unique<MemoryLock>(names_, node, note);
  }

 private:
  std::vector<std::string> NamesIn(const std::string& directory) const {
    std::vector<std::string> names;
    const auto add = [&](const std::string& path) {
      if (path != directory && ParentOf(path) == directory) {
        names.push_back(path.substr(path.rfind('/') + 1));
      }
    };
    for (const auto& [path, node] : names_->files) add(path);
    for (const std::string& path : names_->directories) add(path);
    std::sort(names.begin(), names.end());
    return names;
  }

  // Makes the directories above a first one, which on a real disk would be there. False if the disk
  // has some of them already: then a missing one is missing.
  bool MakeRoots(const std::string& path) {
    std::set<std::string> roots;
    for (std::string at = path; roots.insert(at).second; at = ParentOf(at)) {
      if (at != "/" && at != "." && names_->directories.contains(at)) return false;
      if (names_->files.contains(at)) return false;
    }
    names_->directories.merge(roots);
    return true;
  }

  std::shared_ptr<Names> names_ = std::make_shared<Names>();
};

}  // namespace

std::unique_ptr<FileSystem> NewMemoryFileSystem() { return std::make_unique<MemoryDisk>(); }

}  // namespace linedb::wal
