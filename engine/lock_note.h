// What the holder of the lock writes into LOCK.

#ifndef LINEDB_ENGINE_LOCK_NOTE_H_
#define LINEDB_ENGINE_LOCK_NOTE_H_

#include <string>
#include <string_view>

namespace linedb::engine {

// {"pid":4711,"program":"dbtool","host":"athena","since":"2026-01-22T20:31:17.592172Z"} and "\n",
// for this process, now.
std::string MakeLockNote();

// "dbtool (pid 4711 on athena, since …)"; the note itself if it cannot be read.
std::string DescribeLockNote(std::string_view note);

// Whether the process named by the note is running on this machine, as far as can be told.
bool IsLockNoteOfLiveProcess(std::string_view note);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_LOCK_NOTE_H_
