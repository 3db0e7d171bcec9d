// Export: the live records, as the file has them, or in canonical order.

#include <memory>

#include "engine/exchange/record_printer.h"
#include "engine/transaction/sorted_records.h"
#include "linedb/exchange.h"
#include "schema/record_layout.h"

namespace linedb {
namespace engine {
namespace {

constexpr std::uint64_t kRecordsPerProgress = 4096;

absl::Status CheckStream(const std::ostream& output) {
  return output.good() ? absl::OkStatus() : absl::InternalError("the export could not be written");
}

// What an export needs of its table.
absl::StatusOr<schema::RecordLayout> LayoutOf(const absl::StatusOr<TableCore>& core,
                                              const CsvOptions& csv) {
  if (!core.ok()) return core.status();
  if (absl::Status valid = ValidateCsvOptions(csv); !valid.ok()) return valid;
  return schema::RecordLayout::Create(core->schema());
}

}  // namespace
}  // namespace engine

absl::StatusOr<std::uint64_t> Export(Database& database, std::string_view table, FileFormat format,
                                     std::ostream& output, const CsvOptions& csv) {
  absl::StatusOr<engine::TableCore> core = database.OpenCore(table);
  const absl::StatusOr<schema::RecordLayout> layout = engine::LayoutOf(core, csv);
  if (!layout.ok()) return layout.status();
  absl::StatusOr<engine::RecordCursor> cursor = core->Scan({});
  if (!cursor.ok()) return cursor.status();
  const auto printer = engine::NewRecordPrinter(*layout, format, csv, output);
  printer->Begin();
  std::string_view line;
  std::uint64_t count = 0;
  for (; output.good() && cursor->Next(&line); ++count) {
    if (absl::Status printed = printer->Print(line); !printed.ok()) return printed;
  }
  if (!cursor->status().ok()) return cursor->status();
  printer->End(count);
  output.flush();
  if (absl::Status written = engine::CheckStream(output); !written.ok()) return written;
  return count;
}

absl::StatusOr<std::uint64_t> ExportCanonical(Database& database, std::string_view table,
                                              std::ostream& output,
                                              const CanonicalExportOptions& options) {
  absl::StatusOr<engine::TableCore> core = database.OpenCore(table);
  const absl::StatusOr<schema::RecordLayout> layout = engine::LayoutOf(core, options.csv);
  if (!layout.ok()) return layout.status();
  absl::StatusOr<ReadTransaction> snapshot = database.BeginRead();
  if (!snapshot.ok()) return snapshot.status();
  const auto goes_on = [&options](std::uint64_t) {
    return !options.progress || options.progress(0);
  };
  absl::StatusOr<engine::SortedRecords> records =
      engine::SortedRecords::Create(*layout, *core, *snapshot, goes_on);
  if (!records.ok()) return records.status();
  const auto printer = engine::NewRecordPrinter(*layout, options.format, options.csv, output);
  printer->Begin();
  std::uint64_t count = 0;
  for (; count < records->size() && output.good(); ++count) {
    if (count % engine::kRecordsPerProgress == 0 && options.progress && !options.progress(count)) {
      return absl::CancelledError("the export was interrupted");
    }
    if (absl::Status printed = printer->Print(records->line(count)); !printed.ok()) return printed;
  }
  printer->End(count);
  output.flush();
  if (absl::Status written = engine::CheckStream(output); !written.ok()) return written;
  return count;
}

}  // namespace linedb
