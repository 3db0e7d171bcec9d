// Writing the files of an index. index_files.h has the contract.

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/index/index_build.h"
#include "engine/index/index_files.h"
#include "engine/index/key_run_merge.h"
#include "engine/index/key_run_writer.h"
#include "engine/index/merge_policy.h"
#include "engine/index/ordered_run_writer.h"
#include "linedb/call_in_threads.h"
#include "wal/file_steps.h"

namespace linedb::engine {
namespace {

using Runs = KeyIndex::Runs;

// Runs smaller than this are as good as nothing.
constexpr std::uint64_t kEntriesSmall = 4096;

// With fewer new entries than this, a mebibyte, the keys are written one after the other: it is
// done before a thread has begun, and always in the same order.
constexpr std::uint64_t kEntriesLarge = std::uint64_t{1} << 16;

class IndexWriter {
 public:
  IndexWriter(wal::FileSystem& files, const wal::DatabasePaths& paths, const TableGeneration& table,
              int threads)
      : files_(files), paths_(paths), table_(table), threads_(threads), facts_(*table.frozen()) {}

  absl::StatusOr<TableGeneration::Index> Write();

 private:
  absl::Status MakeDirectory();
  absl::Status WriteRuns(TableGeneration::Index* index);
  int ThreadsUseful() const;
  absl::StatusOr<Runs> WriteKey(int key);
  absl::StatusOr<OrderedIndex::Runs> WriteOrdered(int index);
  // The first of the runs that the new one takes in.
  template <class AnyRuns>
  static std::size_t MergeFrom(const AnyRuns& runs, std::uint64_t entries);
  // What a run is about that takes in these, which may be none, and what was frozen.
  template <class AnyRun>
  RunExtent ExtentWith(std::span<const std::shared_ptr<const AnyRun>> old) const;
  absl::StatusOr<std::shared_ptr<KeyRun>> WriteRun(int key, std::span<const Runs::value_type> old,
                                                   std::vector<KeyEntry> entries);
  absl::Status Merge(int key, std::span<const Runs::value_type> old,
                     const std::vector<KeyEntry>& entries, KeyRunWriter& writer) const;
  absl::StatusOr<std::shared_ptr<OrderedRun>> WriteOrderedRun(
      int index, std::span<const OrderedIndex::Runs::value_type> old);
  absl::Status MergeOrdered(OrderedWalk walk, OrderedRunWriter& writer) const;
  absl::StatusOr<std::shared_ptr<SupersededBase>> WriteBlocks();
  // Makes a file by `write`, durable, under its name; the file stays open.
  absl::StatusOr<std::unique_ptr<wal::File>> MakeFile(
      const wal::IndexFileName& name, const std::function<absl::Status(wal::File&)>& write);

  const std::string& table_name() const { return table_.layout().schema().table_name; }

  wal::FileSystem& files_;
  const wal::DatabasePaths& paths_;
  const TableGeneration& table_;
  const int threads_;
  const BlockFacts& facts_;
};

absl::StatusOr<TableGeneration::Index> IndexWriter::Write() {
  absl::Status done = MakeDirectory();
  if (!done.ok()) return done;
  TableGeneration::Index index;
  done = WriteRuns(&index);
  if (!done.ok()) return done;
  // Last, since it is what opening looks for.
  absl::StatusOr<std::shared_ptr<SupersededBase>> base = WriteBlocks();
  if (!base.ok()) return base.status();
  done = files_.SyncDirectory(paths_.IndexDirectory());
  if (!done.ok()) return done;
  index.base = *std::move(base);
  index.facts = facts_;
  return index;
}

int IndexWriter::ThreadsUseful() const {
  std::uint64_t entries = 0;
  for (const KeyIndex& index : table_.indexes) {
    if (index.frozen() != nullptr) entries += index.frozen()->size();
  }
  for (const OrderedIndex& index : table_.ordered) {
    if (index.frozen() != nullptr) entries += index.frozen()->size();
  }
  return entries < kEntriesLarge ? 1 : threads_;
}

// Each key, and each ordered index, by one thread: they share no file and no run.
absl::Status IndexWriter::WriteRuns(TableGeneration::Index* index) {
  const std::size_t keys = table_.indexes.size();
  index->runs.resize(keys);
  index->ordered.resize(table_.ordered.size());
  const auto write = [&](std::size_t number) -> absl::Status {
    if (number < keys) {
      absl::StatusOr<Runs> runs = WriteKey(static_cast<int>(number));
      if (runs.ok()) index->runs[number] = *std::move(runs);
      return runs.status();
    }
    absl::StatusOr<OrderedIndex::Runs> runs = WriteOrdered(static_cast<int>(number - keys));
    if (runs.ok()) index->ordered[number - keys] = *std::move(runs);
    return runs.status();
  };
  return CallInThreads(ThreadsUseful(), keys + index->ordered.size(), write);
}

absl::Status IndexWriter::MakeDirectory() {
  absl::Status made = files_.CreateDirectory(paths_.IndexDirectory());
  if (absl::IsAlreadyExists(made)) return absl::OkStatus();
  return made.ok() ? files_.SyncDirectory(paths_.directory()) : made;
}

template <class AnyRuns>
std::size_t IndexWriter::MergeFrom(const AnyRuns& runs, std::uint64_t entries) {
  const std::size_t from =
      FirstMergedRun(runs.size(), std::max(entries, kEntriesSmall),
                     [&runs](std::size_t run) { return runs[run]->entries(); });
  // What is in memory only is written, wherever it stands.
  const auto unwritten =
      std::find_if(runs.begin(), runs.end(), [](const auto& run) { return run->in_memory(); });
  return std::min(from, static_cast<std::size_t>(unwritten - runs.begin()));
}

absl::StatusOr<Runs> IndexWriter::WriteKey(int key) {
  const KeyIndex& index = table_.indexes[static_cast<std::size_t>(key)];
  std::vector<KeyEntry> entries;
  if (index.frozen() != nullptr) {
    entries.reserve(index.frozen()->size());
    index.frozen()->ForEach([&](std::uint64_t hash, RecordLocation location) {
      entries.push_back({hash, location.offset()});
    });
  }
  SortEntries(&entries);
  const Runs& runs = index.runs();
  const std::size_t from = MergeFrom(runs, entries.size() + index.spilled_frozen().size());
  // Written again for the sake of another file.
  if (from == runs.size() && facts_.bytes == table_.indexed_bytes()) return runs;
  Runs next(runs.begin(), runs.begin() + static_cast<std::ptrdiff_t>(from));
  absl::StatusOr<std::shared_ptr<KeyRun>> run =
      WriteRun(key, std::span(runs).subspan(from), std::move(entries));
  if (!run.ok()) return run.status();
  table_.MakeMendable(key, table_.frozen_mapping(), **run);
  next.push_back(*std::move(run));
  return next;
}

template <class AnyRun>
RunExtent IndexWriter::ExtentWith(std::span<const std::shared_ptr<const AnyRun>> old) const {
  RunExtent extent{table_.indexed_bytes(), facts_.bytes, table_.indexed_checksum(),
                   facts_.checksum};
  if (!old.empty()) {
    extent.begin = old.front()->extent().begin;
    extent.begin_checksum = old.front()->extent().begin_checksum;
  }
  return extent;
}

absl::StatusOr<std::shared_ptr<KeyRun>> IndexWriter::WriteRun(int key,
                                                              std::span<const Runs::value_type> old,
                                                              std::vector<KeyEntry> entries) {
  const RunExtent extent = ExtentWith<KeyRun>(old);
  std::uint64_t entries_max =
      entries.size() + table_.indexes[static_cast<std::size_t>(key)].spilled_frozen().size();
  for (const Runs::value_type& run : old) entries_max += run->entries();
  const std::uint64_t identity = KeyIdentity(table_.layout(), key);
  absl::StatusOr<std::unique_ptr<wal::File>> file =
      MakeFile({table_name(), key, extent.begin, extent.end}, [&](wal::File& into) -> absl::Status {
        std::uint64_t unsynced_bytes = 0;
        KeyRunWriter writer(identity, extent, entries_max, [&](std::span<const RunPage> pages) {
          absl::Status written =
              into.Append({reinterpret_cast<const char*>(pages.data()), pages.size_bytes()});
          unsynced_bytes += pages.size_bytes();
          if (!written.ok() || unsynced_bytes < wal::kSyncPortionBytes) return written;
          unsynced_bytes = 0;
          return into.Sync();
        });
        absl::Status merged = Merge(key, old, entries, writer);
        return merged.ok() ? writer.Finish() : merged;
      });
  return file.ok() ? KeyRun::Open(**file, identity) : file.status();
}

// Lines that are superseded for everybody are left out: nobody ever asks for them again.
absl::Status IndexWriter::Merge(int key, std::span<const Runs::value_type> old,
                                const std::vector<KeyEntry>& entries, KeyRunWriter& writer) const {
  std::vector<MergedRun> runs =
      table_.indexes[static_cast<std::size_t>(key)].spilled_frozen().parts();
  for (const Runs::value_type& run : old) runs.push_back({run.get()});
  absl::Status merged = MergeKeyRuns(
      runs, entries, [this](std::uint64_t offset) { return facts_.superseded.Contains(offset); },
      writer);
  if (!merged.ok()) return merged;
  return facts_.superseded.broken() ? absl::DataLossError("superseded lines are not known")
                                    : absl::OkStatus();
}

absl::StatusOr<OrderedIndex::Runs> IndexWriter::WriteOrdered(int index) {
  const OrderedIndex& ordered = table_.ordered[static_cast<std::size_t>(index)];
  const OrderedIndex::Runs& runs = ordered.runs();
  const std::size_t from =
      MergeFrom(runs, ordered.frozen() == nullptr ? 0 : ordered.frozen()->size());
  if (from == runs.size() && facts_.bytes == table_.indexed_bytes()) return runs;
  OrderedIndex::Runs next(runs.begin(), runs.begin() + static_cast<std::ptrdiff_t>(from));
  absl::StatusOr<std::shared_ptr<OrderedRun>> run =
      WriteOrderedRun(index, std::span(runs).subspan(from));
  if (!run.ok()) return run.status();
  table_.MakeMendable(index, table_.frozen_mapping(), **run);
  next.push_back(*std::move(run));
  return next;
}

absl::StatusOr<std::shared_ptr<OrderedRun>> IndexWriter::WriteOrderedRun(
    int index, std::span<const OrderedIndex::Runs::value_type> old) {
  const RunExtent extent = ExtentWith<OrderedRun>(old);
  const std::uint64_t identity = OrderIdentity(table_.layout(), index);
  OrderedWalk walk(WalkOrder::kAscending);
  for (const OrderedIndex::Runs::value_type& run : old) walk.Add(*run);
  const OrderedSet* const frozen = table_.ordered[static_cast<std::size_t>(index)].frozen();
  if (frozen != nullptr) walk.Add(*frozen);
  const auto write = [&](wal::File& into) -> absl::Status {
    std::string gathered;
    const auto flush = [&]() -> absl::Status {
      absl::Status written = into.Append(gathered);
      gathered.clear();
      return written.ok() ? into.Sync() : written;
    };
    OrderedRunWriter writer(identity, extent, [&](std::string_view bytes) {
      gathered.append(bytes);
      return gathered.size() < wal::kSyncPortionBytes ? absl::OkStatus() : flush();
    });
    absl::Status done = MergeOrdered(std::move(walk), writer);
    if (done.ok()) done = writer.Finish();
    return done.ok() ? into.Append(gathered) : done;
  };
  absl::StatusOr<std::unique_ptr<wal::File>> file =
      MakeFile({table_name(), -1, extent.begin, extent.end, identity}, write);
  return file.ok() ? OrderedRun::Open(**file, identity) : file.status();
}

absl::Status IndexWriter::MergeOrdered(OrderedWalk walk, OrderedRunWriter& writer) const {
  std::string_view key;
  std::uint64_t offset = 0;
  walk.Seek("", 0);
  while (walk.Next(&key, &offset)) {
    if (facts_.superseded.Contains(offset)) continue;
    if (absl::Status added = writer.Add(key, offset); !added.ok()) return added;
  }
  if (walk.damaged()) {
    walk.Mend();  // in memory from now on, and tried again
    return absl::UnavailableError("a file of the index was damaged, and is made anew");
  }
  return facts_.superseded.broken() ? absl::DataLossError("superseded lines are not known")
                                    : absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<SupersededBase>> IndexWriter::WriteBlocks() {
  absl::StatusOr<std::unique_ptr<wal::File>> file =
      MakeFile({table_name(), -1, 0, facts_.bytes},
               [this](wal::File& into) { return WriteBlockFacts(facts_, into); });
  if (!file.ok()) return file.status();
  absl::StatusOr<OpenedBlockFacts> opened = OpenBlockFacts(**file, facts_.key);
  if (!opened.ok()) return opened.status();
  if (opened->base != nullptr) table_.MakeMendable(facts_, table_.frozen_mapping(), *opened->base);
  return std::move(opened->base);
}

absl::StatusOr<std::unique_ptr<wal::File>> IndexWriter::MakeFile(
    const wal::IndexFileName& name, const std::function<absl::Status(wal::File&)>& write) {
  const std::string path = paths_.Index(name);
  const std::string temporary = wal::TemporaryOf(path);
  if (absl::Status removed = wal::RemoveIfThere(files_, temporary); !removed.ok()) return removed;
  absl::StatusOr<std::unique_ptr<wal::File>> file =
      files_.Open(temporary, wal::OpenMode::kCreateNew);
  if (!file.ok()) return file;
  absl::Status done = write(**file);
  if (done.ok()) done = (*file)->Sync();
  if (done.ok()) done = files_.Rename(temporary, path);
  if (!done.ok()) {
    files_.Remove(temporary).IgnoreError();
    return done;
  }
  return file;
}

}  // namespace

absl::StatusOr<TableGeneration::Index> WriteIndex(wal::FileSystem& files,
                                                  const wal::DatabasePaths& paths,
                                                  const TableGeneration& table, int threads) {
  absl::StatusOr<TableGeneration::Index> index = IndexWriter(files, paths, table, threads).Write();
  if (!absl::IsUnavailable(index.status())) return index;
  return IndexWriter(files, paths, table, threads).Write();
}

}  // namespace linedb::engine
