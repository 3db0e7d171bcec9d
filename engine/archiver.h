// Compresses archived logs and removes old ones, on a thread of its own.

#ifndef LINEDB_ENGINE_ARCHIVER_H_
#define LINEDB_ENGINE_ARCHIVER_H_

#include <condition_variable>
#include <mutex>
#include <thread>

#include "linedb/options.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// Works beside commits; touches archives only, never the current log. What it cannot do now (a full
// disk, say) it tries again after the next checkpoint: an archive left plain is no loss. Any
// thread.
class Archiver {
 public:
  Archiver(wal::FileSystem& files, wal::DatabasePaths paths, int archives_kept,
           Maintenance maintenance);
  // Finishes the work asked for.
  ~Archiver();

  // Asks for a round; the thread is started by the first. With kManual it is done when this
  // returns.
  void Request();
  // Waits until nothing asked for is left to do.
  void WaitUntilIdle();

 private:
  void Run();
  void DoRound();

  wal::FileSystem& files_;
  const wal::DatabasePaths paths_;
  const int archives_kept_;
  const Maintenance maintenance_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool requested_ = false;
  bool working_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ARCHIVER_H_
