// Every line of a .records file that may be damaged, each judged by itself.

#ifndef LINEDB_ENGINE_REPAIR_RECORDS_SCAN_H_
#define LINEDB_ENGINE_REPAIR_RECORDS_SCAN_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/history/records_copy.h"
#include "engine/repair/vouched_blocks.h"
#include "schema/record_layout.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::engine {

struct ScannedLine {
  enum class Kind {
    kRecord,
    kTombstone,
    kRespelled,  // a record, but not as linedb spells it: somebody wrote it by hand
    kBad,
  };
  Kind kind = Kind::kBad;
  std::uint64_t number = 0;  // from 1
  std::uint64_t byte = 0;
  std::string_view bytes;  // as they stand there, without "\n"
  std::string_view text;   // the canonical line; of kBad nothing
  // The primary key's text; of kBad what seems to be it, or empty.
  std::string key;
  std::string reason;  // why it is kBad

  bool is_version() const { return kind != Kind::kBad; }
  bool deleted() const { return kind == Kind::kTombstone; }
};

class RecordsScan {
 public:
  // Reads a file that may be missing. `checkpoint` may be null: nothing is known of it.
  static absl::StatusOr<RecordsScan> Read(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                          const std::string& path,
                                          const schema::RecordLayout& layout,
                                          const wal::TableCheckpoint* checkpoint, CopyCount& count);

  const std::string& name() const { return name_; }
  bool found() const { return found_; }
  // Of lines that stand whole in the first bytes that the checkpoint tells of ...
  std::size_t checkpoint_lines() const { return checkpoint_lines_; }
  // ... and whether these bytes are what they were.
  bool proven() const { return proven_; }
  const std::vector<ScannedLine>& lines() const { return lines_; }
  // Lines whose end is damaged, so that the next one stands behind it: `lines` has both of each.
  const std::vector<ScannedLine>& joined() const { return joined_; }
  // Whether the line is as it was written, by the checksum of its block.
  bool IsVouched(const ScannedLine& line) const {
    return vouched_.Vouch(line.byte, line.byte + line.bytes.size() + 1);
  }

 private:
  void Split(std::string_view text, const schema::RecordLayout& layout);
  void Add(std::string_view bytes, const schema::RecordLayout& layout);
  bool AddJoined(std::string_view bytes, const schema::RecordLayout& layout);
  ScannedLine Judge(std::string_view bytes, const schema::RecordLayout& layout);
  void JudgeByChecks(const schema::RecordLayout& layout);

  std::string name_;
  bool found_ = false;
  bool proven_ = false;
  std::size_t checkpoint_lines_ = 0;
  std::uint64_t number_ = 0;
  const char* begin_ = nullptr;
  std::unique_ptr<wal::File> file_;
  std::shared_ptr<const wal::Mapping> mapping_;
  std::vector<ScannedLine> lines_;
  std::vector<ScannedLine> joined_;
  std::deque<std::string> respelled_;
  VouchedBlocks vouched_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REPAIR_RECORDS_SCAN_H_
