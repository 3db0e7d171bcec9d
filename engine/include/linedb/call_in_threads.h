// Numbered work, shared among threads that live no longer than the call. Internal to linedb; in a
// public header only because Table<T> inlines it.

#ifndef LINEDB_CALL_IN_THREADS_H_
#define LINEDB_CALL_IN_THREADS_H_

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace linedb::engine {

// Calls work(0) … work(count - 1), each once, from up to `threads` threads (0: one for each core)
// of which the caller's is one, in about this order, and returns when all have returned; with fewer
// threads if the machine has no more. After a call that fails no further ones begin; of the errors
// the one with the lowest number is returned. An exception in `work` is thrown in the caller's
// thread.
absl::Status CallInThreads(int threads, std::size_t count,
                           absl::FunctionRef<absl::Status(std::size_t)> work);

}  // namespace linedb::engine

#endif  // LINEDB_CALL_IN_THREADS_H_
