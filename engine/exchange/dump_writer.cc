#include "engine/exchange/dump_writer.h"

#include "absl/strings/str_cat.h"
#include "engine/transaction/sorted_records.h"

namespace linedb::engine {
namespace {

constexpr std::size_t kTextBytesMax = std::size_t{1} << 17;

absl::Status Interrupted() { return absl::CancelledError("the dump was interrupted"); }

}  // namespace

absl::Status DumpWriter::Flush() {
  checksum_.Add(text_);
  output_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
  report_.bytes += text_.size();
  text_.clear();
  return output_.good() ? absl::OkStatus() : absl::InternalError("the dump could not be written");
}

bool DumpWriter::GoesOn(const std::string& step) const {
  return !options_.progress || options_.progress(step, report_.records, records_total_);
}

absl::Status DumpWriter::WriteHead(const DumpHead& head) {
  report_.lsn = head.lsn;
  AppendDumpHead(head, &text_);
  return Flush();
}

absl::Status DumpWriter::WriteTable(const schema::RecordLayout& layout, const TableCore& core,
                                    const ReadTransaction& snapshot, std::int64_t next_id) {
  const std::string& name = layout.schema().table_name;
  absl::StatusOr<SortedRecords> records =
      SortedRecords::Create(layout, core, snapshot, [&](std::uint64_t) { return GoesOn(name); });
  if (absl::IsCancelled(records.status())) return Interrupted();
  if (!records.ok()) return records.status();
  DumpTable table{.records = records->size(), .next_id = {}, .schema = layout.schema()};
  if (layout.assigned_column() >= 0) table.next_id = next_id;
  AppendDumpTable(table, &text_);
  const RowIdCutter cutter(layout.schema());
  for (std::size_t i = 0; i < records->size(); ++i) {
    cutter.Cut(records->line(i), [this](std::string_view piece) { text_.append(piece); });
    text_ += '\n';
    ++report_.records;
    if (text_.size() < kTextBytesMax) continue;
    if (absl::Status written = Flush(); !written.ok()) return written;
    if (!GoesOn(name)) return Interrupted();
  }
  ++report_.tables;
  return Flush();
}

absl::Status DumpWriter::WriteEnd() {
  AppendDumpEnd({report_.tables, report_.records, checksum_.Total()}, &text_);
  if (absl::Status written = Flush(); !written.ok()) return written;
  output_.flush();
  return output_.good() ? absl::OkStatus() : absl::InternalError("the dump could not be written");
}

}  // namespace linedb::engine
