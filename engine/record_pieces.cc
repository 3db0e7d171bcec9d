// Scans in pieces.

#include <algorithm>
#include <utility>

#include "engine/storage/block_checksum.h"
#include "engine/transaction/record_scan.h"
#include "linedb/table_core.h"

namespace linedb::engine {
namespace {

// Large enough that a thread seldom asks for the next, small enough that none waits long for the
// last; and not so many that what each piece yields would take much memory.
constexpr std::uint64_t kPieceBytesMin = 16 * kChecksumBlockBytes;
constexpr std::uint64_t kPiecesMax = 1024;

}  // namespace

RecordPieces::RecordPieces(std::shared_ptr<const ScanSource> source) : source_(std::move(source)) {
  const std::uint64_t blocks = source_->bytes() / kChecksumBlockBytes / kPiecesMax + 1;
  piece_bytes_ = std::max(kPieceBytesMin, blocks * kChecksumBlockBytes);
  count_ = static_cast<std::size_t>((source_->bytes() + piece_bytes_ - 1) / piece_bytes_);
}

RecordCursor RecordPieces::Walk(std::size_t piece) const {
  const std::uint64_t begin = piece * piece_bytes_;
  const std::uint64_t end = std::min(begin + piece_bytes_, source_->bytes());
  return RecordCursor(std::make_unique<ScanState>(source_, begin, end));
}

}  // namespace linedb::engine
