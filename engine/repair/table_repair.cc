// Reading: what file and logs say of each key.

#include "engine/repair/table_repair.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/storage/carry_over.h"
#include "schema/record_codec.h"
#include "schema/schema_document.h"

namespace linedb::engine {

using Kind = ScannedLine::Kind;

namespace {

// The tombstone of a key's text, which is of JSON values between commas.
std::string TombstoneOf(const schema::RecordLayout& layout, std::string_view key) {
  std::vector<schema::FieldSpan> spans(static_cast<std::size_t>(layout.column_count()));
  std::size_t begin = 0;
  for (const int column : layout.keys()[0].columns) {
    std::size_t end = begin;
    bool quoted = false;
    for (; end < key.size() && (quoted || key[end] != ','); ++end) {
      if (key[end] == '"') quoted = !quoted;
      if (key[end] == '\\') ++end;
    }
    end = std::min(end, key.size());
    spans[static_cast<std::size_t>(column)] = {static_cast<std::uint32_t>(begin),
                                               static_cast<std::uint32_t>(end)};
    begin = std::min(end + 1, key.size());
  }
  std::string tombstone;
  schema::AppendTombstone(layout, key, spans.data(), &tombstone);
  return tombstone;
}

}  // namespace

// What the table's schema refuses: of before an alteration, or the schema is not what it was. A
// tombstone may have other members than the key, so the record's key is that of one made of it.
TableRepair::CanonicalRecord TableRepair::Misfit(std::string_view record, bool with_tombstone) {
  CanonicalRecord misfit;
  misfit.fits = false;
  misfit.text = record;
  if (!record.starts_with('{')) return misfit;
  const std::string as_tombstone =
      absl::StrCat(std::string(schema::kTombstonePrefix), ",", std::string(record.substr(1)));
  misfit.key = schema::TombstoneKey(*layout_, as_tombstone).value_or("");
  if (with_tombstone && !misfit.key.empty()) {
    misfit.tombstone = texts_.emplace_back(TombstoneOf(*layout_, misfit.key));
  }
  return misfit;
}

void TableRepair::ReadAlterations() {
  for (const LoggedChange& change : logs_->changes()) {
    const wal::LogEntry& entry = *change.entry;
    if (entry.operation != wal::Operation::kAlterTable || entry.table != table_->name) continue;
    if (entry.lsn <= table_->created) continue;
    // The header shows what functions made of the records with it.
    if (logs_->header() != nullptr && entry.lsn == logs_->header()->first_lsn) {
      shown_ = entry.transaction;
    }
    const auto layout_of = [](std::string_view text) -> absl::StatusOr<schema::RecordLayout> {
      absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(text);
      if (!document.ok()) return document.status();
      return schema::RecordLayout::Create(std::move(document->schema));
    };
    absl::StatusOr<schema::RecordLayout> from = layout_of(entry.old_record);
    absl::StatusOr<schema::RecordLayout> to = layout_of(entry.record);
    if (from.ok() && to.ok()) alterations_.push_back({entry.lsn, *std::move(from), *std::move(to)});
  }
}

std::string TableRepair::Carried(std::string_view record, wal::Lsn lsn) const {
  std::string line(record);
  for (const LoggedAlteration& alteration : alterations_) {
    if (alteration.lsn <= lsn) continue;
    std::string carried;
    if (!CarryOver(alteration.from, alteration.to, line, &carried).ok()) break;
    line = std::move(carried);
  }
  return line;
}

absl::Status TableRepair::Fit(std::string_view record, std::string* line) const {
  if (absl::Status fits = CarryOverByName(*layout_, record, line); !fits.ok()) return fits;
  return checks_.Check(*layout_, *line);
}

TableRepair::CanonicalRecord TableRepair::Canonical(std::string_view record, bool with_tombstone,
                                                    wal::Lsn lsn) {
  CanonicalRecord canonical;
  std::string line;
  if (!Fit(Carried(record, lsn), &line).ok()) return Misfit(record, with_tombstone);
  // It is another one if it is of the table as it was before an alteration.
  if (line != record) record = texts_.emplace_back(std::move(line));
  std::vector<schema::FieldSpan> spans(static_cast<std::size_t>(layout_->column_count()));
  schema::SplitCanonical(*layout_, record, layout_->column_count() - 1, spans.data());
  canonical.text = record;
  std::string scratch;
  canonical.key = std::string(
      schema::KeyTextOf(layout_->keys()[0], canonical.text, spans.data(), &scratch).value_or(""));
  if (with_tombstone) {
    std::string tombstone;
    schema::AppendTombstone(*layout_, canonical.text, spans.data(), &tombstone);
    canonical.tombstone = texts_.emplace_back(std::move(tombstone));
  }
  return canonical;
}

// A key that was given is not given again.
void TableRepair::NoteKey(std::string_view key) {
  if (layout_->assigned_column() < 0) return;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (error != std::errc() || end != key.data() + key.size()) return;
  if (number >= next_id_) next_id_ = number < INT64_MAX ? number + 1 : number;
}

void TableRepair::ReadChange(const LoggedChange& change) {
  const bool deleted = change.entry->operation == wal::Operation::kDelete;
  const CanonicalRecord record = Canonical(
      deleted ? change.entry->old_record : change.entry->record, deleted, change.entry->lsn);
  const std::string_view line = deleted && !record.key.empty() ? record.tombstone : record.text;
  const bool in_current =
      logs_->header() != nullptr && change.entry->lsn >= logs_->header()->first_lsn;
  if (in_current && shown_ != change.entry->transaction) {
    current_places_[wal::ChecksumOf(line)] = current_.size();
    current_.push_back(change.entry->lsn);
    current_texts_.push_back(wal::ChecksumOf(line));
  }
  if (record.key.empty()) {
    keyless_.push_back(&change);
    return;
  }
  NoteKey(record.key);
  KeyFacts& facts = keys_[record.key];
  if (facts.log.has_value()) {
    older_.insert(wal::ChecksumOf(facts.log->deleted ? line : facts.log->text));
  }
  if (deleted) {
    older_.insert(wal::ChecksumOf(record.text));
  } else if (!change.entry->old_record.empty()) {
    older_.insert(
        wal::ChecksumOf(Canonical(change.entry->old_record, false, change.entry->lsn).text));
  }
  confirmed_.insert(wal::ChecksumOf(line));
  facts.log = LogVersion{&change, record.text, deleted, record.fits};
}

void TableRepair::ReadLog() {
  ReadAlterations();
  for (const LoggedChange& change : logs_->changes()) {
    const bool on_record = change.entry->operation == wal::Operation::kInsert ||
                           change.entry->operation == wal::Operation::kUpdate ||
                           change.entry->operation == wal::Operation::kDelete;
    if (!on_record || change.entry->table != table_->name) continue;
    if (change.entry->lsn > table_->created) ReadChange(change);
  }
}

// The file's last lines are the operations of the current log, in their order. So the last line
// that is one of them says where the lines end that the log tells of.
std::size_t TableRepair::FirstBeyondLog() const {
  const std::vector<ScannedLine>& lines = scan_.lines();
  const wal::LogHeader* header = logs_->header();
  // A compacted file's predecessor, whose place that one was to take, is longer than it.
  const bool is_predecessor = table_->checkpoint != nullptr && table_->checkpoint->compacted &&
                              !is_compacted_ && !scan_.proven();
  if (header == nullptr || is_predecessor) return lines.size();
  const std::size_t counted =
      table_->checkpoint == nullptr ? 0 : static_cast<std::size_t>(table_->checkpoint->lines);
  const std::size_t begin = scan_.proven() ? scan_.checkpoint_lines() : counted;
  const bool is_sure = scan_.proven() || table_->checkpoint == nullptr;
  // Of a damaged file no line is taken for unfinished by its number.
  std::size_t end = is_sure ? begin + current_.size() : lines.size();
  bool as_logged = is_sure && end <= lines.size();
  for (std::size_t i = begin; i < end && as_logged; ++i) {
    as_logged = wal::ChecksumOf(lines[i].text) == current_texts_[i - begin];
  }
  for (std::size_t i = lines.size(); i > (is_sure ? begin : 0) && !as_logged; --i) {
    const auto found = current_places_.find(wal::ChecksumOf(lines[i - 1].text));
    if (found == current_places_.end()) continue;
    end = i + (current_.size() - 1 - found->second);
    break;
  }
  // Operations that are missing behind may have been on this table.
  const wal::Lsn last = current_.empty() ? wal::Lsn{header->first_lsn.value - 1} : current_.back();
  for (const LsnGap& gap : logs_->gaps()) {
    if (gap.last > last) end += gap.last.value - std::max(gap.first.value, last.value + 1) + 1;
  }
  return std::min(end, lines.size());
}

void TableRepair::ReadLine(std::size_t index) {
  const ScannedLine& line = scan_.lines()[index];
  if (line.key.empty()) return;
  NoteKey(line.key);
  if (line.is_version()) {
    KeyFacts& facts = keys_[line.key];
    if (facts.file.has_value() && facts.log.has_value() &&
        facts.file->line->text == facts.log->text) {
      facts.log_text_before = true;
    }
    if (facts.damaged != nullptr) told_[facts.damaged].fate = Fate::kNotCounted;
    facts.damaged = nullptr;
    facts.file = FileVersion{&line, index};
    return;
  }
  // What seems to be its key may be damaged, too: it supersedes nothing where nothing is.
  const auto found = keys_.find(line.key);
  const bool none_superseded = table_->checkpoint != nullptr &&
                               table_->checkpoint->lines == table_->checkpoint->live &&
                               index < table_->checkpoint->lines;
  if (none_superseded && found != keys_.end() && found->second.file.has_value()) return;
  KeyFacts& facts = keys_[line.key];
  if (facts.damaged != nullptr) told_[facts.damaged].fate = Fate::kNotCounted;
  facts.damaged = &line;
  facts.damaged_index = index;
}

void TableRepair::ReadFile() {
  next_id_ = std::max(next_id_, table_->checkpoint == nullptr ? 1 : table_->checkpoint->next_id);
  beyond_ = FirstBeyondLog();
  const bool all = last_writer_ == LastWriter::kClosed;
  const std::size_t end = all ? scan_.lines().size() : beyond_;
  may_lack_lines_ = !scan_.found() || (table_->checkpoint != nullptr && !scan_.proven()) ||
                    (last_writer_ == LastWriter::kCrashed && logs_->header() != nullptr);
  for (std::size_t i = 0; i < end; ++i) {
    may_lack_lines_ = may_lack_lines_ || !scan_.lines()[i].is_version();
    ReadLine(i);
  }
}

// The file that another one took the place of, or was to: it has, of what the first one lost, what
// both had.
void TableRepair::ReadSecond() {
  if (!second_.has_value() || scan_.proven()) return;
  const bool is_same = table_->checkpoint != nullptr && table_->checkpoint->compacted;
  for (std::size_t i = 0; i < second_->lines().size(); ++i) {
    const ScannedLine& line = second_->lines()[i];
    if (!line.is_version()) continue;
    KeyFacts& facts = keys_[line.key];
    if (facts.file.has_value() && !facts.file->in_second) continue;
    facts.file = FileVersion{&line, i, /*in_second=*/true};
    NoteKey(line.key);
    // What was compacted is the same records; another checkpoint's file may be out of date.
    if (facts.damaged == nullptr || !is_same) continue;
    DamagedLine& told = told_[facts.damaged];
    told.fate = Fate::kRecovered;
    told.record = line.deleted() ? std::string() : std::string(line.text);
    told.source = absl::StrCat(second_->name(), " line ", line.number);
  }
  for (auto& [key, facts] : keys_) {
    if (is_same && facts.file.has_value() && facts.file->in_second) facts.damaged = nullptr;
  }
}

absl::Status TableRepair::ReadFiles(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                    CopyCount& count) {
  const auto read = [&](const std::string& path) {
    return RecordsScan::Read(files, paths, path, *layout_, table_->checkpoint, count);
  };
  absl::StatusOr<RecordsScan> records = read(paths.Records(table_->name));
  if (!records.ok()) return records.status();
  absl::StatusOr<RecordsScan> compacted = read(paths.RecordsCompacted(table_->name));
  if (!compacted.ok()) return compacted.status();
  const bool awaits = table_->checkpoint != nullptr && table_->checkpoint->compacted;
  const bool take_compacted =
      compacted->found() && awaits && (compacted->proven() || !records->proven());
  is_compacted_ = take_compacted;
  scan_ = take_compacted ? *std::move(compacted) : *std::move(records);
  RecordsScan& other = take_compacted ? *records : *compacted;
  if (other.found()) second_ = std::move(other);
  return absl::OkStatus();
}

absl::StatusOr<TableRepair> TableRepair::Read(wal::FileSystem& files,
                                              const wal::DatabasePaths& paths,
                                              const FoundTable& table, const RepairLogs& logs,
                                              LastWriter last_writer, CopyCount& count) {
  TableRepair repair(table, logs, last_writer);
  absl::Status read = repair.ReadFiles(files, paths, count);
  if (!read.ok()) return read;
  repair.ReadLog();
  repair.ReadFile();
  repair.ReadSecond();
  return repair;
}

std::optional<std::uint64_t> TableRepair::CountLinesBeyondLog() const {
  const bool is_counted = table_->checkpoint == nullptr || scan_.proven();
  const bool all_good = std::all_of(scan_.lines().begin(), scan_.lines().end(),
                                    [](const ScannedLine& line) { return line.is_version(); });
  const std::size_t begin = table_->checkpoint == nullptr ? 0 : scan_.checkpoint_lines();
  const std::size_t known = begin + current_.size();
  if (!is_counted || !all_good || scan_.lines().size() < known) return std::nullopt;
  return scan_.lines().size() - known;
}

}  // namespace linedb::engine
