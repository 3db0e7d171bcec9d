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

void AddRow(const ReportJson& row, const std::vector<std::string>& columns, RowWriter& writer,
            const std::function<std::string(const ReportJson&)>& text_of) {
  std::vector<std::string> texts;
  for (const std::string& column : columns) {
    texts.push_back(row.contains(column) ? text_of(row[column]) : "null");
  }
  writer.Add(std::vector<std::string_view>(texts.begin(), texts.end()));
}

// Counts with thousands, truths in words.
std::string TextForPeople(const ReportJson& value) {
  if (value.is_number_unsigned()) return WithThousands(value.get<std::uint64_t>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  return Dump(value);
}

void WriteCsv(Context& context, const ReportJson& report, const std::string& rows_name) {
  const ReportJson rows = rows_name.empty() ? ReportJson::array({report}) : report[rows_name];
  std::vector<std::string> columns;
  if (!rows.empty()) {
    for (const auto& member : rows[0].items()) columns.push_back(member.key());
  }
  std::unique_ptr<RowWriter> writer = NewRowWriter(context, RowShape{.columns = columns});
  const auto text_of = [](const ReportJson& value) { return Dump(value); };
  for (const ReportJson& row : rows) AddRow(row, columns, *writer, text_of);
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
  std::unique_ptr<RowWriter> writer = NewTableWriter(context.out, columns, LookOf(context));
  for (const ReportJson& row : rows) AddRow(row, columns, *writer, TextForPeople);
  writer->End();
}

void PrintPairs(std::ostream& output,
                const std::vector<std::pair<std::string, std::string>>& pairs) {
  WriteUpright(output, pairs, 0);
}

}  // namespace linedb::dbtool
