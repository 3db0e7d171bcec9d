#include "engine/history/row_difference.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/storage/carry_over.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

// The schema as far as two tables are compared by it.
TableSchema Compared(TableSchema schema) {
  schema.version = 1;
  schema.created_at.clear();
  // Ids are said where names once did not tell, which is no difference.
  schema.column_id_max = 0;
  for (ColumnSchema& column : schema.columns) column.id = 0;
  return schema;
}

const ColumnSchema* FindColumn(const TableSchema& schema, const std::string& name) {
  for (const ColumnSchema& column : schema.columns) {
    if (column.name == name) return &column;
  }
  return nullptr;
}

std::string DocumentOf(const schema::RecordLayout* layout) {
  return layout == nullptr ? "" : schema::FormatSchemaDocumentCompact(layout->schema());
}

bool SameColumn(ColumnSchema one, const ColumnSchema& other) {
  one.id = other.id;
  return one == other;
}

std::vector<ColumnChange> ColumnsThatDiffer(const TableSchema& before, const TableSchema& after) {
  std::vector<ColumnChange> changes;
  for (const ColumnSchema& column : before.columns) {
    const ColumnSchema* other = FindColumn(after, column.name);
    if (other == nullptr || !SameColumn(*other, column)) changes.push_back({column.name, {}, {}});
  }
  for (const ColumnSchema& column : after.columns) {
    if (FindColumn(before, column.name) == nullptr) changes.push_back({column.name, {}, {}});
  }
  return changes;
}

void CutRowId(const TableSchema& schema, std::string_view line, std::string* text) {
  text->clear();
  RowIdCutter(schema).Cut(line, [text](std::string_view piece) { text->append(piece); });
}

}  // namespace

bool SplitLine::Set(const schema::RecordLayout& layout, std::string_view line) {
  line_ = line;
  spans_.resize(static_cast<std::size_t>(layout.column_count()));
  return schema::SplitCanonical(layout, line, layout.column_count() - 1, spans_.data());
}

std::optional<std::string> CarryOver(const schema::RecordLayout& from,
                                     const schema::RecordLayout& to, std::string_view line) {
  std::string carried;
  if (!CarryOver(from, to, line, &carried).ok()) return std::nullopt;
  return carried;
}

bool SameColumns(const schema::RecordLayout& a, const schema::RecordLayout& b) {
  return std::equal(a.columns().begin(), a.columns().end(), b.columns().begin(), b.columns().end(),
                    [](const ColumnSchema& one, const ColumnSchema& other) {
                      return one.name == other.name && one.type == other.type;
                    });
}

TableTeller::TableTeller(const schema::RecordLayout* before, const schema::RecordLayout* after,
                         const DifferenceVisitor& visit)
    : before_(before), after_(after), visit_(visit) {
  assert(before != nullptr || after != nullptr);
  found_.table = (after != nullptr ? after : before)->schema().table_name;
}

void TableTeller::Tell(Difference difference) {
  difference.table = found_.table;
  switch (difference.kind) {
    case ChangeKind::kInsert:
      ++found_.inserted;
      break;
    case ChangeKind::kUpdate:
      ++found_.updated;
      break;
    case ChangeKind::kDelete:
      ++found_.deleted;
      break;
    default:
      found_.schema = true;
  }
  stopped_ = !visit_(difference);
}

void TableTeller::TellSchema() {
  Difference difference;
  const std::string before = DocumentOf(before_);
  const std::string after = DocumentOf(after_);
  difference.before = before;
  difference.after = after;
  if (before_ == nullptr) {
    difference.kind = ChangeKind::kCreateTable;
  } else if (after_ == nullptr) {
    difference.kind = ChangeKind::kDropTable;
  } else {
    if (Compared(before_->schema()) == Compared(after_->schema())) return;
    difference.kind = ChangeKind::kAlterTable;
    difference.columns = ColumnsThatDiffer(before_->schema(), after_->schema());
  }
  Tell(std::move(difference));
}

// A row that was met behind an alteration is known in the form that this gave it only.
std::string_view TableTeller::KeyOf(const schema::RecordLayout& of_line, std::string_view line) {
  const schema::RecordLayout* layout = &of_line;
  if (!split_key_.Set(*layout, line)) layout = after_;
  if (layout == nullptr || !split_key_.Set(*layout, line) || layout->has_row_id()) return {};
  const std::vector<int>& columns = layout->keys()[0].columns;
  if (columns.size() == 1) return split_key_.Value(columns[0]);
  key_ = "[";
  for (const int column : columns) {
    absl::StrAppend(&key_, key_.size() > 1 ? "," : "", std::string(split_key_.Value(column)));
  }
  key_ += ']';
  return key_;
}

std::vector<ColumnChange> TableTeller::Changed(std::string_view before,
                                               const std::optional<std::string_view>& carried,
                                               std::string_view after) {
  std::vector<ColumnChange> changes;
  const schema::RecordLayout& old_layout = carried ? *after_ : *before_;
  if (!split_before_.Set(old_layout, carried.value_or(before)) ||
      !split_after_.Set(*after_, after)) {
    return changes;
  }
  for (int i = after_->has_row_id() ? 1 : 0; i < after_->column_count(); ++i) {
    const std::string& name = after_->columns()[static_cast<std::size_t>(i)].name;
    const int old_column = old_layout.FindColumn(name);
    const std::string_view old_value =
        old_column < 0 ? std::string_view() : split_before_.Value(old_column);
    if (old_value != split_after_.Value(i)) {
      changes.push_back({name, old_value, split_after_.Value(i)});
    }
  }
  return changes;
}

void TableTeller::TellRow(std::string_view before, const std::optional<std::string_view>& carried,
                          std::string_view after) {
  Difference difference;
  if (before.empty() && after.empty()) return;
  if (!before.empty() && !after.empty()) {
    if (carried == after) return;
    difference.kind = ChangeKind::kUpdate;
    difference.columns = Changed(before, carried, after);
    if (carried && difference.columns.empty()) return;  // members in another order
  } else {
    difference.kind = before.empty() ? ChangeKind::kInsert : ChangeKind::kDelete;
  }
  difference.key = after.empty() ? KeyOf(*before_, before) : KeyOf(*after_, after);
  if (!before.empty()) {
    CutRowId(before_->schema(), before, &text_before_);
    difference.before = text_before_;
  }
  if (!after.empty()) {
    CutRowId(after_->schema(), after, &text_after_);
    difference.after = text_after_;
  }
  Tell(std::move(difference));
}

}  // namespace linedb::engine
