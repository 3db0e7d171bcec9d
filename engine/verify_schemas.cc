#include "engine/verify_schemas.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/storage/schema_place.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

void VerifySchema(wal::FileSystem& files, const wal::DatabasePaths& paths, const std::string& table,
                  VerifyFindings* findings, Catalog* catalog) {
  const std::string path = paths.Schema(table);
  absl::StatusOr<std::string> text = wal::ReadFile(files, path);
  if (!text.ok()) {
    findings->AddUnreadable(path, "schema", text.status());
    return;
  }
  absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(*text);
  if (!document.ok()) {
    const absl::Status status = document.status();
    const SchemaPlace at = PlaceInSchema(*text, std::string(status.message()));
    findings->Add(path, at.line, at.byte, "schema", at.reason);
    return;
  }
  if (document->schema.table_name != table) {
    findings->Add(path, 1, 0, "schema",
                  absl::StrCat("it is the schema of table \"", document->schema.table_name, "\""));
    return;
  }
  (*catalog)[table] = {std::move(document->schema), document->format, wal::ChecksumOf(*text)};
}

}  // namespace

Catalog VerifySchemas(wal::FileSystem& files, const wal::DatabasePaths& paths,
                      VerifyFindings* findings) {
  Catalog catalog;
  absl::StatusOr<std::vector<std::string>> names = files.List(paths.SchemaDirectory());
  if (!names.ok()) {
    if (!absl::IsNotFound(names.status())) {
      findings->AddUnreadable(paths.SchemaDirectory(), "schema", names.status());
    }
    return catalog;
  }
  for (const std::string& name : *names) {
    const std::optional<std::string> table = wal::TableOfSchemaFile(name);
    if (table.has_value()) VerifySchema(files, paths, *table, findings, &catalog);
  }
  return catalog;
}

}  // namespace linedb::engine
