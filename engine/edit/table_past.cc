#include "engine/edit/table_past.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/history/log_chain.h"
#include "engine/storage/block_checksum.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

// What one log says of the table.
struct TableLog {
  wal::Lsn first;
  std::optional<wal::TableCheckpoint> checkpoint;  // none: its header does not have the table
  std::vector<KeptOperation> operations;
};

class PastReader {
 public:
  explicit PastReader(const PastSources& sources) : sources_(sources) {}

  absl::StatusOr<KnownTable> Read();

 private:
  const std::string& table() const { return sources_.layout->schema().table_name; }
  absl::StatusOr<TableLog> ReadLog(const ChainLog& log) const;
  static bool Purges(const TableLog& log) {
    return !log.operations.empty() && log.operations[0].operation == wal::Operation::kPurge;
  }
  std::optional<std::string_view> BytesOf(const wal::TableCheckpoint& checkpoint) const;
  bool FindStart(const TableLog& log);
  absl::StatusOr<KnownTable> Replay() const;
  absl::Status Take(const KeptOperation& operation, std::span<const KeptOperation> migrated,
                    std::optional<KnownTable>& known) const;
  absl::Status NotKnown(wal::Lsn oldest) const;

  const PastSources& sources_;
  std::vector<TableLog> logs_;  // the newest first; the last one is where it starts
  std::optional<std::string_view> start_;
};

absl::StatusOr<TableLog> PastReader::ReadLog(const ChainLog& log) const {
  TableLog found;
  found.first = log.first;
  const absl::StatusOr<ChainText> read = ReadChainLog(
      sources_.files, log, sources_.log.header.database, log.last,
      [&](const wal::LogHeader&, const std::vector<wal::LogEntry>& transaction) {
        const bool alters = transaction.front().operation == wal::Operation::kAlterTable;
        for (const wal::LogEntry& entry : transaction) {
          if (entry.table != table()) continue;
          found.operations.push_back({entry.operation, std::string(entry.record),
                                      std::string(entry.old_record),
                                      alters && wal::IsOnRecord(entry.operation)});
        }
        return absl::OkStatus();
      });
  if (!read.ok()) return read.status();
  const auto checkpoint = read->header.tables.find(table());
  if (checkpoint != read->header.tables.end()) found.checkpoint = checkpoint->second;
  return found;
}

// The bytes that a checkpoint is of, if they are to be had.
std::optional<std::string_view> PastReader::BytesOf(const wal::TableCheckpoint& checkpoint) const {
  for (const std::string_view copy : {sources_.file, sources_.before}) {
    if (copy.size() < checkpoint.bytes) continue;
    const std::string_view bytes = copy.substr(0, checkpoint.bytes);
    if (BlockChecksumOf(bytes) == checkpoint.checksum) return bytes;
  }
  return std::nullopt;
}

// Whether the table is known at the beginning of this log.
bool PastReader::FindStart(const TableLog& log) {
  // It was altered or dropped at the log's beginning: the header shows it as it was afterwards.
  if (!log.checkpoint) {
    start_ = "";
    return true;
  }
  const bool same_schema = std::none_of(logs_.begin(), logs_.end(), [&](const TableLog& later) {
    return later.checkpoint && later.checkpoint->schema_checksum != log.checkpoint->schema_checksum;
  });
  if (!same_schema) return false;
  start_ = BytesOf(*log.checkpoint);
  return start_.has_value();
}

absl::StatusOr<KnownTable> PastReader::Read() {
  LogChain chain;
  if (absl::Status added = chain.Add(sources_.files, sources_.paths, sources_.log); !added.ok()) {
    return added;
  }
  wal::Lsn next{chain.newest().value + 1};
  wal::Lsn oldest = next;
  for (auto log = chain.logs().rbegin(); log != chain.logs().rend(); ++log) {
    // Each log ends where the later one begins; the current one may have no operations.
    if (log->last.value + 1 != next.value) break;
    absl::StatusOr<TableLog> read = ReadLog(*log);
    if (!read.ok()) return read.status();
    next = oldest = log->first;
    logs_.push_back(*std::move(read));
    if (FindStart(logs_.back())) return Replay();
  }
  return NotKnown(oldest);
}

absl::Status PastReader::NotKnown(wal::Lsn oldest) const {
  return absl::NotFoundError(absl::StrCat(
      wal::ShortRecordsName(table()),
      ": what the table held before the change is not known: its beginning is not what a "
      "checkpoint says, and the logs go back to lsn ",
      oldest.value,
      " only, when the table had records already; the file as it was before is needed"));
}

absl::Status PastReader::Take(const KeptOperation& operation,
                              std::span<const KeptOperation> migrated,
                              std::optional<KnownTable>& known) const {
  if (operation.operation == wal::Operation::kDropTable) {
    known.reset();
    return absl::OkStatus();
  }
  if (operation.operation == wal::Operation::kCreateTable) {
    absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(operation.record);
    if (!document.ok()) return document.status();
    absl::StatusOr<schema::RecordLayout> layout =
        schema::RecordLayout::Create(std::move(document->schema));
    if (!layout.ok()) return layout.status();
    known.emplace(std::make_shared<const schema::RecordLayout>(*std::move(layout)));
    return absl::OkStatus();
  }
  if (known && operation.operation == wal::Operation::kAlterTable) {
    return known->TakeAlteration(operation, migrated);
  }
  if (known) return known->TakeOperation(operation);
  return absl::DataLossError("an operation on a table that does not exist");
}

absl::StatusOr<KnownTable> PastReader::Replay() const {
  std::optional<KnownTable> known;
  if (logs_.back().checkpoint) {
    known.emplace(sources_.layout);
    if (absl::Status taken = known->TakeLines(*start_); !taken.ok()) return taken;
  }
  bool altered_before = logs_.back().checkpoint.has_value();
  for (auto log = logs_.rbegin(); log != logs_.rend(); ++log) {
    const bool current = std::next(log) == logs_.rend();
    std::size_t first = 0;
    // The header shows the alteration or drop that the log begins with; who starts here has it.
    if (!log->operations.empty()) {
      const wal::Operation begins = log->operations[0].operation;
      const bool shown =
          begins == wal::Operation::kAlterTable || begins == wal::Operation::kDropTable;
      first = shown ? 1 : 0;
      while (first < log->operations.size() && log->operations[first].migrated) ++first;
      if (shown && !altered_before) {
        const std::span<const KeptOperation> all(log->operations);
        absl::Status done = Take(all[0], all.subspan(1, first - 1), known);
        if (!done.ok()) return done;
      }
    }
    altered_before = false;
    // An archive's header still counts what was purged since.
    const bool counts = std::none_of(logs_.begin(), log.base() - 1, Purges);
    if (known && counts && log->checkpoint && log->checkpoint->live != known->live()) {
      return absl::DataLossError(absl::StrCat(wal::ShortRecordsName(table()), ": the logs lead to ",
                                              known->live(), " records at lsn ", log->first.value,
                                              ", its checkpoint says ", log->checkpoint->live));
    }
    if (current) {
      if (known) known->NoteCheckpoint(log->checkpoint.value_or(wal::TableCheckpoint{}));
    }
    for (std::size_t i = first; i < log->operations.size(); ++i) {
      if (absl::Status done = Take(log->operations[i], {}, known); !done.ok()) return done;
      if (current && log->operations[i].operation == wal::Operation::kCreateTable) {
        known->NoteCheckpoint({});
      }
    }
  }
  if (!known) return absl::NotFoundError(absl::StrCat("there is no table ", table()));
  return *std::move(known);
}

}  // namespace

absl::StatusOr<KnownTable> ReadTablePast(const PastSources& sources) {
  return PastReader(sources).Read();
}

}  // namespace linedb::engine
