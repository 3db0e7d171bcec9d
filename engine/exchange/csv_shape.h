// What is known of a CSV input once its header is read.

#ifndef LINEDB_ENGINE_EXCHANGE_CSV_SHAPE_H_
#define LINEDB_ENGINE_EXCHANGE_CSV_SHAPE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exchange/input_window.h"

namespace linedb::engine {

// What '\0' as a delimiter chooses from, in this order.
inline constexpr std::string_view kCsvDelimiters = ",\t;|";

struct CsvDialect {
  char delimiter = ',';
  bool quotes = true;  // a quote at the beginning of a field is none of its characters
};

// Never changed once the input is opened, so that any thread may read it.
struct CsvShape {
  CsvDialect dialect;
  std::vector<std::string> nulls;
  std::vector<std::string> columns;
  std::vector<TextPosition> positions;  // of the columns' names
  std::string header;                   // as it stands in the input; empty: there is none

  // Of a field without quotes.
  bool IsNull(std::string_view text) const {
    for (const std::string& null : nulls) {  // there is one: no call for it
      if (null.size() == text.size() && text == null) return true;
    }
    return false;
  }
  // Whether an empty line is a row: it is one of a single field.
  bool has_one_column() const { return columns.size() == 1; }
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_CSV_SHAPE_H_
