#include "engine/history/purge.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "engine/history/record_history.h"
#include "engine/history/records_copy.h"
#include "engine/storage/catalog.h"
#include "nlohmann/json.hpp"
#include "wal/file_steps.h"
#include "wal/wal_line.h"

namespace linedb::engine {
namespace {

using Json = nlohmann::ordered_json;

std::string PlaceOf(const std::string& file, std::uint64_t line, std::size_t byte) {
  return absl::StrCat(file, " line ", line, " byte ", byte);
}

// Calls `take(line, number, byte)` with each line, "\n" included where it has one.
void ForEachLine(std::string_view text,
                 absl::FunctionRef<void(std::string_view, std::uint64_t, std::size_t)> take) {
  std::uint64_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t newline = text.find('\n', begin);
    const std::size_t end = newline == text.npos ? text.size() : newline + 1;
    take(text.substr(begin, end - begin), ++number, begin);
    begin = end;
  }
}

std::string_view WithoutEnd(std::string_view line) {
  return line.substr(0, line.find_last_not_of("\r\n") + 1);
}

}  // namespace

absl::Status FilesPurge::Run(PurgeStep step) {
  absl::StatusOr<std::optional<TableSchema>> schema =
      SchemaBeforeLogs(files_, paths_, tracker_.table());
  if (!schema.ok()) return schema.status();
  absl::Status done;
  if (schema->has_value()) done = tracker_.SetSchema(**std::move(schema));
  absl::StatusOr<std::vector<wal::Archive>> archives = wal::ListArchives(files_, paths_);
  if (done.ok()) done = archives.status();
  if (!done.ok()) return done;
  absl::StatusOr<Catalog> catalog = ReadCatalog(files_, paths_);
  if (!catalog.ok()) return catalog.status();
  absl::StatusOr<wal::RecoveredLog> log = wal::RecoverLog(files_, paths_, IsOriginal(*catalog));
  if (!log.ok()) return log.status();
  is_original_ = log->kind == wal::LogKind::kOriginal;
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = log->text.size();
  for (const wal::Archive& archive : *archives) bytes_total += archive.bytes;
  for (const wal::Archive& archive : *archives) {
    if (done = Tell(step, bytes_done, bytes_total); !done.ok()) return done;
    bytes_done += archive.bytes;
    // Another name of the log in force, which a crash has left: the next rotation removes it.
    if (!archive.name.original && archive.name.first >= log->header.first_lsn) continue;
    done = archive.name.original ? RewriteOriginal(archive, step) : RewriteArchive(archive, step);
    if (!done.ok()) return done;
  }
  done = TakeLog(*log);
  if (done.ok()) done = tracker_.CheckKeys();
  if (done.ok()) done = CountLines();
  if (done.ok()) done = TakeSurplus(step);
  return done.ok() ? Tell(step, bytes_total, bytes_total) : done;
}

// What has begun to write is not stopped: it would have to be run again, and to do all of it again.
absl::Status FilesPurge::Tell(PurgeStep step, std::uint64_t bytes_done,
                              std::uint64_t bytes_total) const {
  assert(bytes_done <= bytes_total);
  if (!progress_) return absl::OkStatus();
  const bool counts = step == PurgeStep::kCount;
  const bool goes_on =
      progress_(counts ? PurgePhase::kReading : PurgePhase::kWriting, bytes_done, bytes_total);
  if (goes_on || !counts) return absl::OkStatus();
  return absl::CancelledError("the purge was interrupted before it wrote anything");
}

absl::Status FilesPurge::RewriteArchive(const wal::Archive& archive, PurgeStep step) {
  const std::string name = Short(archive.path);
  absl::StatusOr<std::string> text = wal::ReadListedArchive(files_, paths_, archive);
  // Removed as one too many, beside a count.
  if (absl::IsNotFound(text.status()) && step == PurgeStep::kCount) return absl::OkStatus();
  if (!text.ok()) return text.status();
  absl::StatusOr<wal::RewrittenLog> log = RewriteNext(*text, name, /*is_archive=*/true);
  if (!log.ok()) return log.status();
  if (step == PurgeStep::kCount || !log->changed) return absl::OkStatus();
  ++report_.logs_rewritten;
  return wal::ReplaceArchive(files_, paths_, archive, log->text);
}

absl::StatusOr<wal::RewrittenLog> FilesPurge::RewriteNext(std::string_view text,
                                                          const std::string& name,
                                                          bool is_archive) {
  const auto is_purged = [this](const wal::LogEntry& entry) -> absl::StatusOr<bool> {
    const absl::StatusOr<std::optional<std::size_t>> key = tracker_.Take(entry, false);
    if (!key.ok()) return key.status();
    if (key->has_value()) ++report_.records[**key].operations;
    return key->has_value();
  };
  const auto edit = [&](wal::LogHeader* header) { return EditHeader(name, is_archive, header); };
  absl::StatusOr<wal::RewrittenLog> log = wal::RewriteLog(text, name, {edit, is_purged});
  if (!log.ok()) return log.status();
  report_.logs += log->purged > 0 ? 1 : 0;
  ends_[log->end.next_lsn] = End{log->header, log->end.checksum, log->old_checksum};
  return log;
}

// A log is tied to the one before as that is going to be. And what the header says of the table as
// it was then is a checksum over purged bytes: it would tell whoever has a guess at them that it is
// right. It goes, unless the table's file still begins with what it is of.
absl::Status FilesPurge::EditHeader(const std::string& name, bool is_archive,
                                    wal::LogHeader* header) {
  // Unknown of the oldest, and behind a gap.
  if (const auto before = ends_.find(header->first_lsn); before != ends_.end()) {
    const End& end = before->second;
    const bool follows = header->previous == end.old_checksum || unfinished_;
    if (!follows || header->database != end.header.database ||
        header->epoch != end.header.epoch + 1) {
      return absl::DataLossError(absl::StrCat(name, " line 1 byte 0: previous ",
                                              wal::FormatChecksum(header->previous), ", expected ",
                                              wal::FormatChecksum(end.old_checksum)));
    }
    header->previous = end.checksum;
  }
  const auto table = header->tables.find(tracker_.table());
  if (!is_archive || table == header->tables.end() || table->second.bytes == 0) {
    return absl::OkStatus();
  }
  const absl::StatusOr<bool> still = TableBeginsWith(table->second.bytes, table->second.checksum);
  if (still.ok() && !*still) table->second.checksum = 0;
  return still.status();
}

absl::StatusOr<bool> FilesPurge::TableBeginsWith(std::uint64_t bytes, std::uint64_t checksum) {
  absl::StatusOr<std::unique_ptr<wal::File>> file =
      files_.Open(paths_.Records(tracker_.table()), wal::OpenMode::kRead);
  if (absl::IsNotFound(file.status())) return false;
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::uint64_t> size = (*file)->Size();
  if (!size.ok()) return size.status();
  if (*size < bytes) return false;
  const absl::StatusOr<BlockChecksum> found = ChecksumOfFile(**file, bytes);
  if (!found.ok()) return found.status();
  return found->Total() == checksum;
}

// The original's log has neither numbers nor checksums.
absl::Status FilesPurge::RewriteOriginal(const wal::Archive& archive, PurgeStep step) {
  const absl::StatusOr<std::string> text = wal::ReadArchive(files_, archive);
  if (!text.ok()) return text.status();
  const absl::StatusOr<std::string> purged = PurgeOriginal(*text, Short(archive.path));
  if (!purged.ok() || *purged == *text) return purged.status();
  ++report_.logs;
  if (step == PurgeStep::kCount) return absl::OkStatus();
  ++report_.logs_rewritten;
  return wal::ReplaceArchive(files_, paths_, archive, *purged);
}

absl::StatusOr<std::string> FilesPurge::PurgeOriginal(std::string_view text,
                                                      const std::string& name) {
  std::string purged;
  absl::Status failed;
  ForEachLine(text, [&](std::string_view line, std::uint64_t number, std::size_t byte) {
    absl::StatusOr<std::string> taken = PurgedOriginalLine(line, PlaceOf(name, number, byte));
    if (taken.ok()) purged += *taken;
    failed.Update(taken.status());
  });
  if (!failed.ok()) return failed;
  return purged;
}

absl::StatusOr<std::string> FilesPurge::PurgedOriginalLine(std::string_view line,
                                                           const std::string& place) {
  const std::string_view body = WithoutEnd(line);
  if (body.find_first_not_of(" \t") == body.npos) return std::string(line);
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const auto text_of = [&json](const char* member) {
    return json.is_object() && json.contains(member) && json[member].is_string()
               ? json[member].get<std::string>()
               : std::string();
  };
  const auto record_of = [&json](const char* member) {
    return json.contains(member) && json[member].is_object() ? json[member].dump() : std::string();
  };
  const std::string table = text_of("table");
  const std::optional<wal::Operation> operation = wal::ParseOperation(text_of("operation"));
  if (!operation.has_value()) Note(place);
  if (!operation.has_value() || table != tracker_.table()) return std::string(line);
  const std::string record = record_of("record");
  const std::string old_record = record_of("old_record");
  wal::LogEntry entry;
  entry.operation = *operation;
  entry.table = table;
  entry.record = record;
  entry.old_record = old_record;
  const absl::StatusOr<std::optional<std::size_t>> key = tracker_.Take(entry, true);
  if (!key.ok()) return key.status();
  if (!key->has_value()) return std::string(line);
  ++report_.records[**key].operations;
  const Json left{{"timestamp", json.value("timestamp", Json(nullptr))},
                  {"operation", wal::OperationName(wal::Operation::kPurged)},
                  {"table", table},
                  {"record", nullptr},
                  {"old_record", nullptr}};
  return left.dump() + "\n";
}

absl::Status FilesPurge::TakeLog(const wal::RecoveredLog& recovered) {
  const std::string name = Short(paths_.Log());
  if (is_original_) {  // a count: who writes has taken it over
    const absl::StatusOr<std::string> purged = PurgeOriginal(recovered.text, name);
    if (purged.ok() && *purged != recovered.text) ++report_.logs;
    return purged.status();
  }
  const std::string_view text = recovered.text.substr(0, recovered.position.bytes);
  absl::StatusOr<wal::RewrittenLog> log = RewriteNext(text, name, /*is_archive=*/false);
  if (!log.ok()) return log.status();
  if (log->changed) log_ = *std::move(log);
  return absl::OkStatus();
}

absl::Status FilesPurge::CountLines() {
  const std::string path = paths_.Records(tracker_.table());
  absl::StatusOr<std::unique_ptr<wal::File>> file = files_.Open(path, wal::OpenMode::kRead);
  if (absl::IsNotFound(file.status())) return absl::OkStatus();
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::uint64_t> bytes = (*file)->Size();
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<std::shared_ptr<const wal::Mapping>> mapping = (*file)->Map(*bytes);
  if (!mapping.ok()) return mapping.status();
  ForEachLine({(*mapping)->data(), *bytes},
              [this](std::string_view line, std::uint64_t, std::size_t) {
                const auto key = tracker_.KeyOfLine(WithoutEnd(line), is_original_);
                if (key.has_value()) ++report_.records[*key].lines;
              });
  return absl::OkStatus();
}

absl::Status FilesPurge::TakeSurplus(PurgeStep step) {
  for (const std::string& kept : {paths_.RecordsSurplus(tracker_.table()), paths_.LogSurplus()}) {
    const std::string directory = wal::ParentOf(kept);
    const absl::StatusOr<std::vector<std::string>> names = files_.List(directory);
    if (absl::IsNotFound(names.status())) continue;
    if (!names.ok()) return names.status();
    for (const std::string& name : *names) {
      const std::string path = directory + "/" + name;
      if (path != kept && !path.starts_with(kept + ".")) continue;
      if (wal::IsTemporary(path)) continue;  // opening removed those of crashes
      absl::Status taken = TakeSurplusFile(path, kept == paths_.LogSurplus(), step);
      if (!taken.ok()) return taken;
    }
  }
  return absl::OkStatus();
}

absl::Status FilesPurge::TakeSurplusFile(const std::string& path, bool is_log, PurgeStep step) {
  const absl::StatusOr<std::string> text = wal::ReadFile(files_, path);
  if (!text.ok()) return text.status();
  std::string left;
  ForEachLine(*text, [&](std::string_view line, std::uint64_t number, std::size_t byte) {
    if (IsSurplusOfKey(WithoutEnd(line), is_log, PlaceOf(Short(path), number, byte))) {
      ++report_.surplus_lines;
    } else {
      left += line;
    }
  });
  if (step == PurgeStep::kCount || left == *text) return absl::OkStatus();
  return wal::WriteFileAtomically(files_, path, left);
}

bool FilesPurge::IsSurplusOfKey(std::string_view line, bool is_log, const std::string& place) {
  if (line.empty()) return false;
  if (!is_log) {
    const bool is_of_key = tracker_.KeyOfLine(line, false).has_value();
    if (!is_of_key && !tracker_.IsOfTable(line, false)) Note(place);
    return is_of_key;
  }
  const std::string whole = std::string(line) + "\n";
  wal::LogEntry entry;
  if (!wal::ChecksumInTail(whole).has_value() ||
      !wal::ParseOperationBody(line.substr(0, whole.size() - wal::kTailBytes), &entry)) {
    Note(place);
    return false;
  }
  if (entry.table != tracker_.table() || !wal::IsOnRecord(entry.operation)) return false;
  return tracker_.KeyOfLine(entry.record.empty() ? entry.old_record : entry.record, false)
      .has_value();
}

}  // namespace linedb::engine
