#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "schema/schema_document.h"
#include "tools/dbtool/ui/pages.h"

namespace linedb::dbtool {
namespace {

std::string ReferenceText(const ReferenceSchema& reference) {
  std::string text = reference.table;
  if (!reference.key.empty()) text += " (" + absl::StrJoin(reference.key, ", ") + ")";
  if (reference.on_delete != OnDelete::kRestrict) {
    text += ", on delete " + std::string(OnDeleteName(reference.on_delete));
  }
  return text;
}

PageJson ColumnJson(const ColumnSchema& column) {
  std::vector<std::string> constraints;
  if (column.primary_key) constraints.emplace_back("primary key");
  if (column.unique && !column.primary_key) constraints.emplace_back("unique");
  if (column.nullable) constraints.emplace_back(column.primary_key ? "assigned" : "may be null");
  if (column.default_json.has_value()) constraints.push_back("default " + *column.default_json);
  if (!column.check.empty()) constraints.push_back("check " + column.check);
  if (column.references.has_value()) {
    constraints.push_back("references " + ReferenceText(*column.references));
  }
  return {{"name", column.name},
          {"type", std::string(TypeName(column.type))},
          {"constraints", constraints}};
}

}  // namespace

PageJson SchemaJson(const TableSchema& schema) {
  PageJson columns = PageJson::array();
  for (const ColumnSchema& column : schema.columns) columns.push_back(ColumnJson(column));
  // What is said of several columns together.
  std::vector<std::string> rules;
  for (const std::vector<std::string>& key : schema.unique_keys) {
    rules.push_back("unique (" + absl::StrJoin(key, ", ") + ")");
  }
  for (const IndexSchema& index : schema.indexes) {
    rules.push_back(std::string(index.unique ? "unique " : "") + "index (" +
                    absl::StrJoin(index.columns, ", ") + ")");
  }
  for (const std::string& check : schema.checks) rules.push_back("check " + check);
  for (const ReferenceSchema& reference : schema.references) {
    rules.push_back("(" + absl::StrJoin(reference.columns, ", ") + ") references " +
                    ReferenceText(reference));
  }
  if (!schema.expires.empty()) rules.push_back("records expire by " + schema.expires);
  return {{"table", schema.table_name},
          {"version", schema.version},
          {"created_at", schema.created_at},
          {"columns", std::move(columns)},
          {"rules", rules}};
}

absl::StatusOr<PageJson> SchemaPage(Session& session, const Parameters& parameters) {
  const auto core = session.database().OpenCore(parameters.Text("table"));
  if (!core.ok()) return core.status();
  PageJson page = SchemaJson(core->schema());
  page["file"] = "schema/" + core->schema().table_name + ".schema.json";
  page["document"] = schema::FormatSchemaDocument(core->schema());
  return page;
}

}  // namespace linedb::dbtool
