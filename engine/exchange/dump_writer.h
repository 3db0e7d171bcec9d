// Writes a dump, table by table.

#ifndef LINEDB_ENGINE_EXCHANGE_DUMP_WRITER_H_
#define LINEDB_ENGINE_EXCHANGE_DUMP_WRITER_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/exchange/dump_format.h"
#include "engine/storage/row_id_cutter.h"
#include "linedb/dump.h"
#include "linedb/table_core.h"
#include "linedb/transaction.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// One thread. Calls come in this order: WriteHead, WriteTable for each, WriteEnd.
class DumpWriter {
 public:
  // `records_total` of all tables, for the progress.
  DumpWriter(std::ostream& output, const DumpOptions& options, std::uint64_t records_total)
      : output_(output), options_(options), records_total_(records_total) {}

  absl::Status WriteHead(const DumpHead& head);
  // The records that the snapshot sees, in canonical order.
  absl::Status WriteTable(const schema::RecordLayout& layout, const TableCore& core,
                          const ReadTransaction& snapshot, std::int64_t next_id);
  absl::Status WriteEnd();

  const DumpReport& report() const { return report_; }

 private:
  absl::Status Flush();
  bool GoesOn(const std::string& step) const;

  std::ostream& output_;
  const DumpOptions& options_;
  const std::uint64_t records_total_;
  std::string text_;  // not written yet
  StreamChecksum checksum_;
  DumpReport report_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_DUMP_WRITER_H_
