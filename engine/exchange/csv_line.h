// Rows of CSV as canonical lines, straight: each field's value is written where it stands in the
// line.

#ifndef LINEDB_ENGINE_EXCHANGE_CSV_LINE_H_
#define LINEDB_ENGINE_EXCHANGE_CSV_LINE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exchange/csv_row.h"
#include "engine/exchange/csv_shape.h"
#include "linedb/text_writer.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// One thread.
class CsvLineWriter {
 public:
  // The arguments must outlive it; `places` are those of the stored columns among the fields, npos
  // for a column that the rows lack.
  CsvLineWriter(const schema::RecordLayout& layout, const CsvShape& shape,
                const std::vector<std::size_t>& places);

  // Makes the line and the spans that schema::CanonicalizeRecord would make of the record. False
  // for a row that is no record, and for some that are. It has the fields that the shape wants.
  bool Write(const CsvRow& row, const schema::CanonicalizeOptions& options,
             std::vector<schema::FieldSpan>* spans);
  // The last one. Valid until the next Write.
  std::string_view line() const { return line_.text(); }

 private:
  struct Column {
    std::size_t prefix_bytes = 0;
    std::string prefix;  // and behind it bytes that make the last block whole
    std::size_t place = 0;
    const ColumnSchema* schema = nullptr;
    bool assigned = false;
  };

  std::size_t BeginColumn(const Column& column, std::size_t value_bytes);
  bool WriteField(const Column& column, const CsvField& field,
                  const schema::CanonicalizeOptions& options, schema::FieldSpan* span);
  bool WriteMissing(const Column& column, const schema::CanonicalizeOptions& options,
                    schema::FieldSpan* span);
  bool WriteNull(const Column& column, const schema::CanonicalizeOptions& options);

  const CsvShape& shape_;
  std::vector<Column> columns_;
  schema::TextWriter line_;
  std::string scratch_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_CSV_LINE_H_
