// The fields of a CSV row.

#ifndef LINEDB_ENGINE_EXCHANGE_CSV_ROW_H_
#define LINEDB_ENGINE_EXCHANGE_CSV_ROW_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exchange/csv_shape.h"
#include "schema/json_reader.h"

namespace linedb::engine {

struct CsvField {
  std::string_view text;  // without the quotes around it
  bool quoted = false;
  bool doubled = false;  // has quotes in it, each doubled

  // The characters that it stands for: a view of `text` or of `scratch`.
  std::string_view Value(std::string* scratch) const { return doubled ? Undoubled(scratch) : text; }

 private:
  std::string_view Undoubled(std::string* scratch) const;
};

struct CsvRow {
  std::vector<CsvField> fields;
  bool ascii = false;  // has no other bytes
};

// Splits a row, without its "\n" but perhaps with the "\r" before it. The fields point into `row`.
// False if it is no row, with the fields before the fault.
bool SplitCsvRow(std::string_view row, const CsvDialect& dialect, CsvRow* split,
                 schema::JsonFault* fault);
// The same of a row that is right: false, with some fields, if it is none.
bool SplitGoodCsvRow(std::string_view row, const CsvDialect& dialect, CsvRow* split);
// Whether it would split.
bool IsCsvRow(std::string_view row, const CsvDialect& dialect);

// Where a field begins in its row, with its quote.
inline std::size_t OffsetIn(std::string_view row, const CsvField& field) {
  return static_cast<std::size_t>(field.text.data() - row.data()) - (field.quoted ? 1 : 0);
}

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_CSV_ROW_H_
