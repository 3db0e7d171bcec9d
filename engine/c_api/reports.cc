#include "engine/c_api/reports.h"

#include "engine/report_json.h"

namespace linedb::c_api {
namespace {

// Names of files may be no UTF-8: what is not becomes U+FFFD.
std::string TextOf(const Json& report) {
  return report.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

}  // namespace

std::string ReportText(const Statistics& statistics) { return TextOf(engine::JsonOf(statistics)); }

std::string ReportText(const CheckpointReport& report) { return TextOf(engine::JsonOf(report)); }

std::string ReportText(const BackupReport& report) { return TextOf(engine::JsonOf(report)); }

std::string ReportText(const VerifyReport& report) { return TextOf(engine::JsonOf(report)); }

}  // namespace linedb::c_api
