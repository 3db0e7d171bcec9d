#include "engine/index_cursor.h"

#include <algorithm>
#include <cassert>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "engine/index/table_state.h"
#include "engine/transaction/publisher.h"

namespace linedb::engine {
namespace {

// Who wants the first ten, and to know that the next one is not their equal, does not wait for
// more; who wants all gets them by so many.
constexpr std::size_t kBatchFirst = 11;
constexpr std::size_t kBatchMax = 256;
constexpr std::size_t kKeyBytes = 10;  // of one number; of other keys more
// Entries of superseded lines are passed over: so many of all, and writers get their turn.
constexpr std::size_t kEntriesAtOnce = 4096;

}  // namespace

// The entries are taken batch by batch, under the table's lock; between two batches anything may
// happen to the layers of the index, so each begins with a search for the place behind the last.
class IndexWalk {
 public:
  IndexWalk(const TableCore& core, View view, int index, IndexRange range, IndexOrder order,
            ExpiredRecords expired)
      : core_(core),
        view_(view),
        index_(index),
        range_(std::move(range)),
        order_(order),
        drops_expired_(expired == ExpiredRecords::kPassedOver &&
                       core.table()->layout().expires_column() >= 0) {}

  absl::Status Begin();
  bool Next(std::string_view* key, std::string_view* line);
  std::uint64_t offset() const { return items_[next_ - 1].offset; }
  const absl::Status& status() const { return status_; }

 private:
  struct Item {
    std::size_t key_begin = 0;  // in keys_
    std::size_t key_bytes = 0;
    std::uint64_t offset = 0;
    std::string_view line;
  };

  bool ascending() const { return order_ == IndexOrder::kAscending; }
  void See(std::shared_ptr<const TableGeneration> generation, std::uint64_t limit,
           const ExpiryMoment& moment);
  absl::Status BeginUnnamed();
  void Fill();
  absl::Status CheckView() const;
  void Collect();
  void Seek(OrderedWalk& walk) const;
  bool IsBehindEnd(std::string_view key) const;
  void TakeEntries(OrderedWalk& walk);
  void ReadLines();
  void DropExpired();
  absl::Status ReadLine(Item& item);

  const TableCore core_;
  const View view_;
  const int index_;
  const IndexRange range_;
  const IndexOrder order_;
  const bool drops_expired_;

  std::shared_ptr<const TableGeneration> generation_;
  std::uint64_t limit_ = 0;
  ExpiryMoment moment_;
  std::uint64_t cuts_ = 0;                       // when a writer's walk began
  std::shared_ptr<const Snapshot> snapshot_;     // of a walk that no transaction holds
  std::shared_ptr<const wal::Mapping> mapping_;  // keeps `file_` alive
  std::string_view file_;
  std::deque<std::string> tail_lines_;  // copies: the tail moves as it grows

  std::size_t batch_ = kBatchFirst;
  std::vector<Item> items_;
  std::string keys_;
  std::size_t next_ = 0;
  // The entry taken last.
  bool begun_ = false;
  std::string last_key_;
  std::uint64_t last_offset_ = 0;

  bool done_ = false;     // behind the items there are none
  absl::Status failure_;  // or this
  absl::Status status_;
};

void IndexWalk::See(std::shared_ptr<const TableGeneration> generation, std::uint64_t limit,
                    const ExpiryMoment& moment) {
  assert(index_ >= 0 && static_cast<std::size_t>(index_) < generation->ordered.size());
  generation_ = std::move(generation);
  limit_ = limit;
  moment_ = moment;
  cuts_ = generation_->cuts();
  mapping_ = generation_->records.mapping();
  file_ = generation_->records.file_view();
}

absl::Status IndexWalk::Begin() {
  const TableState& table = *core_.table();
  if (view_.writer() != nullptr) {
    if (absl::Status usable = core_.Check(*view_.writer()); !usable.ok()) return usable;
    // The writer reads without a lock: nobody else changes anything.
    See(table.generation, table.generation->records.end(), core_.engine()->writer_moment());
    Collect();
    return absl::OkStatus();
  }
  if (view_.snapshot() == nullptr) return BeginUnnamed();
  absl::StatusOr<const TableSnapshot*> seen = core_.SeenBy(*view_.snapshot());
  if (!seen.ok()) return seen.status();
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  See((*seen)->generation, (*seen)->extent.bytes, (*seen)->moment);
  (*seen)->views->Keep(mapping_);
  Collect();
  return absl::OkStatus();
}

// A walk that ends with its first batch has seen one moment. For a longer one that moment is held
// fast, or what is superseded behind it would be forgotten before the walk comes to it.
absl::Status IndexWalk::BeginUnnamed() {
  const TableState& table = *core_.table();
  const std::shared_lock<std::shared_mutex> lock(table.mutex);
  if (!table.retired.ok()) return table.retired;
  See(table.generation, table.generation->published_bytes(),
      core_.engine()->MomentNow(table.layout()));
  Collect();
  if (done_ || !failure_.ok()) return absl::OkStatus();
  snapshot_ = core_.engine()->TakeSnapshotOf(table);
  const TableSnapshot& seen = *snapshot_->Find(&table);
  assert(seen.generation == generation_);
  if (seen.extent.bytes == limit_) return absl::OkStatus();
  // A commit was published meanwhile.
  begun_ = false;
  limit_ = seen.extent.bytes;
  Collect();
  return absl::OkStatus();
}

bool IndexWalk::Next(std::string_view* key, std::string_view* line) {
  while (next_ == items_.size()) {
    if (!failure_.ok()) status_ = failure_;
    if (done_ || !failure_.ok()) return false;
    Fill();
  }
  const Item& item = items_[next_++];
  *key = std::string_view(keys_).substr(item.key_begin, item.key_bytes);
  *line = item.line;
  return true;
}

absl::Status IndexWalk::CheckView() const {
  if (view_.snapshot() != nullptr) return core_.SeenBy(*view_.snapshot()).status();
  if (view_.writer() == nullptr) return absl::OkStatus();
  absl::Status usable = core_.Check(*view_.writer());
  if (!usable.ok() || !generation_->WasCutBefore(limit_, cuts_)) return usable;
  return absl::FailedPreconditionError(
      "the transaction has gone back to a savepoint before the walk along an index began");
}

void IndexWalk::Fill() {
  failure_ = CheckView();
  items_.clear();
  next_ = 0;
  if (!failure_.ok()) return;
  batch_ = std::min(2 * batch_, kBatchMax);
  if (view_.writer() != nullptr) return Collect();
  const std::shared_lock<std::shared_mutex> lock(core_.table()->mutex);
  Collect();
}

// Takes the next batch; the caller keeps writers away.
void IndexWalk::Collect() {
  OrderedWalk walk(ascending() ? WalkOrder::kAscending : WalkOrder::kDescending);
  walk.AddAll(generation_->ordered[static_cast<std::size_t>(index_)]);
  items_.clear();
  items_.reserve(batch_);
  keys_.clear();
  keys_.reserve(batch_ * kKeyBytes);
  for (;;) {
    Seek(walk);
    TakeEntries(walk);
    if (!walk.damaged()) break;
    // What was taken before the damage stays.
    if (walk.Mend()) continue;
    items_.clear();
    failure_ = generation_->IndexError();
    return;
  }
  failure_ = generation_->CheckOrdered(index_);
  if (!failure_.ok()) return;
  ReadLines();
  if (drops_expired_) DropExpired();
}

void IndexWalk::DropExpired() {
  std::erase_if(items_, [this](const Item& item) {
    return HasExpired(generation_->layout(), item.line, moment_);
  });
}

void IndexWalk::Seek(OrderedWalk& walk) const {
  if (begun_) return walk.Seek(last_key_, ascending() ? last_offset_ + 1 : last_offset_);
  if (ascending()) return walk.Seek(range_.low, 0);
  range_.high ? walk.Seek(*range_.high, 0) : walk.SeekEnd();
}

bool IndexWalk::IsBehindEnd(std::string_view key) const {
  return ascending() ? range_.high && key >= *range_.high : key < range_.low;
}

void IndexWalk::TakeEntries(OrderedWalk& walk) {
  std::string_view key;
  std::uint64_t offset = 0;
  for (std::size_t taken = 0; taken < kEntriesAtOnce && items_.size() < batch_; ++taken) {
    if (!walk.Next(&key, &offset) || IsBehindEnd(key)) {
      done_ = !walk.damaged();
      break;
    }
    begun_ = true;
    last_key_ = key;
    last_offset_ = offset;
    if (offset >= limit_ || generation_->IsSuperseded(offset, limit_)) continue;
    if (offset < file_.size()) __builtin_prefetch(file_.data() + offset);
    items_.push_back({keys_.size(), key.size(), offset, {}});
    keys_.append(key);
  }
}

void IndexWalk::ReadLines() {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    failure_ = ReadLine(items_[i]);
    if (failure_.ok()) continue;
    items_.resize(i);
    return;
  }
}

absl::Status IndexWalk::ReadLine(Item& item) {
  const RecordsFile& records = generation_->records;
  if (item.offset < file_.size()) {
    const RecordLocation location = records.LocationAt(item.offset);
    const std::uint64_t bytes = std::min(location.length(), file_.size() - item.offset);
    item.line = file_.substr(item.offset, bytes);
    return generation_->CheckLine(location);
  }
  item.line = tail_lines_.emplace_back(records.View(records.LocationAt(item.offset)));
  return absl::OkStatus();
}

IndexCursor::IndexCursor(std::unique_ptr<IndexWalk> walk) : walk_(std::move(walk)) {}
IndexCursor::IndexCursor(IndexCursor&&) noexcept = default;
IndexCursor& IndexCursor::operator=(IndexCursor&&) noexcept = default;
IndexCursor::~IndexCursor() = default;

absl::StatusOr<IndexCursor> IndexCursor::Open(const TableCore& core, View view, int index,
                                              IndexRange range, IndexOrder order,
                                              ExpiredRecords expired) {
  auto walk = std::make_unique<IndexWalk>(core, view, index, std::move(range), order, expired);
  if (absl::Status begun = walk->Begin(); !begun.ok()) return begun;
  return IndexCursor(std::move(walk));
}

bool IndexCursor::Next(std::string_view* key, std::string_view* line) {
  return walk_->Next(key, line);
}

std::uint64_t IndexCursor::offset() const { return walk_->offset(); }

const absl::Status& IndexCursor::status() const { return walk_->status(); }

std::uint64_t EstimateEntries(const TableCore& core, int index, const IndexRange& range) {
  const std::shared_lock<std::shared_mutex> lock(core.table()->mutex);
  const OrderedIndex& ordered = core.table()->generation->ordered[static_cast<std::size_t>(index)];
  return ordered.Estimate(range.low, range.high);
}

}  // namespace linedb::engine
