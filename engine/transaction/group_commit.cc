#include "engine/transaction/group_commit.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/time_text.h"

namespace linedb::engine {
namespace {

// Lines of kBuffered transactions are written when they are this many bytes, or sooner.
constexpr std::size_t kBufferedBytesMax = std::size_t{1} << 20;

using Clock = std::chrono::steady_clock;

// A leader waits no longer than this for others, however slow the disk was the last time.
constexpr Clock::duration kGatherTimeMax = std::chrono::milliseconds(2);

// About what an operation's line in the log has beside its records.
constexpr std::size_t kLogLineBytes = 200;

// A transaction that is written by itself is formatted and written in pieces of this size, and lets
// go of the pages that it read for that after so much.
constexpr std::size_t kPieceBytes = std::size_t{4} << 20;
constexpr std::uint64_t kUnreleasedBytes = std::uint64_t{16} << 20;

absl::Status UnknownOutcome(const absl::Status& cause) {
  return absl::InternalError(absl::StrCat(
      std::string(cause.message()),
      "; whether the transaction is durable is unknown until the database is opened again, and "
      "this handle writes no more"));
}

absl::Status BuiltOnFailed() {
  return absl::AbortedError(
      "a transaction committed just before failed for want of room, and this one builds on it; "
      "nothing of it happened");
}

}  // namespace

absl::Status WriteRecords(const Transaction& transaction, absl::Status* failure) {
  const auto& tables = transaction.tables();
  for (std::size_t i = 0; i < tables.size(); ++i) {
    RecordsFile& records = tables[i]->generation().records;
    absl::Status written = records.WriteTail();
    if (written.ok()) written = records.MapTail();
    if (written.ok()) continue;
    // This table's file and those before it are cut back; WriteTail has cut its own already, and
    // cutting twice does no harm.
    for (std::size_t k = 0; k <= i; ++k) {
      absl::Status cut = tables[k]->generation().records.UnwriteTail();
      if (!cut.ok()) *failure = cut;
    }
    return failure->ok() ? written : UnknownOutcome(written);
  }
  return absl::OkStatus();
}

void GroupCommit::SetLog(std::unique_ptr<wal::WalWriter> log) {
  std::unique_lock<std::mutex> lock(mutex_);
  idle_.wait(lock, [this] { return !leading_; });  // a late sync may be at it
  assert(queue_.empty());
  log_ = std::move(log);
  if (log_ != nullptr) note_.header = log_->header();
  NoteLog();
}

void GroupCommit::SetReadOnly(wal::LogHeader header, const wal::LogPosition& position) {
  const std::lock_guard<std::mutex> lock(mutex_);
  note_.header = std::move(header);
  note_.position = position;
  log_bytes_ = position.bytes;
  acknowledged_.store(position.next_lsn.value - 1, std::memory_order_release);
}

void GroupCommit::NoteTime() {
  timestamp_.clear();
  schema::AppendTimestamp(schema::Now(), &timestamp_);
}

// Views into the tables: nothing is copied but into the log's lines.
void GroupCommit::AddLine(const Operation& done, bool is_last) {
  const RecordsFile& records = done.table->generation->records;
  wal::LogOperation operation;
  operation.operation = done.change.operation;
  operation.table = done.table->name();
  if (operation.operation != wal::Operation::kDelete) {
    operation.record = records.View(done.change.line);
  }
  if (done.change.old_line) operation.old_record = records.View(done.change.old_line);
  log_->AddOperation(operation, timestamp_,
                     is_last ? wal::WalWriter::Place::kLast : wal::WalWriter::Place::kBefore);
}

void GroupCommit::AddLines(const Transaction& transaction) {
  const OperationList& operations = transaction.operations();
  if (operations.empty()) return;
  NoteTime();
  Operation done;
  std::size_t bytes = 0;
  for (OperationList::Walk walk(operations); walk.Next(&done);) {
    bytes += kLogLineBytes + done.change.line.length() + done.change.old_line.length();
  }
  log_->Expect(bytes);
  std::size_t number = 0;
  for (OperationList::Walk walk(operations); walk.Next(&done);) {
    AddLine(done, ++number == operations.size());
  }
}

// The log has a torn tail until the last line is there.
absl::Status GroupCommit::WritePieces(const Transaction& transaction) {
  NoteTime();
  const std::size_t count = transaction.operations().size();
  std::size_t number = 0;
  std::uint64_t unreleased_bytes = 0;
  OperationList::Walk walk(transaction.operations());
  for (Operation done; walk.Next(&done);) {
    const bool is_last = ++number == count;
    AddLine(done, is_last);
    if (!is_last && log_->added_bytes() < kPieceBytes) continue;
    unreleased_bytes += log_->added_bytes();
    log_->Stage();
    log_->Take();
    absl::Status written = is_last ? log_->Write() : log_->WritePart();
    if (!written.ok()) return written;
    if (!is_last && unreleased_bytes < kUnreleasedBytes) continue;
    unreleased_bytes = 0;
    for (const std::unique_ptr<TableChanges>& changes : transaction.tables()) {
      changes->generation().records.ReleasePages();
    }
  }
  return absl::OkStatus();
}

absl::Status GroupCommit::CommitAlone(Ticket& ticket) noexcept {
  for (const std::unique_ptr<TableChanges>& changes : ticket.transaction->tables()) {
    changes->Seal(/*accept_tail=*/true);
  }
  // What it builds on comes first; nobody queues anything while the slot is held.
  if (absl::Status flushed = Flush(); !flushed.ok()) return flushed;
  std::unique_lock<std::mutex> lock(mutex_);
  idle_.wait(lock, [this] { return !leading_; });
  leading_ = true;
  lock.unlock();
  absl::Status done = WritePieces(*ticket.transaction);
  if (done.ok() && ticket.durability == Durability::kFull) done = log_->Sync();
  lock.lock();
  if (log_->failed()) FailLocked(log_->failure());
  Batch batch{&ticket};
  if (done.ok()) {
    Acknowledge(batch);
    NoteAcknowledged();
  } else {
    GiveUp(batch, done);
  }
  NoteLog();
  leading_ = false;
  idle_.notify_all();
  return ticket.outcome;
}

absl::Status GroupCommit::Queue(Ticket& ticket) noexcept {
  assert(ticket.transaction != nullptr);
  // Formatted without the lock: only the slot's holder adds. And before the tails are given up, so
  // that new records are not read back through the mapping, page by page.
  AddLines(*ticket.transaction);
  for (const std::unique_ptr<TableChanges>& changes : ticket.transaction->tables()) {
    changes->Seal(/*accept_tail=*/true);
  }
  return Enqueue(ticket);
}

absl::Status GroupCommit::Queue(Ticket& ticket, const wal::LogOperation& operation) noexcept {
  assert(ticket.transaction == nullptr);
  NoteTime();
  log_->AddOperation(operation, timestamp_, wal::WalWriter::Place::kLast);
  return Enqueue(ticket);
}

absl::Status GroupCommit::Enqueue(Ticket& ticket) {
  const std::lock_guard<std::mutex> lock(mutex_);
  absl::Status usable = CheckUsable();
  // Until the slot's holder has taken back what failed, all that is prepared builds on it.
  if (usable.ok() && discard_next_) usable = BuiltOnFailed();
  if (!usable.ok()) {
    discard_next_ = true;
    return usable;
  }
  log_->Stage();
  queue_.push_back(&ticket);
  if (leading_ && queue_.size() == gathered_next_) joined_.notify_one();
  return absl::OkStatus();
}

absl::Status GroupCommit::Wait(Ticket& ticket) noexcept {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!ticket.done) {
    if (leading_) {
      ticket.changed.wait(lock);
    } else {
      if (ticket.durability == Durability::kFull) Gather(lock);
      Lead(lock, /*flush=*/false);
    }
  }
  return ticket.outcome;
}

void GroupCommit::Gather(std::unique_lock<std::mutex>& lock) {
  const auto all_here = [this] { return queue_.size() >= gathered_next_; };
  if (all_here()) return;
  leading_ = true;
  joined_.wait_for(lock, std::min(sync_time_ / 2, kGatherTimeMax), all_here);
}

absl::Status GroupCommit::Flush() noexcept {
  std::unique_lock<std::mutex> lock(mutex_);
  idle_.wait(lock, [this] { return !leading_; });
  if (!failure_.ok() || log_ == nullptr) return failure_;
  Lead(lock, /*flush=*/true);
  if (!failure_.ok()) return failure_;
  // What failed, in this batch or in one before it, is still in the tables.
  return discard_next_ ? absl::ResourceExhaustedError("the log cannot be written")
                       : absl::OkStatus();
}

void GroupCommit::Lead(std::unique_lock<std::mutex>& lock, bool flush) {
  leading_ = true;
  Batch batch = std::move(queue_);
  queue_.clear();
  bool sync = flush;
  bool write = flush || log_->staged_bytes() > kBufferedBytesMax;
  for (const Ticket* ticket : batch) {
    sync = sync || ticket->durability == Durability::kFull;
    write = write || ticket->durability != Durability::kBuffered;
  }
  write = write && !discard_next_;  // what failed is not written again
  const absl::Status written = WriteBatch(lock, write, sync);
  if (written.ok()) {
    Acknowledge(batch);
    NoteAcknowledged();
    staged_acknowledged_ = staged_acknowledged_ || (!write && !batch.empty());
  } else {
    GiveUp(batch, written);
  }
  NoteLog();
  gathered_next_ = sync ? batch.size() + queue_.size() : 0;
  leading_ = false;
  if (!queue_.empty()) queue_.front()->changed.notify_one();  // the next to lead
  idle_.notify_all();
}

absl::Status GroupCommit::WriteBatch(std::unique_lock<std::mutex>& lock, bool write, bool sync) {
  if (!failure_.ok()) return failure_;
  if (write) {
    log_->Take();
    taken_acknowledged_ = std::exchange(staged_acknowledged_, false);
  }
  lock.unlock();
  absl::Status done = write ? log_->Write() : absl::OkStatus();
  std::optional<Clock::duration> sync_time;
  if (done.ok() && sync && log_->has_unsynced()) {
    const Clock::time_point begin = Clock::now();
    done = log_->Sync();
    sync_time = Clock::now() - begin;
  }
  lock.lock();
  if (sync_time) sync_time_ = *sync_time;
  if (log_->failed()) FailLocked(log_->failure());
  // What was acknowledged before it was written is lost, and cannot be taken back.
  if (!done.ok() && taken_acknowledged_) FailLocked(done);
  taken_acknowledged_ = false;
  return done;
}

void GroupCommit::Acknowledge(const Batch& batch) {
  absl::InlinedVector<const Transaction*, 16> transactions;
  for (const Ticket* ticket : batch) {
    const Transaction* transaction = ticket->transaction.get();
    if (transaction == nullptr || transaction->operations().empty()) continue;
    transactions.push_back(transaction);
  }
  publisher_.Publish(transactions);
  note_.commits += transactions.size();
  for (Ticket* ticket : batch) Finish(*ticket, absl::OkStatus());
}

// All that is written is acknowledged, unless the write failed; what is not written yet may be,
// too.
void GroupCommit::NoteAcknowledged() {
  acknowledged_.store(log_->position().next_lsn.value - 1, std::memory_order_release);
}

void GroupCommit::AcknowledgeLog() {
  const std::lock_guard<std::mutex> lock(mutex_);
  NoteAcknowledged();
}

void GroupCommit::GiveUp(Batch& batch, const absl::Status& reason) {
  // Those queued meanwhile build on these.
  batch.insert(batch.end(), queue_.begin(), queue_.end());
  queue_.clear();
  discard_next_ = true;
  for (Ticket* ticket : batch) {
    if (ticket->transaction != nullptr) unwound_next_.push_back(std::move(ticket->transaction));
    Finish(*ticket, failure_.ok() ? reason : UnknownOutcome(reason));
  }
}

void GroupCommit::Finish(Ticket& ticket, const absl::Status& outcome) {
  // A copy that shares nothing: several threads get this error, and the thread sanitizer does not
  // see how the packaged Abseil counts who has it.
  ticket.outcome = absl::Status(outcome.code(), outcome.message());
  ticket.done = true;
  ticket.changed.notify_one();
}

void GroupCommit::Unwind() noexcept {
  if (!discard_next_) return;
  std::unique_lock<std::mutex> lock(mutex_);
  idle_.wait(lock, [this] { return !leading_; });
  // After a failure nobody knows what the disk has; what readers see is what was published.
  if (!failure_.ok()) return;
  absl::Status cut;
  for (; !unwound_next_.empty(); unwound_next_.pop_back()) {
    cut.Update(unwound_next_.back()->Rollback());
  }
  log_->Discard();
  discard_next_ = false;
  if (!cut.ok()) FailLocked(cut);
}

void GroupCommit::Fail(const absl::Status& reason) {
  const std::lock_guard<std::mutex> lock(mutex_);
  FailLocked(reason);
}

void GroupCommit::FailLocked(const absl::Status& reason) {
  assert(!reason.ok());
  if (failed_) return;
  failure_ = reason;
  failed_ = true;
}

absl::Status GroupCommit::CheckUsable() const {
  if (failure_.ok()) return failure_;
  return absl::FailedPreconditionError(absl::StrCat(
      "an earlier failure stopped writing, open it again: ", std::string(failure_.message())));
}

absl::Status GroupCommit::failure() const {
  if (!failed_) return absl::OkStatus();
  const std::lock_guard<std::mutex> lock(mutex_);
  return failure_;
}

GroupCommit::LogNote GroupCommit::note() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return note_;
}

void GroupCommit::NoteLog() {
  if (log_ == nullptr) return;
  note_.position = log_->position();
  log_bytes_.store(note_.position.bytes, std::memory_order_relaxed);
  note_.unsynced = log_->has_unsynced() || log_->staged_bytes() > 0;
}

}  // namespace linedb::engine
