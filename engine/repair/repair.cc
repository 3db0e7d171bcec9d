#include "engine/repair/repair.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/history/backup_target.h"
#include "engine/history/records_copy.h"
#include "engine/repair/damage_list.h"
#include "engine/repair/repair_tables.h"
#include "engine/repair/repaired_database.h"
#include "engine/repair/table_repair.h"

namespace linedb::engine {
namespace {

// What is going to be read, for the progress.
void ExpectFiles(wal::FileSystem& files, const wal::DatabasePaths& paths, CopyCount& count) {
  for (const std::string& directory : {paths.DataDirectory(), paths.WalDirectory()}) {
    const absl::StatusOr<std::vector<std::string>> names = files.List(directory);
    if (!names.ok()) continue;
    for (const std::string& name : *names) {
      const absl::StatusOr<wal::FileInfo> info = files.Stat(directory + "/" + name);
      if (info.ok() && !info->is_directory) count.Expect(info->bytes);
    }
  }
}

constexpr int kAttemptsMax = 20;

class Repairer {
 public:
  Repairer(const RepairPlaces& places, const RepairOptions& options)
      : places_(places), options_(options), count_(options.progress) {}

  absl::StatusOr<RepairReport> Run();

 private:
  absl::Status ReadOneState();
  absl::Status Read();
  absl::Status TellWithoutSchema(const FoundTable& table);
  void Decide();
  absl::Status Write();
  void Count(const DamagedLine& line);

  const RepairPlaces& places_;
  const RepairOptions& options_;
  const std::string rejects_ =
      options_.rejects.empty() ? places_.target.Rejects() : options_.rejects;
  CopyCount count_;
  RepairLogs logs_;
  std::vector<FoundTable> found_;
  std::deque<TableRepair> tables_;
  DamageList list_;
  RepairReport report_;
};

// What lines say without a schema nobody knows, but they are kept for a person.
absl::Status Repairer::TellWithoutSchema(const FoundTable& table) {
  const std::string path = places_.source.Records(table.name);
  absl::StatusOr<std::string> text = wal::ReadFile(places_.files, path);
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  if (!text.ok()) return text.status();
  RepairedTable lost;
  lost.name = table.name;
  for (std::size_t begin = 0; begin < text->size(); ++lost.lost) {
    const std::size_t end = std::min(text->find('\n', begin), text->size());
    DamagedLine line;
    line.file = wal::ShortName(places_.source, path);
    line.table = table.name;
    line.line = lost.lost + 1;
    line.byte = begin;
    line.bytes = text->substr(begin, end - begin);
    line.reason = "the schema of its table is lost";
    list_.Add(std::move(line));
    begin = end + 1;
  }
  report_.tables.push_back(std::move(lost));
  return count_.AddCopied(text->size());
}

absl::Status Repairer::Read() {
  list_ = DamageList();
  report_ = RepairReport();
  tables_.clear();
  ExpectFiles(places_.files, places_.source, count_);
  if (places_.is_lock_damaged) {
    DamagedLine lock;
    lock.file = "LOCK";
    lock.reason = "no writer's note: whether the last one closed the database is not known";
    lock.fate = Fate::kNotCounted;
    list_.Add(std::move(lock));
  }
  absl::StatusOr<RepairLogs> logs =
      RepairLogs::Read(places_.files, places_.source, places_.last_writer, count_);
  if (!logs.ok()) return logs.status();
  logs_ = *std::move(logs);
  absl::StatusOr<std::vector<FoundTable>> found = FindTables(
      places_.files, places_.source, logs_, places_.last_writer, options_.schemas, &list_);
  if (!found.ok()) return found.status();
  found_ = *std::move(found);
  for (const FoundTable& table : found_) {
    if (!table.layout.has_value()) {
      if (absl::Status told = TellWithoutSchema(table); !told.ok()) return told;
      continue;
    }
    absl::StatusOr<TableRepair> repair =
        TableRepair::Read(places_.files, places_.source, table, logs_, places_.last_writer, count_);
    if (!repair.ok()) return repair.status();
    tables_.push_back(*std::move(repair));
  }
  return absl::OkStatus();
}

void Repairer::Count(const DamagedLine& line) {
  switch (line.fate) {
    case Fate::kRecovered:
      ++report_.recovered;
      break;
    case Fate::kKept:
      ++report_.kept;
      break;
    case Fate::kPrevious:
      ++report_.previous;
      break;
    case Fate::kLost:
      ++report_.lost;
      break;
    case Fate::kNotCounted:
      ++report_.not_counted;
      break;
  }
  if (options_.on_damage) options_.on_damage(line);
}

void Repairer::Decide() {
  std::optional<std::uint64_t> beyond = tables_.size() == found_.size()
                                            ? std::optional<std::uint64_t>(0)
                                            : std::nullopt;  // of some the schema is lost
  for (const TableRepair& table : tables_) {
    const std::optional<std::uint64_t> lines = table.CountLinesBeyondLog();
    beyond =
        beyond.has_value() && lines.has_value() ? std::optional(*beyond + *lines) : std::nullopt;
  }
  logs_.TellLost(beyond, &list_);
  for (TableRepair& table : tables_) {
    table.Decide(options_.previous_versions, &list_);
    report_.records += table.records().size();
    report_.tables.push_back(table.report());
  }
  std::sort(report_.tables.begin(), report_.tables.end(),
            [](const RepairedTable& a, const RepairedTable& b) { return a.name < b.name; });
  std::stable_sort(list_.lines().begin(), list_.lines().end(),
                   [](const DamagedLine& a, const DamagedLine& b) {
                     return std::tie(a.file, a.line, a.key) < std::tie(b.file, b.line, b.key);
                   });
  for (const DamagedLine& line : list_.lines()) Count(line);
  report_.lsn = logs_.newest().value;
}

absl::Status Repairer::Write() {
  RepairedDatabase repaired;
  for (const TableRepair& table : tables_) repaired.tables.push_back(&table);
  repaired.last = logs_.newest();
  repaired.last_transaction = logs_.newest_transaction();
  repaired.damage = &list_;
  repaired.rejects = rejects_;
  repaired.lock_note = places_.lock_note;
  absl::StatusOr<std::string> database = WriteRepaired(places_.files, places_.target, repaired);
  if (!database.ok()) return database.status();
  report_.database = *std::move(database);
  if (!list_.lines().empty()) report_.rejects = rejects_;
  return absl::OkStatus();
}

// A checkpoint by a writer in the middle of reading makes it start again.
absl::Status Repairer::ReadOneState() {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (absl::Status read = Read(); !read.ok()) return read;
    const absl::StatusOr<bool> current = logs_.IsCurrent(places_.files, places_.source);
    if (!current.ok()) return current.status();
    if (*current) return absl::OkStatus();
  }
  return absl::UnavailableError(
      absl::StrCat(places_.source.directory(), ": its writer took checkpoints in each of ",
                   kAttemptsMax, " attempts to read it; end that writer first"));
}

absl::StatusOr<RepairReport> Repairer::Run() {
  if (!options_.dry_run) {
    absl::Status free = CheckTarget(places_.files, places_.target, rejects_);
    if (!free.ok()) return free;
  }
  if (absl::Status done = ReadOneState(); !done.ok()) return done;
  Decide();
  if (options_.dry_run) return report_;
  if (absl::Status done = Write(); !done.ok()) return done;
  return report_;
}

}  // namespace

absl::StatusOr<RepairReport> RepairDatabase(const RepairPlaces& places,
                                            const RepairOptions& options) {
  absl::Status apart =
      CheckApart(places.files, places.source.directory(), places.target.directory());
  if (apart.ok() && !options.rejects.empty()) {
    apart = CheckApart(places.files, places.source.directory(), options.rejects);
  }
  if (!apart.ok()) return apart;
  return Repairer(places, options).Run();
}

}  // namespace linedb::engine
