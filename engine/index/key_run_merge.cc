#include "engine/index/key_run_merge.h"

namespace linedb::engine {
namespace {

// After so many entries the pages that were read are let go of.
constexpr std::uint64_t kEntriesPerRelease = std::uint64_t{1} << 18;

struct Source {
  explicit Source(const MergedRun& merged) : part(merged), reader(*merged.run) { Step(); }

  void Step() {
    do {
      has_next = reader.Next(&next);
    } while (has_next && next.offset >= part.limit);
  }

  MergedRun part;
  KeyRun::Reader reader;
  KeyEntry next;
  bool has_next = false;
};

absl::Status CheckSources(std::span<const Source> sources) {
  for (const Source& source : sources) {
    if (!source.reader.damaged()) continue;
    source.part.run->MendAll();  // in memory from now on, and tried again
    if (source.part.run->broken()) {
      return absl::DataLossError("a file of the index is damaged, and so are the records");
    }
    return absl::UnavailableError("a file of the index was damaged, and is made anew");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status MergeKeyRuns(std::span<const MergedRun> runs, const std::vector<KeyEntry>& entries,
                          absl::FunctionRef<bool(std::uint64_t)> leaves_out, KeyRunWriter& writer) {
  std::vector<Source> sources;
  sources.reserve(runs.size());
  for (const MergedRun& run : runs) sources.emplace_back(run);
  std::uint64_t taken_count = 0;
  for (auto entry = entries.begin();;) {
    Source* least = nullptr;
    for (Source& source : sources) {
      if (!source.has_next) continue;
      if (least == nullptr || IsBefore(source.next, least->next)) least = &source;
    }
    const bool is_new =
        entry != entries.end() && (least == nullptr || IsBefore(*entry, least->next));
    if (!is_new && least == nullptr) break;
    const KeyEntry taken = is_new ? *entry++ : least->next;
    if (!is_new) least->Step();
    if (++taken_count % kEntriesPerRelease == 0) {
      for (const MergedRun& run : runs) run.run->ReleasePages();
    }
    if (leaves_out(taken.offset)) continue;
    if (absl::Status added = writer.Add(taken); !added.ok()) return added;
  }
  return CheckSources(sources);
}

}  // namespace linedb::engine
