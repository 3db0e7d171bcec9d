#include "tools/dbtool/process.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>

namespace linedb::dbtool {
namespace {

// Asked for in several threads.
std::atomic<bool> interrupted = false;
std::atomic<int> interrupted_descriptor = -1;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void NoteInterrupt(int) {
  const int error = errno;
  interrupted = true;
  const std::uint64_t count = 1;
  [[maybe_unused]] const ssize_t noted = ::write(interrupted_descriptor, &count, sizeof(count));
  errno = error;
}

}  // namespace

void PrepareProcess() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) continue;
    // The wrong direction on purpose: using a closed stream stays an error.
    const int opened = ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (opened >= 0 && opened != fd) ::close(opened);
  }
}

void CatchInterrupts() {
  if (interrupted_descriptor < 0) interrupted_descriptor = ::eventfd(0, EFD_CLOEXEC);
  struct sigaction action = {};
  action.sa_handler = NoteInterrupt;
  // Without SA_RESTART, so that a read which waits for input ends.
  ::sigemptyset(&action.sa_mask);
  // The second one ends the process at once: the database withstands it.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool Interrupted() { return interrupted; }

int InterruptedDescriptor() { return interrupted_descriptor; }

bool IsTerminal(int fd) { return ::isatty(fd) == 1; }

std::size_t TerminalWidth(int fd) {
  constexpr std::size_t kUsualWidth = 80;
  winsize size = {};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualWidth;
}

std::uint64_t PeakMemoryBytes() {
  rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

const char* ErrorText(int error) { return std::strerror(error); }

}  // namespace linedb::dbtool
