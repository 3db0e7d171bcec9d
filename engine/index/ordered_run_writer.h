// Writing an ordered run, block by block.

#ifndef LINEDB_ENGINE_INDEX_ORDERED_RUN_WRITER_H_
#define LINEDB_ENGINE_INDEX_ORDERED_RUN_WRITER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "engine/index/ordered_run_format.h"

namespace linedb::engine {

// What the blocks of a run's file are checked with: blocks of another run do not pass.
std::uint64_t OrderedRunSeed(std::uint64_t index, const RunExtent& extent);
std::uint64_t OrderedBlockChecksum(std::string_view block, std::uint64_t seed,
                                   std::uint64_t number);

// One thread.
class OrderedRunWriter {
 public:
  // Takes the next bytes of the file.
  using Sink = std::function<absl::Status(std::string_view bytes)>;

  OrderedRunWriter(std::uint64_t index, const RunExtent& extent, Sink sink);

  // In the order of (key, offset).
  absl::Status Add(std::string_view key, std::uint64_t offset);
  // Writes what is left, the directory and the footer.
  absl::Status Finish();

  const OrderedFooter& footer() const { return footer_; }
  // After Finish.
  const std::vector<OrderedBlock>& directory() const { return directory_; }

 private:
  // As much of a block's first key as the directory may need.
  using FirstKey = std::array<char, kOrderedSharedMax + 8>;

  std::size_t SizeWith(std::string_view key, std::size_t shared) const;
  absl::Status EndBlock();
  void ShareAll();

  OrderedFooter footer_;
  const std::uint64_t seed_;
  const Sink sink_;
  std::uint64_t bytes_ = 0;  // written
  std::vector<OrderedBlock> directory_;
  std::vector<FirstKey> first_keys_;
  std::string first_key_;  // of all
  std::string last_key_;
  // The block that is being filled: its keys, one behind the other.
  std::string keys_;
  std::vector<std::uint64_t> offsets_;
  std::vector<std::size_t> ends_;
  std::size_t shared_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_ORDERED_RUN_WRITER_H_
