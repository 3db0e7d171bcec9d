#include "engine/history/log_walk.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"
#include "wal/wal_archive.h"
#include "wal/wal_reader.h"

namespace linedb::engine {
namespace {

using Json = nlohmann::ordered_json;

class LogWalk {
 public:
  LogWalk(const LogRange& range, const LogVisitor& visitor) : range_(range), visitor_(visitor) {}

  // `is_current`: the log that the next checkpoint will archive.
  absl::Status Walk(std::string_view text, const std::string& name, bool is_current) {
    wal::WalReader reader(text, name);
    wal::LogHeader header;
    const absl::Status read = reader.ReadHeader(&header);
    if (read.code() == absl::StatusCode::kNotFound) return WalkOriginal(text, name);
    if (!read.ok()) return read;
    NoteStart(header, name);
    std::vector<wal::LogEntry> transaction;
    wal::LogEntry entry;
    while (!stopped_ && reader.Next(&entry)) {
      transaction.push_back(entry);
      if (!entry.commit) continue;
      for (const wal::LogEntry& operation : transaction) Visit(operation, name, !is_current, false);
      transaction.clear();
    }
    const std::string left = std::to_string(transaction.size());
    if (!transaction.empty())
      Note(name + ": ends in a transaction without its end; its " + left +
           " operations are not shown");
    if (!stopped_ && !reader.stop().reason.empty()) {
      Note(name + " line " + std::to_string(reader.stop().line) + " byte " +
           std::to_string(reader.stop().byte) + ": " + reader.stop().reason +
           "; what is behind is not shown");
    }
    next_ = reader.position().next_lsn;
    return absl::OkStatus();
  }

  bool stopped() const { return stopped_; }
  const LogRange& range() const { return range_; }

 private:
  void Note(const std::string& text) const { visitor_.note(text); }

  void NoteStart(const wal::LogHeader& header, const std::string& name) {
    if (next_.has_value() && header.first_lsn > *next_ && *next_ <= range_.last) {
      Note(name + ": the operations " + std::to_string(next_->value) + " to " +
           std::to_string(header.first_lsn.value - 1) + " before it are missing");
    }
    if (visitor_.log) visitor_.log(&header);
  }

  void Visit(const wal::LogEntry& entry, std::string_view file, bool checkpointed,
             bool is_original) {
    const bool in_range = is_original || (entry.lsn >= range_.first && entry.lsn <= range_.last);
    if (stopped_ || !in_range) return;
    stopped_ = !visitor_.operation({&entry, file, checkpointed, is_original});
  }

  // Lines of timestamp, operation, table, record and old_record alone; none is ever checkpointed.
  absl::Status WalkOriginal(std::string_view text, const std::string& name) {
    // They have no numbers, so no range of numbers holds them.
    if (range_.first.value > 0) return absl::OkStatus();
    if (visitor_.log) visitor_.log(nullptr);
    std::uint64_t line = 0;
    std::size_t begin = 0;
    while (begin < text.size() && !stopped_) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      ++line;
      WalkOriginalLine(text.substr(begin, end - begin), name, line, begin);
      begin = end + 1;
    }
    return absl::OkStatus();
  }

  void WalkOriginalLine(std::string_view text, const std::string& name, std::uint64_t line,
                        std::size_t byte) {
    if (text.find_first_not_of(" \t\r") == text.npos) return;
    const Json json = Json::parse(text, nullptr, false);
    const auto member = [&json](const char* key) {
      return json.is_object() && json.contains(key) && json[key].is_string()
                 ? json[key].get<std::string>()
                 : std::string();
    };
    const auto operation = wal::ParseOperation(member("operation"));
    if (!operation.has_value()) {
      Note(name + " line " + std::to_string(line) + " byte " + std::to_string(byte) +
           ": no operation");
      return;
    }
    const auto object = [&json](const char* key) {
      return json.contains(key) && json[key].is_object() ? json[key].dump() : std::string();
    };
    const std::string timestamp = member("timestamp");
    const std::string table = member("table");
    const std::string record = object("record");
    const std::string old_record = object("old_record");
    wal::LogEntry entry;
    entry.timestamp = timestamp;
    entry.operation = *operation;
    entry.table = table;
    entry.record = record;
    entry.old_record = old_record;
    entry.line = line;
    entry.byte = byte;
    Visit(entry, name, false, true);
  }

  LogRange range_;
  const LogVisitor& visitor_;
  std::optional<wal::Lsn> next_;  // of the log to come, once one was read
  bool stopped_ = false;
};

// The first lsn of a log, if it is one of ours.
std::optional<wal::Lsn> FirstLsn(std::string_view text, const std::string& name) {
  wal::WalReader reader(text, name);
  wal::LogHeader header;
  if (!reader.ReadHeader(&header).ok()) return std::nullopt;
  return header.first_lsn;
}

absl::Status WalkArchives(wal::FileSystem& files, const wal::DatabasePaths& paths,
                          std::optional<wal::Lsn> end, LogWalk& walk) {
  auto archives = wal::ListArchives(files, paths);
  if (!archives.ok()) return archives.status();
  for (const wal::Archive& archive : *archives) {
    const bool ours = !archive.name.original;
    // A writer may have archived, after it was read here, the log that is shown as the current one.
    if (ours && end.has_value() && archive.name.first >= *end) continue;
    if (ours &&
        (archive.name.last < walk.range().first || archive.name.first > walk.range().last)) {
      continue;
    }
    auto text = wal::ReadListedArchive(files, paths, archive);
    if (absl::IsNotFound(text.status())) continue;  // the oldest go, beside us, too
    if (!text.ok()) return text.status();
    const absl::Status walked = walk.Walk(*text, wal::ShortName(paths, archive.path), false);
    if (!walked.ok() || walk.stopped()) return walked;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WalkLogs(wal::FileSystem& files, const wal::DatabasePaths& paths,
                      const LogRange& range, const LogVisitor& visitor) {
  // The current log first: a checkpoint meanwhile then makes nothing disappear.
  const auto text = wal::ReadFile(files, paths.Log());
  const bool has_log = text.ok();
  if (!has_log && text.status().code() != absl::StatusCode::kNotFound) return text.status();
  if (!has_log && !files.Stat(paths.SchemaDirectory()).ok()) {
    return absl::NotFoundError("there is no database in " + paths.directory());
  }
  const std::string name = wal::ShortName(paths, paths.Log());
  LogWalk walk(range, visitor);
  const std::optional<wal::Lsn> first = has_log ? FirstLsn(*text, name) : std::nullopt;
  if (files.Stat(paths.WalDirectory()).ok()) {
    absl::Status walked = WalkArchives(files, paths, first, walk);
    if (!walked.ok() || walk.stopped()) return walked;
  }
  return has_log ? walk.Walk(*text, name, true) : absl::OkStatus();
}

}  // namespace linedb::engine
