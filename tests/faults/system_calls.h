// System calls of this test program as a test wants them: short, interrupted, on a clock that
// jumps; and memory that runs out. The calls of the C library are replaced by ones of the same
// name, so what is tested is the program as it is. Not under sanitizers, which replace them too.

#ifndef LINEDB_TESTS_FAULTS_SYSTEM_CALLS_H_
#define LINEDB_TESTS_FAULTS_SYSTEM_CALLS_H_

#include <cstdint>

namespace linedb::testing {

struct SystemCalls {
  std::uint64_t write_bytes_max = 0;  // a write takes at most so many; 0: as many as it likes
  bool interrupted = false;           // every second call ends with EINTR
  std::int64_t clock_offset_s = 0;    // what the system's clock is off by

  std::uint64_t calls_shortened = 0;
  std::uint64_t calls_interrupted = 0;
};
extern SystemCalls system_calls;

struct Memory {
  std::uint64_t allocations = 0;  // since Reset
  std::uint64_t fails_at = 0;     // this allocation, counted from 1; 0: none
  bool fails_for_ever = false;    // and all behind it
  std::uint64_t bytes = 0;        // held now
  std::uint64_t bytes_peak = 0;

  void Reset() {
    allocations = fails_at = 0;
    fails_for_ever = false;
    bytes_peak = bytes;
  }
};
extern Memory memory;

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_FAULTS_SYSTEM_CALLS_H_
