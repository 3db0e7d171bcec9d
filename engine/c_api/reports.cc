#include "engine/c_api/reports.h"

#include <utility>

#include "engine/report_json.h"

namespace linedb::c_api {
namespace {

// Names of files may be no UTF-8: what is not becomes U+FFFD.
std::string TextOf(const Json& report) {
  return report.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

Json ProblemJson(const Problem& problem) {
  return {{"file", problem.file}, {"line", problem.line}, {"byte", problem.byte},
          {"kind", problem.kind}, {"key", problem.key},   {"message", problem.message}};
}

}  // namespace

std::string ReportText(const Statistics& statistics) { return TextOf(engine::JsonOf(statistics)); }

std::string ReportText(const CheckpointReport& report) { return TextOf(engine::JsonOf(report)); }

std::string ReportText(const BackupReport& report) { return TextOf(engine::JsonOf(report)); }

std::string ReportText(const VerifyReport& report) {
  Json problems = Json::array();
  for (const Problem& problem : report.problems) problems.push_back(ProblemJson(problem));
  return TextOf({{"tables", report.tables},
                 {"records", report.records},
                 {"log_lines", report.log_lines},
                 {"archives", report.archives},
                 {"problems", std::move(problems)}});
}

}  // namespace linedb::c_api
