#include "tools/dbtool/writer_state.h"

#include "engine/lock_note.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::dbtool {

WriterState WriterStateOf(const std::string& directory) {
  const wal::DatabasePaths paths(directory);
  const auto note = wal::ReadFile(wal::PosixFileSystem(), paths.Lock());
  if (!note.ok() || note->empty()) return WriterState::kNone;
  return engine::IsLockNoteOfLiveProcess(*note) ? WriterState::kAlive : WriterState::kDied;
}

}  // namespace linedb::dbtool
