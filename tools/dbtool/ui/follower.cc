#include "tools/dbtool/ui/follower.h"

#include <algorithm>
#include <utility>

#include "linedb/statistics.h"
#include "schema/primary_key.h"

namespace linedb::dbtool {
namespace {

constexpr std::chrono::milliseconds kPollInterval{100};
// What is looked back at when it begins, and kept from then on.
constexpr std::uint64_t kOperationsBack = 20'000;
constexpr std::size_t kTransactionsKept = 4'000;
constexpr std::size_t kChangesKept = 8;
constexpr std::size_t kTextBytesKept = 160;
// So many are read before the database is refreshed: one that is far behind catches up by steps.
constexpr int kTransactionsTogether = 2'000;
// How often a log that says nothing is looked at for a checkpoint, which says nothing there.
constexpr std::uint64_t kPollsPerLook = 5;

// Cut before a character that would not be whole.
std::string Beginning(std::string_view text) {
  if (text.size() <= kTextBytesKept) return std::string(text);
  std::size_t end = kTextBytesKept;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "…";
}

void Count(ChangeKind kind, TransactionNote* note) {
  switch (kind) {
    case ChangeKind::kInsert:
      ++note->inserts;
      return;
    case ChangeKind::kUpdate:
      ++note->updates;
      return;
    case ChangeKind::kDelete:
      ++note->deletes;
      return;
    default:
      ++note->others;
  }
}

bool IsOnRecord(ChangeKind kind) {
  return kind == ChangeKind::kInsert || kind == ChangeKind::kUpdate || kind == ChangeKind::kDelete;
}

}  // namespace

Follower::Follower(Database& database) : database_(database) {}

Follower::~Follower() { Stop(); }

void Follower::Start() {
  thread_ = std::thread([this] {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      Poll();
      lock.lock();
      changed_.wait_for(lock, kPollInterval, [this] { return stopping_; });
    }
  });
}

void Follower::Stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Follower::Poll() {
  const std::lock_guard<std::mutex> one_at_a_time(poll_mutex_);
  absl::Status outcome = feed_ == nullptr ? OpenFeed() : absl::OkStatus();
  bool is_new = false;
  if (outcome.ok()) {
    const absl::StatusOr<bool> taken = TakeTransactions();
    if (taken.ok()) is_new = *taken;
    outcome = taken.status();
  }
  if (!outcome.ok()) feed_.reset();  // opened anew, at what the log is by then
  const bool looks = is_new || polls_++ % kPollsPerLook == 0;
  if (looks) outcome.Update(database_.Refresh());
  if (looks && SeesOtherFiles()) is_new = true;
  Tell(is_new, outcome);
}

// A checkpoint or compaction moves files, and tells nobody.
bool Follower::SeesOtherFiles() {
  const Statistics statistics = database_.Stats();
  const std::uint64_t seen = statistics.checkpoint_lsn * 31 + statistics.epoch;
  return std::exchange(files_seen_, seen) != seen;
}

void Follower::Tell(bool is_new, const absl::Status& outcome) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (feed_ != nullptr) lsn_ = feed_->position().lsn;
    if (!is_new && outcome == failure_) return;
    failure_ = outcome;
    ++version_;
  }
  changed_.notify_all();
}

absl::Status Follower::OpenFeed() {
  auto newest = ChangeFeed::OpenAtNewest(database_.directory());
  if (!newest.ok()) return newest.status();
  const std::uint64_t last = (*newest)->position().lsn;
  const std::uint64_t first = last > kOperationsBack ? last - kOperationsBack : 0;
  auto feed = ChangeFeed::Open(database_.directory(), FeedPosition{first});
  if (absl::IsOutOfRange(feed.status())) feed = ChangeFeed::OpenAtOldest(database_.directory());
  if (!feed.ok()) return feed.status();
  feed_ = *std::move(feed);
  layouts_.clear();
  const std::lock_guard<std::mutex> lock(mutex_);
  transactions_.clear();
  return absl::OkStatus();
}

absl::StatusOr<bool> Follower::TakeTransactions() {
  for (int taken = 0; taken < kTransactionsTogether; ++taken) {
    const auto next = feed_->Next();
    if (!next.ok()) return next.status();
    if (*next == nullptr) return taken > 0;
    Note(**next);
  }
  return true;
}

void Follower::Note(const CommittedTransaction& transaction) {
  TransactionNote note;
  note.number = transaction.number;
  note.first_lsn = transaction.changes.front().lsn;
  note.last_lsn = transaction.changes.back().lsn;
  note.timestamp = transaction.timestamp;
  for (const Change& change : transaction.changes) {
    Count(change.kind, &note);
    if (!IsOnRecord(change.kind)) layouts_.clear();
    if (note.changes.size() < kChangesKept) note.changes.push_back(NoteOf(change));
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  transactions_.push_back(std::move(note));
  if (transactions_.size() > kTransactionsKept) transactions_.pop_front();
}

ChangeNote Follower::NoteOf(const Change& change) {
  return {change.lsn, change.kind, std::string(change.table), KeyOf(change),
          Beginning(change.record.empty() ? change.old_record : change.record)};
}

std::string Follower::KeyOf(const Change& change) {
  if (!IsOnRecord(change.kind)) return "";
  auto found = layouts_.find(change.table);
  if (found == layouts_.end()) {
    std::optional<schema::RecordLayout> layout;
    if (const auto schema = database_.Schema(change.table); schema.ok()) {
      auto made = schema::RecordLayout::Create(*schema);
      if (made.ok()) layout = *std::move(made);
    }
    found = layouts_.emplace(std::string(change.table), std::move(layout)).first;
  }
  if (!found->second.has_value()) return "";
  const std::string_view line = change.record.empty() ? change.old_record : change.record;
  const std::optional<std::string> key = schema::PrimaryKeyOf(*found->second, line);
  if (!key.has_value()) return "";
  return found->second->keys()[0].columns.size() > 1 ? "[" + *key + "]" : *key;
}

LogNews Follower::News(std::uint64_t after, std::size_t count) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  LogNews news{version_, lsn_, failure_, {}};
  const std::size_t most = std::min(count, transactions_.size());
  for (auto note = transactions_.end() - static_cast<std::ptrdiff_t>(most);
       note != transactions_.end(); ++note) {
    if (note->number > after) news.transactions.push_back(*note);
  }
  return news;
}

std::uint64_t Follower::version() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return version_;
}

std::uint64_t Follower::WaitForNews(std::uint64_t known, std::chrono::milliseconds time) const {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait_for(lock, time, [&] { return stopping_ || version_ != known; });
  return version_;
}

}  // namespace linedb::dbtool
