#include "engine/table_loader.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/index/index_build.h"
#include "engine/index/index_files.h"
#include "engine/storage/catalog.h"
#include "schema/record_codec.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

// Tables from this size on are read by all cores at once.
constexpr std::uint64_t kBuildBytesMin = std::uint64_t{1} << 20;

// Opening reports its progress each time it has read this much.
constexpr std::uint64_t kProgressBytes = std::uint64_t{16} << 20;

// The reason why a line is none of this table's, or nothing.
std::string JudgeLine(const schema::RecordLayout& layout, std::string_view line) {
  if (schema::IsTombstone(line)) {
    return schema::TombstoneKey(layout, line) ? "" : "a tombstone without this table's key";
  }
  std::string canonical;
  std::vector<schema::FieldSpan> spans;
  schema::RecordError error;
  absl::Status fits = schema::CanonicalizeRecord(layout, line, {}, &canonical, &spans, &error);
  if (!fits.ok()) return std::string(fits.message());
  if (canonical != line) return "a record that is not in canonical form";
  return "";
}

absl::Status ChecksumError(const TableGeneration& table, const wal::TableCheckpoint& checkpoint,
                           const std::string& file_name) {
  // The checksum says that something is wrong; a line that is no record says where. Damage within
  // a value leaves a line that could have been a record: then all that is known is the range.
  const BadLine bad = FindBadLine(table.layout(), table.records.file_view());
  const std::string sums = absl::StrCat("checksum ", wal::FormatChecksum(table.records.Checksum()),
                                        ", expected ", wal::FormatChecksum(checkpoint.checksum));
  if (bad.line != 0) {
    return absl::DataLossError(absl::StrCat(file_name, " line ", bad.line, " byte ", bad.byte, ": ",
                                            bad.reason, " (", sums, " of the first ",
                                            checkpoint.bytes, " bytes)"));
  }
  return absl::DataLossError(absl::StrCat(file_name, " line 1 byte 0: ", sums, " of the first ",
                                          checkpoint.bytes, " bytes, by the checkpoint"));
}

// The ways in which a table's records are taken in.
struct RecordsLoader {
  wal::FileSystem& files;
  const wal::DatabasePaths& paths;
  const wal::TableCheckpoint& checkpoint;
  const std::string& file_name;
  const Options& options;
  TableGeneration& table;

  // By the files of the index, and what they do not reach line by line. False: nothing was done.
  bool LoadByIndex() const;
  // By reading all lines at once. False: nothing was done, and LoadLines knows why.
  bool BuildIndex() const;
  // Line by line, from where the table is; the error names the line.
  absl::Status LoadLines() const;

 private:
  absl::Status CheckCounts() const;
  // What was read here is not to be read by the next opening.
  void NoteIndexToWrite() const {
    if (options.access != Access::kReadWrite) return;
    const std::uint64_t unwritten = table.unwritten_index_bytes();
    if (unwritten > 0 && unwritten >= options.index_bytes_min) table.FreezeIndex();
  }
  void Report(std::uint64_t bytes) const {
    if (options.progress) options.progress({file_name.c_str(), bytes, checkpoint.bytes});
  }
};

bool RecordsLoader::LoadByIndex() const {
  if (!LoadIndex(files, paths, checkpoint.checksum, table)) return false;
  if (LoadLines().ok()) {
    NoteIndexToWrite();
    return true;
  }
  // What the index says of the lines does not lead to what the checkpoint says.
  table.ForgetLines();
  return false;
}

bool RecordsLoader::BuildIndex() const {
  HashingOptions hashing;
  // No thread but the caller's, if that is what the options ask for.
  hashing.threads = options.maintenance == Maintenance::kManual ? 1 : CoreCount();
  hashing.progress = [this](std::uint64_t bytes) { Report(bytes); };
  absl::StatusOr<BuiltIndex> built = linedb::engine::BuildIndex(
      table.layout(), table.records.file_view(), checkpoint.checksum, hashing);
  if (!built.ok()) return false;
  TableGeneration::Index index;
  index.facts.bytes = checkpoint.bytes;
  index.facts.checksum = checkpoint.checksum;
  for (std::shared_ptr<KeyRun>& run : built->runs) index.runs.push_back({std::move(run)});
  for (std::shared_ptr<OrderedRun>& run : built->ordered) index.ordered.push_back({std::move(run)});
  table.AdoptIndex(std::move(index));
  table.superseded = std::move(built->superseded);
  table.written = {checkpoint.bytes, built->lines, built->live, 1};
  table.written.next_id = LaterKey(checkpoint.next_id, built->next_id);
  table.Publish(table.written);
  if (!CheckCounts().ok()) {
    table.ForgetLines();
    return false;
  }
  NoteIndexToWrite();
  return true;
}

absl::Status RecordsLoader::LoadLines() const {
  if (table.written.bytes == 0) {
    for (KeyIndex& index : table.indexes) index.Reserve(checkpoint.live);
  }
  table.written.next_id = LaterKey(checkpoint.next_id, table.written.next_id);
  // A line that supersedes nothing is one record more, any other is none more or one less.
  const bool all_new =
      checkpoint.lines - table.written.lines == checkpoint.live - table.written.live;
  const auto old_in = all_new ? KeyIndex::Layers::kOutsideRuns : KeyIndex::Layers::kAll;
  const std::string_view bytes = table.records.file_view();
  std::uint64_t progress_next = table.written.bytes + kProgressBytes;
  for (std::size_t begin = table.written.bytes; begin < bytes.size();) {
    const std::size_t newline = std::min(bytes.find('\n', begin), bytes.size());
    RecordLocation clash;
    if (newline == begin || newline == bytes.size() || newline - begin > schema::kLineBytesMax ||
        !table.LoadLine(RecordLocation(begin, newline - begin), &clash, old_in)) {
      return absl::DataLossError(
          absl::StrCat(file_name, " line ", table.written.lines + 1, " byte ", begin, ": ",
                       clash ? absl::StrCat("a unique value that the record at byte ",
                                            clash.offset(), " has already")
                             : std::string("not a record of this table")));
    }
    begin = newline + 1;
    if (begin < progress_next) continue;
    progress_next += kProgressBytes;
    Report(begin);
  }
  table.written.bytes = table.records.file_bytes();
  table.Publish(table.written);
  return CheckCounts();
}

absl::Status RecordsLoader::CheckCounts() const {
  if (table.written.lines == checkpoint.lines && table.written.live == checkpoint.live)
    return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(file_name, " line ", table.written.lines, " byte ", checkpoint.bytes, ": ",
                   table.written.lines, " lines with ", table.written.live,
                   " records, the checkpoint says ", checkpoint.lines, " with ", checkpoint.live));
}

}  // namespace

BadLine FindBadLine(const schema::RecordLayout& layout, std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t begin = 0; begin < bytes.size();) {
    ++number;
    const std::size_t newline = bytes.find('\n', begin);
    if (newline == std::string_view::npos) return {number, begin, "the line has no end"};
    std::string reason = JudgeLine(layout, bytes.substr(begin, newline - begin));
    if (!reason.empty()) return {number, begin, std::move(reason)};
    begin = newline + 1;
  }
  return {};
}

absl::Status LoadRecords(wal::FileSystem& files, const wal::DatabasePaths& paths,
                         const wal::TableCheckpoint& checkpoint, const std::string& file_name,
                         const Options& options, TableGeneration& table) {
  assert(table.records.file_bytes() == checkpoint.bytes);
  table.records.guard().SetEnabled(options.verify_blocks);
  const RecordsLoader loader{files, paths, checkpoint, file_name, options, table};
  // The index vouches for bytes that are compared when they are first read, or now.
  if (options.verify_blocks && checkpoint.bytes > 0 &&
      checkpoint.bytes >= options.index_bytes_min) {
    if (loader.LoadByIndex()) return absl::OkStatus();
    table.records.ForgetChecksum();
  }
  table.records.ComputeChecksum();
  if (table.records.Checksum() != checkpoint.checksum) {
    return ChecksumError(table, checkpoint, file_name);
  }
  if (checkpoint.bytes >= kBuildBytesMin && loader.BuildIndex()) return absl::OkStatus();
  return loader.LoadLines();
}

absl::Status CheckShownByHeader(const wal::LogEntry& entry, const TableState* table) {
  const bool dropped = entry.operation == wal::Operation::kDropTable;
  const bool shown = dropped ? table == nullptr
                             : table != nullptr && schema::FormatSchemaDocumentCompact(
                                                       table->layout().schema()) == entry.record;
  if (shown) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "line ", entry.line, " byte ", entry.byte, ": table ", std::string(entry.table),
      dropped ? " stands in the header all the same" : " is not what this line made of it"));
}

absl::Status ReplayOperation(TableChanges& changes, const wal::LogEntry& entry) {
  const auto place = [&entry] { return absl::StrCat("line ", entry.line, " byte ", entry.byte); };
  const schema::RecordLayout& layout = changes.generation().layout();
  const bool is_delete = entry.operation == wal::Operation::kDelete;
  const std::string_view record = is_delete ? entry.old_record : entry.record;
  // That there is no room says nothing against the log; so it is made here, and not by the line.
  const std::size_t line_bytes = is_delete ? 0 : record.size();
  if (absl::Status room = changes.SpillIfLarge(line_bytes); !room.ok()) {
    return AtPlace(place(), room);
  }
  FieldSpans spans(static_cast<std::size_t>(layout.column_count()));
  absl::Status done;
  if (!schema::SplitCanonical(layout, record, layout.column_count() - 1, spans.data())) {
    done = absl::DataLossError("its record is none of this table's");
  } else if (is_delete) {
    std::string scratch;
    const std::optional<std::string_view> key =
        schema::KeyTextOf(layout.keys()[0], record, spans.data(), &scratch);
    done = key ? changes.Erase(*key).status() : absl::DataLossError("its key is null");
  } else {
    changes.BeginLine()->append(record);
    done = changes
               .FinishLine(entry.operation == wal::Operation::kInsert ? WriteMode::kInsert
                                                                      : WriteMode::kUpdate,
                           spans.data())
               .status();
  }
  if (done.ok()) return done;
  return AtPlace(place(), absl::DataLossError(done.message()));
}

}  // namespace linedb::engine
