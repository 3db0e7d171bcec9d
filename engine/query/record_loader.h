// Records of one table -> slots of a row, if the query wants them.

#ifndef LINEDB_ENGINE_QUERY_RECORD_LOADER_H_
#define LINEDB_ENGINE_QUERY_RECORD_LOADER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "engine/query/bound_query.h"
#include "engine/query/line_reader.h"

namespace linedb::engine {

// The values that a semi-join looks for, as AppendValueKey has them.
using ValueSet = absl::flat_hash_set<std::string>;

// What a thread loads records with.
struct LoadScratch {
  schema::ScratchArena arena;
  std::string key;
};

// Constant; any number of threads may load with it.
class RecordLoader {
 public:
  // What it reads: all columns that the query names, or those alone that the filter looks at.
  enum class Columns { kAll, kOfFilter };
  // `sets` are those of source.spec->exists. The source must outlive it.
  RecordLoader(const BoundSource& source, std::vector<ValueSet> sets, Columns columns);

  enum class Outcome { kPassed, kUnwanted, kDamaged };
  // Fills the source's slots if the record passes.
  Outcome Load(std::string_view line, schema::ValueView* slots, LoadScratch* scratch) const;
  // Whether the record passes whose filter columns stand in the slots already.
  bool Passes(const schema::ValueView* slots, std::string* scratch) const;
  // kDataLoss: the line is none of the table's.
  absl::Status DamagedLine(std::string_view line) const;

  const BoundSource& source() const { return source_; }
  const std::vector<ValueSet>& sets() const { return sets_; }
  bool has_filter() const { return source_.filter.has_value() || !sets_.empty(); }

 private:
  const BoundSource& source_;
  std::vector<ValueSet> sets_;
  LineReader filter_reader_;
  LineReader other_reader_;
};

// The key of these slots; false if one of them is null, which matches nothing.
bool MatchKey(const schema::ValueView* slots, const std::vector<int>& wanted, std::string* key);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_RECORD_LOADER_H_
