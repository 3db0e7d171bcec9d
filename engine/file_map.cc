#include "linedb/file_map.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <memory>

#include "absl/strings/str_cat.h"
#include "engine/engine.h"
#include "engine/transaction/record_scan.h"

namespace linedb {
namespace {

using engine::kLineBytesMin;
using engine::kSupersededChunkBits;
using engine::ScanSource;

constexpr std::uint64_t kBitsPerWord = 64;

// The bytes of a source as one text, of its file and of what follows it.
class SourceText {
 public:
  explicit SourceText(const ScanSource& source) : source_(source) {}

  char operator[](std::uint64_t byte) const {
    const std::uint64_t file_bytes = source_.file.size();
    return byte < file_bytes ? source_.file[byte] : source_.tail[byte - file_bytes];
  }
  // Behind the "\n" of the line that begins there, which lies in one part. Of a damaged last line:
  // the end.
  std::uint64_t LineEnd(std::uint64_t begin) const {
    const std::uint64_t file_bytes = source_.file.size();
    const bool in_file = begin < file_bytes;
    const std::string_view part = in_file ? source_.file : source_.tail;
    const std::uint64_t part_begin = in_file ? 0 : file_bytes;
    const std::size_t newline = part.find('\n', begin - part_begin);
    return part_begin + (newline == part.npos ? part.size() : newline + 1);
  }

 private:
  const ScanSource& source_;
};

// Enters superseded lines into a map whose stretches are laid out.
class MapFiller {
 public:
  MapFiller(const ScanSource& source, FileMap* map) : text_(source), map_(map) {}

  // One line begins in the eight bytes number `bit`.
  void AddLineIn(std::uint64_t bit) {
    const std::uint64_t first = bit * kLineBytesMin;
    const std::uint64_t end = std::min(first + kLineBytesMin, map_->bytes);
    for (std::uint64_t byte = first; byte < end; ++byte) {
      if (byte == 0 || text_[byte - 1] == '\n') return AddLineAt(byte);
    }
  }
  void AddLineAt(std::uint64_t begin) {
    if (begin >= map_->bytes) return;
    const std::uint64_t end = std::min(text_.LineEnd(begin), map_->bytes);
    map_->superseded_lines += 1;
    map_->superseded_bytes += end - begin;
    map_->tail_superseded_bytes += end - std::min(end, std::max(begin, map_->tail_begin));
    const std::uint64_t length = map_->stretches[0].end;
    for (std::uint64_t i = begin / length; i < map_->stretches.size(); ++i) {
      FileStretch& stretch = map_->stretches[i];
      if (stretch.begin >= end) break;
      stretch.superseded_bytes += std::min(end, stretch.end) - std::max(begin, stretch.begin);
    }
  }

 private:
  const SourceText text_;
  FileMap* map_;
};

void LayOut(std::size_t stretches, FileMap* map) {
  const std::uint64_t length = map->bytes / stretches + (map->bytes % stretches == 0 ? 0 : 1);
  for (std::uint64_t begin = 0; begin < map->bytes; begin += length) {
    map->stretches.push_back({begin, std::min(begin + length, map->bytes)});
  }
}

void Fill(const ScanSource& source, FileMap* map) {
  if (map->bytes == 0) return;
  MapFiller filler(source, map);
  for (std::uint64_t number = 0; number < source.superseded.chunk_end(); ++number) {
    const engine::SupersededChunk* chunk = source.superseded.FindChunk(number);
    if (chunk == nullptr) continue;
    for (std::uint64_t word = 0; word < chunk->size(); ++word) {
      for (std::uint64_t bits = (*chunk)[word]; bits != 0; bits &= bits - 1) {
        const auto place = static_cast<std::uint64_t>(std::countr_zero(bits));
        filler.AddLineIn(number * kSupersededChunkBits + word * kBitsPerWord + place);
      }
    }
  }
  for (const std::uint64_t offset : source.retained) {
    if (!source.superseded.Contains(offset)) filler.AddLineAt(offset);
  }
}

}  // namespace

absl::StatusOr<FileMap> MapTableFile(Database& database, std::string_view table,
                                     const FileMapOptions& options) {
  if (options.stretches == 0) {
    return absl::InvalidArgumentError("a map of a file has one stretch at least");
  }
  const absl::StatusOr<engine::TableCore> core = database.OpenCore(table);
  if (!core.ok()) return core.status();
  // The header first: what it vouches for does not shrink, but for a compaction.
  const wal::LogHeader header = database.engine().log_header();
  const auto source = ScanSource::OfPublished(*core->table());
  if (!source.ok()) return source.status();
  FileMap map;
  map.table = core->table()->name();
  map.bytes = (*source)->bytes();
  const auto checkpoint = header.tables.find(map.table);
  if (checkpoint != header.tables.end()) {
    map.tail_begin = std::min(checkpoint->second.bytes, map.bytes);
  }
  LayOut(options.stretches, &map);
  Fill(**source, &map);
  if ((*source)->superseded.broken()) return (*source)->generation->IndexError();
  assert(map.superseded_bytes <= map.bytes);
  return map;
}

}  // namespace linedb
