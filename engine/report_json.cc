#include "engine/report_json.h"

#include <utility>

namespace linedb::engine {
namespace {

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
  return {{"file", problem.file},
          {"line", problem.line},
          {"byte", problem.byte},
          {"kind", problem.kind},
          {"key", problem.key.empty() ? Json() : Json(problem.key)},
          {"message", problem.message}};
}

}  // namespace

Json JsonOf(const Statistics& statistics) {
  Json tables = Json::array();
  for (const TableStatistics& table : statistics.tables) tables.push_back(TableJson(table));
  return {{"directory", statistics.directory},
          {"database", statistics.database},
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
          {"maintenance_failure", statistics.maintenance_failure},
          {"tables", std::move(tables)}};
}

Json JsonOf(const CheckpointReport& report) {
  return {{"needed", report.needed},
          {"lsn", report.lsn},
          {"log_bytes_before", report.log_bytes_before},
          {"log_bytes_after", report.log_bytes_after},
          {"archive", report.archive},
          {"tables_compacted", report.tables_compacted},
          {"lines_dropped", report.lines_dropped}};
}

Json JsonOf(const BackupReport& report) {
  return {{"database", report.database},
          {"lsn", report.lsn},
          {"timestamp", report.timestamp},
          {"tables", report.tables},
          {"incremental", report.incremental},
          {"bytes_copied", report.bytes_copied},
          {"bytes_shared", report.bytes_shared},
          {"files_written", report.files_written},
          {"archives_copied", report.archives_copied},
          {"archives_missing", report.archives_missing}};
}

Json JsonOf(const VerifyReport& report) {
  Json problems = Json::array();
  for (const Problem& problem : report.problems) problems.push_back(ProblemJson(problem));
  return {{"tables", report.tables},
          {"records", report.records},
          {"log_lines", report.log_lines},
          {"archives", report.archives},
          {"problems", std::move(problems)}};
}

}  // namespace linedb::engine
