// CSV: a record a row. A row ends at a line end outside of quotes; one that is none ends with its
// first line, so that a quote that is not closed swallows no other record.

#ifndef LINEDB_ENGINE_EXCHANGE_CSV_SOURCE_H_
#define LINEDB_ENGINE_EXCHANGE_CSV_SOURCE_H_

#include <memory>
#include <ostream>

#include "engine/exchange/csv_row.h"
#include "engine/exchange/record_source.h"

namespace linedb::engine {

// Reads the header, if there is one; `window` stands behind any byte order mark. The other
// arguments are as of OpenRecordSource.
std::unique_ptr<RecordSource> NewCsvSource(std::unique_ptr<InputWindow> window,
                                           const CsvOptions& options, std::ostream* overlong);

// Whether the text that an input begins with looks like CSV: its first line has a delimiter, and
// nothing that JSON would have.
bool LooksLikeCsv(std::string_view text);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_CSV_SOURCE_H_
