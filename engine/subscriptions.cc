#include "engine/subscriptions.h"

#include <algorithm>
#include <utility>

namespace linedb::engine {

Subscriber::Subscriber(wal::FileSystem& files, const wal::DatabasePaths& paths,
                       AcknowledgedLsn acknowledged, CommitCallback callback,
                       std::function<void(const absl::Status&)> failed)
    : acknowledged_(std::move(acknowledged)),
      callback_(std::move(callback)),
      failed_(std::move(failed)),
      reader_(files, paths),
      // Whoever subscribes asks for a thread, whoever does the maintenance.
      worker_(Maintenance::kBackground, [this] { Deliver(); }) {}

absl::Status Subscriber::Start(const std::optional<FeedPosition>& position) {
  // Not the log's end: what is on its way there is yet to come.
  absl::Status started = reader_.StartAt(position.value_or(FeedPosition{acknowledged_().value}));
  if (started.ok()) position_ = reader_.position();
  return started;
}

void Subscriber::Deliver() {
  thread_ = std::this_thread::get_id();
  // What is acknowledged before the last look at it was woken for before, or will be again.
  while (!ended_) {
    const absl::StatusOr<bool> next =
        reader_.Next({acknowledged_(), FeedDelivery::kWritten}, &transaction_);
    if (!next.ok()) Fail(next.status());
    if (!next.ok() || !*next) break;
    const absl::Status taken = callback_(transaction_, ended_);
    if (!taken.ok()) {
      if (!ended_) Fail(taken);
      break;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    position_ = transaction_.end;
  }
  thread_ = std::thread::id();
}

void Subscriber::Fail(const absl::Status& failure) {
  ended_ = true;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    status_ = failure;
  }
  if (failed_) failed_(failure);
}

void Subscriber::Finish() {
  if (CurrentProcess() == process_) worker_.Stop();
}

bool Subscriber::End() {
  ended_ = true;
  if (thread_ == std::this_thread::get_id()) return false;
  Finish();
  return true;
}

FeedPosition Subscriber::position() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return position_;
}

absl::Status Subscriber::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

absl::StatusOr<CommitSubscription> Subscriptions::Add(const std::shared_ptr<Subscriptions>& all,
                                                      CommitCallback callback,
                                                      const SubscribeOptions& options) {
  auto subscriber = std::make_shared<Subscriber>(all->files_, all->paths_, all->acknowledged_,
                                                 std::move(callback), options.failed);
  if (absl::Status started = subscriber->Start(options.position); !started.ok()) return started;
  {
    const std::lock_guard<std::mutex> lock(all->mutex_);
    if (all->closed_) return absl::FailedPreconditionError("the database is closed");
    all->subscribers_.push_back(subscriber);
    all->has_any_ = true;
  }
  subscriber->Wake();  // for what was committed before it was among them
  return CommitSubscription(all, std::move(subscriber));
}

Subscriptions::~Subscriptions() {
  for (const std::shared_ptr<Subscriber>& subscriber : subscribers_) subscriber->End();
}

void Subscriptions::Wake() {
  if (!has_any_) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const std::shared_ptr<Subscriber>& subscriber : subscribers_) subscriber->Wake();
}

void Subscriptions::Remove(const std::shared_ptr<Subscriber>& subscriber) {
  if (!subscriber->End()) return;  // it stays here until the database is closed
  const std::lock_guard<std::mutex> lock(mutex_);
  std::erase(subscribers_, subscriber);
  has_any_ = !subscribers_.empty();
}

void Subscriptions::Close() {
  std::vector<std::shared_ptr<Subscriber>> subscribers;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    subscribers.swap(subscribers_);
    has_any_ = false;
  }
  for (const std::shared_ptr<Subscriber>& subscriber : subscribers) subscriber->Wake();
  for (const std::shared_ptr<Subscriber>& subscriber : subscribers) subscriber->Finish();
}

}  // namespace linedb::engine

namespace linedb {

CommitSubscription::CommitSubscription(std::weak_ptr<engine::Subscriptions> all,
                                       std::shared_ptr<engine::Subscriber> subscriber)
    : all_(std::move(all)), subscriber_(std::move(subscriber)) {}
CommitSubscription::CommitSubscription(CommitSubscription&&) noexcept = default;

CommitSubscription& CommitSubscription::operator=(CommitSubscription&& other) noexcept {
  if (this != &other) {
    End();
    all_ = std::move(other.all_);
    subscriber_ = std::move(other.subscriber_);
  }
  return *this;
}

CommitSubscription::~CommitSubscription() { End(); }

void CommitSubscription::End() {
  if (subscriber_ == nullptr) return;
  if (const std::shared_ptr<engine::Subscriptions> all = all_.lock()) all->Remove(subscriber_);
}

FeedPosition CommitSubscription::position() const { return subscriber_->position(); }
absl::Status CommitSubscription::status() const { return subscriber_->status(); }

}  // namespace linedb
