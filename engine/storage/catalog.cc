#include "engine/storage/catalog.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/storage/schema_entry.h"
#include "schema/schema_document.h"
#include "wal/file_steps.h"
#include "wal/wal_format.h"

namespace linedb::engine {

absl::Status AtPlace(const std::string& where, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(where, ": ", std::string(status.message())));
}

namespace {

absl::StatusOr<CatalogEntry> ReadEntry(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                       const std::string& path, const std::string& table) {
  absl::StatusOr<std::string> text = wal::ReadFile(files, path);
  if (!text.ok()) return text.status();
  SchemaPlace at;
  absl::StatusOr<CatalogEntry> entry = ParseEntry(*text, table, &at);
  if (entry.ok()) return entry;
  return AtPlace(absl::StrCat(wal::ShortName(paths, path), " line ", at.line, " byte ", at.byte),
                 entry.status());
}

absl::StatusOr<CatalogEntry> WriteEntry(wal::FileSystem& files, const std::string& path,
                                        const TableSchema& schema) {
  const std::string text = schema::FormatSchemaDocument(schema);
  absl::Status written = wal::WriteFileAtomically(files, path, text);
  if (!written.ok()) return written;
  return CatalogEntry{schema, schema::SchemaFormatOf(schema), wal::ChecksumOf(text)};
}

}  // namespace

absl::StatusOr<Catalog> ReadCatalog(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  Catalog catalog;
  absl::StatusOr<std::vector<std::string>> names = files.List(paths.SchemaDirectory());
  if (absl::IsNotFound(names.status())) return catalog;
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const std::optional<std::string> table = wal::TableOfSchemaFile(name);
    if (!table) continue;
    absl::StatusOr<CatalogEntry> entry = ReadEntry(files, paths, paths.Schema(*table), *table);
    if (absl::IsNotFound(entry.status())) continue;  // by a writer at work, just now
    if (!entry.ok()) return entry.status();
    catalog[*table] = *std::move(entry);
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
  return WriteEntry(files, paths.Schema(schema.table_name), schema);
}

absl::StatusOr<CatalogEntry> WriteNextSchemaFile(wal::FileSystem& files,
                                                 const wal::DatabasePaths& paths,
                                                 const TableSchema& schema) {
  return WriteEntry(files, paths.SchemaNext(schema.table_name), schema);
}

absl::Status PlaceNextSchemaFile(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                 const std::string& table) {
  absl::Status renamed = files.Rename(paths.SchemaNext(table), paths.Schema(table));
  return renamed.ok() ? files.SyncDirectory(paths.SchemaDirectory()) : renamed;
}

absl::StatusOr<CatalogEntry> ReadNextSchemaFile(wal::FileSystem& files,
                                                const wal::DatabasePaths& paths,
                                                const std::string& table) {
  return ReadEntry(files, paths, paths.SchemaNext(table), table);
}

absl::Status RemoveTableFiles(wal::FileSystem& files, const wal::DatabasePaths& paths,
                              const std::string& table) {
  for (const std::string& path : {paths.Schema(table), paths.SchemaNext(table),
                                  paths.Records(table), paths.RecordsCompacted(table)}) {
    if (absl::Status removed = wal::RemoveIfThere(files, path); !removed.ok()) return removed;
  }
  absl::Status durable = files.SyncDirectory(paths.SchemaDirectory());
  return durable.ok() ? files.SyncDirectory(paths.DataDirectory()) : durable;
}

}  // namespace linedb::engine
