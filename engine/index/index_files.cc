#include "engine/index/index_files.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/index/index_build.h"

namespace linedb::engine {
namespace {

using Names = std::vector<wal::IndexFileName>;

// Files in index/ of a table.
Names NamesOf(wal::FileSystem& files, const wal::DatabasePaths& paths, const std::string& table) {
  Names names;
  const absl::StatusOr<std::vector<std::string>> all = files.List(paths.IndexDirectory());
  if (!all.ok()) return names;  // there is none, or it cannot be read: then it is made anew
  for (const std::string& name : *all) {
    std::optional<wal::IndexFileName> parsed = wal::ParseIndexFileName(name);
    if (parsed && parsed->table == table) names.push_back(*std::move(parsed));
  }
  return names;
}

// The newest index of a table that is whole.
class IndexFinder {
 public:
  IndexFinder(wal::FileSystem& files, const wal::DatabasePaths& paths, const TableGeneration& table)
      : files_(files),
        paths_(paths),
        table_(table),
        names_(NamesOf(files, paths, table.layout().schema().table_name)) {}

  // Those that describe no more than `bytes_max` bytes, newest first; each once.
  std::optional<TableGeneration::Index> Next(std::uint64_t bytes_max);

 private:
  std::optional<TableGeneration::Index> Open(const wal::IndexFileName& name);
  // The runs of a key, or of an ordered index, that follow each other from the file's beginning to
  // the end of what the facts are about, oldest first.
  template <class Run>
  std::optional<std::vector<std::shared_ptr<const Run>>> Chain(int number, const BlockFacts& facts);
  template <class Run>
  std::shared_ptr<Run> OpenRun(int number, std::uint64_t end, std::uint64_t end_checksum);

  wal::FileSystem& files_;
  const wal::DatabasePaths& paths_;
  const TableGeneration& table_;
  Names names_;
};

std::optional<TableGeneration::Index> IndexFinder::Next(std::uint64_t bytes_max) {
  for (;;) {
    auto newest = names_.end();
    for (auto name = names_.begin(); name != names_.end(); ++name) {
      if (!name->is_blocks() || name->end > bytes_max) continue;
      if (newest == names_.end() || name->end > newest->end) newest = name;
    }
    if (newest == names_.end()) return std::nullopt;
    const wal::IndexFileName name = *newest;
    names_.erase(newest);
    if (std::optional<TableGeneration::Index> index = Open(name); index) return index;
  }
}

std::optional<TableGeneration::Index> IndexFinder::Open(const wal::IndexFileName& name) {
  absl::StatusOr<std::unique_ptr<wal::File>> file =
      files_.Open(paths_.Index(name), wal::OpenMode::kRead);
  if (!file.ok()) return std::nullopt;
  absl::StatusOr<OpenedBlockFacts> opened = OpenBlockFacts(**file, KeyIdentity(table_.layout(), 0));
  if (!opened.ok() || opened->facts.bytes != name.end) return std::nullopt;
  TableGeneration::Index index{std::move(opened->facts), std::move(opened->base), {}, {}};
  for (std::size_t key = 0; key < table_.indexes.size(); ++key) {
    auto runs = Chain<KeyRun>(static_cast<int>(key), index.facts);
    if (!runs) return std::nullopt;
    index.runs.push_back(*std::move(runs));
  }
  for (std::size_t number = 0; number < table_.ordered.size(); ++number) {
    auto runs = Chain<OrderedRun>(static_cast<int>(number), index.facts);
    index.ordered.push_back(runs ? *std::move(runs) : OrderedIndex::Runs());
  }
  return index;
}

template <class Run>
std::optional<std::vector<std::shared_ptr<const Run>>> IndexFinder::Chain(int number,
                                                                          const BlockFacts& facts) {
  std::vector<std::shared_ptr<const Run>> runs;
  std::uint64_t end = facts.bytes;
  std::uint64_t checksum = facts.checksum;
  while (end > 0) {
    std::shared_ptr<Run> run = OpenRun<Run>(number, end, checksum);
    if (run == nullptr) return std::nullopt;
    table_.MakeMendable(number, table_.records.mapping(), *run);
    end = run->extent().begin;
    checksum = run->extent().begin_checksum;
    runs.push_back(std::move(run));
  }
  std::reverse(runs.begin(), runs.end());
  return runs;
}

// The one that reaches back furthest; none that is empty, or a chain would have no end.
template <class Run>
std::shared_ptr<Run> IndexFinder::OpenRun(int number, std::uint64_t end,
                                          std::uint64_t end_checksum) {
  constexpr bool kIsKey = std::is_same_v<Run, KeyRun>;
  const std::uint64_t identity =
      kIsKey ? KeyIdentity(table_.layout(), number) : OrderIdentity(table_.layout(), number);
  std::shared_ptr<Run> longest;
  for (const wal::IndexFileName& name : names_) {
    const bool is_its = kIsKey ? name.key == number : name.order == identity;
    if (!is_its || name.end != end || name.begin == name.end) continue;
    if (longest != nullptr && longest->extent().begin <= name.begin) continue;
    absl::StatusOr<std::unique_ptr<wal::File>> file =
        files_.Open(paths_.Index(name), wal::OpenMode::kRead);
    if (!file.ok()) continue;
    absl::StatusOr<std::shared_ptr<Run>> run = Run::Open(**file, identity);
    if (!run.ok()) continue;
    const RunExtent& extent = (*run)->extent();
    if (extent.begin != name.begin || extent.end != end || extent.end_checksum != end_checksum) {
      continue;
    }
    longest = *std::move(run);
  }
  return longest;
}

// Makes those ordered indexes from the records that have no files: the index was declared since, or
// they were lost. False if the records are damaged.
bool MakeMissingOrdered(TableGeneration& table) {
  const std::uint64_t end = table.indexed_bytes();
  const std::string_view file = table.records.file_view().substr(0, end);
  for (std::size_t number = 0; number < table.ordered.size(); ++number) {
    if (end == 0 || !table.ordered[number].runs().empty()) continue;
    if (!table.records.guard().IsWhole(file, 0, table.indexed_checksum())) return false;
    const int index = static_cast<int>(number);
    absl::StatusOr<OrderedEntries> entries = OrderedEntriesOf(table.layout(), index, file, 0);
    if (!entries.ok()) return false;
    std::erase_if(entries->entries, [&](const OrderedEntry& entry) {
      return table.superseded.Contains(entry.offset());
    });
    if (table.superseded.broken()) return false;
    const RunExtent extent{0, end, BlockChecksumOf(""), table.indexed_checksum()};
    table.ordered[number].SetRuns(
        {OrderedRun::Make(OrderIdentity(table.layout(), index), extent, *std::move(entries))});
  }
  return true;
}

}  // namespace

bool LoadIndex(wal::FileSystem& files, const wal::DatabasePaths& paths, std::uint64_t checksum,
               TableGeneration& table) {
  IndexFinder finder(files, paths, table);
  RecordsFile& records = table.records;
  while (std::optional<TableGeneration::Index> index = finder.Next(records.file_bytes())) {
    const BlockFacts& facts = index->facts;
    if (!records.ComputeChecksumFrom(facts.full_blocks, facts.bytes, facts.checksum)) continue;
    if (records.Checksum() != checksum) {
      records.ForgetChecksum();
      continue;
    }
    if (index->base != nullptr) table.MakeMendable(facts, records.mapping(), *index->base);
    table.written = {facts.bytes, facts.lines, facts.live, facts.next_id};
    const std::vector<std::uint64_t> late = facts.late;
    table.AdoptIndex(*std::move(index));
    // No snapshot is older than this opening.
    for (const std::uint64_t offset : late) table.superseded.Insert(offset);
    if (MakeMissingOrdered(table)) return true;
    table.ForgetLines();
    return false;
  }
  return false;
}

void RemoveOldIndexFiles(wal::FileSystem& files, const wal::DatabasePaths& paths,
                         const std::string& name, const TableGeneration* table) {
  std::set<std::string> kept;
  if (table != nullptr) {
    kept.insert(wal::FormatIndexFileName({name, -1, 0, table->indexed_bytes()}));
    for (std::size_t key = 0; key < table->indexes.size(); ++key) {
      for (const std::shared_ptr<const KeyRun>& run : table->indexes[key].runs()) {
        kept.insert(wal::FormatIndexFileName(
            {name, static_cast<int>(key), run->extent().begin, run->extent().end}));
      }
    }
    for (std::size_t index = 0; index < table->ordered.size(); ++index) {
      for (const std::shared_ptr<const OrderedRun>& run : table->ordered[index].runs()) {
        kept.insert(
            wal::FormatIndexFileName({name, -1, run->extent().begin, run->extent().end,
                                      OrderIdentity(table->layout(), static_cast<int>(index))}));
      }
    }
  }
  const absl::StatusOr<std::vector<std::string>> all = files.List(paths.IndexDirectory());
  if (!all.ok()) return;
  for (const std::string& file : *all) {
    const bool temporary = wal::IsTemporary(file);
    const std::optional<wal::IndexFileName> parsed = wal::ParseIndexFileName(
        temporary ? std::string_view(file).substr(0, file.rfind('.')) : std::string_view(file));
    if (!parsed || parsed->table != name || (!temporary && kept.contains(file))) continue;
    files.Remove(absl::StrCat(paths.IndexDirectory(), "/", file)).IgnoreError();
  }
}

std::vector<IndexProblem> VerifyIndex(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                      const TableGeneration& table) {
  std::vector<IndexProblem> problems;
  for (const wal::IndexFileName& name : NamesOf(files, paths, table.layout().schema().table_name)) {
    absl::StatusOr<std::unique_ptr<wal::File>> file =
        files.Open(paths.Index(name), wal::OpenMode::kRead);
    if (!file.ok()) continue;  // a writer has replaced it
    absl::Status whole;
    if (name.is_blocks()) {
      absl::StatusOr<OpenedBlockFacts> facts =
          OpenBlockFacts(**file, KeyIdentity(table.layout(), 0));
      whole = facts.status();
      if (whole.ok() && facts->base != nullptr && !facts->base->CompareAll()) {
        whole = absl::DataLossError("the bits of superseded lines are not what was written");
      }
    } else if (name.key >= 0 && name.key < static_cast<int>(table.indexes.size())) {
      absl::StatusOr<std::shared_ptr<KeyRun>> run =
          KeyRun::Open(**file, KeyIdentity(table.layout(), name.key));
      whole = run.ok() ? (*run)->CompareAll() : run.status();
    } else if (name.order != 0) {
      absl::StatusOr<std::shared_ptr<OrderedRun>> run = OrderedRun::Open(**file, name.order);
      whole = run.ok() ? (*run)->CompareAll() : run.status();
    }
    // Of another time, whole as it may be, it is in nobody's way.
    if (absl::IsDataLoss(whole))
      problems.push_back({paths.Index(name), std::string(whole.message())});
  }
  return problems;
}

}  // namespace linedb::engine
