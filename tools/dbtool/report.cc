#include "tools/dbtool/report.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/dbtool/cell_text.h"
#include "tools/dbtool/output.h"

namespace linedb::dbtool {
namespace {

std::string Dump(const ReportJson& json, int indent = -1) {
  return json.dump(indent, ' ', false, ReportJson::error_handler_t::replace);
}

void AddRow(const ReportJson& row, const std::vector<std::string>& columns, RowWriter& writer) {
  std::vector<std::string> texts;
  for (const std::string& column : columns) {
    texts.push_back(row.contains(column) ? Dump(row[column]) : "null");
  }
  writer.Add(std::vector<std::string_view>(texts.begin(), texts.end()));
}

void WriteCsv(Context& context, const ReportJson& report, const std::string& rows_name) {
  const ReportJson rows = rows_name.empty() ? ReportJson::array({report}) : report[rows_name];
  std::vector<std::string> columns;
  if (!rows.empty()) {
    for (const auto& member : rows[0].items()) columns.push_back(member.key());
  }
  std::unique_ptr<RowWriter> writer = NewRowWriter(context, RowShape{.columns = columns});
  for (const ReportJson& row : rows) AddRow(row, columns, *writer);
  writer->End();
}

}  // namespace

void PrintReport(Context& context, const ReportJson& report, const std::string& rows_name,
                 const std::function<void(std::ostream&)>& tell) {
  const Format format = context.json ? Format::kJsonLines : OutputFormat(context);
  switch (format) {
    case Format::kTable:
      return tell(context.out);
    case Format::kCsv:
      return WriteCsv(context, report, rows_name);
    case Format::kJson:
      context.out << Dump(report, 2) << '\n';
      return;
    case Format::kAuto:
    case Format::kJsonLines:
      context.out << Dump(report) << '\n';
  }
}

void PrintTable(Context& context, const ReportJson& rows, const std::vector<std::string>& columns) {
  std::unique_ptr<RowWriter> writer =
      NewTableWriter(context.out, columns, CellWidthMax(context), UseColor(context, STDOUT_FILENO));
  for (const ReportJson& row : rows) AddRow(row, columns, *writer);
  writer->End();
}

void PrintPairs(std::ostream& output,
                const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::size_t width = 0;
  for (const auto& [name, value] : pairs) width = std::max(width, DisplayWidth(name));
  for (const auto& [name, value] : pairs) {
    output << name << std::string(width - DisplayWidth(name) + 2, ' ') << value << '\n';
  }
}

}  // namespace linedb::dbtool
