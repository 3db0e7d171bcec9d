// What a schema file says, or where in it something is wrong.

#ifndef LINEDB_ENGINE_STORAGE_SCHEMA_ENTRY_H_
#define LINEDB_ENGINE_STORAGE_SCHEMA_ENTRY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/storage/catalog.h"

namespace linedb::engine {

// The beginning stands for the file as a whole.
struct SchemaPlace {
  std::uint64_t line = 1;
  std::uint64_t byte = 0;  // of the file
};

// The entry of the table whose schema file has this text. Errors are kDataLoss for another table's,
// and those of ParseSchemaDocument; their messages do without the place, which is `*place`.
absl::StatusOr<CatalogEntry> ParseEntry(std::string_view text, const std::string& table,
                                        SchemaPlace* place);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_SCHEMA_ENTRY_H_
