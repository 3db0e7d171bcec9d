#include "engine/index/spilled_keys.h"

#include <bit>
#include <cassert>
#include <span>
#include <utility>

#include "engine/index/key_run_writer.h"
#include "engine/index/merge_policy.h"

namespace linedb::engine {
namespace {

// Of a filter: about one for each byte, and then the more share a bit, the larger the run is.
constexpr std::uint64_t kFilterWordsMax = std::uint64_t{1} << 21;

// Lookups that come to a run touch pages of it, and the system maps 16 around each: they are let go
// of after so many lookups.
constexpr std::uint32_t kLookupsPerRelease = 32;

}  // namespace

HashFilter::HashFilter(std::uint64_t entries)
    : words_(std::min(kFilterWordsMax, std::bit_ceil(entries / sizeof(std::uint64_t) + 1))) {}

bool SpilledKeys::broken() const {
  return std::any_of(runs_.begin(), runs_.end(), [](const Run& run) { return run.run->broken(); });
}

std::size_t SpilledKeys::size() const {
  std::size_t entries = 0;
  for (const Run& run : runs_) entries += run.run->entries();
  return entries;
}

std::size_t SpilledKeys::memory_bytes() const {
  std::size_t bytes = 0;
  for (const Run& run : runs_) bytes += run.filter->memory_bytes() + run.run->memory_bytes();
  return bytes;
}

std::size_t SpilledKeys::file_bytes() const {
  std::size_t bytes = 0;
  for (const Run& run : runs_) bytes += run.run->file_bytes();
  return bytes;
}

std::vector<MergedRun> SpilledKeys::parts() const {
  std::vector<MergedRun> parts;
  for (const Run& run : runs_) parts.push_back({run.run.get(), run.limit});
  return parts;
}

void SpilledKeys::NoteLookup(const Run& run) {
  if (run.lookups->fetch_add(1, std::memory_order_relaxed) % kLookupsPerRelease == 0) {
    run.run->ReleasePages();
  }
}

absl::StatusOr<SpilledKeys::Added> SpilledKeys::Write(const SpillSpace& space,
                                                      const std::string& table, std::uint64_t begin,
                                                      std::uint64_t end,
                                                      std::vector<KeyEntry> entries) const {
  Added added;
  added.replaced_from = FirstMergedRun(
      runs_.size(), entries.size(), [this](std::size_t run) { return runs_[run].run->entries(); });
  const std::vector<MergedRun> all = parts();
  const std::span<const MergedRun> merged = std::span(all).subspan(added.replaced_from);
  std::uint64_t together = entries.size();
  for (const MergedRun& run : merged) together += run.run->entries();
  if (!merged.empty()) begin = runs_[added.replaced_from].run->extent().begin;
  SortEntries(&entries);
  absl::StatusOr<std::unique_ptr<wal::File>> file = space.NewFile(table);
  if (!file.ok()) return file.status();
  // Nobody else ever opens the file, so it need not say whose it is.
  KeyRunWriter writer(0, {begin, end, 0, 0}, together, [&](std::span<const RunPage> pages) {
    return (*file)->Append({reinterpret_cast<const char*>(pages.data()), pages.size_bytes()});
  });
  auto filter = std::make_shared<HashFilter>(together);
  for (const KeyEntry& entry : entries) filter->Add(entry.hash);
  absl::Status written = MergeKeyRuns(
      merged, entries, [](std::uint64_t) { return false; }, writer);
  if (written.ok()) written = writer.Finish();
  if (!written.ok()) return written;
  absl::StatusOr<std::shared_ptr<KeyRun>> run = KeyRun::Open(**file, 0);
  if (!run.ok()) return run.status();
  if (!merged.empty()) {
    KeyEntry entry;
    std::uint64_t read = 0;
    KeyRun::Reader reader(**run);
    while (reader.Next(&entry)) {
      filter->Add(entry.hash);
      if (++read % (1 << 18) == 0) (*run)->ReleasePages();
    }
    if (reader.damaged()) return absl::DataLossError("what was put aside of an index is damaged");
  }
  (*run)->ReleasePages();
  added.run = {*std::move(run), std::move(filter), std::make_shared<std::atomic<std::uint32_t>>(),
               end};
  return added;
}

void SpilledKeys::Adopt(Added added) {
  assert(added.replaced_from <= runs_.size());
  runs_.resize(added.replaced_from);
  runs_.push_back(std::move(added.run));
}

void SpilledKeys::Cut(std::uint64_t end) {
  while (!runs_.empty() && runs_.back().run->extent().begin >= end) runs_.pop_back();
  if (!runs_.empty()) runs_.back().limit = std::min(runs_.back().limit, end);
}

}  // namespace linedb::engine
