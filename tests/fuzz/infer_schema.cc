// A schema inferred from a file takes in that file: a record it refuses would be found only after a
// person has made the table. What is no record for any table (a member twice, a number that no
// 64 bits hold, a row of CSV with too many fields) is refused by it as by a table that takes in
// every value.

#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "engine/exchange/record_source.h"
#include "linedb/database.h"
#include "linedb/exchange.h"
#include "tests/fuzz/fuzz_target.h"

namespace linedb::fuzz {
namespace {

// How many records of the text a table of this schema refuses.
std::uint64_t Refused(const TableSchema& schema, const std::string& text) {
  Options options;
  options.maintenance = Maintenance::kManual;
  const std::unique_ptr<Database> database = *Database::OpenInMemory(options);
  const absl::Status created = database->CreateTable(schema);
  Require(created.ok(), "what is inferred can be a table", created.ToString());
  std::istringstream input(text);
  std::ostringstream rejects;
  ImportOptions import_options;
  import_options.rejects = &rejects;
  const auto report = Import(*database, schema.table_name, input, import_options);
  Require(report.ok(), "what was read once is read again", report.status().ToString());
  return report->rejected;
}

// Every value of JSON is one of a json column, every field of CSV the text of a str column.
TableSchema Loosest(TableSchema schema, const std::string& text) {
  std::istringstream input(text);
  const bool is_csv = engine::OpenRecordSource(input, {})->csv_shape() != nullptr;
  for (ColumnSchema& column : schema.columns) {
    column.type = is_csv ? Type::kString : Type::kJson;
    column.nullable = true;
  }
  return schema;
}

}  // namespace
}  // namespace linedb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linedb::fuzz;
  const std::string text(TextOf(data, size));
  std::istringstream input(text);
  const auto schema = linedb::InferSchema(input, {.table_name = "inferred"});
  if (!schema.ok()) {
    Require(absl::IsInvalidArgument(schema.status()), "it is refused by the code promised",
            schema.status().ToString());
    return 0;
  }
  Require(Refused(*schema, text) == Refused(Loosest(*schema, text), text),
          "each record is taken in");
  return 0;
}
