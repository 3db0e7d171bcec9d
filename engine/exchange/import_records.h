// Import from any source of records.

#ifndef LINEDB_ENGINE_EXCHANGE_IMPORT_RECORDS_H_
#define LINEDB_ENGINE_EXCHANGE_IMPORT_RECORDS_H_

#include <istream>

#include "absl/status/statusor.h"
#include "engine/exchange/record_source.h"
#include "linedb/exchange.h"
#include "linedb/table_core.h"

namespace linedb::engine {

// As Import, of the records of `source`, which reads `input`.
absl::StatusOr<ImportReport> ImportRecords(const TableCore& core, const std::istream& input,
                                           RecordSource& source, const ImportOptions& options);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_IMPORT_RECORDS_H_
