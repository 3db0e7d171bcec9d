#include "tests/query/model_rows.h"

#include <limits>

#include "absl/strings/escaping.h"

namespace linedb::query_test {
namespace {

using Json = nlohmann::ordered_json;

std::string Padded(int number, int digits) {
  std::string text = std::to_string(number);
  while (static_cast<int>(text.size()) < digits) text.insert(text.begin(), '0');
  return text;
}

std::string DayText(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return Padded(static_cast<int>(date.year()), 4) + "-" +
         Padded(static_cast<int>(static_cast<unsigned>(date.month())), 2) + "-" +
         Padded(static_cast<int>(static_cast<unsigned>(date.day())), 2);
}

std::string TimeText(Timestamp time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto micros = (time - day).count();
  const auto part = [micros](std::int64_t unit, std::int64_t count) {
    return static_cast<int>(micros / unit % count);
  };
  return DayText(day) + "T" + Padded(part(3'600'000'000, 24), 2) + ":" +
         Padded(part(60'000'000, 60), 2) + ":" + Padded(part(1'000'000, 60), 2) + "." +
         Padded(part(1, 1'000'000), 6) + "Z";
}

std::int64_t RandomInt(Random& random) {
  if (!OneIn(random, 25)) return static_cast<std::int64_t>(Below(random, 12)) - 4;
  constexpr std::int64_t kEnds[] = {std::numeric_limits<std::int64_t>::max(),
                                    std::numeric_limits<std::int64_t>::min(),
                                    (std::int64_t{1} << 53) + 1};
  return kEnds[Below(random, std::size(kEnds))];
}

double RandomFloat(Random& random) {
  if (!OneIn(random, 25)) return (static_cast<double>(Below(random, 12)) - 4) / 2;
  constexpr double kEnds[] = {-0.0, 1e300, -1e-300, 9007199254740992.0, 0.1, -1e18};
  return kEnds[Below(random, std::size(kEnds))];
}

std::string RandomText(Random& random) {
  static const std::vector<std::string> kTexts = {"",   "a",  "ab",   "abc",    "b",         "B",
                                                  "ba", "é",  "éa",   "a\"b\\", "\n",        "z%",
                                                  "a_", "ab", "aaaa", "日本",   "\U0001F600"};
  return kTexts[Below(random, kTexts.size())];
}

std::string RandomBytes(Random& random) {
  std::string bytes;
  for (std::size_t i = Below(random, 4); i > 0; --i) {
    bytes.push_back(static_cast<char>(OneIn(random, 3) ? 0 : 0xfe + Below(random, 2)));
  }
  return bytes;
}

std::string RandomJson(Random& random) {
  static const std::vector<std::string> kTexts = {"1", "\"a\"", "[1,2]", "{\"a\":null}", "true"};
  return kTexts[Below(random, kTexts.size())];
}

}  // namespace

const std::vector<ColumnSchema>& ModelColumns() {
  static const std::vector<ColumnSchema>& columns =
      *new std::vector<ColumnSchema>{{.name = "id", .type = Type::kInt, .primary_key = true},
                                     {.name = "i", .type = Type::kInt},
                                     {.name = "ni", .type = Type::kInt, .nullable = true},
                                     {.name = "f", .type = Type::kFloat},
                                     {.name = "nf", .type = Type::kFloat, .nullable = true},
                                     {.name = "b", .type = Type::kBool},
                                     {.name = "nb", .type = Type::kBool, .nullable = true},
                                     {.name = "s", .type = Type::kString},
                                     {.name = "ns", .type = Type::kString, .nullable = true},
                                     {.name = "y", .type = Type::kBytes, .nullable = true},
                                     {.name = "t", .type = Type::kTimestamp, .nullable = true},
                                     {.name = "d", .type = Type::kDate, .nullable = true},
                                     {.name = "j", .type = Type::kJson, .nullable = true},
                                     {.name = "u", .type = Type::kInt, .nullable = true}};
  return columns;
}

int ColumnNamed(const std::string& name) {
  const std::vector<ColumnSchema>& columns = ModelColumns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

TableSchema ModelSchema(const std::string& table, unsigned combination) {
  TableSchema schema{.table_name = table, .columns = ModelColumns()};
  const std::vector<IndexSchema> indexes = {{{"i"}},      {{"nf"}},     {{"ns"}},    {{"nb", "ni"}},
                                            {{"s", "d"}}, {{"y", "t"}}, {{"f", "i"}}};
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    if ((combination >> i & 1) != 0) schema.indexes.push_back(indexes[i]);
  }
  schema.columns.back().unique = (combination >> indexes.size() & 1) != 0;
  return schema;
}

Value RandomValue(Random& random, const ColumnSchema& column) {
  if (column.nullable && OneIn(random, 4)) return {};
  switch (column.type) {
    case Type::kInt:
      return Value::Int(RandomInt(random));
    case Type::kFloat:
      return Value::Float(RandomFloat(random));
    case Type::kBool:
      return Value::Bool(OneIn(random, 2));
    case Type::kString:
      return Value::String(RandomText(random));
    case Type::kBytes:
      return Value::Binary(RandomBytes(random));
    case Type::kTimestamp:
      return Value::Time(Timestamp(std::chrono::microseconds(
          (static_cast<std::int64_t>(Below(random, 8)) - 4) * 86'400'000'001)));
    case Type::kDate:
      return Value::Date(
          std::chrono::sys_days(std::chrono::days(static_cast<int>(Below(random, 8)) - 4)));
    case Type::kJson:
      return Value::Json(RandomJson(random));
  }
  return {};
}

ModelRow RandomRow(Random& random, std::int64_t id) {
  ModelRow row;
  for (const ColumnSchema& column : ModelColumns()) row.push_back(RandomValue(random, column));
  row.front() = Value::Int(id);
  if (!row.back().is_null()) row.back() = Value::Int(id * 3);
  return row;
}

Json JsonOfValue(const Value& value) {
  if (value.is_null()) return nullptr;
  switch (*value.type()) {
    case Type::kInt:
      return value.as_int();
    case Type::kFloat:
      return value.as_float();
    case Type::kBool:
      return value.as_bool();
    case Type::kString:
      return value.as_string();
    case Type::kBytes:
      return absl::Base64Escape(value.as_bytes());
    case Type::kTimestamp:
      return TimeText(value.as_time());
    case Type::kDate:
      return DayText(value.as_date());
    case Type::kJson:
      return Json::parse(value.as_json());
  }
  return nullptr;
}

Json JsonOfRow(const ModelRow& row) {
  Json record = Json::object();
  for (std::size_t i = 0; i < row.size(); ++i) record[ModelColumns()[i].name] = JsonOfValue(row[i]);
  return record;
}

int CompareModel(const Value& a, const Value& b) {
  const auto sign = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
  if (a.is_null() || b.is_null()) return sign(!a.is_null(), !b.is_null());
  // 64 bits of mantissa hold both an int and a float exactly.
  static_assert(std::numeric_limits<long double>::digits >= 64);
  const auto wide = [](const Value& value) -> long double {
    if (value.type() == Type::kFloat) return value.as_float();
    return static_cast<long double>(value.as_int());
  };
  switch (*a.type()) {
    case Type::kString:
    case Type::kBytes:
    case Type::kJson:
      return sign(a.as_string().compare(b.as_string()), 0);
    default:
      return sign(wide(a), wide(b));
  }
}

}  // namespace linedb::query_test
