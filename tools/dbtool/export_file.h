// A file that appears under its name only when it is whole.

#ifndef LINEDB_TOOLS_DBTOOL_EXPORT_FILE_H_
#define LINEDB_TOOLS_DBTOOL_EXPORT_FILE_H_

#include <memory>
#include <ostream>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tools/dbtool/context.h"
#include "tools/dbtool/fd_stream.h"

namespace linedb::dbtool {

enum class Existing { kRefuse, kReplace };

// Whether the file, there or not, is or would be inside the directory, links followed.
bool IsInside(const std::string& file, const std::string& directory);

// One thread. Destroyed before Finish, it leaves nothing behind.
class ExportFile {
 public:
  // Writes to a temporary file beside `name`. kAlreadyExists if there is such a file and it is not
  // to be replaced.
  static absl::StatusOr<std::unique_ptr<ExportFile>> Create(const std::string& name,
                                                            Existing existing);
  ~ExportFile();
  ExportFile(const ExportFile&) = delete;
  ExportFile& operator=(const ExportFile&) = delete;

  std::ostream& stream() { return stream_; }
  // Why writing failed; OK if it did not.
  absl::Status status() const;
  // Makes it durable and gives it its name.
  absl::Status Finish();

 private:
  ExportFile(int fd, std::string name, std::string temporary_name, Existing existing);
  absl::Status ErrorOf(int error) const;

  int fd_;
  std::string name_;
  std::string temporary_name_;
  Existing existing_;
  bool finished_ = false;
  FdBuffer buffer_;
  std::ostream stream_;
};

// Lets `write` write to the file, or to stdout if it is named "-"; the exit code. A file that is
// there is replaced if the person says so, and only by a whole one. What goes wrong with stdout is
// told by FinishOutput.
int WriteNamed(Context& context, const std::string& name,
               absl::FunctionRef<absl::Status(std::ostream&)> write);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_EXPORT_FILE_H_
