#include "engine/storage/blocks_file.h"

#include <xxhash.h>

#include <cassert>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/storage/block_checksum.h"

namespace linedb::engine {
namespace {

constexpr std::uint64_t kBlocksMagic = 0x31736b636f6c6221;  // "!blocks1"

// The end of the file. Before it, in this order: `chunks` chunks of superseded lines, as many
// SupersededBase::Entry, `late` offsets, the checksums of the full blocks.
struct Footer {
  std::uint64_t magic = kBlocksMagic;
  std::uint64_t key = 0;
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
  std::uint64_t live = 0;
  std::int64_t next_id = 1;
  std::uint64_t records_checksum = 0;
  std::uint64_t chunks = 0;
  std::uint64_t late = 0;
  std::uint64_t checksum = 0;  // XXH3-64 of all between the chunks and here
};
static_assert(sizeof(Footer) == 80);

// Chunks are written in portions of about this many bytes.
constexpr std::size_t kWriteBytes = std::size_t{1} << 20;

template <class T>
std::string_view BytesOf(std::span<const T> items) {
  return {reinterpret_cast<const char*>(items.data()), items.size_bytes()};
}

absl::Status NotWhole(std::uint64_t bytes) {
  return absl::DataLossError(absl::StrCat("a file of blocks of ", bytes, " bytes is not whole"));
}

}  // namespace

absl::Status WriteBlockFacts(const BlockFacts& facts, wal::File& file) {
  assert(facts.full_blocks.size() == facts.bytes / kChecksumBlockBytes);
  std::vector<SupersededBase::Entry> entries;
  std::string portion;
  for (std::uint64_t number = 0; number < facts.superseded.chunk_end(); ++number) {
    const SupersededChunk* chunk = facts.superseded.FindChunk(number);
    if (chunk == nullptr) continue;
    entries.push_back({number, XXH3_64bits(chunk, sizeof *chunk)});
    portion.append(reinterpret_cast<const char*>(chunk), sizeof *chunk);
    if (portion.size() < kWriteBytes) continue;
    if (absl::Status written = file.Append(portion); !written.ok()) return written;
    portion.clear();
  }
  if (facts.superseded.broken()) return absl::DataLossError("the superseded lines are not known");
  const std::size_t begin = portion.size();
  portion.append(BytesOf(std::span<const SupersededBase::Entry>(entries)));
  portion.append(BytesOf(std::span<const std::uint64_t>(facts.late)));
  for (const std::span<const std::uint64_t> sums : facts.full_blocks.parts()) {
    portion.append(BytesOf(sums));
  }
  Footer footer{.key = facts.key,
                .bytes = facts.bytes,
                .lines = facts.lines,
                .live = facts.live,
                .next_id = facts.next_id,
                .records_checksum = facts.checksum,
                .chunks = entries.size(),
                .late = facts.late.size()};
  portion.append(reinterpret_cast<const char*>(&footer), offsetof(Footer, checksum));
  footer.checksum = XXH3_64bits(portion.data() + begin, portion.size() - begin);
  portion.append(reinterpret_cast<const char*>(&footer.checksum), sizeof footer.checksum);
  return file.Append(portion);
}

absl::StatusOr<OpenedBlockFacts> OpenBlockFacts(wal::File& file, std::uint64_t key) {
  absl::StatusOr<std::uint64_t> size = file.Size();
  if (!size.ok()) return size.status();
  if (*size < sizeof(Footer)) return NotWhole(*size);
  absl::StatusOr<std::shared_ptr<const wal::Mapping>> mapping = file.Map(*size);
  if (!mapping.ok()) return mapping.status();
  const char* const data = (*mapping)->data();
  Footer footer;
  std::memcpy(&footer, data + *size - sizeof footer, sizeof footer);
  if (footer.magic != kBlocksMagic) return NotWhole(*size);
  const std::uint64_t room = *size - sizeof footer;
  const std::uint64_t blocks = footer.bytes / kChecksumBlockBytes;
  // Each by itself first, so that the sum does not overflow.
  if (footer.chunks > room || footer.late > room || blocks > room ||
      footer.chunks * (sizeof(SupersededChunk) + sizeof(SupersededBase::Entry)) +
              (footer.late + blocks) * sizeof(std::uint64_t) !=
          room) {
    return NotWhole(*size);
  }
  const std::uint64_t begin = footer.chunks * sizeof(SupersededChunk);
  if (XXH3_64bits(data + begin, *size - sizeof footer.checksum - begin) != footer.checksum) {
    return absl::DataLossError("a file of blocks is damaged");
  }
  if (footer.key != key) return absl::FailedPreconditionError("a file of blocks of another key");
  const auto* entries = reinterpret_cast<const SupersededBase::Entry*>(data + begin);
  const auto* late = reinterpret_cast<const std::uint64_t*>(entries + footer.chunks);
  OpenedBlockFacts opened;
  BlockFacts& facts = opened.facts;
  facts.key = key;
  facts.bytes = footer.bytes;
  facts.lines = footer.lines;
  facts.live = footer.live;
  facts.next_id = footer.next_id;
  facts.checksum = footer.records_checksum;
  facts.late.assign(late, late + footer.late);
  // Copied: a page of the file may rot later, and these would be believed.
  const std::uint64_t* const sums = late + footer.late;
  facts.full_blocks =
      BlockSums(std::make_shared<const std::vector<std::uint64_t>>(sums, sums + blocks));
  if (footer.chunks > 0) {
    opened.base = std::make_shared<SupersededBase>(
        *mapping, reinterpret_cast<const SupersededChunk*>(data),
        std::span<const SupersededBase::Entry>(entries, footer.chunks));
  }
  return opened;
}

}  // namespace linedb::engine
