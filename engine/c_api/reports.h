// What the library reports about a database, as JSON text: members have the names that the structs'
// have.

#ifndef LINEDB_ENGINE_C_API_REPORTS_H_
#define LINEDB_ENGINE_C_API_REPORTS_H_

#include <string>

#include "linedb/history.h"
#include "linedb/statistics.h"

namespace linedb::c_api {

std::string ReportText(const Statistics& statistics);
std::string ReportText(const CheckpointReport& report);
std::string ReportText(const BackupReport& report);
std::string ReportText(const VerifyReport& report);

}  // namespace linedb::c_api

#endif  // LINEDB_ENGINE_C_API_REPORTS_H_
