// Pages of the log: the timeline, the logs as files, and whether there is anything new.

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "linedb/log_files.h"
#include "tools/dbtool/ui/pages.h"
#include "tools/dbtool/ui/pictures.h"

namespace linedb::dbtool {
namespace {

constexpr std::uint64_t kTransactionsListed = 40;
constexpr std::uint64_t kTransactionsListedMax = 400;
constexpr std::size_t kTransactionsDrawn = 4'000;
constexpr std::int64_t kMicrosecondsPerMinute = 60'000'000;
// Shorter than what proxies and browsers give up after.
constexpr std::chrono::milliseconds kWait{10'000};

PageJson ChangeJson(const ChangeNote& change) {
  return {{"lsn", change.lsn},
          {"operation", std::string(ChangeKindName(change.kind))},
          {"table", change.table},
          {"key", change.key},
          {"text", change.text}};
}

PageJson TransactionJson(const TransactionNote& note) {
  PageJson changes = PageJson::array();
  for (const ChangeNote& change : note.changes) changes.push_back(ChangeJson(change));
  return {{"transaction", note.number},      {"first_lsn", note.first_lsn},
          {"last_lsn", note.last_lsn},       {"timestamp", note.timestamp},
          {"operations", note.operations()}, {"inserts", note.inserts},
          {"updates", note.updates},         {"deletes", note.deletes},
          {"others", note.others},           {"changes", std::move(changes)}};
}

// Only what is not older than that before the newest; 0: all.
void KeepLast(std::uint64_t minutes, std::vector<TransactionNote>* transactions) {
  if (minutes == 0 || transactions->empty()) return;
  const std::int64_t first = MicrosecondsOf(transactions->back().timestamp) -
                             static_cast<std::int64_t>(minutes) * kMicrosecondsPerMinute;
  std::erase_if(*transactions, [first](const TransactionNote& note) {
    return MicrosecondsOf(note.timestamp) < first;
  });
}

}  // namespace

absl::StatusOr<PageJson> TimelinePage(Session& session, const Parameters& parameters) {
  const absl::StatusOr<std::uint64_t> minutes = parameters.Number("minutes", 0);
  if (!minutes.ok()) return minutes.status();
  const absl::StatusOr<std::uint64_t> count = parameters.Number("count", kTransactionsListed);
  if (!count.ok()) return count.status();
  constexpr std::uint64_t kMinutesMax = 60 * 24 * 366;
  LogNews news = session.follower().News(0, kTransactionsDrawn);
  KeepLast(std::min(*minutes, kMinutesMax), &news.transactions);
  const auto logs = ListLogFiles(session.database());
  if (!logs.ok()) return logs.status();
  PageJson transactions = PageJson::array();
  std::uint64_t left = std::min(*count, kTransactionsListedMax);
  for (auto note = news.transactions.rbegin(); note != news.transactions.rend() && left > 0;
       ++note, --left) {
    transactions.push_back(TransactionJson(*note));
  }
  return PageJson{{"version", news.version},
                  {"lsn", news.lsn},
                  {"transactions_total", news.transactions.size()},
                  {"picture", PictureJson(DrawTimeline(news.transactions, *logs))},
                  {"transactions", std::move(transactions)}};
}

absl::StatusOr<PageJson> LogsPage(Session& session, const Parameters&) {
  const auto logs = ListLogFiles(session.database());
  if (!logs.ok()) return logs.status();
  PageJson rows = PageJson::array();
  for (auto log = logs->rbegin(); log != logs->rend(); ++log) {
    rows.push_back({{"name", log->name},
                    {"first_lsn", log->first_lsn},
                    {"last_lsn", log->last_lsn},
                    {"bytes", log->bytes},
                    {"time", log->time},
                    {"current", log->current},
                    {"compressed", log->compressed}});
  }
  return PageJson{{"picture", PictureJson(DrawLogs(*logs))}, {"logs", std::move(rows)}};
}

absl::StatusOr<PageJson> NewsPage(Session& session, const Parameters& parameters) {
  const absl::StatusOr<std::uint64_t> known = parameters.Number("known", 0);
  if (!known.ok()) return known.status();
  const std::uint64_t version = session.follower().WaitForNews(*known, kWait);
  const LogNews news = session.follower().News(0, 0);
  return PageJson{
      {"version", version}, {"lsn", news.lsn}, {"failure", std::string(news.failure.message())}};
}

}  // namespace linedb::dbtool
