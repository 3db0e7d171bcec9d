// What was done to a disk, operation by operation, and what the program had been told by then.

#ifndef LINEDB_TESTS_CRASH_JOURNAL_H_
#define LINEDB_TESTS_CRASH_JOURNAL_H_

#include <cstdint>
#include <string>
#include <vector>

namespace linedb::testing {

// Which of a story's states may be found after a crash: from the last that survives this kind of
// crash up to the last that was attempted. Both are included.
struct Promise {
  int synced = 0;   // acknowledged, and survives a power cut
  int written = 0;  // acknowledged, and survives the end of the process
  int attempted = 0;

  static Promise Exactly(int state) { return {state, state, state}; }
};

enum class Action {
  kCreate,
  kAppend,
  kTruncate,
  kRename,
  kLink,
  kRemove,
  kMakeDirectory,
  kSyncFile,
  kSyncDirectory,
  kLockNote,  // written over the note that was there, in place
  kTold,      // nothing on the disk: the program learned what became of a step that had failed
};

inline const char* NameOf(Action action) {
  static constexpr const char* kNames[] = {
      "create",         "append", "truncate",       "rename",    "link", "remove",
      "make directory", "sync",   "sync directory", "lock note", "told",
  };
  return kNames[static_cast<int>(action)];
}

struct Operation {
  Action action = Action::kCreate;
  std::string path;
  std::string target = {};   // of a rename, a link
  int file = -1;             // its number; none of a directory
  std::string bytes = {};    // what was appended, or the note
  std::uint64_t length = 0;  // of a truncation
  bool failed = false;       // a sync that did not reach the disk, and said so
  Promise promise = {};      // when it began
};

using Journal = std::vector<Operation>;

inline std::string Describe(const Operation& operation) {
  std::string text = std::string(NameOf(operation.action)) + " " + operation.path;
  if (!operation.target.empty()) text += " to " + operation.target;
  if (operation.failed) text += ", which failed";
  return text;
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_JOURNAL_H_
