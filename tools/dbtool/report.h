// What a command has to report, in every format.

#ifndef LINEDB_TOOLS_DBTOOL_REPORT_H_
#define LINEDB_TOOLS_DBTOOL_REPORT_H_

#include <functional>
#include <string>

#include "nlohmann/json.hpp"
#include "tools/dbtool/context.h"

namespace linedb::dbtool {

using ReportJson = nlohmann::ordered_json;

// `report` is an object. --json, --format jsonl and a pipe get it on one line, --format json
// indented, csv its member `rows_name` (an array of flat objects; empty: the object itself as a
// single row), and people what `tell` writes.
void PrintReport(Context& context, const ReportJson& report, const std::string& rows_name,
                 const std::function<void(std::ostream&)>& tell);

// Rows of flat objects as a table for people, with these of their members as columns.
void PrintTable(Context& context, const ReportJson& rows, const std::vector<std::string>& columns);

// Lines of "name  value", the values aligned.
void PrintPairs(std::ostream& output,
                const std::vector<std::pair<std::string, std::string>>& pairs);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_REPORT_H_
