// A value of CSV as the canonical text of a column's value.

#ifndef LINEDB_ENGINE_EXCHANGE_CSV_VALUE_H_
#define LINEDB_ENGINE_EXCHANGE_CSV_VALUE_H_

#include <optional>
#include <string_view>

#include "engine/exchange/csv_row.h"
#include "linedb/table_schema.h"
#include "linedb/text_writer.h"

namespace linedb::engine {

// True and false, in any case.
std::optional<bool> CsvBool(std::string_view text);

// Of a field that is null: whether the column, which cannot be null, takes it as the empty string.
inline bool IsEmptyText(const ColumnSchema& column, const CsvField& field) {
  return column.type == Type::kString && !column.nullable && field.text.empty();
}

// Appends the canonical text of a value that is not null, is UTF-8 and is not copied as it stands
// (CsvLineWriter), without a general reader in between. False, with something appended perhaps, for
// what the column does not take, and for some that it does. Any thread.
bool WriteCsvValue(const ColumnSchema& column, std::string_view text, schema::TextWriter* writer);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_CSV_VALUE_H_
