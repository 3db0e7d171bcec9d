// How the engine keeps references: DESIGN.md, "References".

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/engine.h"
#include "engine/index_cursor.h"
#include "engine/nearest_name.h"
#include "engine/references/reference_enforcer.h"
#include "engine/references/reference_judge.h"
#include "engine/references/reference_map.h"
#include "engine/references/scan_search.h"
#include "linedb/table_core.h"
#include "schema/order_key.h"

namespace linedb::engine {
namespace {

// A ReferrerSearch: the index's columns begin with the reference's.
absl::Status SearchByIndex(const TableCore& core, const WriteTransaction& writer,
                           const TableReference& reference, const std::vector<std::string>& values,
                           ReferrerVisitor visit) {
  const schema::RecordLayout& layout = reference.from->layout();
  const int number = reference.resolved.index;
  const std::vector<int>& columns = layout.indexes()[static_cast<std::size_t>(number)].columns;
  IndexRange range;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto column = static_cast<std::size_t>(columns[i]);
    schema::AppendOrderKey(layout.columns()[column].type, values[i], &range.low);
  }
  range.high = schema::OrderKeyEnd(range.low);
  absl::StatusOr<IndexCursor> cursor = IndexCursor::Open(
      core, writer, number, std::move(range), IndexOrder::kAscending, ExpiredRecords::kShown);
  if (!cursor.ok()) return cursor.status();
  std::string_view key;
  std::string_view line;
  while (cursor->Next(&key, &line)) {
    if (!visit(line)) return absl::OkStatus();
  }
  return cursor->status();
}

}  // namespace

void Engine::MapReferences() {
  references_ = std::make_unique<const ReferenceMap>(keeps_references_ ? tables_ : TableMap());
}

void Engine::LeaveReferencesUnchecked() {
  keeps_references_ = false;
  MapReferences();
}

void Engine::KeepReferencesAgain() {
  keeps_references_ = true;
  MapReferences();
}

absl::Status Engine::KeepReferences(Transaction& transaction,
                                    const WriteTransaction* writer) noexcept {
  if (references_->empty()) return absl::OkStatus();
  const auto concerned = [this](const std::unique_ptr<TableChanges>& changes) {
    return references_->Find(&changes->table()) != nullptr;
  };
  if (std::none_of(transaction.tables().begin(), transaction.tables().end(), concerned)) {
    return absl::OkStatus();
  }
  const auto changes = [&](TableState& table) -> TableChanges& {
    return ChangesOf(transaction, table);
  };
  const auto search = [&](const TableReference& reference, const std::vector<std::string>& values,
                          ReferrerVisitor visit) {
    if (writer == nullptr) return SearchByScan(reference, visit);
    return SearchByIndex(TableCore(this, reference.from), *writer, reference, values, visit);
  };
  return ReferenceEnforcer(*references_, transaction, changes, search).Run();
}

absl::Status Engine::CheckReferences(Transaction& transaction,
                                     const WriteTransaction& writer) noexcept {
  const std::uint64_t savepoint = transaction.SetSavepoint();
  absl::Status kept = KeepReferences(transaction, &writer);
  absl::Status back = transaction.RollbackTo(savepoint);
  return kept.ok() ? back : kept;
}

namespace {

// That a table is to be made later is told only where no other one can be meant.
absl::Status CheckTablesMeant(std::vector<std::string> names, const TableSchema& schema) {
  names.push_back(schema.table_name);
  for (const ReferenceSchema& reference : AllReferences(schema)) {
    if (std::find(names.begin(), names.end(), reference.table) != names.end()) continue;
    if (NearestName(reference.table, names).empty()) continue;
    return absl::FailedPreconditionError(absl::StrCat(schema.table_name, ": reference (",
                                                      absl::StrJoin(reference.columns, ","),
                                                      "): ", NoSuchTable(reference.table, names)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Engine::CheckReferencesFit(const schema::RecordLayout& layout) const {
  if (!keeps_references_) return absl::OkStatus();
  absl::Status meant = CheckTablesMeant(TableNames(), layout.schema());
  return meant.ok() ? engine::CheckReferencesFit(Tables(), layout) : meant;
}

absl::Status Engine::JudgeReferences(absl::FunctionRef<bool(const JudgedReference&)> found) {
  ReferenceJudge judge;
  for (const auto& [name, table] : Tables()) judge.Add(table->generation);
  return judge.JudgeAll(found);
}

absl::Status Engine::JudgeAltered(const std::shared_ptr<const TableGeneration>& altered) const {
  if (!keeps_references_) return absl::OkStatus();
  ReferenceJudge judge;
  for (const auto& [name, table] : Tables()) judge.Add(table->generation);
  judge.Add(altered);
  std::vector<BrokenReference> broken;
  std::uint64_t count = 0;
  absl::Status judged =
      judge.JudgeTable(altered->layout().schema().table_name, [&](const JudgedReference& each) {
        if (++count <= kBrokenReferencesMax) broken.push_back(each.broken);
        return true;
      });
  if (!judged.ok() || count == 0) return judged;
  return BrokenReferencesError(broken, count);
}

}  // namespace linedb::engine
