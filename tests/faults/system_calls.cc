#include "tests/faults/system_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/faults/sanitized.h"

namespace linedb::testing {

SystemCalls system_calls;
Memory memory;

}  // namespace linedb::testing

#ifndef LINEDB_SANITIZED

using linedb::testing::memory;
using linedb::testing::system_calls;

namespace {

// True for every second call.
bool Interrupts() {
  if (!system_calls.interrupted) return false;
  if (++system_calls.calls_interrupted % 2 == 0) return false;
  errno = EINTR;
  return true;
}

std::size_t Shortened(std::size_t bytes) {
  if (system_calls.write_bytes_max == 0 || bytes <= system_calls.write_bytes_max) return bytes;
  ++system_calls.calls_shortened;
  return system_calls.write_bytes_max;
}

// Other threads may allocate, but no test counts beside them.
std::atomic_flag memory_busy = ATOMIC_FLAG_INIT;

void* Allocate(std::size_t bytes) {
  while (memory_busy.test_and_set(std::memory_order_acquire)) {
  }
  ++memory.allocations;
  const bool fails =
      memory.fails_at != 0 && (memory.fails_for_ever ? memory.allocations >= memory.fails_at
                                                     : memory.allocations == memory.fails_at);
  void* block = fails ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
  if (block != nullptr) {
    memory.bytes += malloc_usable_size(block);
    memory.bytes_peak = std::max(memory.bytes_peak, memory.bytes);
  }
  memory_busy.clear(std::memory_order_release);
  return block;
}

void Free(void* block) {
  if (block == nullptr) return;
  while (memory_busy.test_and_set(std::memory_order_acquire)) {
  }
  memory.bytes -= malloc_usable_size(block);
  memory_busy.clear(std::memory_order_release);
  std::free(block);
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t count) {
  if (Interrupts()) return -1;
  return syscall(SYS_write, descriptor, bytes, Shortened(count));
}

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t offset) {
  if (Interrupts()) return -1;
  return syscall(SYS_pwrite64, descriptor, bytes, Shortened(count), offset);
}

ssize_t pread(int descriptor, void* bytes, size_t count, off_t offset) {
  if (Interrupts()) return -1;
  return syscall(SYS_pread64, descriptor, bytes, Shortened(count), offset);
}

int fdatasync(int descriptor) {
  return Interrupts() ? -1 : static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

int fsync(int descriptor) {
  return Interrupts() ? -1 : static_cast<int>(syscall(SYS_fsync, descriptor));
}

int ftruncate(int descriptor, off_t length) noexcept {
  return Interrupts() ? -1 : static_cast<int>(syscall(SYS_ftruncate, descriptor, length));
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return Interrupts() ? -1 : static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int clock_gettime(clockid_t clock, struct timespec* time) noexcept {
  const long result = syscall(SYS_clock_gettime, clock, time);
  if (clock == CLOCK_REALTIME) time->tv_sec += system_calls.clock_offset_s;
  return static_cast<int>(result);
}

}  // extern "C"

void* operator new(std::size_t bytes) {
  if (void* block = Allocate(bytes)) return block;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return Allocate(bytes); }
void operator delete(void* block) noexcept { Free(block); }
void operator delete(void* block, std::size_t) noexcept { Free(block); }

#endif  // LINEDB_SANITIZED
