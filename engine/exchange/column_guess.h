// What the values of an input say about its columns.

#ifndef LINEDB_ENGINE_EXCHANGE_COLUMN_GUESS_H_
#define LINEDB_ENGINE_EXCHANGE_COLUMN_GUESS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/exchange/csv_shape.h"
#include "linedb/value.h"

namespace linedb::engine {

struct ColumnGuess {
  std::string name;
  Type type = Type::kString;
  bool nullable = false;  // there were nulls, or records without the column
};

// One thread. Keeps a few words a column, whatever the number of records.
class ColumnGuesser {
 public:
  virtual ~ColumnGuesser() = default;
  // A text that is no record is passed over.
  virtual void Note(std::string_view record) = 0;
  // In order of appearance.
  virtual std::vector<ColumnGuess> Guesses() const = 0;
};

std::unique_ptr<ColumnGuesser> NewJsonGuesser();
// `shape` must outlive it.
std::unique_ptr<ColumnGuesser> NewCsvGuesser(const CsvShape& shape);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_COLUMN_GUESS_H_
