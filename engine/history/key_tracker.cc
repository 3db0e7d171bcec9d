#include "engine/history/key_tracker.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/storage/catalog.h"
#include "schema/schema_document.h"

namespace linedb::engine {

absl::Status KeyTracker::SetSchema(TableSchema schema) {
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(std::move(schema));
  if (!layout.ok()) return layout.status();
  known_ = true;
  layout_ = std::make_unique<schema::RecordLayout>(*std::move(layout));
  fitting_.clear();
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    absl::StatusOr<std::string> text =
        schema::KeyTextFromUser(*layout_, layout_->keys()[0], keys_[i]);
    if (text.ok()) {
      fitting_.emplace(*text, i);
      texts_[i] = *std::move(text);
    } else {
      faults_[i] = text.status();
    }
  }
  return absl::OkStatus();
}

absl::Status KeyTracker::CheckKeys() const {
  if (!known_) {
    return absl::NotFoundError(
        absl::StrCat("neither the database nor its log has a table \"", table_, "\""));
  }
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (!texts_[i].has_value()) return faults_[i];
  }
  return absl::OkStatus();
}

std::optional<std::size_t> KeyTracker::Find(std::string_view record, bool is_original) {
  if (layout_ == nullptr || !split_.Set(*layout_, record, is_original)) return std::nullopt;
  const std::optional<std::string_view> key = split_.Key(*layout_, &scratch_);
  if (!key.has_value()) return std::nullopt;
  const auto found = fitting_.find(*key);
  return found == fitting_.end() ? std::nullopt : std::optional(found->second);
}

absl::StatusOr<std::optional<std::size_t>> KeyTracker::Take(const wal::LogEntry& entry,
                                                            bool is_original) {
  if (entry.table != table_) return std::nullopt;
  if (wal::IsOnRecord(entry.operation)) {
    // Of the original an update may have given a record another key.
    for (const std::string_view record : {entry.record, entry.old_record}) {
      if (record.empty()) continue;
      if (const std::optional<std::size_t> key = Find(record, is_original)) return key;
      if (is_original || layout_ == nullptr || IsOfTable(record, false)) continue;
      // Before a program's function migrated it, it was one of the table as this was then.
      if (record.data() == entry.old_record.data() && !entry.record.empty()) continue;
      return absl::DataLossError(absl::StrCat("lsn ", entry.lsn.value, ": not a record of table ",
                                              table_, ": ", std::string(record)));
    }
    return std::nullopt;
  }
  if (entry.operation == wal::Operation::kDropTable) layout_.reset();
  const bool has_schema = entry.operation == wal::Operation::kCreateTable ||
                          entry.operation == wal::Operation::kAlterTable;
  if (!has_schema || is_original) return std::nullopt;  // the original's log does not tell it
  absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(entry.record);
  absl::Status done = document.ok() ? SetSchema(std::move(document->schema)) : document.status();
  if (!done.ok()) return AtPlace(absl::StrCat("lsn ", entry.lsn.value), done);
  return std::nullopt;
}

bool KeyTracker::IsOfTable(std::string_view line, bool is_original) {
  if (layout_ == nullptr) return false;
  return split_.Set(*layout_, line, is_original) ||
         schema::TombstoneKey(*layout_, line).has_value();
}

std::optional<std::size_t> KeyTracker::KeyOfLine(std::string_view line, bool is_original) {
  if (layout_ == nullptr) return std::nullopt;
  if (const auto key = Find(line, is_original)) return key;
  const std::optional<std::string> text = schema::TombstoneKey(*layout_, line);
  if (!text.has_value()) return std::nullopt;
  const auto found = fitting_.find(*text);
  return found == fitting_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace linedb::engine
