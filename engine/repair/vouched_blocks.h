// Which bytes of a .records file are as they were written, whatever happened to the others.

#ifndef LINEDB_ENGINE_REPAIR_VOUCHED_BLOCKS_H_
#define LINEDB_ENGINE_REPAIR_VOUCHED_BLOCKS_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/storage/block_sums.h"
#include "schema/record_layout.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_format.h"

namespace linedb::engine {

// Blocks whose checksum stands in index/, and what lies behind the last full one of them, if with
// it they yield the checksum in the log's header. Made of a file once; then any thread.
class VouchedBlocks {
 public:
  VouchedBlocks() = default;
  // Compares the blocks of `text`, the table's file, with every list of checksums that there is of
  // the table. A list that cannot be read vouches for nothing. `checkpoint` may be null.
  VouchedBlocks(wal::FileSystem& files, const wal::DatabasePaths& paths,
                const schema::RecordLayout& layout, const wal::TableCheckpoint* checkpoint,
                std::string_view text);

  // Whether the bytes [begin, end), of which there is one at least, are in such blocks.
  bool Vouch(std::uint64_t begin, std::uint64_t end) const;

 private:
  void Compare(BlockSums sums, const wal::TableCheckpoint* checkpoint, std::string_view text);

  std::vector<bool> blocks_;
  std::uint64_t rest_end_ = 0;  // what lies behind the last full block before it is as it was
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REPAIR_VOUCHED_BLOCKS_H_
