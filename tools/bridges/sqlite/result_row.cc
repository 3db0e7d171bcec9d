#include "tools/bridges/sqlite/result_row.h"

#include <cstddef>
#include <cstdint>

#include "linedb/text_writer.h"
#include "nlohmann/json.hpp"
#include "tools/bridges/sqlite/sql_names.h"
#include "tools/bridges/sqlite/sql_value.h"

namespace linedb::sqlite {
namespace {

std::size_t BytesOf(sqlite3_stmt* statement, int column) {
  return static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
}

std::string_view TextOf(sqlite3_stmt* statement, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  return text == nullptr ? std::string_view() : std::string_view(text, BytesOf(statement, column));
}

// SQL may cut characters in two: what is no UTF-8 is replaced.
void AppendQuoted(std::string_view text, std::string* json) {
  schema::TextWriter writer;
  if (schema::WriteString(&writer, text) == nullptr) {
    *json += writer.text();
  } else {
    *json += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

void AppendReal(double real, std::string* json) {
  schema::TextWriter writer;
  if (schema::WriteDouble(&writer, real) == nullptr) {
    *json += writer.text();
  } else {
    *json += real > 0 ? "1e999" : "-1e999";
  }
}

void AppendBytes(sqlite3_stmt* statement, int column, std::string* json) {
  schema::TextWriter writer;
  const void* const bytes = sqlite3_column_blob(statement, column);
  schema::WriteBytes(&writer, bytes, BytesOf(statement, column));
  *json += writer.text();
}

}  // namespace

ResultRow::ResultRow(sqlite3_stmt* statement)
    : statement_(statement),
      texts_(static_cast<std::size_t>(sqlite3_column_count(statement))),
      cells_(texts_.size()) {
  for (int i = 0; i < static_cast<int>(texts_.size()); ++i) {
    const char* const declared = sqlite3_column_decltype(statement, i);
    const std::string_view type = declared == nullptr ? "" : declared;
    kinds_.push_back(type == kDeclaredBool   ? Kind::kBool
                     : type == kDeclaredJson ? Kind::kJson
                                             : Kind::kPlain);
  }
}

std::vector<std::string> ResultRow::Names() const {
  std::vector<std::string> names;
  for (int i = 0; i < static_cast<int>(texts_.size()); ++i) {
    const char* const name = sqlite3_column_name(statement_, i);
    names.emplace_back(name == nullptr ? "" : name);
  }
  return UniqueNames(names, Letters::kExact);
}

const std::vector<std::string_view>& ResultRow::Read() {
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    texts_[i].clear();
    Append(static_cast<int>(i), &texts_[i]);
    cells_[i] = texts_[i];
  }
  return cells_;
}

// A compound select has the types of its first part, and the others may have something else there:
// so values are looked at.
void ResultRow::Append(int column, std::string* json) const {
  const Kind kind = kinds_[static_cast<std::size_t>(column)];
  switch (sqlite3_column_type(statement_, column)) {
    case SQLITE_INTEGER: {
      const std::int64_t number = sqlite3_column_int64(statement_, column);
      const bool is_bool = kind == Kind::kBool && (number == 0 || number == 1);
      *json += is_bool ? (number == 1 ? "true" : "false") : std::to_string(number);
      return;
    }
    case SQLITE_FLOAT:
      return AppendReal(sqlite3_column_double(statement_, column), json);
    case SQLITE_TEXT: {
      const std::string_view text = TextOf(statement_, column);
      if (kind != Kind::kJson || !nlohmann::json::accept(text)) return AppendQuoted(text, json);
      *json += text;
      return;
    }
    case SQLITE_BLOB:
      return AppendBytes(statement_, column, json);
    default:
      *json += "null";
  }
}

}  // namespace linedb::sqlite
