// What is still to be had of a log in which something is damaged: for repair, which refuses
// nothing. Recovery (wal_recovery.h) judges; this only gathers.

#ifndef LINEDB_WAL_WAL_SALVAGE_H_
#define LINEDB_WAL_WAL_SALVAGE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wal/wal_format.h"

namespace linedb::wal {

// What a line that was kept rests on.
enum class LineProof {
  kChecksum,  // the checksum in it, behind the digits of the line before, wherever that stands
  kMended,    // the same, of a line of which one byte was put right, or its end
  kForm,      // it has the form of a line and a fitting number, but the line before it is gone
};

struct SalvagedLine {
  LogEntry entry;  // views into the text, or into SalvagedLog::mended_texts
  LineProof proof = LineProof::kChecksum;
};

// A line, or what is left of one, that is no part of the log any more, or was put right.
struct DamagedPiece {
  std::uint64_t line = 0;
  std::uint64_t byte = 0;
  std::string_view bytes;  // as they stand there, "\n" included
  std::string reason;
  bool copy = false;  // the same line stands in its place, too
};

struct SalvagedLog {
  std::optional<LogHeader> header;         // nothing: it is damaged, and one of `lost`
  std::vector<SalvagedLine> lines;         // by their lsn, each once
  std::vector<DamagedPiece> lost;          // by their place
  std::vector<DamagedPiece> mended_lines;  // the header among them; by their place
  std::deque<std::string> mended_texts;
};

// Reads every line that is valid by itself, whatever stands around it: lines that changed places,
// stand there twice, follow damage, or lost their line feed. A byte that alone is wrong in a line
// is put right if the checksum says how. kFailedPrecondition for a newer version; kNotFound for a
// log of the Python original. One thread; the text outlives the result.
absl::StatusOr<SalvagedLog> SalvageLog(std::string_view text, const std::string& name);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_WAL_SALVAGE_H_
