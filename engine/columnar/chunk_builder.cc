#include "engine/columnar/chunk_builder.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "linedb/call_in_threads.h"
#include "linedb/text_reader.h"
#include "schema/record_layout.h"
#include "wal/file_names.h"

namespace linedb::engine {
namespace {

// The work of fewer chunks is done sooner than a thread has begun.
constexpr std::size_t kChunksPerThreadMin = 2;

std::size_t ThreadsFor(std::size_t chunks) {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  return std::clamp<std::size_t>(chunks / kChunksPerThreadMin, 1, cores);
}

}  // namespace

ChunkBuilder::ChunkBuilder(const TableGeneration& generation, const TableBytes& bytes,
                           const SupersededLines& superseded, Extent extent,
                           std::span<const int> columns, const ColumnMemory& memory)
    : generation_(generation),
      bytes_(bytes),
      superseded_(superseded),
      extent_(extent),
      columns_(columns),
      memory_(memory) {
  assert(extent.rows_end <= extent.end && extent.end <= bytes.end());
}

absl::Status ChunkBuilder::Run(std::vector<ChunkWork>& work) const {
  return CallInThreads(static_cast<int>(ThreadsFor(work.size())), work.size(),
                       [&](std::size_t i) { return Build(work[i]); });
}

bool ChunkBuilder::IsComplete(const ChunkWork& work) const {
  return (work.index + 1) * kColumnChunkBytes <= extent_.end;
}

absl::Status ChunkBuilder::Build(ChunkWork& work) const {
  const std::uint64_t chunk_begin = work.index * kColumnChunkBytes;
  const std::uint64_t begin = std::max(chunk_begin, extent_.rows_end);
  const std::uint64_t end = std::min(chunk_begin + kColumnChunkBytes, extent_.end);
  const bool has_late_column =
      std::any_of(work.columns.begin(), work.columns.end(),
                  [&](const ColumnChunk& column) { return column.rows < work.rows.rows; });
  absl::Status whole = Compare(has_late_column ? chunk_begin : begin, end);
  if (whole.ok() && begin < end) whole = FindRows(work, begin, end);
  if (!whole.ok()) return whole;
  if (work.rows.rows > 0) {
    // Its last line may reach into the next chunk.
    const std::uint64_t last =
        chunk_begin + work.rows.begins->As<std::uint32_t>()[work.rows.rows - 1];
    const std::size_t length = bytes_.From(last).find('\n');
    if (length == std::string_view::npos) return Unreadable(last);
    whole = Compare(end, last + length + 1);
    if (!whole.ok()) return whole;
  }
  // Those that have come equally far are read together.
  std::vector<std::size_t> behind;
  for (std::size_t i = 0; i < work.columns.size(); ++i) {
    if (work.columns[i].rows < work.rows.rows) behind.push_back(i);
  }
  while (!behind.empty()) {
    const std::uint32_t first_row = work.columns[behind.front()].rows;
    const auto others = std::stable_partition(
        behind.begin(), behind.end(),
        [&](std::size_t column) { return work.columns[column].rows == first_row; });
    absl::Status read =
        ReadColumns(work, first_row, std::vector<std::size_t>(behind.begin(), others));
    if (!read.ok()) return read;
    behind.erase(behind.begin(), others);
  }
  return absl::OkStatus();
}

// The whole stretch and not only the blocks of rows: a newline that is gone would hide a row.
absl::Status ChunkBuilder::Compare(std::uint64_t begin, std::uint64_t end) const {
  end = std::min<std::uint64_t>(end, bytes_.file.size());
  if (begin >= end) return absl::OkStatus();
  return generation_.CompareBlocks(bytes_.file, begin, end, /*again=*/false);
}

absl::Status ChunkBuilder::Unreadable(std::uint64_t offset) const {
  return absl::DataLossError(
      absl::StrCat(wal::ShortRecordsName(generation_.layout().schema().table_name), " byte ",
                   offset, ": not a record of this table"));
}

absl::Status ChunkBuilder::FindRows(ChunkWork& work, std::uint64_t begin, std::uint64_t end) const {
  const std::uint64_t chunk_begin = work.index * kColumnChunkBytes;
  std::uint64_t at = begin;
  if (begin > extent_.rows_end && bytes_.From(begin - 1)[0] != '\n') {
    // In the middle of a line, which is the chunk's before.
    const std::size_t rest = bytes_.From(begin).find('\n');
    if (rest == std::string_view::npos) return Unreadable(begin);
    at += rest + 1;
  }
  std::vector<std::uint32_t> begins;
  while (at < end) {
    const std::string_view from = bytes_.From(at);
    const void* newline = std::memchr(from.data(), '\n', from.size());
    if (newline == nullptr) return Unreadable(at);
    // A tombstone that is not settled yet has no row either: nobody sees it.
    if (!superseded_.Contains(at) && !from.starts_with(schema::kTombstonePrefix)) {
      begins.push_back(static_cast<std::uint32_t>(at - chunk_begin));
    }
    at += static_cast<std::uint64_t>(static_cast<const char*>(newline) - from.data()) + 1;
  }
  work.rows.Append(memory_, begins, IsComplete(work));
  return absl::OkStatus();
}

absl::Status ChunkBuilder::ReadColumns(ChunkWork& work, std::uint32_t first_row,
                                       const std::vector<std::size_t>& which) const {
  const schema::RecordLayout& layout = generation_.layout();
  const RowChunk& rows = work.rows;
  std::vector<ColumnAppender> appenders;
  appenders.reserve(which.size());
  std::vector<ColumnAppender*> of_column;  // by stored column; null: passed over
  for (const std::size_t i : which) {
    const auto column = static_cast<std::size_t>(columns_[i]);
    if (of_column.size() <= column) of_column.resize(column + 1);
    of_column[column] = &appenders.emplace_back(memory_, layout.columns()[column].type,
                                                work.columns[i], rows.rows, IsComplete(work));
  }
  const std::uint64_t chunk_begin = work.index * kColumnChunkBytes;
  for (std::uint32_t row = first_row; row < rows.rows; ++row) {
    const std::uint64_t offset = chunk_begin + rows.begins->As<std::uint32_t>()[row];
    const std::string_view from = bytes_.From(offset);
    const char* at = from.data();
    const char* end = at + from.size();
    for (std::size_t column = 0; column < of_column.size() && at != nullptr; ++column) {
      at = schema::ReadLiteral(at, end, layout.prefix(static_cast<int>(column)));
      if (at == nullptr) break;
      ColumnAppender* appender = of_column[column];
      at = appender != nullptr ? appender->Read(at, end) : schema::SkipValue(at, end);
    }
    if (at == nullptr) return Unreadable(offset);
  }
  for (std::size_t i = 0; i < which.size(); ++i) work.columns[which[i]] = appenders[i].Finish();
  return absl::OkStatus();
}

}  // namespace linedb::engine
