// A file named on the command line, or stdin, as a stream that can be read several times.

#ifndef LINEDB_TOOLS_DBTOOL_INPUT_FILE_H_
#define LINEDB_TOOLS_DBTOOL_INPUT_FILE_H_

#include <istream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/dbtool/fd_stream.h"

namespace linedb::dbtool {

// One thread.
class InputFile {
 public:
  // "-" is stdin. kNotFound, kPermissionDenied, kInternal (a directory, the disk).
  static absl::StatusOr<std::unique_ptr<InputFile>> Open(const std::string& name);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // From the start. What cannot be read twice (a pipe) is copied to a nameless temporary file
  // before the first reading of several.
  absl::Status Rewind();
  absl::Status MakeRepeatable();

  std::istream& stream() { return *stream_; }
  // "students.jsonl", "<stdin>"
  const std::string& name() const { return name_; }
  // Whether `name` is this very file, under whatever name.
  bool IsSameFile(const std::string& name) const;
  // 0 if it is not known.
  std::uint64_t bytes() const { return bytes_; }
  // Why reading stopped before the end; OK if it did not.
  absl::Status status() const;

 private:
  InputFile(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  void Restart();

  int fd_;
  std::string name_;
  bool regular_ = false;
  std::uint64_t bytes_ = 0;
  std::unique_ptr<FdBuffer> buffer_;
  std::unique_ptr<std::istream> stream_;
};

// All of a small file. kInvalidArgument if it is larger than 16 MiB.
absl::StatusOr<std::string> ReadSmallFile(const std::string& name);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_INPUT_FILE_H_
