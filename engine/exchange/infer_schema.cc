// A schema from records: the narrowest one that takes them all in.

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/exchange/column_guess.h"
#include "engine/exchange/record_source.h"
#include "linedb/exchange.h"

namespace linedb {
namespace engine {
namespace {

constexpr std::uint64_t kRecordsPerProgress = 4096;

// From what the values say and what was asked for to a schema.
class SchemaMaker {
 public:
  explicit SchemaMaker(const InferOptions& options) : options_(options) {}

  absl::StatusOr<TableSchema> Make(const std::vector<ColumnGuess>& guesses) const {
    if (guesses.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(options_.source_name, ": no record to infer the columns from"));
    }
    TableSchema schema{.table_name = options_.table_name, .columns = {}};
    for (const ColumnGuess& guess : guesses) {
      // Null is a JSON value like any other.
      const bool nullable = guess.nullable || guess.type == Type::kJson;
      schema.columns.push_back({.name = guess.name, .type = guess.type, .nullable = nullable});
    }
    for (const ColumnType& given : options_.types) {
      absl::StatusOr<ColumnSchema*> column = Find(given.column, &schema, "to give a type");
      if (!column.ok()) return column.status();
      (*column)->type = given.type;
    }
    if (absl::Status keyed = SetPrimaryKey(&schema); !keyed.ok()) return keyed;
    if (absl::Status keyed = SetUniqueKeys(&schema); !keyed.ok()) return keyed;
    if (absl::Status valid = ValidateTableSchema(schema); !valid.ok()) return valid;
    return schema;
  }

 private:
  absl::StatusOr<ColumnSchema*> Find(const std::string& name, TableSchema* schema,
                                     std::string_view what_for) const {
    for (ColumnSchema& column : schema->columns) {
      if (column.name == name) return &column;
    }
    return absl::InvalidArgumentError(absl::StrCat(options_.table_name, ": no column \"", name,
                                                   "\" in ", options_.source_name, " ",
                                                   std::string(what_for)));
  }

  absl::Status SetPrimaryKey(TableSchema* schema) const {
    // Only a single integer can be assigned; a null in any other key is the import's to report.
    const bool may_be_assigned = options_.primary_key.size() == 1;
    for (const std::string& name : options_.primary_key) {
      absl::StatusOr<ColumnSchema*> column = Find(name, schema, "to make a key of");
      if (!column.ok()) return column.status();
      (*column)->primary_key = true;
      if (!may_be_assigned || (*column)->type != Type::kInt) (*column)->nullable = false;
    }
    return absl::OkStatus();
  }

  absl::Status SetUniqueKeys(TableSchema* schema) const {
    for (const std::vector<std::string>& key : options_.unique_keys) {
      for (const std::string& name : key) {
        absl::StatusOr<ColumnSchema*> column = Find(name, schema, "to make a key of");
        if (!column.ok()) return column.status();
        if (key.size() == 1) (*column)->unique = true;
      }
      if (key.size() > 1) schema->unique_keys.push_back(key);
    }
    return absl::OkStatus();
  }

  const InferOptions& options_;
};

// `first_fault`: of the records that are none, as Import tells it; empty if there are no such.
absl::Status ReadAll(RecordSource& source, const InferOptions& options, ColumnGuesser* guesser,
                     std::string* first_fault) {
  SourceRecord record;
  std::uint64_t records = 0;
  while (source.Next(&record)) {
    if (record.fault.empty()) {
      guesser->Note(record.text);
    } else if (first_fault->empty()) {
      *first_fault = absl::StrCat(options.source_name, ":", record.fault_position.line, ":",
                                  record.fault_position.column, ": ", record.fault);
    }
    if (++records % kRecordsPerProgress != 0 || !options.progress) continue;
    if (!options.progress(source.bytes_read())) {
      return absl::CancelledError(
          absl::StrCat("reading ", options.source_name, " was interrupted"));
    }
  }
  if (source.status().ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(options.source_name, ":", std::string(source.status().message())));
}

}  // namespace
}  // namespace engine

absl::StatusOr<TableSchema> InferSchema(std::istream& input, const InferOptions& options) {
  if (absl::Status valid = ValidateTableName(options.table_name); !valid.ok()) return valid;
  if (absl::Status valid = ValidateCsvOptions(options.csv); !valid.ok()) return valid;
  const std::unique_ptr<engine::RecordSource> source =
      engine::OpenRecordSource(input, {.format = options.format, .csv = options.csv});
  const std::unique_ptr<engine::ColumnGuesser> guesser =
      source->csv_shape() == nullptr ? engine::NewJsonGuesser()
                                     : engine::NewCsvGuesser(*source->csv_shape());
  std::string first_fault;
  absl::Status read = engine::ReadAll(*source, options, guesser.get(), &first_fault);
  if (!read.ok()) return read;
  const std::vector<engine::ColumnGuess> guesses = guesser->Guesses();
  if (guesses.empty() && !first_fault.empty()) return absl::InvalidArgumentError(first_fault);
  return engine::SchemaMaker(options).Make(guesses);
}

TableSchema WithColumnsOf(TableSchema stored, const TableSchema& inferred) {
  for (const ColumnSchema& column : inferred.columns) {
    const bool known = std::any_of(
        stored.columns.begin(), stored.columns.end(),
        [&column](const ColumnSchema& stored_column) { return stored_column.name == column.name; });
    if (known) continue;
    stored.columns.push_back({.name = column.name, .type = column.type, .nullable = true});
  }
  return stored;
}

}  // namespace linedb
