// What the holder of the lock writes into LOCK, and what it tells others.

#ifndef LINEDB_ENGINE_LOCK_NOTE_H_
#define LINEDB_ENGINE_LOCK_NOTE_H_

#include <string>
#include <string_view>

#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// {"pid":4711,"program":"dbtool","host":"athena","since":"2026-01-22T20:31:17.592172Z"} and "\n",
// for this process, now.
std::string MakeLockNote();

// "dbtool (pid 4711 on athena, since …)"; the note itself if it cannot be read, "another process"
// if there is none.
std::string DescribeLockNote(std::string_view note);

// Whether the process named by the note is running on this machine, as far as can be told: one that
// was given the number of a dead one passes for it.
bool IsLockNoteOfLiveProcess(std::string_view note);

// False if the note names nobody, or a process of this machine that has died: who holds the lock
// then has not written its own yet.
bool MayBeHoldersNote(std::string_view note);
// Whether it has the form of one.
bool IsLockNote(std::string_view note);

// Whether somebody writes to a database, as far as one can tell without taking its lock.
enum class WriterState {
  kNone,   // the last one closed it properly, or LOCK cannot be read
  kAlive,  // a process of this machine has it open
  kDied,   // it was not closed: the next opening for writing recovers it
};
WriterState WriterStateOf(wal::FileSystem& files, const wal::DatabasePaths& paths);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_LOCK_NOTE_H_
