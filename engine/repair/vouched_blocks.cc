#include "engine/repair/vouched_blocks.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "engine/index/index_build.h"
#include "engine/storage/block_checksum.h"
#include "engine/storage/blocks_file.h"

namespace linedb::engine {

VouchedBlocks::VouchedBlocks(wal::FileSystem& files, const wal::DatabasePaths& paths,
                             const schema::RecordLayout& layout,
                             const wal::TableCheckpoint* checkpoint, std::string_view text)
    : blocks_(text.size() / kChecksumBlockBytes) {
  const absl::StatusOr<std::vector<std::string>> names = files.List(paths.IndexDirectory());
  if (!names.ok()) return;
  for (const std::string& file_name : *names) {
    const std::optional<wal::IndexFileName> name = wal::ParseIndexFileName(file_name);
    if (!name.has_value() || name->table != layout.schema().table_name || !name->is_blocks())
      continue;
    const absl::StatusOr<std::unique_ptr<wal::File>> file =
        files.Open(paths.Index(*name), wal::OpenMode::kRead);
    if (!file.ok()) continue;
    absl::StatusOr<OpenedBlockFacts> opened = OpenBlockFacts(**file, KeyIdentity(layout, 0));
    if (opened.ok()) Compare(std::move(opened->facts.full_blocks), checkpoint, text);
  }
}

void VouchedBlocks::Compare(BlockSums sums, const wal::TableCheckpoint* checkpoint,
                            std::string_view text) {
  for (std::size_t block = 0; block < std::min(blocks_.size(), sums.size()); ++block) {
    if (blocks_[block]) continue;
    const std::string_view bytes = text.substr(block * kChecksumBlockBytes, kChecksumBlockBytes);
    blocks_[block] = wal::ChecksumOf(bytes) == sums[block];
  }
  if (checkpoint == nullptr || checkpoint->bytes > text.size()) return;
  const std::uint64_t full = checkpoint->bytes / kChecksumBlockBytes;
  if (sums.size() < full) return;
  sums.Truncate(full);
  BlockChecksum whole;
  whole.TakeBlocks(sums);
  whole.Append(text.substr(full * kChecksumBlockBytes, checkpoint->bytes % kChecksumBlockBytes));
  if (whole.Total() == checkpoint->checksum) rest_end_ = checkpoint->bytes;
}

bool VouchedBlocks::Vouch(std::uint64_t begin, std::uint64_t end) const {
  if (begin >= end) return false;
  const std::uint64_t rest = rest_end_ / kChecksumBlockBytes;
  for (std::uint64_t block = begin / kChecksumBlockBytes; block <= (end - 1) / kChecksumBlockBytes;
       ++block) {
    const bool in_rest = block == rest && end <= rest_end_;
    const bool in_block = block < blocks_.size() && blocks_[block];
    if (!in_rest && !in_block) return false;
  }
  return true;
}

}  // namespace linedb::engine
