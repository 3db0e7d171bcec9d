#include "engine/storage/schema_entry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/schema_document.h"
#include "wal/wal_format.h"
#include "wal/wal_line.h"

namespace linedb::engine {
namespace {

// "line 6 column 20: there is no type stx" has the place in it, which is taken off.
SchemaPlace TakePlace(std::string_view text, std::string_view* message) {
  std::string_view rest = *message;
  std::uint64_t line = 0;
  std::uint64_t column = 0;
  const bool is_placed = wal::ConsumePrefix(&rest, "line ") && wal::ConsumeNumber(&rest, &line) &&
                         wal::ConsumePrefix(&rest, " column ") &&
                         wal::ConsumeNumber(&rest, &column) && wal::ConsumePrefix(&rest, ": ");
  if (!is_placed || line == 0 || column == 0) return {};
  *message = rest;
  std::size_t begin = 0;  // of the line; npos + 1 is 0
  for (std::uint64_t i = 1; i < line; ++i) begin = text.find('\n', begin) + 1;
  return {line, begin + column - 1};
}

}  // namespace

absl::StatusOr<CatalogEntry> ParseEntry(std::string_view text, const std::string& table,
                                        SchemaPlace* place) {
  absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(text);
  if (!document.ok()) {
    const absl::Status status = document.status();
    const std::string message(status.message());
    std::string_view reason = message;
    *place = TakePlace(text, &reason);
    return absl::Status(status.code(), std::string(reason));
  }
  if (document->schema.table_name != table) {
    *place = {};
    return absl::DataLossError(
        absl::StrCat("it is the schema of table \"", document->schema.table_name, "\""));
  }
  return CatalogEntry{std::move(document->schema), document->format, wal::ChecksumOf(text)};
}

}  // namespace linedb::engine
