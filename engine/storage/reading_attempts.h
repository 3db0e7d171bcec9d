// How often those who read a database's files without a lock look again.

#ifndef LINEDB_ENGINE_STORAGE_READING_ATTEMPTS_H_
#define LINEDB_ENGINE_STORAGE_READING_ATTEMPTS_H_

namespace linedb::engine {

// Behind a switch of logs, which a reader notices, a writer renames and removes files, which it
// does not: what that hides from one look at the folders is there at the next. An error is believed
// at the last of these.
inline constexpr int kQuietAttemptsMax = 3;

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_READING_ATTEMPTS_H_
