#include "tools/dbtool/input_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <iterator>
#include <utility>
#include <vector>

#include "tools/dbtool/process.h"

namespace linedb::dbtool {
namespace {

absl::Status ErrorOf(const std::string& name, int error) {
  const std::string message = "read " + name + ": " + ErrorText(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(message);
    case EINTR:
      return absl::CancelledError(message);
    case ENOSPC:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::InternalError(message);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<InputFile>> InputFile::Open(const std::string& name) {
  const bool is_stdin = name == "-";
  const int fd = is_stdin ? ::dup(STDIN_FILENO) : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  const std::string shown = is_stdin ? "<stdin>" : name;
  if (fd < 0) return ErrorOf(shown, errno);
  std::unique_ptr<InputFile> file(new InputFile(fd, shown));
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return ErrorOf(shown, errno);
  if (S_ISDIR(info.st_mode)) return ErrorOf(shown, EISDIR);
  file->regular_ = S_ISREG(info.st_mode);
  if (file->regular_) file->bytes_ = static_cast<std::uint64_t>(info.st_size);
  file->Restart();
  return file;
}

InputFile::~InputFile() { ::close(fd_); }

void InputFile::Restart() {
  buffer_ = std::make_unique<FdBuffer>(fd_, FdBuffer::Use::kRead);
  stream_ = std::make_unique<std::istream>(buffer_.get());
}

absl::Status InputFile::Rewind() {
  if (::lseek(fd_, 0, SEEK_SET) < 0) return ErrorOf(name_, errno);
  Restart();
  return absl::OkStatus();
}

absl::Status InputFile::MakeRepeatable() {
  if (regular_) return absl::OkStatus();
  std::FILE* spool = std::tmpfile();
  if (spool == nullptr) return ErrorOf("a temporary copy of " + name_, errno);
  const int spool_fd = ::dup(::fileno(spool));
  std::fclose(spool);
  if (spool_fd < 0) return ErrorOf(name_, errno);
  {
    FdBuffer copy(spool_fd, FdBuffer::Use::kWrite);
    std::ostream output(&copy);
    std::vector<char> block(std::size_t{1} << 16);
    while (output.good() && stream_->good()) {
      stream_->read(block.data(), static_cast<std::streamsize>(block.size()));
      output.write(block.data(), stream_->gcount());
    }
    output.flush();
    const int error = copy.error();
    if (error != 0 || !status().ok()) {
      ::close(spool_fd);
      return error != 0 ? ErrorOf("a temporary copy of " + name_, error) : status();
    }
  }
  ::close(std::exchange(fd_, spool_fd));
  regular_ = true;
  return Rewind();
}

bool InputFile::IsSameFile(const std::string& name) const {
  struct stat ours = {};
  struct stat other = {};
  if (::fstat(fd_, &ours) != 0 || ::stat(name.c_str(), &other) != 0) return false;
  return S_ISREG(ours.st_mode) && ours.st_dev == other.st_dev && ours.st_ino == other.st_ino;
}

absl::Status InputFile::status() const {
  return buffer_->error() == 0 ? absl::OkStatus() : ErrorOf(name_, buffer_->error());
}

absl::StatusOr<std::string> ReadSmallFile(const std::string& name) {
  constexpr std::size_t kBytesMax = std::size_t{16} << 20;
  auto file = InputFile::Open(name);
  if (!file.ok()) return file.status();
  std::string text;
  char block[4096];
  while ((*file)->stream().good() && text.size() <= kBytesMax) {
    (*file)->stream().read(block, sizeof(block));
    text.append(block, static_cast<std::size_t>((*file)->stream().gcount()));
  }
  if (absl::Status read = (*file)->status(); !read.ok()) return read;
  if (text.size() > kBytesMax) return absl::InvalidArgumentError(name + ": larger than 16 MiB");
  return text;
}

}  // namespace linedb::dbtool
