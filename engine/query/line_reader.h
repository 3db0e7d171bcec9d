// Some columns of a canonical line -> values.

#ifndef LINEDB_ENGINE_QUERY_LINE_READER_H_
#define LINEDB_ENGINE_QUERY_LINE_READER_H_

#include <string_view>
#include <vector>

#include "linedb/value.h"
#include "schema/record_layout.h"
#include "schema/value_view.h"

namespace linedb::engine {

// Reads the same columns of many lines of a table, passing over as few of the others as it can,
// from the line's begin or from its end. Constant; any number of threads may read with it.
class LineReader {
 public:
  // `columns` are numbers of stored columns, ascending.
  LineReader(const schema::RecordLayout& layout, const std::vector<int>& columns);

  bool reads_nothing() const { return steps_.empty(); }
  // Puts the value of stored column c into values[c]. Text is a view into the line, or into the
  // arena. False if the line has another shape.
  bool Read(std::string_view line, schema::ValueView* values, schema::ScratchArena* arena) const;

 private:
  struct Step {
    std::string_view prefix;
    Type type;
    int column;  // or -1: passed over
  };
  bool ReadForwards(std::string_view line, schema::ValueView* values,
                    schema::ScratchArena* arena) const;
  bool ReadBackwards(std::string_view line, schema::ValueView* values,
                     schema::ScratchArena* arena) const;

  bool from_end_ = false;
  std::vector<Step> steps_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_LINE_READER_H_
