#include "engine/query/record_loader.h"

#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/query/value_key.h"

namespace linedb::engine {

bool MatchKey(const schema::ValueView* slots, const std::vector<int>& wanted, std::string* key) {
  key->clear();
  for (const int slot : wanted) {
    if (slots[slot].is_null()) return false;
    AppendValueKey(slots[slot], key);
  }
  return true;
}

RecordLoader::RecordLoader(const BoundSource& source, std::vector<ValueSet> sets, Columns columns)
    : source_(source),
      sets_(std::move(sets)),
      filter_reader_(*source.layout, source.filter_columns),
      other_reader_(*source.layout,
                    columns == Columns::kAll ? source.other_columns : std::vector<int>()) {
  assert(sets_.size() == source.exists.size());
}

RecordLoader::Outcome RecordLoader::Load(std::string_view line, schema::ValueView* slots,
                                         LoadScratch* scratch) const {
  scratch->arena.Clear();
  schema::ValueView* values = slots + source_.first_slot;
  if (!filter_reader_.reads_nothing()) {
    if (!filter_reader_.Read(line, values, &scratch->arena)) return Outcome::kDamaged;
  }
  if (has_filter() && !Passes(slots, &scratch->key)) return Outcome::kUnwanted;
  if (other_reader_.reads_nothing()) return Outcome::kPassed;
  return other_reader_.Read(line, values, &scratch->arena) ? Outcome::kPassed : Outcome::kDamaged;
}

bool RecordLoader::Passes(const schema::ValueView* slots, std::string* scratch) const {
  if (source_.filter.has_value() && source_.filter->Test(slots) != schema::Truth::kTrue) {
    return false;
  }
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    const bool found = MatchKey(slots, source_.exists[i], scratch) && sets_[i].contains(*scratch);
    if (found == source_.spec->exists[i].negated) return false;
  }
  return true;
}

absl::Status RecordLoader::DamagedLine(std::string_view line) const {
  constexpr std::size_t kShown = 80;
  return absl::DataLossError(
      absl::StrCat(source_.layout->schema().table_name,
                   ": a line that is none of the table's: ", std::string(line.substr(0, kShown))));
}

}  // namespace linedb::engine
