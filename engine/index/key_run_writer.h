// Writing a key run, page by page.

#ifndef LINEDB_ENGINE_INDEX_KEY_RUN_WRITER_H_
#define LINEDB_ENGINE_INDEX_KEY_RUN_WRITER_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "engine/index/key_run_format.h"

namespace linedb::engine {

// Puts entries into the order of IsBefore: by the hashes' upper bits first, since hashes are spread
// evenly, then each part by itself.
void SortEntries(std::vector<KeyEntry>* entries);

// One thread.
class KeyRunWriter {
 public:
  // Takes the next pages of the file.
  using Sink = std::function<absl::Status(std::span<const RunPage> pages)>;

  // `entries_max`: no more than this many will come.
  KeyRunWriter(std::uint64_t key, const RunExtent& extent, std::uint64_t entries_max, Sink sink);

  // In the order of IsBefore.
  absl::Status Add(const KeyEntry& entry);
  // Writes what is left, and the footer.
  absl::Status Finish();

  const RunFooter& footer() const { return footer_; }

 private:
  absl::Status EndPage();
  absl::Status EndGroup();
  void Number(RunPage& page, std::uint64_t number) const;

  RunFooter footer_;
  const std::uint64_t seed_;
  const Sink sink_;
  std::vector<RunPage> slots_;   // of the group that is being filled, up to the page that is
  std::vector<RunPage> hashes_;  // their twins
  std::uint64_t slot_next_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_KEY_RUN_WRITER_H_
