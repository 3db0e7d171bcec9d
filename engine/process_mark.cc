#include "engine/process_mark.h"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <new>

namespace linedb::engine {
namespace {

using Mark = std::atomic<pid_t>;
static_assert(Mark::is_always_lock_free);

// Null where the kernel cannot clear pages (before Linux 4.14): then it is asked each time.
Mark* MakeMark() {
  constexpr std::size_t kBytes = sizeof(Mark);
  void* page = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (::madvise(page, kBytes, MADV_WIPEONFORK) == 0) return new (page) Mark(0);
  ::munmap(page, kBytes);
  return nullptr;
}

}  // namespace

pid_t CurrentProcess() {
  static Mark* const mark = MakeMark();
  if (mark == nullptr) return ::getpid();
  pid_t process = mark->load(std::memory_order_relaxed);
  if (process == 0) {
    process = ::getpid();
    mark->store(process, std::memory_order_relaxed);
  }
  return process;
}

}  // namespace linedb::engine
