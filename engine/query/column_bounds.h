// What a condition says about single columns: what a key or an ordered index can look up.

#ifndef LINEDB_ENGINE_QUERY_COLUMN_BOUNDS_H_
#define LINEDB_ENGINE_QUERY_COLUMN_BOUNDS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "linedb/expression.h"
#include "linedb/text_writer.h"
#include "linedb/value.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// For every record for which the condition holds these hold, too, though not the other way round:
// the filter is asked again. All values are of the column's type, and none is null.
struct ColumnBounds {
  std::optional<std::vector<Value>> equals = std::nullopt;  // one of these
  std::optional<Value> low = std::nullopt;                  // inclusive
  std::optional<Value> high = std::nullopt;
  std::optional<std::string> prefix = std::nullopt;  // of text or bytes
  bool is_null = false;
  std::vector<std::string> texts = {};  // the parts of the condition that say so

  bool is_range() const { return low.has_value() || high.has_value() || prefix.has_value(); }
};

struct ConditionBounds {
  bool nothing = false;  // no record can pass
  std::map<int, ColumnBounds> columns;  // by stored column
};

// `name`: by which the condition may call the table.
ConditionBounds BoundsOf(const Expression& condition, const schema::RecordLayout& layout,
                         const std::string& name);

// The stored column that the expression is, or -1.
int ColumnOf(const Expression& expression, const schema::RecordLayout& layout,
             const std::string& name);

// About which part of the records pass, from 0 to 1, by its shape alone.
double SelectivityOf(const Expression& condition);

// Appends the canonical text of a value that is not null. Null, or why there is none.
schema::Fault WriteValueText(const Value& value, schema::TextWriter* writer);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_COLUMN_BOUNDS_H_
