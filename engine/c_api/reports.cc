#include "engine/c_api/reports.h"

#include "linedb/json_table.h"

namespace linedb::c_api {
namespace {

// Names of files may be no UTF-8: what is not becomes U+FFFD.
std::string TextOf(const Json& report) {
  return report.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

Json IndexJson(const IndexStatistics& index) {
  return {{"name", index.name},
          {"entries", index.entries},
          {"index_bytes", index.index_bytes},
          {"index_file_bytes", index.index_file_bytes}};
}

Json TableJson(const TableStatistics& table) {
  Json indexes = Json::array();
  for (const IndexStatistics& index : table.indexes) indexes.push_back(IndexJson(index));
  return {{"name", table.name},
          {"records", table.records},
          {"lines", table.lines},
          {"lines_superseded", table.lines_superseded},
          {"file_bytes", table.file_bytes},
          {"index_bytes", table.index_bytes},
          {"index_file_bytes", table.index_file_bytes},
          {"column_bytes", table.column_bytes},
          {"next_id", table.next_id},
          {"indexes", std::move(indexes)}};
}

Json ProblemJson(const Problem& problem) {
  return {{"file", problem.file}, {"line", problem.line}, {"byte", problem.byte},
          {"kind", problem.kind}, {"key", problem.key},   {"message", problem.message}};
}

}  // namespace

std::string ReportText(const Statistics& statistics) {
  Json tables = Json::array();
  for (const TableStatistics& table : statistics.tables) tables.push_back(TableJson(table));
  return TextOf({{"directory", statistics.directory},
                 {"database", statistics.database},
                 {"tables", std::move(tables)},
                 {"log_bytes", statistics.log_bytes},
                 {"log_lines", statistics.log_lines},
                 {"last_lsn", statistics.last_lsn},
                 {"checkpoint_lsn", statistics.checkpoint_lsn},
                 {"checkpoint_time", statistics.checkpoint_time},
                 {"epoch", statistics.epoch},
                 {"archive_count", statistics.archive_count},
                 {"archive_bytes", statistics.archive_bytes},
                 {"commits", statistics.commits},
                 {"checkpoints", statistics.checkpoints},
                 {"unsynced", statistics.unsynced},
                 {"maintenance_failure", statistics.maintenance_failure}});
}

std::string ReportText(const CheckpointReport& report) {
  return TextOf({{"needed", report.needed},
                 {"lsn", report.lsn},
                 {"log_bytes_before", report.log_bytes_before},
                 {"log_bytes_after", report.log_bytes_after},
                 {"archive", report.archive},
                 {"tables_compacted", report.tables_compacted},
                 {"lines_dropped", report.lines_dropped}});
}

std::string ReportText(const BackupReport& report) {
  return TextOf({{"database", report.database},
                 {"lsn", report.lsn},
                 {"timestamp", report.timestamp},
                 {"tables", report.tables},
                 {"bytes_copied", report.bytes_copied},
                 {"bytes_shared", report.bytes_shared},
                 {"files_written", report.files_written},
                 {"archives_copied", report.archives_copied},
                 {"archives_missing", report.archives_missing},
                 {"incremental", report.incremental}});
}

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
