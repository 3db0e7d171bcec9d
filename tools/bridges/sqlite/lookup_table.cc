#include "tools/bridges/sqlite/lookup_table.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "schema/order_key.h"
#include "schema/record_codec.h"

namespace linedb::sqlite {
namespace {

constexpr std::size_t kRecordsBetweenLooks = 4096;

std::uint64_t HashOf(std::string_view key) { return std::hash<std::string_view>()(key); }

// False: one of the values is null.
bool AppendKey(const schema::RecordLayout& layout, const std::vector<int>& columns,
               std::string_view line, const std::vector<schema::FieldSpan>& spans,
               std::string* key) {
  for (const int column : columns) {
    const auto at = static_cast<std::size_t>(column);
    const std::string_view text = spans[at].In(line);
    if (text == "null") return false;
    const Type type = layout.columns()[at].type;
    if (type == Type::kJson) {
      schema::AppendOrderKey(Value::String(std::string(text)), key);
    } else {
      schema::AppendOrderKey(type, text, key);
    }
  }
  return true;
}

}  // namespace

absl::StatusOr<LookupTable> LookupTable::Build(const engine::TableCore& core,
                                               const ReadTransaction& snapshot,
                                               const schema::RecordLayout& layout,
                                               const std::vector<int>& columns,
                                               const std::function<bool()>& interrupted) {
  absl::StatusOr<engine::RecordCursor> scan = core.Scan(snapshot);
  if (!scan.ok()) return scan.status();
  LookupTable made;
  std::vector<schema::FieldSpan> spans(layout.columns().size());
  const int last = *std::max_element(columns.begin(), columns.end());
  std::string key;
  std::size_t read = 0;
  for (std::string_view line; scan->Next(&line);) {
    if (++read % kRecordsBetweenLooks == 0 && interrupted && interrupted())
      return absl::CancelledError("the query was interrupted");
    if (!schema::SplitCanonical(layout, line, last, spans.data())) {
      return absl::DataLossError(
          absl::StrCat(layout.schema().table_name,
                       ": not a record of the table: ", std::string(line.substr(0, 200))));
    }
    key.clear();
    if (!AppendKey(layout, columns, line, spans, &key)) continue;
    made.entries_.push_back({HashOf(key), line.data(), static_cast<std::uint32_t>(line.size())});
  }
  if (!scan->status().ok()) return scan->status();
  std::sort(made.entries_.begin(), made.entries_.end(),
            [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
  return made;
}

std::span<const LookupTable::Entry> LookupTable::Find(std::string_view key) const {
  const std::uint64_t hash = HashOf(key);
  const auto begin = std::lower_bound(
      entries_.begin(), entries_.end(), hash,
      [](const Entry& entry, std::uint64_t sought) { return entry.hash < sought; });
  auto end = begin;
  while (end != entries_.end() && end->hash == hash) ++end;
  return {begin, end};
}

}  // namespace linedb::sqlite
