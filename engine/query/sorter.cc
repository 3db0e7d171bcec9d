#include "engine/query/sorter.h"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

#include "linedb/call_in_threads.h"

namespace linedb::engine {
namespace {

constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

// So many rows are worth a thread.
constexpr std::size_t kRowsPerPiece = std::size_t{1} << 15;

// So many that are equal so far are worth another level.
constexpr std::size_t kRowsPerLevel = 8;

// Long texts that are equal are compared whole from here on, so that no stack is deep.
constexpr std::size_t kLevelsMax = 16;

}  // namespace

Sorter::Sorter(const BoundQuery& query)
    : query_(query), rows_max_(kUnlimited), new_values_(query.values.size()) {
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
  if (!query_.order.empty()) prefix_.Add(values[query_.order.front().by.number]);
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
  if (rows_max_ == kUnlimited) return MergeAll(std::move(other));
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

void Sorter::MergeAll(Sorter&& other) {
  const std::size_t values_before = values_.size();
  rows_.reserve(rows_.size() + other.rows_.size());
  for (Row row : other.rows_) {
    row.values += values_before;
    rows_.push_back(row);
  }
  values_.insert(values_.end(), other.values_.begin(), other.values_.end());
  prefix_.Merge(other.prefix_);
}

bool Sorter::IsPrefixBefore(const Place& a, const Place& b) const {
  if (a.prefix != b.prefix) return a.prefix < b.prefix;
  return prefix_is_all_ && a.rank < b.rank;
}

bool Sorter::IsPlaceBefore(const Place& a, const Place& b) const {
  if (IsPrefixBefore(a, b)) return true;
  return !IsPrefixBefore(b, a) && IsBefore(rows_[a.row], rows_[b.row]);
}

// Returns whether there is a higher level.
bool Sorter::SetPrefixes(std::span<Place> places, std::size_t level) const {
  if (query_.order.empty()) return false;  // they come in file order
  const BoundOrder& first = query_.order.front();
  bool goes_on = false;
  for (Place& place : places) {
    const schema::ValueView& value = values_[rows_[place.row].values + first.by.number];
    const std::uint64_t prefix = prefix_.Of(value, level);
    place.prefix = first.descending ? ~prefix : prefix;
    goes_on = goes_on || prefix_.GoesOn(value, level);
  }
  return goes_on;
}

// By the prefixes, which are of this level; then those that are equal by the next one, as long as
// there are many of them.
void Sorter::SortPiece(std::span<Place> places, std::size_t level) const {
  std::sort(places.begin(), places.end(),
            [this](const Place& a, const Place& b) { return IsPrefixBefore(a, b); });
  for (std::size_t begin = 0; begin < places.size();) {
    std::size_t end = begin + 1;
    while (end < places.size() && !IsPrefixBefore(places[begin], places[end])) ++end;
    const std::span<Place> equal = places.subspan(begin, end - begin);
    if (level + 1 < kLevelsMax && equal.size() > kRowsPerLevel && SetPrefixes(equal, level + 1)) {
      SortPiece(equal, level + 1);
    } else {
      std::sort(equal.begin(), equal.end(), [this](const Place& a, const Place& b) {
        return IsBefore(rows_[a.row], rows_[b.row]);
      });
    }
    begin = end;
  }
}

// Each thread has a piece of its own, with all that belongs there.
std::vector<Sorter::Place> Sorter::SortPlaces() const {
  std::vector<Place> places(rows_.size());
  const std::size_t threads_max = std::max(std::thread::hardware_concurrency(), 1U);
  const std::size_t threads = std::clamp<std::size_t>(rows_.size() / kRowsPerPiece, 1, threads_max);
  const auto piece_of = [&](std::size_t piece) {
    const std::size_t begin = places.size() * piece / threads;
    return std::span(places).subspan(begin, places.size() * (piece + 1) / threads - begin);
  };
  const auto in_threads = [&](absl::FunctionRef<void(std::size_t piece)> work) {
    const auto call = [&](std::size_t piece) { return work(piece), absl::OkStatus(); };
    CallInThreads(static_cast<int>(threads), threads, call).IgnoreError();  // there is none
  };
  in_threads([&](std::size_t piece) {
    for (Place& place : piece_of(piece)) {
      const auto row = static_cast<std::size_t>(&place - places.data());
      place = {0, rows_[row].rank[0], row};
    }
    SetPrefixes(piece_of(piece), 0);
  });
  const auto before = [this](const Place& a, const Place& b) { return IsPlaceBefore(a, b); };
  for (std::size_t piece = 0; piece + 1 < threads; ++piece) {
    const auto begin = places.begin() + (piece_of(piece).data() - places.data());
    std::nth_element(begin, begin + static_cast<std::ptrdiff_t>(piece_of(piece).size()),
                     places.end(), before);
  }
  in_threads([&](std::size_t piece) { SortPiece(piece_of(piece), 0); });
  return places;
}

void Sorter::ForEach(Visit visit) {
  prefix_is_all_ = query_.order.empty() || (prefix_.is_exact() && query_.order.size() == 1);
  const std::vector<Place> places = SortPlaces();
  for (std::size_t i = query_.spec->offset; i < places.size(); ++i) {
    const Row& row = rows_[places[i].row];
    if (!visit(row.lines.data(), values_.data() + row.values)) return;
  }
}

}  // namespace linedb::engine
