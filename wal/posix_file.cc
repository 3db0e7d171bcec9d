#include "wal/posix_file.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <limits>
#include <utility>

#include "wal/posix_error.h"

namespace linedb::wal {
namespace {

// Room for a file to grow in, so that it need not be mapped anew at each append. It costs address
// space only.
constexpr std::uint64_t kMapBytesMin = std::uint64_t{64} << 20;
constexpr std::uint64_t kMapBytesMax = std::uint64_t{1} << 46;

class PosixMapping final : public Mapping {
 public:
  PosixMapping(void* address, std::uint64_t bytes) : address_(address), bytes_(bytes) {
    assert(address != MAP_FAILED && bytes > 0);
  }
  ~PosixMapping() override {
    [[maybe_unused]] const int result = ::munmap(address_, bytes_);
    assert(result == 0);
  }
  const char* data() const override { return static_cast<const char*>(address_); }
  std::uint64_t capacity() const override { return bytes_; }
  void ReleasePages() const override {
    [[maybe_unused]] const int result = ::madvise(address_, bytes_, MADV_DONTNEED);
    assert(result == 0);
  }

 private:
  void* address_;
  std::uint64_t bytes_;
};

// A file's whole pages, and behind them pages of memory, the first of which begins with the file's
// rest.
class PosixRoomyMapping final : public RoomyMapping {
 public:
  PosixRoomyMapping(void* address, std::uint64_t capacity, std::uint64_t file_bytes)
      : mapping_(address, capacity), room_(static_cast<char*>(address) + file_bytes) {
    assert(file_bytes <= capacity);
  }
  const char* data() const override { return mapping_.data(); }
  std::uint64_t capacity() const override { return mapping_.capacity(); }
  char* room() override { return room_; }

 private:
  const PosixMapping mapping_;
  char* const room_;
};

class PosixFile final : public File {
 public:
  PosixFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {
    assert(descriptor_.valid());
  }

  absl::Status Append(std::string_view bytes) override {
    // Short writes are legal: a signal, a full disk or a limit may cause one, and only the next
    // call says why.
    while (!bytes.empty()) {
      const ssize_t written = RetryInterrupted(
          [&] { return ::write(descriptor_.number(), bytes.data(), bytes.size()); });
      if (written < 0) return PosixError("write", path_, errno);
      if (written == 0) return PosixError("write", path_, EIO);
      assert(static_cast<std::size_t>(written) <= bytes.size());
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> ReadAt(std::uint64_t offset, std::uint64_t length) override {
    const absl::StatusOr<std::uint64_t> bytes = Size();
    if (!bytes.ok()) return bytes.status();
    // The length asked for may be far past the end: no memory for what is not there.
    std::string text(offset < *bytes ? std::min(length, *bytes - offset) : 0, '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
      const ssize_t read = RetryInterrupted([&] {
        return ::pread(descriptor_.number(), text.data() + filled, text.size() - filled,
                       static_cast<off_t>(offset + filled));
      });
      if (read < 0) return PosixError("read", path_, errno);
      if (read == 0) break;  // truncated meanwhile
      filled += static_cast<std::size_t>(read);
    }
    assert(filled <= text.size());
    text.resize(filled);
    return text;
  }

  absl::Status Sync() override {
    if (RetryInterrupted([&] { return ::fdatasync(descriptor_.number()); }) == 0) {
      return absl::OkStatus();
    }
    return PosixError("sync", path_, errno);
  }

  absl::Status Truncate(std::uint64_t length) override {
    assert(length <= static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()));
    const off_t end = static_cast<off_t>(length);
    if (RetryInterrupted([&] { return ::ftruncate(descriptor_.number(), end); }) == 0) {
      return absl::OkStatus();
    }
    return PosixError("truncate", path_, errno);
  }

  absl::StatusOr<std::uint64_t> Size() override {
    struct stat info;
    if (::fstat(descriptor_.number(), &info) != 0) return PosixError("stat", path_, errno);
    assert(info.st_size >= 0);
    return static_cast<std::uint64_t>(info.st_size);
  }

  void NoteRename(const std::string& path) override { path_ = path; }

  absl::StatusOr<std::shared_ptr<const Mapping>> Map(std::uint64_t bytes) override {
    if (bytes > kMapBytesMax) return PosixError("map", path_, ENOMEM);
    const std::uint64_t capacity = std::max(kMapBytesMin, std::bit_ceil(2 * bytes));
    assert(capacity >= bytes);
    void* address = ::mmap(nullptr, capacity, PROT_READ, MAP_SHARED, descriptor_.number(), 0);
    if (address == MAP_FAILED) return PosixError("map", path_, errno);
    return std::make_shared<const PosixMapping>(address, capacity);
  }

  absl::StatusOr<std::shared_ptr<RoomyMapping>> MapWithRoom(std::uint64_t bytes,
                                                            std::uint64_t room_bytes) override {
    if (bytes > kMapBytesMax || room_bytes > kMapBytesMax) return PosixError("map", path_, ENOMEM);
    const std::uint64_t capacity = (bytes + room_bytes + kPageBytes) / kPageBytes * kPageBytes;
    // Memory that is not touched costs nothing.
    void* address = ::mmap(nullptr, capacity, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address == MAP_FAILED) return PosixError("map", path_, errno);
    auto mapping = std::make_shared<PosixRoomyMapping>(address, capacity, bytes);
    const std::uint64_t whole = bytes / kPageBytes * kPageBytes;
    if (whole > 0 && ::mmap(address, whole, PROT_READ, MAP_SHARED | MAP_FIXED, descriptor_.number(),
                            0) == MAP_FAILED) {
      return PosixError("map", path_, errno);
    }
    const absl::StatusOr<std::string> rest = ReadAt(whole, bytes - whole);
    if (!rest.ok()) return rest.status();
    if (rest->size() < bytes - whole) return PosixError("map", path_, EIO);
    std::memcpy(mapping->room() - rest->size(), rest->data(), rest->size());
    return mapping;
  }

  absl::StatusOr<std::shared_ptr<const Mapping>> MapJoined(std::uint64_t bytes,
                                                           File& next) override {
    auto* const behind = dynamic_cast<PosixFile*>(&next);
    if (behind == nullptr) return File::MapJoined(bytes, next);
    const absl::StatusOr<std::uint64_t> size = next.Size();
    if (!size.ok()) return size.status();
    assert(JoinedBegin(bytes) <= *size && kJoinedPageBytes % kPageBytes == 0);
    const std::uint64_t whole = bytes - JoinedBegin(bytes);
    const std::uint64_t capacity = whole + *size;
    if (capacity == 0 || capacity > kMapBytesMax) return PosixError("map", path_, ENOMEM);
    void* address =
        ::mmap(nullptr, capacity, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address == MAP_FAILED) return PosixError("map", path_, errno);
    auto mapping = std::make_shared<const PosixMapping>(address, capacity);
    const auto put = [address](std::uint64_t begin, std::uint64_t count, const PosixFile& file) {
      return count == 0 ||
             ::mmap(static_cast<char*>(address) + begin, count, PROT_READ, MAP_SHARED | MAP_FIXED,
                    file.descriptor_.number(), 0) != MAP_FAILED;
    };
    if (!put(0, whole, *this)) return PosixError("map", path_, errno);
    if (!put(whole, *size, *behind)) return PosixError("map", behind->path_, errno);
    return mapping;
  }

 private:
  static inline const std::uint64_t kPageBytes =
      static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));

  Descriptor descriptor_;
  std::string path_;
};

}  // namespace

Descriptor::~Descriptor() {
  // Not repeated on EINTR: Linux has closed it by then, and the number may be another's.
  if (valid()) ::close(number_);
}

std::unique_ptr<File> NewPosixFile(Descriptor descriptor, std::string path) {
  return std::make_unique<PosixFile>(std::move(descriptor), std::move(path));
}

}  // namespace linedb::wal
