#include "engine/transaction/sorted_records.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace linedb::engine {
namespace {

constexpr std::uint64_t kRecordsPerProgress = 4096;

}  // namespace

absl::Status SortedRecords::Read(CanonicalOrder& order, Progress progress) {
  OrderedValues values;
  OrderedValues before;
  std::string_view line;
  while (cursor_.Next(&line)) {
    if (!order.Split(line, &values)) {
      return absl::DataLossError(
          absl::StrCat("not a record of its table: ", std::string(line.substr(0, 100))));
    }
    const std::uint64_t prefix = order.PrefixOf(values);
    if (in_order_ && !entries_.empty()) {
      const std::uint64_t last = entries_.back().prefix;
      in_order_ = last < prefix || (last == prefix && order.Compare(before, values) <= 0);
    }
    entries_.push_back({prefix, line.data(), static_cast<std::uint32_t>(line.size())});
    std::swap(before, values);
    if (entries_.size() % kRecordsPerProgress == 0 && !progress(entries_.size())) {
      return absl::CancelledError("it was interrupted");
    }
  }
  return cursor_.status();
}

absl::StatusOr<SortedRecords> SortedRecords::Create(const schema::RecordLayout& layout,
                                                    const TableCore& core,
                                                    const ReadTransaction& snapshot,
                                                    Progress progress) {
  absl::StatusOr<RecordCursor> cursor = core.Scan(snapshot);
  if (!cursor.ok()) return cursor.status();
  const absl::StatusOr<std::uint64_t> count = core.record_count(snapshot);
  if (!count.ok()) return count.status();
  SortedRecords records(*std::move(cursor));
  records.entries_.reserve(*count);
  CanonicalOrder order(layout);
  if (absl::Status read = records.Read(order, progress); !read.ok()) return read;
  if (records.in_order_) return records;
  OrderedValues first;
  OrderedValues second;
  std::sort(records.entries_.begin(), records.entries_.end(), [&](const Entry& a, const Entry& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    return order.Split({a.line, a.bytes}, &first) && order.Split({b.line, b.bytes}, &second) &&
           order.Compare(first, second) < 0;
  });
  return records;
}

}  // namespace linedb::engine
