// A schema from records: the narrowest one that takes them all in.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/exchange/member_walker.h"
#include "engine/exchange/record_source.h"
#include "linedb/exchange.h"

namespace linedb {
namespace engine {
namespace {

// Integers beyond this lose digits as a float.
constexpr std::int64_t kFloatExactMax = std::int64_t{1} << 53;

// Which values a column has shown.
struct Seen {
  std::string name;
  std::uint64_t records = 0;
  std::uint64_t last_record = 0;
  std::uint64_t nulls = 0;
  bool is_int = false;
  bool is_float = false;
  bool is_bool = false;
  bool is_string = false;
  bool is_other = false;      // arrays, objects, integers of more than 64 bits
  bool beyond_float = false;  // an integer that a float cannot hold
};

void NoteNumber(std::string_view text, Seen* seen) {
  if (text.find_first_of(".eE") != text.npos) {
    seen->is_float = true;
    return;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    seen->is_other = true;
    return;
  }
  seen->is_int = true;
  seen->beyond_float |= value > kFloatExactMax || value < -kFloatExactMax;
}

void NoteValue(std::string_view value, std::uint64_t record, Seen* seen) {
  // A doubled member must not make up for a record without it.
  if (seen->last_record != record) ++seen->records;
  seen->last_record = record;
  switch (value.front()) {
    case '"':
      seen->is_string = true;
      break;
    case 't':
    case 'f':
      seen->is_bool = true;
      break;
    case 'n':
      ++seen->nulls;
      break;
    case '{':
    case '[':
      seen->is_other = true;
      break;
    default:
      NoteNumber(value, seen);
  }
}

Type TypeOf(const Seen& seen) {
  const bool is_number = seen.is_int || seen.is_float;
  const int kinds = (is_number ? 1 : 0) + (seen.is_bool ? 1 : 0) + (seen.is_string ? 1 : 0) +
                    (seen.is_other ? 1 : 0);
  if (kinds != 1 || seen.is_other) return Type::kJson;
  if (seen.is_bool) return Type::kBool;
  if (seen.is_string) return Type::kString;
  if (!seen.is_float) return Type::kInt;
  return seen.is_int && seen.beyond_float ? Type::kJson : Type::kFloat;
}

class Inferrer {
 public:
  explicit Inferrer(const InferOptions& options) : options_(options) {}

  void Note(std::string_view record) {
    members_.clear();
    if (!WalkMembers(record, &members_)) return;
    ++records_;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      // Records mostly have their members in the same order.
      const bool expected = i < columns_.size() && columns_[i].name == members_[i].name;
      NoteValue(members_[i].value, records_, expected ? &columns_[i] : &Column(members_[i].name));
    }
  }

  absl::StatusOr<TableSchema> Schema() {
    if (columns_.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(options_.source_name, ": no record to infer the columns from"));
    }
    TableSchema schema{.table_name = options_.table_name, .columns = {}};
    for (const Seen& seen : columns_) {
      const Type type = TypeOf(seen);
      // Null is a JSON value like any other.
      const bool nullable = seen.nulls > 0 || seen.records < records_ || type == Type::kJson;
      schema.columns.push_back({.name = seen.name, .type = type, .nullable = nullable});
    }
    if (absl::Status keyed = SetPrimaryKey(&schema); !keyed.ok()) return keyed;
    if (absl::Status keyed = SetUniqueKeys(&schema); !keyed.ok()) return keyed;
    if (absl::Status valid = ValidateTableSchema(schema); !valid.ok()) return valid;
    return schema;
  }

 private:
  Seen& Column(const std::string& name) {
    const auto [place, is_new] = places_.try_emplace(name, columns_.size());
    if (is_new) columns_.push_back(Seen{.name = name});
    return columns_[place->second];
  }

  absl::StatusOr<ColumnSchema*> Find(const std::string& name, TableSchema* schema) const {
    for (ColumnSchema& column : schema->columns) {
      if (column.name == name) return &column;
    }
    return absl::InvalidArgumentError(absl::StrCat(options_.table_name, ": no column \"", name,
                                                   "\" in ", options_.source_name,
                                                   " to make a key of"));
  }

  absl::Status SetPrimaryKey(TableSchema* schema) const {
    // Only a single integer can be assigned; a null in any other key is the import's to report.
    const bool may_be_assigned = options_.primary_key.size() == 1;
    for (const std::string& name : options_.primary_key) {
      absl::StatusOr<ColumnSchema*> column = Find(name, schema);
      if (!column.ok()) return column.status();
      (*column)->primary_key = true;
      if (!may_be_assigned || (*column)->type != Type::kInt) (*column)->nullable = false;
    }
    return absl::OkStatus();
  }

  absl::Status SetUniqueKeys(TableSchema* schema) const {
    for (const std::vector<std::string>& key : options_.unique_keys) {
      for (const std::string& name : key) {
        absl::StatusOr<ColumnSchema*> column = Find(name, schema);
        if (!column.ok()) return column.status();
        if (key.size() == 1) (*column)->unique = true;
      }
      if (key.size() > 1) schema->unique_keys.push_back(key);
    }
    return absl::OkStatus();
  }

  const InferOptions& options_;
  std::uint64_t records_ = 0;
  std::vector<Seen> columns_;
  std::map<std::string, std::size_t> places_;
  std::vector<JsonMember> members_;
};

}  // namespace
}  // namespace engine

absl::StatusOr<TableSchema> InferSchema(std::istream& input, const InferOptions& options) {
  if (absl::Status valid = ValidateTableName(options.table_name); !valid.ok()) return valid;
  std::unique_ptr<engine::RecordSource> source =
      engine::OpenRecordSource(input, options.format, nullptr);
  engine::Inferrer inferrer(options);
  engine::SourceRecord record;
  while (source->Next(&record)) {
    if (record.fault.empty()) inferrer.Note(record.text);
  }
  if (!source->status().ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.source_name, ":", std::string(source->status().message())));
  }
  return inferrer.Schema();
}

}  // namespace linedb
