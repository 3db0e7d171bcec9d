// Export: the live records, as the file has them, or in canonical order.

#include <string>

#include "engine/storage/row_id_cutter.h"
#include "engine/transaction/sorted_records.h"
#include "linedb/exchange.h"
#include "schema/record_layout.h"
#include "schema/time_text.h"

namespace linedb {
namespace engine {
namespace {

constexpr std::uint64_t kRecordsPerProgress = 4096;

void WriteRecord(const RowIdCutter& cutter, std::string_view line, std::ostream& output) {
  cutter.Cut(line, [&output](std::string_view piece) {
    output.write(piece.data(), static_cast<std::streamsize>(piece.size()));
  });
}

absl::Status CheckStream(const std::ostream& output) {
  return output.good() ? absl::OkStatus() : absl::InternalError("the export could not be written");
}

}  // namespace
}  // namespace engine

absl::StatusOr<std::uint64_t> Export(Database& database, std::string_view table, FileFormat format,
                                     std::ostream& output) {
  absl::StatusOr<engine::TableCore> core = database.OpenCore(table);
  if (!core.ok()) return core.status();
  const bool json = format == FileFormat::kJson;
  const engine::RowIdCutter cutter(core->schema());
  if (json) output << "{\"table\":\"" << core->schema().table_name << "\",\"records\":[";
  absl::StatusOr<engine::RecordCursor> cursor = core->Scan({});
  if (!cursor.ok()) return cursor.status();
  std::string_view line;
  std::uint64_t count = 0;
  while (output.good() && cursor->Next(&line)) {
    if (json) output << (count == 0 ? "\n" : ",\n");
    engine::WriteRecord(cutter, line, output);
    if (!json) output.put('\n');
    ++count;
  }
  if (!cursor->status().ok()) return cursor->status();
  if (json) {
    output << (count == 0 ? "" : "\n") << "],\"count\":" << count << ",\"exported_at\":\""
           << schema::FormatTimestamp(schema::Now()) << "\"}\n";
  }
  output.flush();
  if (absl::Status written = engine::CheckStream(output); !written.ok()) return written;
  return count;
}

absl::StatusOr<std::uint64_t> ExportCanonical(Database& database, std::string_view table,
                                              std::ostream& output,
                                              const CanonicalExportOptions& options) {
  absl::StatusOr<engine::TableCore> core = database.OpenCore(table);
  if (!core.ok()) return core.status();
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(core->schema());
  if (!layout.ok()) return layout.status();
  absl::StatusOr<ReadTransaction> snapshot = database.BeginRead();
  if (!snapshot.ok()) return snapshot.status();
  const auto goes_on = [&options](std::uint64_t) {
    return !options.progress || options.progress(0);
  };
  absl::StatusOr<engine::SortedRecords> records =
      engine::SortedRecords::Create(*layout, *core, *snapshot, goes_on);
  if (!records.ok()) return records.status();
  const engine::RowIdCutter cutter(core->schema());
  std::uint64_t count = 0;
  for (; count < records->size() && output.good(); ++count) {
    if (count % engine::kRecordsPerProgress == 0 && options.progress && !options.progress(count)) {
      return absl::CancelledError("the export was interrupted");
    }
    engine::WriteRecord(cutter, records->line(count), output);
    output.put('\n');
  }
  output.flush();
  if (absl::Status written = engine::CheckStream(output); !written.ok()) return written;
  return count;
}

}  // namespace linedb
