#include "engine/verify_schemas.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/storage/schema_entry.h"

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
  SchemaPlace at;
  absl::StatusOr<CatalogEntry> entry = ParseEntry(*text, table, &at);
  if (entry.ok()) {
    (*catalog)[table] = *std::move(entry);
  } else {
    findings->Add(path, at.line, at.byte, "schema", std::string(entry.status().message()));
  }
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
