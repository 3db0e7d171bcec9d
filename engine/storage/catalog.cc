#include "engine/storage/catalog.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "schema/schema_document.h"
#include "wal/wal_format.h"

namespace linedb::engine {

absl::Status AtPlace(const std::string& where, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(where, ": ", std::string(status.message())));
}

absl::StatusOr<Catalog> ReadCatalog(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  Catalog catalog;
  absl::StatusOr<std::vector<std::string>> names = files.List(paths.SchemaDirectory());
  if (absl::IsNotFound(names.status())) return catalog;
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const std::optional<std::string> table = wal::TableOfSchemaFile(name);
    if (!table) continue;
    const std::string path = paths.Schema(*table);
    const std::string short_name = wal::ShortName(paths, path);
    absl::StatusOr<std::string> text = wal::ReadFile(files, path);
    if (!text.ok()) return text.status();
    absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(*text);
    if (!document.ok()) return AtPlace(short_name + " line 1 byte 0", document.status());
    if (document->schema.table_name != *table) {
      return absl::DataLossError(absl::StrCat(short_name,
                                              " line 1 byte 0: it is the schema of table \"",
                                              document->schema.table_name, "\""));
    }
    catalog[*table] = {std::move(document->schema), document->format, wal::ChecksumOf(*text)};
  }
  return catalog;
}

bool IsOriginal(const Catalog& catalog) {
  return !catalog.empty() && std::all_of(catalog.begin(), catalog.end(), [](const auto& table) {
    return table.second.format == 0;
  });
}

absl::StatusOr<CatalogEntry> WriteSchemaFile(wal::FileSystem& files,
                                             const wal::DatabasePaths& paths,
                                             const TableSchema& schema) {
  const std::string text = schema::FormatSchemaDocument(schema);
  absl::Status written = wal::WriteFileAtomically(files, paths.Schema(schema.table_name), text);
  if (!written.ok()) return written;
  return CatalogEntry{schema, schema::kSchemaFormat, wal::ChecksumOf(text)};
}

}  // namespace linedb::engine
