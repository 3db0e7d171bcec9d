// Writes the records of a table in one of the formats that an import reads.

#ifndef LINEDB_ENGINE_EXCHANGE_RECORD_PRINTER_H_
#define LINEDB_ENGINE_EXCHANGE_RECORD_PRINTER_H_

#include <cstdint>
#include <memory>
#include <ostream>
#include <string_view>

#include "absl/status/status.h"
#include "linedb/exchange.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// One thread. Begin, then Print each record's canonical line, then End.
class RecordPrinter {
 public:
  virtual ~RecordPrinter() = default;
  virtual void Begin() {}
  // kInvalidArgument: the record has no such form.
  virtual absl::Status Print(std::string_view line) = 0;
  virtual void End(std::uint64_t /*records*/) {}
};

// The arguments must outlive it.
std::unique_ptr<RecordPrinter> NewRecordPrinter(const schema::RecordLayout& layout,
                                                FileFormat format, const CsvOptions& csv,
                                                std::ostream& output);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_RECORD_PRINTER_H_
