#include "tools/dbtool/ui/record_views.h"

#include <algorithm>
#include <utility>

#include "engine/engine.h"

namespace linedb::dbtool {
namespace {

constexpr std::size_t kViewsKept = 8;
// Of all views together: 12 bytes of memory each.
constexpr std::size_t kRecordsKept = 16'000'000;

bool IsOf(const RecordView& view, const RecordViews::Wanted& wanted) {
  return view.table == wanted.table && view.options.where == wanted.options.where &&
         view.options.order_by == wanted.options.order_by;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const RecordView>> RecordViews::Get(const Wanted& wanted) {
  if (auto found = Find(wanted); found != nullptr) return found;
  const std::lock_guard<std::mutex> one_at_a_time(making_mutex_);
  // Somebody else may have asked for the same meanwhile.
  if (auto found = Find(wanted); found != nullptr) return found;
  return Make(wanted);
}

std::shared_ptr<const RecordView> RecordViews::Find(const Wanted& wanted) {
  const std::uint64_t lsn = database_.engine().acknowledged().value;
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = std::find_if(views_.begin(), views_.end(), [&](const auto& view) {
    if (!IsOf(*view, wanted)) return false;
    if (view->number == wanted.number) return true;
    // Records that expire go without an operation.
    return view->list.lsn() == lsn && view->list.schema().expires.empty();
  });
  if (found == views_.end()) return nullptr;
  views_.splice(views_.begin(), views_, found);
  return views_.front();
}

absl::StatusOr<std::shared_ptr<const RecordView>> RecordViews::Make(const Wanted& wanted) {
  absl::StatusOr<RecordList> list = RecordList::Create(database_, wanted.table, wanted.options);
  if (!list.ok()) return list.status();
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(list->schema());
  if (!layout.ok()) return layout.status();
  const std::lock_guard<std::mutex> lock(mutex_);
  auto view = std::make_shared<const RecordView>(
      RecordView{++made_, wanted.table, wanted.options, *std::move(list), *std::move(layout)});
  Keep(view);
  return view;
}

void RecordViews::Keep(const std::shared_ptr<const RecordView>& view) {
  views_.push_front(view);
  std::size_t records = 0;
  std::size_t kept = 0;
  for (auto at = views_.begin(); at != views_.end();) {
    records += (*at)->list.size();
    ++kept;
    const bool stays = kept == 1 || (kept <= kViewsKept && records <= kRecordsKept);
    at = stays ? std::next(at) : views_.erase(at);
  }
}

std::uint64_t RecordViews::made() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return made_;
}

}  // namespace linedb::dbtool
