// Texts that views point to, where the line itself does not hold them. Internal to linedb; in a
// public header only because the typed surface names it.

#ifndef LINEDB_TEXT_ARENA_H_
#define LINEDB_TEXT_ARENA_H_

#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace linedb::schema {

// Keeps texts in their place until it is destroyed. Any thread.
class TextArena {
 public:
  std::string_view Keep(std::string text) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return texts_.emplace_back(std::move(text));
  }

 private:
  std::mutex mutex_;
  std::deque<std::string> texts_;  // which does not move them
};

}  // namespace linedb::schema

#endif  // LINEDB_TEXT_ARENA_H_
