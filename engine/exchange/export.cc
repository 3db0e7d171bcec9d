// Export: the live records, as the file has them.

#include <string>

#include "absl/strings/str_cat.h"
#include "linedb/exchange.h"
#include "schema/record_layout.h"
#include "schema/time_text.h"

namespace linedb {
namespace engine {
namespace {

// The line without the hidden row number, which is no data.
class RowIdCutter {
 public:
  explicit RowIdCutter(const TableSchema& schema) {
    bool keyed = false;
    for (const ColumnSchema& column : schema.columns) keyed |= column.primary_key;
    if (!keyed) prefix_ = absl::StrCat("{\"", std::string(schema::kRowIdColumn), "\":");
  }

  void Write(std::string_view line, std::ostream& output) const {
    if (!prefix_.empty() && line.substr(0, prefix_.size()) == prefix_) {
      output.put('{');
      line.remove_prefix(line.find_first_of(",}", prefix_.size()));
      if (line.front() == ',') line.remove_prefix(1);
    }
    output.write(line.data(), static_cast<std::streamsize>(line.size()));
  }

 private:
  std::string prefix_;
};

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
    cutter.Write(line, output);
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

}  // namespace linedb
