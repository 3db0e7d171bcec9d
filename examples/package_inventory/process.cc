#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

extern char** environ;

namespace inventory {
namespace {

// Appends what one read gives; false at the end.
bool ReadSome(int descriptor, std::string* output) {
  char buffer[65536];
  ssize_t count = 0;
  do {
    count = read(descriptor, buffer, sizeof(buffer));
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return false;
  output->append(buffer, static_cast<std::size_t>(count));
  return true;
}

}  // namespace

absl::StatusOr<Child> Child::Start(const std::vector<std::string>& arguments) {
  int ends[2];
  // Close-on-exec: a child that held the reading end too would never see that we are gone.
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return absl::InternalError(absl::StrCat("pipe: ", std::strerror(errno)));
  }
  std::vector<char*> words;
  for (const std::string& argument : arguments)
    words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t process = -1;
  const int error = posix_spawnp(&process, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) {
    close(ends[0]);
    const std::string message = absl::StrCat(arguments[0], ": ", std::strerror(error));
    return error == ENOENT ? absl::NotFoundError(message) : absl::InternalError(message);
  }
  return Child(process, ends[0]);
}

Child::Child(Child&& other) noexcept
    : process_(std::exchange(other.process_, -1)), output_(std::exchange(other.output_, -1)) {}

Child::~Child() {
  if (process_ > 0) {
    Kill();
    Wait();
  }
  if (output_ >= 0) close(output_);
}

bool Child::ReadNext(std::chrono::steady_clock::time_point deadline, std::string* output) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  pollfd waiting = {.fd = output_, .events = POLLIN, .revents = 0};
  const int ready = poll(&waiting, 1, std::max(0, static_cast<int>(left.count())));
  return ready <= 0 || ReadSome(output_, output);
}

void Child::ReadRest(std::string* output) {
  while (ReadSome(output_, output)) {
  }
}

void Child::Kill() {
  if (process_ > 0) kill(process_, SIGKILL);
}

int Child::Wait() {
  int state = 0;
  while (waitpid(process_, &state, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  return WIFSIGNALED(state) ? -WTERMSIG(state) : WEXITSTATUS(state);
}

absl::StatusOr<CommandResult> Run(const std::vector<std::string>& arguments) {
  absl::StatusOr<Child> child = Child::Start(arguments);
  if (!child.ok()) return child.status();
  CommandResult result;
  child->ReadRest(&result.output);
  result.exit_code = child->Wait();
  return result;
}

absl::StatusOr<CommandResult> RunShell(const std::string& command) {
  return Run({"sh", "-c", command});
}

std::string ShellWord(const std::string& text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-+:=@%,";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

}  // namespace inventory
