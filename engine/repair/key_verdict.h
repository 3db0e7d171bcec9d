// Which version of a record stands, when its table's file or the logs are damaged: a decision table
// over what is known of its key.
//
// What the log says of a key counts if nothing can have happened behind it. Where operations are
// missing, file and log are compared: each has kept what the other lost.

#ifndef LINEDB_ENGINE_REPAIR_KEY_VERDICT_H_
#define LINEDB_ENGINE_REPAIR_KEY_VERDICT_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace linedb::engine {

// The last operation on the key in the logs.
enum class LogSign {
  kNone,
  kComplete,   // and every operation behind it is there
  kBeforeGap,  // operations behind it are missing, of which one may be on this key
};

// The last line of the key in the table's file.
enum class FileSign {
  kNone,          // and bytes of the file are damaged or gone
  kNoneForSure,   // and the file is as it was at the checkpoint
  kPlain,         // it has the form of a record
  kAtCheckpoint,  // of bytes that are as they were at the checkpoint
  kBeyondLog,     // behind everything that the log tells of, in a database closed properly
  kBehindItLost,  // a line of the same key, which is damaged, stands behind it
};

// The file's line compared with what the log says.
enum class MatchSign {
  kOther,
  kSame,
  kOlder,  // it is what an operation in the logs superseded
};

struct KeySigns {
  LogSign log = LogSign::kNone;
  FileSign file = FileSign::kNone;
  MatchSign match = MatchSign::kOther;
  bool log_since_checkpoint = false;  // the operation is of the current log
};

enum class KeyVerdict {
  kFile,          // the file's line stands
  kLog,           // the log's last word stands
  kLogBeforeGap,  // the same, although operations behind it are missing: nothing newer is known
  kPreviousFile,  // the record is lost; the file's line is an earlier version
  kPreviousLog,   // the record is lost; the log's last word is an earlier version
  kNothing,       // there is no such record
};

KeyVerdict Judge(const KeySigns& signs);

// A row of the table; nothing in a place: anything.
struct KeyRule {
  std::string_view name;
  std::optional<LogSign> log;
  std::optional<FileSign> file;
  std::optional<MatchSign> match;
  std::optional<bool> log_since_checkpoint;
  KeyVerdict verdict;

  bool Matches(const KeySigns& signs) const {
    return (!log || *log == signs.log) && (!file || *file == signs.file) &&
           (!match || *match == signs.match) &&
           (!log_since_checkpoint || *log_since_checkpoint == signs.log_since_checkpoint);
  }
};

// Whether a combination can be: what is not there is compared with nothing.
constexpr bool IsPossible(const KeySigns& signs) {
  const bool has_file = signs.file != FileSign::kNone && signs.file != FileSign::kNoneForSure;
  const bool has_log = signs.log != LogSign::kNone;
  if (!has_file || !has_log) {
    if (signs.match != MatchSign::kOther) return false;
  }
  return has_log || !signs.log_since_checkpoint;
}

inline constexpr std::optional<LogSign> kAnyLog = std::nullopt;
inline constexpr std::optional<MatchSign> kAnyMatch = std::nullopt;
inline constexpr std::optional<bool> kAnyTime = std::nullopt;

// Each possible combination has exactly one row; tests/repair/key_verdict_test.cc counts.
inline constexpr std::array kKeyRules = {
    // Without a word in the logs the file is all there is.
    KeyRule{"only a damaged or missing line", LogSign::kNone, FileSign::kNone, kAnyMatch, kAnyTime,
            KeyVerdict::kNothing},
    KeyRule{"never there", LogSign::kNone, FileSign::kNoneForSure, kAnyMatch, kAnyTime,
            KeyVerdict::kNothing},
    KeyRule{"only the file tells of it", LogSign::kNone, FileSign::kPlain, kAnyMatch, kAnyTime,
            KeyVerdict::kFile},
    KeyRule{"only the checkpoint tells of it", LogSign::kNone, FileSign::kAtCheckpoint, kAnyMatch,
            kAnyTime, KeyVerdict::kFile},
    KeyRule{"behind the log, new", LogSign::kNone, FileSign::kBeyondLog, kAnyMatch, kAnyTime,
            KeyVerdict::kFile},
    KeyRule{"its newest line is damaged", LogSign::kNone, FileSign::kBehindItLost, kAnyMatch,
            kAnyTime, KeyVerdict::kPreviousFile},
    // A log without a gap behind the operation knows the record as it is.
    KeyRule{"the log knows, the file is damaged", LogSign::kComplete, FileSign::kNone, kAnyMatch,
            kAnyTime, KeyVerdict::kLog},
    KeyRule{"the log knows, the file ends before", LogSign::kComplete, FileSign::kNoneForSure,
            kAnyMatch, kAnyTime, KeyVerdict::kLog},
    KeyRule{"the log knows", LogSign::kComplete, FileSign::kPlain, kAnyMatch, kAnyTime,
            KeyVerdict::kLog},
    KeyRule{"the log knows, the newest line is damaged", LogSign::kComplete,
            FileSign::kBehindItLost, kAnyMatch, kAnyTime, KeyVerdict::kLog},
    KeyRule{"the log went on behind the checkpoint", LogSign::kComplete, FileSign::kAtCheckpoint,
            kAnyMatch, true, KeyVerdict::kLog},
    KeyRule{"the checkpoint is behind the log", LogSign::kComplete, FileSign::kAtCheckpoint,
            kAnyMatch, false, KeyVerdict::kFile},
    KeyRule{"behind the log, changed", LogSign::kComplete, FileSign::kBeyondLog, MatchSign::kOther,
            kAnyTime, KeyVerdict::kFile},
    KeyRule{"behind the log, the same", LogSign::kComplete, FileSign::kBeyondLog, MatchSign::kSame,
            kAnyTime, KeyVerdict::kFile},
    KeyRule{"behind the log, an old line", LogSign::kComplete, FileSign::kBeyondLog,
            MatchSign::kOlder, kAnyTime, KeyVerdict::kLog},
    // Where operations are missing behind it, the file may know what they did.
    KeyRule{"both damaged", LogSign::kBeforeGap, FileSign::kNone, kAnyMatch, kAnyTime,
            KeyVerdict::kPreviousLog},
    KeyRule{"made since the checkpoint", LogSign::kBeforeGap, FileSign::kNoneForSure, kAnyMatch,
            true, KeyVerdict::kLogBeforeGap},
    KeyRule{"deleted in the gap", LogSign::kBeforeGap, FileSign::kNoneForSure, kAnyMatch, false,
            KeyVerdict::kNothing},
    KeyRule{"the file says the same", LogSign::kBeforeGap, FileSign::kPlain, MatchSign::kSame,
            kAnyTime, KeyVerdict::kFile},
    KeyRule{"the file is behind the log", LogSign::kBeforeGap, FileSign::kPlain, MatchSign::kOther,
            kAnyTime, KeyVerdict::kFile},
    KeyRule{"the log is behind the file", LogSign::kBeforeGap, FileSign::kPlain, MatchSign::kOlder,
            kAnyTime, KeyVerdict::kLogBeforeGap},
    KeyRule{"the log went on, with a gap", LogSign::kBeforeGap, FileSign::kAtCheckpoint, kAnyMatch,
            true, KeyVerdict::kLogBeforeGap},
    KeyRule{"the gap is of the past", LogSign::kBeforeGap, FileSign::kAtCheckpoint, kAnyMatch,
            false, KeyVerdict::kFile},
    KeyRule{"the gap's own line", LogSign::kBeforeGap, FileSign::kBeyondLog, MatchSign::kOther,
            kAnyTime, KeyVerdict::kFile},
    KeyRule{"the gap's own line, unchanged", LogSign::kBeforeGap, FileSign::kBeyondLog,
            MatchSign::kSame, kAnyTime, KeyVerdict::kFile},
    KeyRule{"an old line behind a gap", LogSign::kBeforeGap, FileSign::kBeyondLog,
            MatchSign::kOlder, kAnyTime, KeyVerdict::kLogBeforeGap},
    KeyRule{"the damaged line is behind both", LogSign::kBeforeGap, FileSign::kBehindItLost,
            kAnyMatch, kAnyTime, KeyVerdict::kPreviousLog},
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REPAIR_KEY_VERDICT_H_
