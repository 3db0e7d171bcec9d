// What the library reports about a database, as JSON: members have the names that the structs'
// have.

#ifndef LINEDB_ENGINE_REPORT_JSON_H_
#define LINEDB_ENGINE_REPORT_JSON_H_

#include "linedb/history.h"
#include "linedb/json_table.h"
#include "linedb/statistics.h"

namespace linedb::engine {

Json JsonOf(const Statistics& statistics);
Json JsonOf(const CheckpointReport& report);
Json JsonOf(const BackupReport& report);
// A key that is not known is null.
Json JsonOf(const VerifyReport& report);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REPORT_JSON_H_
