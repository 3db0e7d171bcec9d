#include "engine/index/ordered_index.h"

#include <cassert>
#include <iterator>
#include <utility>

namespace linedb::engine {
namespace {

// So many entries of a tree are counted; of more the number is guessed.
constexpr std::uint64_t kCountedMax = 2048;

// Where a key stands between two others, from 0 to 1, by the bytes behind what these share.
double PlaceBetween(std::string_view first, std::string_view last, std::string_view key) {
  const auto shared = static_cast<std::size_t>(
      std::mismatch(first.begin(), first.end(), last.begin(), last.end()).first - first.begin());
  const auto number = [shared](std::string_view bytes) {
    double value = 0;
    for (std::size_t i = shared; i < shared + 7; ++i) {
      value = value * 256 + (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0);
    }
    return value;
  };
  if (key <= first) return 0;
  if (key >= last) return 1;
  const double width = number(last) - number(first);
  return width <= 0 ? 0.5 : std::clamp((number(key) - number(first)) / width, 0.0, 1.0);
}

std::uint64_t EstimateSet(const OrderedSet& set, std::string_view low,
                          const std::optional<std::string>& high) {
  OrderedSet::Iterator at = set.LowerBound(low, 0);
  const OrderedSet::Iterator end = high ? set.LowerBound(*high, 0) : set.end();
  std::uint64_t counted = 0;
  for (; at != end && counted < kCountedMax; ++at) ++counted;
  if (at == end) return counted;
  const std::string_view first = set.begin()->key();
  const std::string_view last = std::prev(set.end())->key();
  const double share =
      (high ? PlaceBetween(first, last, *high) : 1) - PlaceBetween(first, last, low);
  const auto guessed = static_cast<std::uint64_t>(share * static_cast<double>(set.size()));
  return std::clamp<std::uint64_t>(guessed, counted, set.size());
}

std::uint64_t CountRun(const OrderedRun& run, std::string_view low,
                       const std::optional<std::string>& high) {
  OrderedRun::Walk walk(run);
  walk.Seek(low, 0);
  if (walk.damaged()) return run.entries();
  const std::uint64_t begin = walk.rank();
  if (high) {
    walk.Seek(*high, 0);
  } else {
    walk.SeekEnd();
  }
  return walk.damaged() || walk.rank() < begin ? run.entries() : walk.rank() - begin;
}

}  // namespace

void OrderedIndex::Freeze() {
  assert(frozen_ == nullptr);
  frozen_ = std::make_unique<OrderedSet>(std::exchange(active_, OrderedSet()));
}

OrderedIndex OrderedIndex::Copy() const {
  assert(frozen_ == nullptr);
  OrderedIndex copy;
  for (const OrderedEntry& entry : active_) copy.Insert(entry.key(), entry.offset());
  copy.runs_ = runs_;
  return copy;
}

OrderedIndex::Replaced OrderedIndex::SetRuns(Runs runs) {
  return {std::move(frozen_), std::exchange(runs_, std::move(runs))};
}

std::uint64_t OrderedIndex::Estimate(std::string_view low,
                                     const std::optional<std::string>& high) const {
  if (high && *high <= low) return 0;
  std::uint64_t entries = EstimateSet(active_, low, high);
  if (frozen_ != nullptr) entries += EstimateSet(*frozen_, low, high);
  for (const std::shared_ptr<const OrderedRun>& run : runs_) entries += CountRun(*run, low, high);
  return entries;
}

std::size_t OrderedIndex::size() const {
  std::size_t entries = active_.size() + (frozen_ != nullptr ? frozen_->size() : 0);
  for (const std::shared_ptr<const OrderedRun>& run : runs_) entries += run->entries();
  return entries;
}

std::size_t OrderedIndex::memory_bytes() const {
  std::size_t bytes = active_.memory_bytes() + (frozen_ != nullptr ? frozen_->memory_bytes() : 0);
  for (const std::shared_ptr<const OrderedRun>& run : runs_) bytes += run->memory_bytes();
  return bytes;
}

std::size_t OrderedIndex::file_bytes() const {
  std::size_t bytes = 0;
  for (const std::shared_ptr<const OrderedRun>& run : runs_) bytes += run->file_bytes();
  return bytes;
}

void OrderedWalk::Add(const OrderedSet& set) {
  if (!set.empty()) sources_.emplace_back().set = &set;
}

void OrderedWalk::Add(const OrderedRun& run) {
  Source& source = sources_.emplace_back();
  source.run = &run;
  source.walk.emplace(run);
}

void OrderedWalk::AddAll(const OrderedIndex& index) {
  Add(index.active());
  if (index.frozen() != nullptr) Add(*index.frozen());
  for (const std::shared_ptr<const OrderedRun>& run : index.runs()) Add(*run);
}

// Takes the entry at which the source stands.
void OrderedWalk::Settle(Source& source) const {
  if (source.set == nullptr) {
    source.valid = source.walk->valid();
    if (!source.valid) return;
    source.key = source.walk->key();
    source.offset = source.walk->offset();
    return;
  }
  source.valid = order_ == WalkOrder::kAscending ? source.at != source.set->end()
                                                 : source.at != source.set->begin();
  if (!source.valid) return;
  const OrderedEntry& entry = order_ == WalkOrder::kAscending ? *source.at : *std::prev(source.at);
  source.key = entry.key();
  source.offset = entry.offset();
}

void OrderedWalk::Step(Source& source) const {
  const bool ascending = order_ == WalkOrder::kAscending;
  if (source.set != nullptr) {
    ascending ? ++source.at : --source.at;
  } else if (ascending) {
    source.walk->Next();
  } else {
    source.walk->Previous();
  }
  Settle(source);
}

void OrderedWalk::Seek(std::string_view key, std::uint64_t offset) {
  given_ = nullptr;
  for (Source& source : sources_) {
    if (source.set != nullptr) {
      source.at = source.set->LowerBound(key, offset);
    } else {
      source.walk.emplace(*source.run);  // it may have been mended
      source.walk->Seek(key, offset);
      if (order_ == WalkOrder::kDescending) source.walk->Previous();
    }
    Settle(source);
  }
}

void OrderedWalk::SeekEnd() {
  assert(order_ == WalkOrder::kDescending);
  given_ = nullptr;
  for (Source& source : sources_) {
    if (source.set != nullptr) {
      source.at = source.set->end();
    } else {
      source.walk.emplace(*source.run);
      source.walk->SeekEnd();
      source.walk->Previous();
    }
    Settle(source);
  }
}

bool OrderedWalk::IsBefore(const Source& a, const Source& b) const {
  const int order = a.key.compare(b.key);
  const bool less = order != 0 ? order < 0 : a.offset < b.offset;
  return less == (order_ == WalkOrder::kAscending);
}

bool OrderedWalk::Next(std::string_view* key, std::uint64_t* offset) {
  if (given_ != nullptr) Step(*given_);
  given_ = nullptr;
  for (Source& source : sources_) {
    if (source.run != nullptr && source.walk->damaged()) return given_ = nullptr, false;
    if (source.valid && (given_ == nullptr || IsBefore(source, *given_))) given_ = &source;
  }
  if (given_ == nullptr) return false;
  *key = given_->key;
  *offset = given_->offset;
  return true;
}

bool OrderedWalk::damaged() const {
  return std::any_of(sources_.begin(), sources_.end(), [](const Source& source) {
    return source.run != nullptr && source.walk->damaged();
  });
}

bool OrderedWalk::Mend() const {
  bool mended = true;
  for (const Source& source : sources_) {
    if (source.run != nullptr && source.walk->damaged()) mended = source.run->Mend() && mended;
  }
  return mended;
}

}  // namespace linedb::engine
