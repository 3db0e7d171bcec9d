// The schema files of a database.

#ifndef LINEDB_ENGINE_STORAGE_CATALOG_H_
#define LINEDB_ENGINE_STORAGE_CATALOG_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "linedb/table_schema.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

struct CatalogEntry {
  TableSchema schema;
  int format = 0;              // 0: the Python original's
  std::uint64_t checksum = 0;  // XXH3-64 of the file's bytes
};

using Catalog = std::map<std::string, CatalogEntry>;

// Reads every schema file; an empty catalog if there is no schema directory. Errors name the file:
// kDataLoss, kFailedPrecondition (newer format), kInvalidArgument, and the disk's.
absl::StatusOr<Catalog> ReadCatalog(wal::FileSystem& files, const wal::DatabasePaths& paths);

// Whether these are the Python original's schema files: some, and none with a format.
bool IsOriginal(const Catalog& catalog);

// Writes a schema file so that it is durable, and returns its entry.
absl::StatusOr<CatalogEntry> WriteSchemaFile(wal::FileSystem& files,
                                             const wal::DatabasePaths& paths,
                                             const TableSchema& schema);
// The same under the name of an altered table's schema, to be placed when the log says so.
absl::StatusOr<CatalogEntry> WriteNextSchemaFile(wal::FileSystem& files,
                                                 const wal::DatabasePaths& paths,
                                                 const TableSchema& schema);
// Renames it into place.
absl::Status PlaceNextSchemaFile(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                 const std::string& table);
// What WriteNextSchemaFile wrote; kNotFound if nothing waits there.
absl::StatusOr<CatalogEntry> ReadNextSchemaFile(wal::FileSystem& files,
                                                const wal::DatabasePaths& paths,
                                                const std::string& table);

// Removes every file of a table that the log has dropped, durably; those that are gone do not
// matter.
absl::Status RemoveTableFiles(wal::FileSystem& files, const wal::DatabasePaths& paths,
                              const std::string& table);

// `status` with "where: " before its message.
absl::Status AtPlace(const std::string& where, const absl::Status& status);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_CATALOG_H_
