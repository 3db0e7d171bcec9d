// A schema inferred from a file takes in that file: a record it refuses would be found only after a
// person has made the table. What is no record for any table (a member twice, a number that no
// 64 bits hold) is refused by it as by a table that takes in every value.

#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "linedb/database.h"
#include "linedb/exchange.h"
#include "tests/fuzz/fuzz_target.h"

namespace linedb::fuzz {
namespace {

// How many records of the text a table of this schema refuses.
std::uint64_t Refused(const TableSchema& schema, const std::string& text, FileFormat format) {
  Options options;
  options.maintenance = Maintenance::kManual;
  const std::unique_ptr<Database> database = *Database::OpenInMemory(options);
  const absl::Status created = database->CreateTable(schema);
  Require(created.ok(), "what is inferred can be a table", created.ToString());
  std::istringstream input(text);
  std::ostringstream rejects;
  ImportOptions import_options;
  import_options.format = format;
  import_options.rejects = &rejects;
  const auto report = Import(*database, schema.table_name, input, import_options);
  Require(report.ok(), "what was read once is read again", report.status().ToString());
  return report->rejected;
}

TableSchema Loosest(TableSchema schema) {
  for (ColumnSchema& column : schema.columns) {
    column.type = Type::kJson;
    column.nullable = true;
  }
  return schema;
}

}  // namespace
}  // namespace linedb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linedb::fuzz;
  const std::string text(TextOf(data, size));
  // A field of CSV is text of some column, but not JSON of one that takes every value.
  const std::size_t first = text.find_first_not_of("\xef\xbb\xbf \t\r\n");
  const bool bracket = first != text.npos && (text[first] == '{' || text[first] == '[');
  const linedb::FileFormat format =
      bracket ? linedb::FileFormat::kAuto : linedb::FileFormat::kJsonLines;
  std::istringstream input(text);
  const auto schema = linedb::InferSchema(input, {.table_name = "inferred", .format = format});
  if (!schema.ok()) {
    Require(absl::IsInvalidArgument(schema.status()), "it is refused by the code promised",
            schema.status().ToString());
    return 0;
  }
  Require(Refused(*schema, text, format) == Refused(Loosest(*schema), text, format),
          "each record is taken in");
  return 0;
}
