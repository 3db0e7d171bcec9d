// What keeps the views alive that were read with a snapshot.

#ifndef LINEDB_ENGINE_TRANSACTION_VIEW_KEEPER_H_
#define LINEDB_ENGINE_TRANSACTION_VIEW_KEEPER_H_

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "linedb/text_arena.h"
#include "wal/file_system.h"

namespace linedb::engine {

// A table's file is mapped anew when it outgrows its mapping, and the old one goes when nobody has
// it any more: a snapshot has all that it was read through. Any thread.
class ViewKeeper {
 public:
  // The mapping's owner is kept from letting go of it meanwhile. Null is nothing to keep.
  void Keep(const std::shared_ptr<const wal::Mapping>& mapping) {
    if (mapping == nullptr || last_.load(std::memory_order_relaxed) == mapping.get()) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    if (std::find(mappings_.begin(), mappings_.end(), mapping) == mappings_.end()) {
      mappings_.push_back(mapping);
    }
    last_.store(mapping.get(), std::memory_order_relaxed);
  }

  // Texts that the files hold with escapes.
  schema::TextArena& texts() { return texts_; }

 private:
  std::atomic<const wal::Mapping*> last_ = nullptr;  // one of `mappings_`
  std::mutex mutex_;
  std::vector<std::shared_ptr<const wal::Mapping>> mappings_;
  schema::TextArena texts_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_TRANSACTION_VIEW_KEEPER_H_
