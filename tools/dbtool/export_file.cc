#include "tools/dbtool/export_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "tools/dbtool/errors.h"
#include "tools/dbtool/process.h"
#include "wal/file_steps.h"
#include "wal/file_system.h"

namespace linedb::dbtool {
namespace {

namespace fs = std::filesystem;

bool HasPrefix(const fs::path& path, fs::path base) {
  if (!base.has_filename()) base = base.parent_path();  // "data/" is "data"
  const auto [path_end, base_end] =
      std::mismatch(path.begin(), path.end(), base.begin(), base.end());
  return base_end == base.end();
}

absl::Status WriteError(const std::string& name, int error) {
  const std::string message = "write " + name + ": " + ErrorText(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EEXIST:
      return absl::AlreadyExistsError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::ResourceExhaustedError(message);
    case EINTR:
      return absl::CancelledError(message);
    default:
      return absl::InternalError(message);
  }
}

}  // namespace

bool IsInside(const std::string& file, const std::string& directory) {
  std::error_code ignored;
  const fs::path base = fs::weakly_canonical(fs::absolute(directory, ignored), ignored);
  const fs::path path = fs::absolute(file, ignored);
  if (base.empty() || path.empty()) return false;
  // The place of the name counts as well as the place it links to: Finish replaces the name.
  const fs::path parent = fs::weakly_canonical(path.parent_path(), ignored);
  return HasPrefix(parent, base) || HasPrefix(fs::weakly_canonical(path, ignored), base);
}

absl::StatusOr<std::unique_ptr<ExportFile>> ExportFile::Create(const std::string& name,
                                                               Existing existing) {
  struct stat info = {};
  const bool exists = ::stat(name.c_str(), &info) == 0;
  // A device or a pipe is written to, never renamed over; nothing in it is lost.
  const bool in_place = exists && !S_ISREG(info.st_mode);
  if (exists && !in_place && existing == Existing::kRefuse) return WriteError(name, EEXIST);
  const std::string temporary = in_place ? "" : name + ".tmp-" + std::to_string(::getpid());
  const int flags = O_WRONLY | O_CLOEXEC | (in_place ? 0 : O_CREAT | O_EXCL);
  const int fd = ::open((in_place ? name : temporary).c_str(), flags, 0666);
  if (fd < 0) return WriteError(name, errno);
  return std::unique_ptr<ExportFile>(new ExportFile(fd, name, temporary, existing));
}

ExportFile::ExportFile(int fd, std::string name, std::string temporary_name, Existing existing)
    : fd_(fd),
      name_(std::move(name)),
      temporary_name_(std::move(temporary_name)),
      existing_(existing),
      buffer_(fd, FdBuffer::Use::kWrite),
      stream_(&buffer_) {}

ExportFile::~ExportFile() {
  stream_.flush();
  ::close(fd_);
  if (!finished_ && !temporary_name_.empty()) ::unlink(temporary_name_.c_str());
}

absl::Status ExportFile::ErrorOf(int error) const { return WriteError(name_, error); }

absl::Status ExportFile::status() const {
  return buffer_.error() == 0 ? absl::OkStatus() : ErrorOf(buffer_.error());
}

absl::Status ExportFile::Finish() {
  stream_.flush();
  if (absl::Status written = status(); !written.ok()) return written;
  if (temporary_name_.empty()) return absl::OkStatus();
  if (::fsync(fd_) != 0) return ErrorOf(errno);
  // A link, unlike a rename, does not replace a file that has appeared meanwhile. The first name
  // goes when this is destroyed.
  const bool linked =
      existing_ == Existing::kRefuse && ::link(temporary_name_.c_str(), name_.c_str()) == 0;
  if (!linked) {
    if (existing_ == Existing::kRefuse && errno == EEXIST) return ErrorOf(EEXIST);
    if (::rename(temporary_name_.c_str(), name_.c_str()) != 0) return ErrorOf(errno);
    finished_ = true;
  }
  // A power cut must not take a name that was reported.
  const absl::Status synced = wal::PosixFileSystem().SyncDirectory(wal::ParentOf(name_));
  // One may write into a directory that one may not read, and so not sync.
  return absl::IsPermissionDenied(synced) ? absl::OkStatus() : synced;
}

int WriteNamed(Context& context, const std::string& name,
               absl::FunctionRef<absl::Status(std::ostream&)> write) {
  if (name == "-") {
    const absl::Status written = write(context.out);
    return written.ok() || context.out_buffer.error() != 0 ? kExitOk : Fail(context, written);
  }
  CatchInterrupts();
  auto file = ExportFile::Create(name, Existing::kRefuse);
  if (file.status().code() == absl::StatusCode::kAlreadyExists) {
    if (!Confirmed(context, name + " exists. Replace it?")) {
      return FailUsage(context, name + " exists", "--yes replaces it");
    }
    file = ExportFile::Create(name, Existing::kReplace);
  }
  if (!file.ok()) return Fail(context, file.status());
  const absl::Status done = write((*file)->stream());
  absl::Status written = (*file)->status();
  if (written.ok()) written = done;
  if (written.ok() && Interrupted()) written = absl::CancelledError("writing was interrupted");
  if (written.ok()) written = (*file)->Finish();
  return written.ok() ? kExitOk : Fail(context, written);
}

}  // namespace linedb::dbtool
