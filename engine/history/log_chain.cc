#include "engine/history/log_chain.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/time_text.h"
#include "wal/wal_reader.h"

namespace linedb::engine {

std::string ChainLog::name() const {
  return wal::ShortName(paths, archive ? archive->path : paths.Log());
}

absl::Status LogChain::Add(wal::FileSystem& files, const wal::DatabasePaths& paths,
                           const wal::RecoveredLog& log) {
  absl::StatusOr<std::vector<wal::Archive>> archives = wal::ListArchives(files, paths);
  if (!archives.ok()) return archives.status();
  for (wal::Archive& archive : *archives) {
    if (archive.name.original) continue;
    logs_.push_back({archive.name.first, archive.name.last, archive.bytes, paths, archive});
  }
  logs_.push_back({log.header.first_lsn, wal::Lsn{log.position.next_lsn.value - 1},
                   log.position.bytes, paths, std::nullopt,
                   log.text.substr(0, log.position.bytes)});
  // Of two with the same beginning the longer one: a backup's log is cut where it was made.
  std::stable_sort(logs_.begin(), logs_.end(), [](const ChainLog& a, const ChainLog& b) {
    return a.first != b.first ? a.first < b.first : a.last > b.last;
  });
  const auto same = [](const ChainLog& a, const ChainLog& b) { return a.first == b.first; };
  logs_.erase(std::unique(logs_.begin(), logs_.end(), same), logs_.end());
  return absl::OkStatus();
}

wal::Lsn LogChain::newest() const {
  wal::Lsn newest;
  for (const ChainLog& log : logs_) newest = std::max(newest, log.last);
  return newest;
}

wal::Lsn LogChain::oldest() const {
  wal::Lsn first{newest().value + 1};
  for (auto log = logs_.rbegin(); log != logs_.rend(); ++log) {
    if (log->last.value + 1 >= first.value) first = std::min(first, log->first);
  }
  return first;
}

std::optional<wal::Lsn> LogChain::FirstMissing(wal::Lsn from, wal::Lsn to) const {
  for (const ChainLog& log : logs_) {
    if (from > to) return std::nullopt;
    if (log.first <= from && log.last >= from) from = wal::Lsn{log.last.value + 1};
  }
  return from > to ? std::nullopt : std::optional(from);
}

absl::StatusOr<ChainText> ReadChainLog(
    wal::FileSystem& files, const ChainLog& log, const std::string& database, wal::Lsn last,
    absl::FunctionRef<absl::Status(const wal::LogHeader& header,
                                   const std::vector<wal::LogEntry>& transaction)>
        visit) {
  std::string bytes;
  std::string_view text = log.text;
  if (log.archive) {
    absl::StatusOr<std::string> read = wal::ReadListedArchive(files, log.paths, *log.archive);
    if (!read.ok()) return read.status();
    bytes = *std::move(read);
    text = bytes;
  }
  wal::WalReader reader(text, log.name());
  ChainText found;
  if (absl::Status status = reader.ReadHeader(&found.header); !status.ok()) return status;
  if (found.header.database != database) {
    return absl::DataLossError(absl::StrCat(log.name(), " line 1 byte 0: of database ",
                                            found.header.database, ", expected ", database));
  }
  found.end = reader.position();
  std::vector<wal::LogEntry> transaction;
  for (wal::LogEntry entry; found.end.next_lsn <= last;) {
    if (!reader.Next(&entry)) {
      if (reader.stop().byte == text.size() && transaction.empty()) return found;
      return absl::DataLossError(absl::StrCat(log.name(), " line ", reader.stop().line, " byte ",
                                              reader.stop().byte, ": ", reader.stop().reason));
    }
    if (entry.lsn > last) break;  // of a transaction that is not whole by then
    transaction.push_back(entry);
    if (!entry.commit) continue;
    if (absl::Status done = visit(found.header, transaction); !done.ok()) return done;
    transaction.clear();
    found.end = reader.position();
  }
  return found;
}

absl::Status WalkChain(wal::FileSystem& files, const LogChain& chain, const std::string& database,
                       wal::Lsn first, wal::Lsn last, TransactionVisitor visit) {
  for (const ChainLog& log : chain.logs()) {
    if (log.last < first || log.first > last) continue;
    const auto look = [&](const wal::LogHeader&, const std::vector<wal::LogEntry>& transaction) {
      return transaction.back().lsn < first ? absl::OkStatus() : visit(transaction);
    };
    absl::StatusOr<ChainText> text =
        ReadChainLog(files, log, database, std::min(last, log.last), look);
    if (!text.ok()) return text.status();
  }
  return absl::OkStatus();
}

namespace {

// "2026-01-22 20:31", perhaps with an offset behind it, is when that minute begins.
std::string WithSeconds(std::string time) {
  constexpr std::size_t kMinuteEnd = 16;
  const bool lacks = time.size() >= kMinuteEnd && time[kMinuteEnd - 3] == ':' &&
                     (time.size() == kMinuteEnd || time[kMinuteEnd] != ':');
  if (lacks) time.insert(kMinuteEnd, ":00");
  return time;
}

}  // namespace

absl::StatusOr<std::string> LogTimestamp(const std::string& time) {
  const std::optional<Timestamp> parsed =
      schema::ParseTimestamp(WithSeconds(time), /*naive_is_utc=*/true);
  if (parsed) return schema::FormatTimestamp(*parsed);
  return absl::InvalidArgumentError(
      absl::StrCat("\"", time, "\" is no time such as 2026-01-22T20:31:17Z, and no lsn"));
}

absl::StatusOr<NotLater> FindNotLater(wal::FileSystem& files, const ChainLog& log,
                                      const std::string& database, const std::string& timestamp) {
  NotLater found;
  const auto look = [&](const wal::LogHeader&, const std::vector<wal::LogEntry>& transaction) {
    if (transaction.back().timestamp <= timestamp) found.last = transaction.back().lsn;
    return absl::OkStatus();
  };
  absl::StatusOr<ChainText> text = ReadChainLog(files, log, database, log.last, look);
  if (!text.ok()) return text.status();
  found.log_timestamp = text->header.timestamp;
  return found;
}

}  // namespace linedb::engine
