// The right to write.

#ifndef LINEDB_ENGINE_TRANSACTION_WRITER_SLOT_H_
#define LINEDB_ENGINE_TRANSACTION_WRITER_SLOT_H_

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/status/status.h"

namespace linedb::engine {

// One holder at a time: it alone changes tables. Any thread.
class WriterSlot {
 public:
  // Waits for the holder to let go. kFailedPrecondition if this very thread is the holder, which
  // would wait for itself.
  absl::Status Acquire();
  // kFailedPrecondition if this very thread is the holder.
  absl::Status CheckNotMine() const;
  // Takes it if nobody has it.
  bool TryAcquire();
  void Release();

 private:
  absl::Status CheckLocked() const;

  mutable std::mutex mutex_;
  std::condition_variable free_;
  bool held_ = false;
  std::thread::id holder_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_WRITER_SLOT_H_
