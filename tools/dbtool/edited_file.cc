#include "tools/dbtool/edited_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <utility>

#include "tools/dbtool/process.h"
#include "wal/file_system.h"

namespace linedb::dbtool {
namespace {

constexpr std::string_view kSuffix = ".jsonl";

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

absl::Status ErrorOf(const std::string& what, const std::string& name, int error) {
  const std::string message = what + " " + name + ": " + ErrorText(error);
  if (error == EEXIST) return absl::AlreadyExistsError(message);
  if (error == ENOENT) return absl::NotFoundError(message);
  if (error == EACCES || error == EROFS) return absl::PermissionDeniedError(message);
  if (error == ENOSPC) return absl::ResourceExhaustedError(message);
  return absl::InternalError(message);
}

// A new file that nobody else may read; its name goes to `name`.
absl::StatusOr<int> MakePrivate(const std::string& table, std::string* name) {
  if (!name->empty()) {
    const int fd = ::open(name->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    return fd < 0 ? absl::StatusOr<int>(ErrorOf("create", *name, errno)) : fd;
  }
  std::string directory = Variable("TMPDIR");
  if (directory.empty()) directory = "/tmp";
  *name = directory + "/" + table + ".XXXXXX" + std::string(kSuffix);
  const int fd = ::mkostemps(name->data(), static_cast<int>(kSuffix.size()), O_CLOEXEC);
  return fd < 0 ? absl::StatusOr<int>(ErrorOf("create", *name, errno)) : fd;
}

int WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Empty if neither says it.
std::string NamedEditor() {
  const std::string visual = Variable("VISUAL");
  return visual.empty() ? Variable("EDITOR") : visual;
}

// The shell splits what the variable says into words, as everybody expects of it.
std::string EditorCommand() {
  if (const std::string editor = NamedEditor(); !editor.empty()) return editor + " \"$1\"";
  return "if command -v editor >/dev/null; then editor \"$1\"; else vi \"$1\"; fi";
}

// While it lives this process outlasts the interrupts that are the editor's.
class InterruptsIgnored {
 public:
  InterruptsIgnored()
      : interrupt_(std::signal(SIGINT, SIG_IGN)), quit_(std::signal(SIGQUIT, SIG_IGN)) {}
  ~InterruptsIgnored() {
    std::signal(SIGINT, interrupt_);
    std::signal(SIGQUIT, quit_);
  }
  InterruptsIgnored(const InterruptsIgnored&) = delete;
  InterruptsIgnored& operator=(const InterruptsIgnored&) = delete;

 private:
  void (*interrupt_)(int);
  void (*quit_)(int);
};

[[noreturn]] void RunShell(const char* command, const char* file) {
  for (const int number : {SIGINT, SIGQUIT, SIGPIPE, SIGXFSZ}) std::signal(number, SIG_DFL);
  ::execlp("sh", "sh", "-c", command, "dbtool", file, nullptr);
  ::_exit(127);
}

}  // namespace

absl::StatusOr<std::unique_ptr<EditedFile>> EditedFile::Create(const std::string& name,
                                                               const std::string& table,
                                                               std::string_view text) {
  std::string made = name;
  const absl::StatusOr<int> fd = MakePrivate(table, &made);
  if (!fd.ok()) return fd.status();
  std::unique_ptr<EditedFile> file(new EditedFile(made));
  int error = WriteAll(*fd, text);
  if (::close(*fd) != 0 && error == 0) error = errno;
  if (error != 0) return ErrorOf("write", made, error);
  return file;
}

EditedFile::~EditedFile() {
  if (!kept_) ::unlink(name_.c_str());
}

bool EditedFile::HasEditor() { return !NamedEditor().empty(); }

absl::Status EditedFile::Edit() const {
  const std::string command = EditorCommand();
  const InterruptsIgnored ignored;
  const pid_t child = ::fork();
  if (child < 0) return ErrorOf("start an editor for", name_, errno);
  if (child == 0) RunShell(command.c_str(), name_.c_str());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return absl::OkStatus();
  const std::string how = WIFEXITED(status)
                              ? "ended with " + std::to_string(WEXITSTATUS(status))
                              : "was ended by signal " + std::to_string(WTERMSIG(status));
  return absl::FailedPreconditionError("the editor (" + command + ") " + how);
}

absl::StatusOr<std::string> EditedFile::Text() const {
  return wal::ReadFile(wal::PosixFileSystem(), name_);
}

}  // namespace linedb::dbtool
