#include "engine/history/slice_mask.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/history/row_difference.h"
#include "engine/history/value_masker.h"
#include "engine/storage/database_id.h"
#include "linedb/evolution.h"
#include "linedb/expression.h"
#include "schema/bound_expression.h"
#include "schema/column_match.h"
#include "schema/record_layout.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

// What becomes of a value in a column that is masked.
using Change = absl::FunctionRef<absl::StatusOr<std::string>(Type type, std::string_view text)>;

// Goes through a plan, and changes every value of the masked columns.
class PlanWalk {
 public:
  PlanWalk(const std::vector<std::string>& columns, SlicePlan* plan)
      : columns_(columns.begin(), columns.end()), plan_(*plan) {}

  absl::Status Run(Change change) {
    layouts_.clear();
    for (auto& [name, table] : plan_.tables) {
      absl::Status done = SetSchema(&table.schema, change);
      for (std::string& record : table.records) {
        if (done.ok()) done = ChangeRecord(name, change, &record);
      }
      if (!done.ok()) return done;
    }
    for (std::vector<SlicedOperation>& transaction : plan_.transactions) {
      const SlicedOperation& first = transaction.front();
      absl::Status done;
      // What functions made of the records is there, and masked itself.
      const bool carries =
          first.operation == wal::Operation::kAlterTable && transaction.size() == 1;
      if (carries) done = CheckMasksFit(first);
      for (SlicedOperation& operation : transaction) {
        if (done.ok()) done = ChangeOperation(operation, change);
      }
      if (!done.ok()) return done;
    }
    return absl::OkStatus();
  }

  // The first of the names that no table of the slice has a column of.
  std::optional<std::string> Unknown() const {
    for (const std::string& name : columns_) {
      if (name != "all" && !known_.contains(name)) return name;
    }
    return std::nullopt;
  }

 private:
  bool IsMasked(const std::string& table, const std::string& column) const {
    return columns_.contains("all") || columns_.contains(column) ||
           columns_.contains(absl::StrCat(table, ".", column));
  }

  // An alteration that is done again would refuse a mask that is no value of the narrower type.
  absl::Status CheckMasksFit(const SlicedOperation& alteration) const {
    const std::string& table = alteration.table;
    absl::StatusOr<schema::SchemaDocument> document =
        schema::ParseSchemaDocument(alteration.record);
    if (!document.ok()) return document.status();
    const auto before = layouts_.find(table);
    if (before == layouts_.end()) return absl::OkStatus();
    for (const EvolutionStep& step :
         PlanEvolution(before->second.schema(), document->schema).steps) {
      if (step.kind != StepKind::kNarrowType) continue;
      for (const auto& [was, is] : schema::NamesAfter(before->second.schema(), document->schema)) {
        if (is != step.subject || !(IsMasked(table, was) || IsMasked(table, is))) continue;
        return absl::FailedPreconditionError(absl::StrCat(
            "table ", table, ", column ", is, ": an alteration in the slice narrows its type, ",
            "which a mask need not fit; do not mask it, or begin the slice behind the alteration"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ChangeOperation(SlicedOperation& operation, Change change) {
    switch (operation.operation) {
      case wal::Operation::kCreateTable:
      case wal::Operation::kAlterTable: {
        absl::StatusOr<schema::SchemaDocument> document =
            schema::ParseSchemaDocument(operation.record);
        if (!document.ok()) return document.status();
        absl::Status done = SetSchema(&document->schema, change);
        operation.record = schema::FormatSchemaDocumentCompact(document->schema);
        return done;
      }
      case wal::Operation::kDropTable:
      case wal::Operation::kPurge:
      case wal::Operation::kPurged:
        return absl::OkStatus();
      case wal::Operation::kInsert:
      case wal::Operation::kUpdate:
      case wal::Operation::kDelete:
        break;
    }
    for (std::string* record : {&operation.record, &operation.old_record}) {
      if (record->empty()) continue;
      absl::Status done = ChangeRecord(operation.table, change, record);
      if (!done.ok()) return done;
    }
    return absl::OkStatus();
  }

  absl::Status SetSchema(TableSchema* schema, Change change) {
    for (ColumnSchema& column : schema->columns) {
      known_.insert(column.name);
      known_.insert(absl::StrCat(schema->table_name, ".", column.name));
      if (!column.default_json || !IsMasked(schema->table_name, column.name)) continue;
      absl::StatusOr<std::string> changed = change(column.type, *column.default_json);
      if (!changed.ok()) return changed.status();
      column.default_json = *std::move(changed);
    }
    DropMaskedChecks(schema);
    absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(*schema);
    if (!layout.ok()) return layout.status();
    layouts_.insert_or_assign(schema->table_name, *std::move(layout));
    return absl::OkStatus();
  }

  // A mask is not what a check demands of the value.
  void DropMaskedChecks(TableSchema* schema) {
    const auto drop = [&](const std::string& check) {
      const absl::StatusOr<Expression> expression = Expression::Parse(check);
      if (!expression.ok() || !ReadsMasked(*schema, *expression)) return false;
      plan_.notes.push_back(absl::StrCat("table ", schema->table_name, ": the check \"", check,
                                         "\" is not in the slice, for it reads what is masked"));
      return true;
    };
    for (ColumnSchema& column : schema->columns) {
      if (!column.check.empty() && drop(column.check)) column.check.clear();
    }
    std::erase_if(schema->checks, drop);
  }

  bool ReadsMasked(const TableSchema& table, const Expression& expression) const {
    if (expression.op() == Operator::kColumn) {
      const absl::StatusOr<schema::ColumnRef> column =
          schema::FindColumnRef(table.table_name, table.columns, expression.column());
      return column.ok() &&
             IsMasked(table.table_name, table.columns[static_cast<std::size_t>(column->slot)].name);
    }
    return std::any_of(expression.operands().begin(), expression.operands().end(),
                       [&](const Expression& operand) { return ReadsMasked(table, operand); });
  }

  absl::Status ChangeRecord(const std::string& table, Change change, std::string* record) {
    const auto layout = layouts_.find(table);
    SplitLine split;
    if (layout == layouts_.end() || !split.Set(layout->second, *record)) {
      return absl::DataLossError(absl::StrCat("not a record of table ", table, ": ", *record));
    }
    std::string changed;
    for (int i = 0; i < layout->second.column_count(); ++i) {
      changed += layout->second.prefix(i);
      const ColumnSchema& column = layout->second.columns()[static_cast<std::size_t>(i)];
      const std::string_view value = split.Value(i);
      if (column.name == schema::kRowIdColumn || !IsMasked(table, column.name)) {
        changed.append(value);
        continue;
      }
      absl::StatusOr<std::string> other = change(column.type, value);
      if (!other.ok()) return other.status();
      changed += *other;
    }
    changed += '}';
    *record = std::move(changed);
    return absl::OkStatus();
  }

  const std::set<std::string> columns_;
  SlicePlan& plan_;
  std::set<std::string> known_;  // columns, with and without their tables
  std::map<std::string, schema::RecordLayout> layouts_;
};

}  // namespace

absl::StatusOr<std::uint64_t> MaskSlice(const std::vector<std::string>& columns,
                                        const std::string& secret, SlicePlan* plan) {
  PlanWalk walk(columns, plan);
  ValueMasker masker(secret.empty() ? NewDatabaseId() : secret);
  const auto avoid = [&masker](Type type, std::string_view text) -> absl::StatusOr<std::string> {
    masker.Avoid(type, text);
    return std::string(text);
  };
  const auto mask = [&masker](Type type, std::string_view text) { return masker.Mask(type, text); };
  if (absl::Status looked = walk.Run(avoid); !looked.ok()) return looked;
  if (const std::optional<std::string> unknown = walk.Unknown()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no table of the slice has a column \"", *unknown, "\""));
  }
  if (absl::Status masked = walk.Run(mask); !masked.ok()) return masked;
  return masker.values_masked();
}

}  // namespace linedb::engine
