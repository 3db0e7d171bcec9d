#include "engine/edit/known_table.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/index/table_generation.h"
#include "engine/storage/carry_over.h"
#include "schema/record_codec.h"
#include "schema/schema_document.h"

namespace linedb::engine {

absl::Status KnownTable::TakeLines(std::string_view text) {
  for (std::uint64_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size()));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (absl::Status taken = TakeLine(line); !taken.ok()) {
      return absl::DataLossError(absl::StrCat("line ", number, ": ", std::string(taken.message())));
    }
  }
  return absl::OkStatus();
}

void KnownTable::NoteNewest(Row& row, std::string_view newest) {
  row.newest = newest;
  row.order = ++order_;
  ++row.lines_min;
  ++row.lines_max;
  row.logged = after_checkpoint_;
  if (after_checkpoint_) tail_.append(newest).push_back('\n');
}

absl::Status KnownTable::TakeLine(std::string_view line) {
  if (schema::IsTombstone(line)) {
    const std::optional<std::string> key = schema::TombstoneKey(*layout_, line);
    if (!key) return absl::DataLossError("a tombstone without this table's key");
    Row& row = rows_[*key];
    live_ -= row.line.empty() ? 0 : 1;
    row.line.clear();
    NoteNewest(row, line);
    return absl::OkStatus();
  }
  spans_.resize(layout_->columns().size());
  if (!schema::SplitCanonical(*layout_, line, layout_->column_count() - 1, spans_.data())) {
    return absl::DataLossError(absl::StrCat("not a record of table ", layout_->schema().table_name,
                                            ": ", std::string(line.substr(0, 200))));
  }
  const std::optional<std::string_view> key =
      schema::KeyTextOf(layout_->keys()[0], line, spans_.data(), &scratch_);
  if (!key) return absl::DataLossError("a record without a key");
  NoteKey(line);
  Row& row = rows_[std::string(*key)];
  live_ += row.line.empty() ? 1 : 0;
  row.line = line;
  NoteNewest(row, line);
  return absl::OkStatus();
}

void KnownTable::NoteKey(std::string_view line) {
  const int assigned = layout_->assigned_column();
  if (assigned < 0) return;
  const std::string_view text = spans_[static_cast<std::size_t>(assigned)].In(line);
  std::int64_t used = 0;
  std::from_chars(text.data(), text.data() + text.size(), used);
  const bool last = used == std::numeric_limits<std::int64_t>::max();
  next_id_ = LaterKey(next_id_, last ? kKeysExhausted : used + 1);
}

absl::Status KnownTable::TakeOperation(const KeptOperation& operation) {
  switch (operation.operation) {
    case wal::Operation::kInsert:
    case wal::Operation::kUpdate:
      return TakeLine(operation.record);
    case wal::Operation::kDelete: {
      spans_.resize(layout_->columns().size());
      if (!schema::SplitCanonical(*layout_, operation.old_record, layout_->column_count() - 1,
                                  spans_.data())) {
        return absl::DataLossError("not a record of this table: " + operation.old_record);
      }
      std::string tombstone;
      schema::AppendTombstone(*layout_, operation.old_record, spans_.data(), &tombstone);
      return TakeLine(tombstone);
    }
    case wal::Operation::kAlterTable:
      return TakeAlteration(operation, {});
    case wal::Operation::kPurge:
    case wal::Operation::kPurged:
      return absl::OkStatus();
    case wal::Operation::kCreateTable:
    case wal::Operation::kDropTable:
      break;
  }
  assert(false && "a table's life is the caller's matter");
  return absl::OkStatus();
}

// As the alteration did it, every record was carried over to a file of its own.
absl::Status KnownTable::TakeAlteration(const KeptOperation& operation,
                                        std::span<const KeptOperation> migrated) {
  absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(operation.record);
  if (!document.ok()) return document.status();
  absl::StatusOr<schema::RecordLayout> layout =
      schema::RecordLayout::Create(std::move(document->schema));
  if (!layout.ok()) return layout.status();
  std::unordered_map<std::string, std::string> lines;  // what functions made of records, by key
  for (const KeptOperation& each : migrated) {
    spans_.resize(layout->columns().size());
    if (!schema::SplitCanonical(*layout, each.record, layout->column_count() - 1, spans_.data())) {
      return absl::DataLossError("not a record of this table: " + each.record);
    }
    const auto key = schema::KeyTextOf(layout->keys()[0], each.record, spans_.data(), &scratch_);
    lines[std::string(key.value_or(""))] = each.record;
  }
  for (auto& [key, row] : rows_) {
    if (row.line.empty()) continue;
    std::string line;
    const auto made = lines.find(key);
    if (made != lines.end()) line = made->second;
    const absl::Status fits =
        made != lines.end() ? absl::OkStatus() : CarryOver(*layout_, *layout, row.line, &line);
    if (!fits.ok()) return absl::DataLossError(std::string(fits.message()));
    row.newest = row.line = std::move(line);
    row.lines_max = 1;
  }
  std::erase_if(rows_, [](const auto& row) { return row.second.line.empty(); });
  layout_ = std::make_shared<const schema::RecordLayout>(*std::move(layout));
  return absl::OkStatus();
}

void KnownTable::NoteCheckpoint(const wal::TableCheckpoint& checkpoint) {
  after_checkpoint_ = true;
  next_id_ = LaterKey(next_id_, checkpoint.next_id);
  const bool compacted = checkpoint.lines == checkpoint.live;
  for (auto& [key, row] : rows_) {
    row.lines_min = row.line.empty() ? 0 : 1;
    if (compacted) row.lines_max = row.lines_min;
  }
}

const KnownTable::Row* KnownTable::Find(const std::string& key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? nullptr : &found->second;
}

std::vector<RowBefore> KnownTable::Rows() const {
  std::vector<std::pair<std::uint64_t, RowBefore>> ordered;
  for (const auto& [key, row] : rows_) {
    if (!row.line.empty()) ordered.push_back({row.order, {key, row.line, 0}});
  }
  std::sort(ordered.begin(), ordered.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<RowBefore> rows;
  rows.reserve(ordered.size());
  for (const auto& [order, row] : ordered) rows.push_back(row);
  return rows;
}

}  // namespace linedb::engine
