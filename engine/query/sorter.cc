#include "engine/query/sorter.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace linedb::engine {

Sorter::Sorter(const BoundQuery& query)
    : query_(query),
      rows_max_(std::numeric_limits<std::size_t>::max()),
      new_values_(query.values.size()) {
  const QuerySpec& spec = *query.spec;
  if (spec.limit.has_value() && *spec.limit < rows_max_ - spec.offset) {
    rows_max_ = *spec.limit + spec.offset;
  }
}

int Sorter::Compare(const schema::ValueView* a, const schema::ValueView* b) const {
  for (const BoundOrder& order : query_.order) {
    const int compared = schema::CompareValues(a[order.by.number], b[order.by.number]);
    if (compared != 0) return order.descending ? -compared : compared;
  }
  return 0;
}

bool Sorter::IsBefore(const Row& a, const Row& b) const {
  const int compared = Compare(&values_[a.values], &values_[b.values]);
  return compared != 0 ? compared < 0 : a.rank < b.rank;
}

// Most rows of a table are told by their first value.
bool Sorter::IsBeforeLast(const QueryRow& row) const {
  const Row& last = rows_.front();
  for (const BoundOrder& order : query_.order) {
    const int compared = schema::CompareValues(query_.values[order.by.number].Evaluate(row.slots),
                                               values_[last.values + order.by.number]);
    if (compared != 0) return order.descending ? compared > 0 : compared < 0;
  }
  return row.rank < last.rank;
}

void Sorter::Take(const QueryRow& row) {
  if (rows_max_ == 0) return;
  if (rows_.size() == rows_max_ && !IsBeforeLast(row)) return;
  for (std::size_t i = 0; i < new_values_.size(); ++i) {
    new_values_[i] = texts_.Keep(query_.values[i].Evaluate(row.slots), row);
  }
  TakeValues({row.rank, row.lines, 0}, new_values_.data());
}

// A row that is wanted, as far as is known.
void Sorter::TakeValues(const Row& row, const schema::ValueView* values) {
  const std::size_t width = query_.values.size();
  const auto before = [this](const Row& a, const Row& b) { return IsBefore(a, b); };
  if (rows_.size() < rows_max_) {
    rows_.push_back(row);
    rows_.back().values = values_.size();
    values_.insert(values_.end(), values, values + width);
    if (rows_.size() == rows_max_) std::make_heap(rows_.begin(), rows_.end(), before);
    return;
  }
  std::pop_heap(rows_.begin(), rows_.end(), before);
  const std::size_t place = rows_.back().values;
  std::copy(values, values + width, values_.begin() + static_cast<std::ptrdiff_t>(place));
  rows_.back() = row;
  rows_.back().values = place;
  std::push_heap(rows_.begin(), rows_.end(), before);
}

void Sorter::Merge(Sorter&& other) {
  texts_.Add(std::move(other.texts_));
  for (const Row& row : other.rows_) {
    const schema::ValueView* values = other.values_.data() + row.values;
    if (rows_.size() == rows_max_) {
      const Row& last = rows_.front();
      const int compared = Compare(values, values_.data() + last.values);
      if (compared > 0 || (compared == 0 && row.rank > last.rank)) continue;
    }
    TakeValues(row, values);
  }
}

void Sorter::ForEach(Visit visit) {
  std::sort(rows_.begin(), rows_.end(),
            [this](const Row& a, const Row& b) { return IsBefore(a, b); });
  for (std::size_t i = query_.spec->offset; i < rows_.size(); ++i) {
    if (!visit(rows_[i].lines.data(), values_.data() + rows_[i].values)) return;
  }
}

}  // namespace linedb::engine
