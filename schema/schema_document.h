// TableSchema <-> the text of a schema file (schema/FORMAT.md).

#ifndef LINEDB_SCHEMA_SCHEMA_DOCUMENT_H_
#define LINEDB_SCHEMA_SCHEMA_DOCUMENT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "linedb/table_schema.h"

namespace linedb::schema {

// The newest version of schema files that this program reads.
inline constexpr int kSchemaFormat = 2;

// The version in which the schema's file is written: the oldest whose readers keep all that the
// schema promises. 2 if it has indexes, checks, references, an expiry or column ids.
int SchemaFormatOf(const TableSchema& schema);

struct SchemaDocument {
  TableSchema schema;
  // The document's "format"; 0 if it has none, as the Python original writes it.
  int format = kSchemaFormat;
};

// Any thread. Errors name line and column of the text: kDataLoss for text that is no schema
// document, kFailedPrecondition for a format newer than ours (names both versions),
// kInvalidArgument for a schema that ValidateTableSchema refuses.
absl::StatusOr<SchemaDocument> ParseSchemaDocument(std::string_view text);

// The text of a schema file: one line a column, members in a fixed order, "\n" at its end.
std::string FormatSchemaDocument(const TableSchema& schema);

// The same on one line without spaces or "\n", as it stands in the log.
std::string FormatSchemaDocumentCompact(const TableSchema& schema);

// Brings a schema into the form in which it is read back from its document (a default written
// "1.50" is read as 1.5), so that the file, the log and the table in memory say the same. Fails as
// ParseSchemaDocument.
absl::Status NormalizeSchema(TableSchema* schema);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_SCHEMA_DOCUMENT_H_
