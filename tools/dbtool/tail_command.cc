#include "tools/dbtool/tail_command.h"

#include <poll.h>

#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "linedb/change_feed.h"
#include "tools/dbtool/cell_text.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/moment.h"
#include "tools/dbtool/output.h"
#include "tools/dbtool/process.h"
#include "wal/wal_line.h"

namespace linedb::dbtool {
namespace {

// How often a log that rests is looked at.
constexpr int kPollMilliseconds = 50;
// Without --from and --after: that many changes, as `tail` shows that many lines.
constexpr std::uint64_t kChangesShown = 10;

class ChangeWriter {
 public:
  virtual ~ChangeWriter() = default;
  virtual void Write(const CommittedTransaction& transaction, const Change& change) = 0;
  virtual void End() {}
};

// The log's own lines, as they are: what reads the log reads this, too.
class LineWriter : public ChangeWriter {
 public:
  explicit LineWriter(std::ostream& output) : output_(output) {}
  void Write(const CommittedTransaction&, const Change& change) override { output_ << change.line; }

 private:
  std::ostream& output_;
};

// For people, a line at once: a table would wait for the rows that it measures.
class PeopleWriter : public ChangeWriter {
 public:
  explicit PeopleWriter(Context& context) : output_(context.out), width_(LineWidthMax(context)) {}
  void Write(const CommittedTransaction& transaction, const Change& change) override {
    std::string line = absl::StrCat(
        change.lsn, "  txn ", transaction.number, "  ", std::string(transaction.timestamp), "  ",
        std::string(ChangeKindName(change.kind)), " ", std::string(change.table), "  ",
        std::string(change.record.empty() ? change.old_record : change.record));
    line.erase(line.find_last_not_of(' ') + 1);
    output_ << (width_ == 0 ? line : CutToWidth(line, width_)) << '\n';
  }

 private:
  std::ostream& output_;
  const std::size_t width_;  // of a line; 0: without end
};

class RowsWriter : public ChangeWriter {
 public:
  explicit RowsWriter(Context& context)
      : rows_(NewRowWriter(context, {.columns = {"lsn", "txn", "timestamp", "operation", "table",
                                                 "record", "old_record", "commit"},
                                     .rows_name = "changes",
                                     .head_members = {}})) {}
  void Write(const CommittedTransaction& transaction, const Change& change) override {
    const auto quoted = [](std::string_view text) {
      std::string json;
      AppendQuoted(text, &json);
      return json;
    };
    const std::string lsn = std::to_string(change.lsn);
    const std::string number = std::to_string(transaction.number);
    const std::string timestamp = quoted(transaction.timestamp);
    const std::string kind = quoted(ChangeKindName(change.kind));
    const std::string table = quoted(change.table);
    const bool is_last = &change == &transaction.changes.back();
    rows_->Add({lsn, number, timestamp, kind, table, change.record.empty() ? "null" : change.record,
                change.old_record.empty() ? "null" : change.old_record,
                is_last ? "true" : "false"});
  }
  void End() override { rows_->End(); }

 private:
  std::unique_ptr<RowWriter> rows_;
};

std::unique_ptr<ChangeWriter> WriterFor(Context& context) {
  const Format format = context.json ? Format::kJson : OutputFormat(context);
  if (format == Format::kJsonLines) return std::make_unique<LineWriter>(context.out);
  if (format == Format::kTable) return std::make_unique<PeopleWriter>(context);
  return std::make_unique<RowsWriter>(context);
}

// Where to begin: the feed, and the first lsn that is shown of its first transaction.
struct Start {
  std::unique_ptr<ChangeFeed> feed;
  std::uint64_t first_lsn = 0;
};

absl::StatusOr<Start> OpenAt(const std::string& directory, std::uint64_t first_lsn,
                             FeedDelivery delivery) {
  auto feed = first_lsn == 0 ? ChangeFeed::OpenAtOldest(directory, delivery)
                             : ChangeFeed::Open(directory, FeedPosition{first_lsn - 1}, delivery);
  if (feed.ok()) return Start{*std::move(feed), first_lsn};
  // Without a checksum that is only said of a log that ends before it.
  if (!absl::IsAborted(feed.status())) return feed.status();
  auto newest = ChangeFeed::OpenAtNewest(directory, delivery);
  if (!newest.ok()) return newest.status();
  return NoSuchLsnYet(first_lsn, (*newest)->position().lsn);
}

absl::StatusOr<Start> OpenLast(const std::string& directory, FeedDelivery delivery) {
  auto newest = ChangeFeed::OpenAtNewest(directory, delivery);
  if (!newest.ok()) return newest.status();
  const std::uint64_t last = (*newest)->position().lsn;
  const std::uint64_t first = last < kChangesShown ? 1 : last - kChangesShown + 1;
  auto start = OpenAt(directory, first, delivery);
  // Fewer than that are left.
  return absl::IsOutOfRange(start.status()) ? OpenAt(directory, 0, delivery) : std::move(start);
}

absl::StatusOr<Start> OpenStart(const TailOptions& options) {
  const FeedDelivery delivery = options.durable ? FeedDelivery::kDurable : FeedDelivery::kWritten;
  if (options.from.has_value()) return OpenAt(options.directory, *options.from, delivery);
  if (options.after.empty()) return OpenLast(options.directory, delivery);
  absl::StatusOr<FeedPosition> position = FeedPosition::Parse(options.after);
  if (!position.ok()) return position.status();
  auto feed = ChangeFeed::Open(options.directory, *position, delivery);
  if (!feed.ok()) return feed.status();
  return Start{*std::move(feed), position->lsn + 1};
}

// Until there may be more. False if nobody wants it: interrupted, or the reader went away.
bool WaitForMore() {
  pollfd waited[] = {{InterruptedDescriptor(), POLLIN, 0}, {STDOUT_FILENO, 0, 0}};
  ::poll(waited, std::size(waited), kPollMilliseconds);
  return !Interrupted() && (waited[1].revents & (POLLERR | POLLNVAL)) == 0;
}

absl::Status Run(Context& context, const TailOptions& options, Start& start, ChangeWriter& writer) {
  while (context.out.good() && !Interrupted()) {
    const auto next = start.feed->Next();
    if (!next.ok()) return next.status();
    if (*next != nullptr) {
      for (const Change& change : (*next)->changes) {
        if (change.lsn >= start.first_lsn) writer.Write(**next, change);
      }
      continue;
    }
    if (!options.follow) break;
    context.out.flush();
    if (!WaitForMore()) break;
  }
  return absl::OkStatus();
}

// The message ends in "there are changes from lsn 8 on". Not `--from 0`: there may be older ones,
// and that would come to the same gap.
std::string BehindGap(const std::string& message) {
  constexpr std::string_view kFrom = " from lsn ";
  const std::size_t from = message.rfind(kFrom);
  std::uint64_t lsn = 0;
  std::string_view rest(message);
  if (from == message.npos) return "";
  rest.remove_prefix(from + kFrom.size());
  if (!wal::ConsumeNumber(&rest, &lsn)) return "";
  return "`dbtool tail DIR --from " + std::to_string(lsn) + "` begins behind the gap";
}

int FailFeed(Context& context, const absl::Status& status) {
  if (absl::IsInvalidArgument(status)) return FailUsage(context, std::string(status.message()));
  if (absl::IsOutOfRange(status)) {
    return Fail(context, status, BehindGap(std::string(status.message())));
  }
  if (!absl::IsAborted(status)) return Fail(context, status);
  Fail(context, status,
       "what was read is not this database's history any more: begin anew with a copy of its "
       "tables");
  return kExitProblems;
}

}  // namespace

int Tail(Context& context, const TailOptions& options) {
  if (options.from.has_value() && !options.after.empty()) {
    return FailUsage(context, "--from and --after are two ways to say where to begin: give one");
  }
  CatchInterrupts();
  absl::StatusOr<Start> start = OpenStart(options);
  if (!start.ok()) return FailFeed(context, start.status());
  const std::unique_ptr<ChangeWriter> writer = WriterFor(context);
  const absl::Status done = Run(context, options, *start, *writer);
  writer->End();
  if (!done.ok()) return FailFeed(context, done);
  return Interrupted() ? kExitInterrupted : kExitOk;
}

}  // namespace linedb::dbtool
