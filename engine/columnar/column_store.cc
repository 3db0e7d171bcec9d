#include "engine/columnar/column_store.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <new>
#include <shared_mutex>
#include <utility>

#include "absl/strings/str_cat.h"

namespace linedb::engine {
namespace {

// The chunk with one more row dead. `own` says whether the bits are this caller's own already.
void MarkDead(const ColumnMemory& memory, RowChunk* chunk, std::uint32_t row,
              std::shared_ptr<ColumnBuffer>* own) {
  if (*own == nullptr) {
    *own = NewBits(memory, chunk->rows, chunk->live.get(), chunk->rows);
    if (chunk->live == nullptr) SetBits((*own)->As<std::uint64_t>(), 0, chunk->rows);
    chunk->live = *own;
  }
  std::uint64_t* words = (*own)->As<std::uint64_t>();
  if (!TestBit(words, row)) return;
  words[row / 64] &= ~(std::uint64_t{1} << (row % 64));
  --chunk->live_rows;
}

// The chunk without the rows that begin at or behind `end`.
RowChunk Cut(const ColumnMemory& memory, const RowChunk& chunk, std::uint64_t end) {
  RowChunk cut = chunk;
  cut.rows = cut.live_rows = chunk.RowsBefore(end);
  if (chunk.live == nullptr) return cut;
  const std::shared_ptr<ColumnBuffer> live = NewBits(memory, cut.rows, chunk.live.get(), cut.rows);
  cut.live_rows = 0;
  for (std::size_t word = 0; word < WordsOf(cut.rows); ++word) {
    cut.live_rows += static_cast<std::uint32_t>(std::popcount(live->As<std::uint64_t>()[word]));
  }
  cut.live = live;
  return cut;
}

}  // namespace

ColumnStore::ColumnStore(const TableState& table,
                         const std::shared_ptr<const TableGeneration>& generation,
                         ColumnMemory memory)
    : table_(table), generation_(generation), memory_(std::move(memory)) {}

std::shared_ptr<StoredColumn> ColumnStore::Hold(int number) {
  assert(IsColumnar(table_.layout().columns()[static_cast<std::size_t>(number)].type));
  const std::lock_guard<std::mutex> lock(mutex_);
  return HoldLocked(number);
}

std::shared_ptr<StoredColumn> ColumnStore::HoldLocked(int number) {
  std::erase_if(columns_,
                [](const std::weak_ptr<StoredColumn>& column) { return column.expired(); });
  for (const std::weak_ptr<StoredColumn>& each : columns_) {
    std::shared_ptr<StoredColumn> column = each.lock();
    if (column != nullptr && column->number == number) return column;
  }
  auto column = std::make_shared<StoredColumn>();
  column->number = number;
  columns_.push_back(column);
  return column;
}

bool ColumnStore::AreHeld(std::span<const int> numbers) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return std::all_of(numbers.begin(), numbers.end(), [this](int number) {
    return std::any_of(columns_.begin(), columns_.end(),
                       [number](const std::weak_ptr<StoredColumn>& each) {
                         const std::shared_ptr<StoredColumn> column = each.lock();
                         return column != nullptr && column->number == number;
                       });
  });
}

absl::StatusOr<std::shared_ptr<const ColumnMoment>> ColumnStore::MomentAt(
    const std::shared_ptr<const TableGeneration>& generation, std::optional<std::uint64_t> limit,
    Timestamp now, std::span<const std::shared_ptr<StoredColumn>> columns) noexcept {
  // The arrays are what takes much memory here, and nothing is lost without them.
  try {
    return MakeMoment(generation, limit, now, columns);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(table_.name(), ": no memory for its columns"));
  }
}

absl::StatusOr<std::shared_ptr<const ColumnMoment>> ColumnStore::MakeMoment(
    const std::shared_ptr<const TableGeneration>& generation, std::optional<std::uint64_t> limit,
    Timestamp now, std::span<const std::shared_ptr<StoredColumn>> columns) {
  assert(IsOf(generation));
  const std::lock_guard<std::mutex> lock(mutex_);
  if (expiry_ == nullptr && table_.layout().expires_column() >= 0) {
    expiry_ = HoldLocked(table_.layout().expires_column());
  }
  const std::uint64_t wanted = limit.value_or(generation->published_bytes());
  if (!IsLiveAt(wanted, now) || !IsCovered(columns)) {
    const Facts facts = FactsAt(*generation, limit);
    std::vector<std::shared_ptr<StoredColumn>> read_columns(columns.begin(), columns.end());
    const bool is_asked_for =
        std::find(read_columns.begin(), read_columns.end(), expiry_) != read_columns.end();
    if (expiry_ != nullptr && !is_asked_for) read_columns.push_back(expiry_);
    if (absl::Status read = CatchUp(*generation, facts, read_columns); !read.ok()) return read;
    const std::shared_ptr<LiveRows> live = RowsAt(facts);
    if (expiry_ != nullptr) MarkExpired(now, live.get());
    live_ = live;
  }
  auto moment = std::make_shared<ColumnMoment>();
  moment->limit = live_->limit;
  moment->column_count = columns.size();
  for (std::size_t i = 0; i < live_->chunks.size(); ++i) {
    const RowChunk& rows = live_->chunks[i];
    if (rows.live_rows == 0) continue;
    const bool all = rows.live_rows == rows.rows;
    moment->live_rows += rows.live_rows;
    moment->rows.push_back(
        {rows.rows, rows.live_rows, all ? nullptr : rows.live->As<std::uint64_t>()});
    for (const std::shared_ptr<StoredColumn>& column : columns) {
      const ColumnChunk& chunk = (*column->chunks)[i];
      moment->columns.push_back(
          {chunk.values->As<void>(), chunk.bytes == nullptr ? nullptr : chunk.bytes->As<char>(),
           chunk.validity == nullptr ? nullptr : chunk.validity->As<std::uint64_t>()});
    }
  }
  moment->held.push_back(live_);
  for (const std::shared_ptr<StoredColumn>& column : columns) {
    moment->held.push_back(column->chunks);
  }
  return moment;
}

ColumnStore::Facts ColumnStore::FactsAt(const TableGeneration& generation,
                                        std::optional<std::uint64_t> limit) const {
  Facts facts;
  const std::shared_lock<std::shared_mutex> lock(table_.mutex);
  const std::uint64_t published = generation.published_bytes();
  facts.limit = limit.value_or(published);
  const RecordsFile& records = generation.records;
  facts.bytes.mapping = records.mapping();
  facts.bytes.file = records.file_view().substr(0, published);
  if (published > records.file_bytes()) {
    facts.bytes.tail = std::string_view(records.tail()).substr(0, published - records.file_bytes());
  }
  facts.superseded = generation.superseded;
  generation.retained.ForEachSuperseded(
      facts.limit, [&](std::uint64_t offset) { facts.retained.push_back(offset); });
  return facts;
}

// Whether the columns have the values of all rows that are known.
bool ColumnStore::IsCovered(std::span<const std::shared_ptr<StoredColumn>> columns) const {
  return std::all_of(columns.begin(), columns.end(), [&](const auto& column) {
    const std::vector<ColumnChunk>& chunks = *column->chunks;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      if ((i < chunks.size() ? chunks[i].rows : 0) < rows_[i].rows) return false;
    }
    return true;
  });
}

absl::Status ColumnStore::CatchUp(const TableGeneration& generation, const Facts& facts,
                                  std::span<const std::shared_ptr<StoredColumn>> columns) {
  const std::uint64_t end = std::max(covered_, facts.limit);
  std::vector<int> numbers;
  for (const std::shared_ptr<StoredColumn>& column : columns) numbers.push_back(column->number);
  std::vector<ChunkWork> work = WorkUpTo(end, columns);
  const ChunkBuilder builder(generation, facts.bytes, facts.superseded, {covered_, end}, numbers,
                             memory_);
  if (absl::Status read = builder.Run(work); !read.ok()) return read;
  // Damage in the bits shows when they are looked at; then all lines pass for superseded.
  for (std::uint64_t chunk = 0; chunk < facts.superseded.chunk_end(); ++chunk) {
    facts.superseded.FindChunk(chunk);
  }
  if (facts.superseded.broken()) return generation.IndexError();
  TakeOver(std::move(work), end, columns);
  MarkSuperseded(facts.superseded);
  return absl::OkStatus();
}

std::vector<ChunkWork> ColumnStore::WorkUpTo(
    std::uint64_t end, std::span<const std::shared_ptr<StoredColumn>> columns) const {
  std::vector<ChunkWork> work;
  for (std::size_t i = 0; i * kColumnChunkBytes < end; ++i) {
    const std::uint32_t rows = i < rows_.size() ? rows_[i].rows : 0;
    const bool has_late_column =
        std::any_of(columns.begin(), columns.end(), [&](const auto& column) {
          return (i < column->chunks->size() ? (*column->chunks)[i].rows : 0) < rows;
        });
    // New bytes need not be new rows.
    const bool has_new_bytes = std::min((i + 1) * kColumnChunkBytes, end) > covered_;
    if (!has_late_column && !has_new_bytes) continue;
    ChunkWork& each = work.emplace_back();
    each.index = i;
    if (i < rows_.size()) each.rows = rows_[i];
    for (const std::shared_ptr<StoredColumn>& column : columns) {
      each.columns.push_back(i < column->chunks->size() ? (*column->chunks)[i] : ColumnChunk());
    }
  }
  return work;
}

void ColumnStore::TakeOver(std::vector<ChunkWork> work, std::uint64_t end,
                           std::span<const std::shared_ptr<StoredColumn>> columns) {
  if (work.empty()) return;
  // All that may fail for want of memory comes first: half of it would be a wrong answer.
  rows_.resize((end + kColumnChunkBytes - 1) / kColumnChunkBytes);
  std::vector<std::shared_ptr<const std::vector<ColumnChunk>>> next;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::vector<ColumnChunk> chunks = *columns[c]->chunks;
    chunks.resize(rows_.size());
    for (const ChunkWork& each : work) chunks[each.index] = each.columns[c];
    next.push_back(std::make_shared<const std::vector<ColumnChunk>>(std::move(chunks)));
  }
  covered_ = end;
  for (std::size_t c = 0; c < columns.size(); ++c) columns[c]->chunks = std::move(next[c]);
  for (ChunkWork& each : work) rows_[each.index] = std::move(each.rows);
}

// Takes over what was superseded for everybody since the last time.
void ColumnStore::MarkSuperseded(const SupersededLines& superseded) {
  constexpr std::uint64_t kStretch = SupersededLines::kBlockBytes;
  static_assert(kColumnChunkBytes % kStretch == 0);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    RowChunk& rows = rows_[i];
    const std::uint64_t chunk_begin = i * kColumnChunkBytes;
    std::shared_ptr<ColumnBuffer> own;
    for (std::uint64_t begin = 0; begin < kColumnChunkBytes; begin += kStretch) {
      if (superseded.SharesChunk(superseded_, (chunk_begin + begin) / kStretch)) continue;
      for (std::uint32_t row = rows.RowsBefore(begin); row < rows.rows; ++row) {
        const std::uint64_t line = rows.begins->As<std::uint32_t>()[row];
        if (line >= begin + kStretch) break;
        if (superseded.Contains(chunk_begin + line)) MarkDead(memory_, &rows, row, &own);
      }
    }
  }
  superseded_ = superseded;
}

std::shared_ptr<ColumnStore::LiveRows> ColumnStore::RowsAt(const Facts& facts) const {
  auto live = std::make_shared<LiveRows>();
  live->limit = facts.limit;
  for (std::size_t i = 0; i * kColumnChunkBytes < facts.limit; ++i) {
    const std::uint64_t end = facts.limit - i * kColumnChunkBytes;
    const bool cut = end < kColumnChunkBytes && facts.limit < covered_;
    live->chunks.push_back(cut ? Cut(memory_, rows_[i], end) : rows_[i]);
  }
  std::vector<std::shared_ptr<ColumnBuffer>> own(live->chunks.size());
  for (const std::uint64_t offset : facts.retained) {
    const std::size_t i = offset / kColumnChunkBytes;
    RowChunk& rows = live->chunks[i];
    const std::optional<std::uint32_t> row = rows.Find(offset % kColumnChunkBytes);
    if (row) MarkDead(memory_, &rows, *row, &own[i]);
  }
  return live;
}

bool ColumnStore::IsLiveAt(std::uint64_t limit, Timestamp now) const {
  if (live_ == nullptr || live_->limit != limit) return false;
  return expiry_ == nullptr || (live_->now <= now && now < live_->next_expiry);
}

void ColumnStore::MarkExpired(Timestamp now, LiveRows* live) const {
  live->now = now;
  for (std::size_t i = 0; i < live->chunks.size(); ++i) {
    RowChunk& rows = live->chunks[i];
    const ColumnChunk& chunk = (*expiry_->chunks)[i];
    std::shared_ptr<ColumnBuffer> own;
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
      const bool is_null =
          chunk.validity != nullptr && !TestBit(chunk.validity->As<std::uint64_t>(), row);
      if (is_null || (rows.live != nullptr && !TestBit(rows.live->As<std::uint64_t>(), row))) {
        continue;
      }
      const Timestamp expiry{Timestamp::duration(chunk.values->As<std::int64_t>()[row])};
      if (expiry <= now) {
        MarkDead(memory_, &rows, row, &own);
      } else {
        live->next_expiry = std::min(live->next_expiry, expiry);
      }
    }
  }
}

}  // namespace linedb::engine
