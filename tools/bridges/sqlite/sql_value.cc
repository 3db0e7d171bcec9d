#include "tools/bridges/sqlite/sql_value.h"

#include <chrono>
#include <cmath>
#include <limits>

#include "linedb/text_writer.h"
#include "nlohmann/json.hpp"
#include "schema/time_text.h"

namespace linedb::sqlite {
namespace {

constexpr char kBoolean[] = "BOOLEAN";
constexpr char kJson[] = "JSON TEXT";  // JSON alone would have a number's affinity

std::string_view TextOf(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text == nullptr
             ? std::string_view()
             : std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

Comparand Found(Value value) { return {Comparand::Kind::kValue, std::move(value)}; }
Comparand Nothing() { return {Comparand::Kind::kNothing, {}}; }
Comparand Unknown() { return {Comparand::Kind::kUnknown, {}}; }

// The whole number at or beyond a real one, which no int equals unless it is one itself.
Comparand IntOf(double real, Bound bound) {
  constexpr double kEnd = 9223372036854775808.0;
  if (std::isnan(real)) return Nothing();
  const double whole = bound == Bound::kHigh ? std::ceil(real) : std::floor(real);
  if (bound == Bound::kEqual && whole != real) return Nothing();
  if (whole >= -kEnd && whole < kEnd) return Found(Value::Int(static_cast<std::int64_t>(whole)));
  return bound == Bound::kEqual ? Nothing() : Unknown();
}

Comparand NumberOf(Type type, Bound bound, sqlite3_value* value) {
  switch (sqlite3_value_numeric_type(value)) {
    case SQLITE_INTEGER: {
      const std::int64_t number = sqlite3_value_int64(value);
      if (type == Type::kInt) return Found(Value::Int(number));
      if (type == Type::kBool) {
        if (number == 0 || number == 1) return Found(Value::Bool(number == 1));
        return bound == Bound::kEqual ? Nothing() : Unknown();
      }
      // A double has 53 bits: beyond them what is looked up would be beside the number.
      constexpr std::int64_t kExact = std::int64_t{1} << 53;
      if (number < -kExact || number > kExact) return Unknown();
      return Found(Value::Float(static_cast<double>(number)));
    }
    case SQLITE_FLOAT: {
      const double real = sqlite3_value_double(value);
      if (type == Type::kInt) return IntOf(real, bound);
      if (type == Type::kBool || std::isnan(real) || std::isinf(real)) return Unknown();
      return Found(Value::Float(real));
    }
    default:
      return Unknown();
  }
}

// SQLite compares times by their texts. Those of the files have one length and sort as time goes,
// but for what was typed in another spelling: that is why bounds are a second wider.
Comparand TimeOf(Bound bound, std::string_view text) {
  const bool is_day = schema::IsDate(text);
  const auto time =
      schema::ParseTimestamp(is_day ? std::string(text) + "T00:00:00Z" : std::string(text), true);
  if (!time.has_value()) return bound == Bound::kEqual ? Nothing() : Unknown();
  if (bound == Bound::kEqual) return Found(Value::Time(*time));
  // Another zone, or another letter before the hour, sorts otherwise than time goes.
  if (!is_day && (text[10] != 'T' || text.back() != 'Z')) return Unknown();
  const auto margin = std::chrono::seconds(bound == Bound::kLow ? -1 : 1);
  return Found(Value::Time(*time + margin));
}

Comparand DateOf(Bound bound, std::string_view text) {
  if (schema::IsDate(text)) {
    const auto time = schema::ParseTimestamp(std::string(text) + "T00:00:00Z", true);
    if (time.has_value()) return Found(Value::Date(std::chrono::floor<std::chrono::days>(*time)));
  }
  return bound == Bound::kEqual ? Nothing() : Unknown();
}

void AppendQuoted(std::string_view text, std::string* json) {
  *json += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void AppendWritten(const schema::TextWriter& writer, std::string* json) { *json += writer.text(); }

std::string_view Declared(sqlite3_stmt* statement, int i) {
  const char* declared = sqlite3_column_decltype(statement, i);
  return declared == nullptr ? std::string_view() : std::string_view(declared);
}

}  // namespace

std::string_view DeclaredType(Type type) {
  switch (type) {
    case Type::kInt:
      return "INTEGER";
    case Type::kFloat:
      return "REAL";
    case Type::kBool:
      return kBoolean;
    case Type::kBytes:
      return "BLOB";
    case Type::kTimestamp:
      return "TIMESTAMP TEXT";
    case Type::kDate:
      return "DATE TEXT";
    case Type::kJson:
      return kJson;
    case Type::kString:
      break;
  }
  return "TEXT";
}

void SetResult(sqlite3_context* context, Type type, std::string_view text,
               schema::ScratchArena* arena) {
  // Times stay the text that they are, without its quotes.
  const bool is_time = type == Type::kTimestamp || type == Type::kDate;
  const schema::ValueView value =
      schema::ReadColumnValue(is_time ? Type::kString : type, text, arena);
  switch (value.type) {
    case Type::kInt:
    case Type::kBool:
      return sqlite3_result_int64(context, value.number);
    case Type::kFloat:
      return sqlite3_result_double(context, value.real);
    case Type::kBytes:
      return sqlite3_result_blob64(context, value.text.data(), value.text.size(), SQLITE_TRANSIENT);
    case Type::kString:
    case Type::kJson:
      return sqlite3_result_text64(context, value.text.data(), value.text.size(), SQLITE_TRANSIENT,
                                   SQLITE_UTF8);
    default:
      return sqlite3_result_null(context);
  }
}

void AppendJson(sqlite3_stmt* statement, int i, std::string* json) {
  schema::TextWriter writer;
  const int bytes = sqlite3_column_type(statement, i) == SQLITE_BLOB ||
                            sqlite3_column_type(statement, i) == SQLITE_TEXT
                        ? sqlite3_column_bytes(statement, i)
                        : 0;
  switch (sqlite3_column_type(statement, i)) {
    case SQLITE_INTEGER: {
      const std::int64_t number = sqlite3_column_int64(statement, i);
      const bool is_bool = Declared(statement, i) == kBoolean && (number == 0 || number == 1);
      *json += is_bool ? (number == 1 ? "true" : "false") : std::to_string(number);
      return;
    }
    case SQLITE_FLOAT:
      // JSON has no infinity; a number that every reader takes for one is one.
      if (schema::WriteFloat(&writer, sqlite3_column_double(statement, i))) {
        *json += sqlite3_column_double(statement, i) > 0 ? "1e999" : "-1e999";
        return;
      }
      return AppendWritten(writer, json);
    case SQLITE_BLOB:
      schema::WriteBytes(&writer, sqlite3_column_blob(statement, i),
                         static_cast<std::size_t>(bytes));
      return AppendWritten(writer, json);
    case SQLITE_TEXT: {
      const auto* begin = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
      const std::string_view text(begin, static_cast<std::size_t>(bytes));
      if (Declared(statement, i) == kJson && nlohmann::json::accept(text)) {
        *json += text;
      } else {
        AppendQuoted(text, json);
      }
      return;
    }
    default:
      *json += "null";
  }
}

Comparand ComparandOf(Type type, Bound bound, sqlite3_value* value) {
  const int found = sqlite3_value_type(value);
  if (found == SQLITE_NULL) return Nothing();
  switch (type) {
    case Type::kInt:
    case Type::kFloat:
    case Type::kBool:
      return NumberOf(type, bound, value);
    case Type::kString:
      // A number beside text may be compared as a number: '05' is 5.
      return found == SQLITE_TEXT ? Found(Value::String(std::string(TextOf(value)))) : Unknown();
    case Type::kTimestamp:
      return found == SQLITE_TEXT ? TimeOf(bound, TextOf(value)) : Unknown();
    case Type::kDate:
      return found == SQLITE_TEXT ? DateOf(bound, TextOf(value)) : Unknown();
    case Type::kBytes: {
      if (found != SQLITE_BLOB) return Unknown();
      const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
      return Found(Value::Binary(std::string(
          bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_value_bytes(value)))));
    }
    case Type::kJson:
      break;
  }
  return Unknown();
}

}  // namespace linedb::sqlite
