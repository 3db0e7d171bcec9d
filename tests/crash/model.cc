#include "tests/crash/model.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace linedb::testing {
namespace {

void AppendTable(std::string* text, const std::string& schema, std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  *text += schema + "\n";
  for (const std::string& line : lines) *text += "  " + line + "\n";
}

}  // namespace

std::string SchemaText(const TableSchema& schema, std::int64_t version) {
  std::string text = absl::StrCat(schema.table_name, " v", version, ":");
  for (const ColumnSchema& column : schema.columns) {
    absl::StrAppend(&text, " ", column.name, column.primary_key ? "*" : "",
                    column.unique ? "!" : "", column.nullable ? "?" : "",
                    column.default_json ? "=" : "");
  }
  for (const std::vector<std::string>& key : schema.unique_keys) {
    absl::StrAppend(&text, " ", absl::StrJoin(key, "+"), "!");
  }
  return text;
}

Model Model::FromText(const std::string& text) {
  Model model;
  Table* table = nullptr;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    if (line.starts_with("  ")) {
      table->rows[line] = line.substr(2);
    } else {
      table = &model.tables_[line.substr(0, line.find(' '))];
      table->schema = line;
    }
    begin = end + 1;
  }
  return model;
}

std::string Model::Text() const {
  std::string text;
  for (const auto& [name, table] : tables_) {
    std::vector<std::string> lines;
    for (const auto& [key, line] : table.rows) lines.push_back(line);
    AppendTable(&text, table.schema, std::move(lines));
  }
  return text;
}

std::vector<engine::TableCore> TablesOf(engine::Engine& engine) {
  std::vector<engine::TableCore> tables;
  for (const std::string& name : engine.TableNames()) {
    tables.emplace_back(&engine, engine.FindTable(name));
  }
  return tables;
}

std::string Observe(const std::vector<engine::TableCore>& tables, engine::View view) {
  std::string text;
  for (const engine::TableCore& table : tables) {
    absl::StatusOr<engine::RecordCursor> cursor = table.Scan(view);
    if (!cursor.ok()) return cursor.status().ToString();
    std::vector<std::string> lines;
    for (std::string_view line; cursor->Next(&line);) lines.emplace_back(line);
    if (!cursor->status().ok()) return cursor->status().ToString();
    AppendTable(&text, SchemaText(table.schema(), table.schema().version), std::move(lines));
  }
  return text;
}

std::string Observe(engine::Engine& engine) { return Observe(TablesOf(engine), {}); }

}  // namespace linedb::testing
