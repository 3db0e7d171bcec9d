#include "tools/dbtool/schema_file.h"

#include "schema/schema_document.h"
#include "tools/dbtool/input_file.h"

namespace linedb::dbtool {

absl::StatusOr<TableSchema> SchemaFromFile(const Context& context, const std::string& file,
                                           const std::string& table) {
  absl::StatusOr<std::string> text = ReadSmallFile(file);
  if (!text.ok()) return text.status();
  absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(*text);
  if (!document.ok()) {
    // It is the caller's text, and no file of the database that is damaged.
    const std::string name = file == "-" ? "<stdin>" : file;
    return absl::InvalidArgumentError(name + ": " + std::string(document.status().message()));
  }
  if (document->schema.table_name != table) {
    Note(context, "the schema of " + document->schema.table_name + " is taken for " + table);
  }
  document->schema.table_name = table;
  document->schema.created_at.clear();
  return document->schema;
}

}  // namespace linedb::dbtool
