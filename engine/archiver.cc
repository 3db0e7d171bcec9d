#include "engine/archiver.h"

#include <utility>

#include "wal/wal_archive.h"

namespace linedb::engine {

Archiver::Archiver(wal::FileSystem& files, wal::DatabasePaths paths, int archives_kept,
                   Maintenance maintenance)
    : files_(files),
      paths_(std::move(paths)),
      archives_kept_(archives_kept),
      maintenance_(maintenance) {}

Archiver::~Archiver() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Archiver::Request() {
  if (maintenance_ == Maintenance::kManual) {
    DoRound();
    return;
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  requested_ = true;
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  changed_.notify_all();
}

void Archiver::WaitUntilIdle() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !requested_ && !working_; });
}

void Archiver::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return requested_ || stopping_; });
    if (!requested_) return;
    requested_ = false;
    working_ = true;
    lock.unlock();
    DoRound();
    lock.lock();
    working_ = false;
    changed_.notify_all();
  }
}

void Archiver::DoRound() {
  // Old ones first: no work on what is to go. Errors: see the class.
  wal::RemoveOldArchives(files_, paths_, archives_kept_).IgnoreError();
  wal::CompressArchives(files_, paths_).IgnoreError();
}

}  // namespace linedb::engine
