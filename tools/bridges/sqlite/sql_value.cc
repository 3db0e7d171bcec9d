#include "tools/bridges/sqlite/sql_value.h"

namespace linedb::sqlite {

std::string_view DeclaredType(Type type) {
  switch (type) {
    case Type::kInt:
      return "INTEGER";
    case Type::kFloat:
      return "REAL";
    case Type::kBool:
      return kDeclaredBool;
    case Type::kBytes:
      return "BLOB";
    case Type::kTimestamp:
      return "TIMESTAMP TEXT";
    case Type::kDate:
      return "DATE TEXT";
    case Type::kJson:
      return kDeclaredJson;
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

}  // namespace linedb::sqlite
