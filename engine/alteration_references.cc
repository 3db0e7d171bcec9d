#include "engine/alteration_references.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/references/resolved_reference.h"
#include "schema/column_match.h"
#include "schema/record_codec.h"

namespace linedb::engine {
namespace {

class ReferenceRule final : public RecordRule {
 public:
  // `key`: the number of the referenced key in the table as it is now.
  ReferenceRule(ResolvedReference reference, std::shared_ptr<TableState> to, int key)
      : reference_(std::move(reference)), to_(std::move(to)), key_(key) {}

  ViolationKind kind() const override { return ViolationKind::kReference; }

  void Judge(const CarriedRecord& record, Tell tell) override {
    const std::optional<std::string_view> value =
        schema::KeyTextOf(reference_.columns, record.line, record.spans, &scratch_);
    if (!value.has_value() || value == found_last_) return;
    const std::shared_lock<std::shared_mutex> lock(to_->mutex);
    const TableGeneration& table = *to_->generation;
    const absl::StatusOr<RecordLocation> there =
        table.FindChecked(key_, *value, table.published_bytes());
    if (there.ok() && *there) {
      found_last_ = *value;
      return;
    }
    std::string reason(there.status().message());
    if (there.ok()) {
      reason = absl::StrCat("value ", std::string(*value), " references ",
                            ReferencedName(table.layout(), key_, *value), ", which does not exist");
    }
    tell(absl::StrJoin(reference_.schema.columns, ","), std::move(reason));
  }

 private:
  const ResolvedReference reference_;
  const std::shared_ptr<TableState> to_;
  const int key_;
  std::string found_last_;  // records that follow each other often reference the same one
  std::string scratch_;
};

// Whether the table had this reference before.
bool IsKept(const Alteration& alteration, const ReferenceSchema& reference) {
  const TableSchema& from = alteration.from().schema();
  const auto names = schema::NamesAfter(from, alteration.to().schema());
  const auto rename = [&](std::vector<std::string>* columns) {
    for (std::string& column : *columns) {
      const auto found = names.find(column);
      if (found != names.end()) column = found->second;
    }
  };
  for (ReferenceSchema before : AllReferences(from)) {
    rename(&before.columns);
    if (before.table == from.table_name) rename(&before.key);
    before.on_delete = reference.on_delete;
    if (before == reference) return true;
  }
  return false;
}

// The number that a key of the altered table has in it now; -1: none, or its values may change.
int KeyBefore(const Alteration& alteration, int key) {
  if (key == 0) return 0;  // the primary one stays
  if (alteration.judges() && alteration.by_function()) return -1;
  const schema::RecordLayout& from = alteration.from();
  const schema::RecordLayout& to = alteration.to();
  const std::vector<int> places = schema::MatchColumns(from.schema(), to.schema());
  const int shift = to.has_row_id() ? 1 : 0;
  std::vector<std::string> names;
  for (const int column : to.keys()[static_cast<std::size_t>(key)].columns) {
    const int place = places[static_cast<std::size_t>(column - shift)];
    if (place < 0) return -1;
    const ColumnSchema& before = from.schema().columns[static_cast<std::size_t>(place)];
    if (before.type != to.columns()[static_cast<std::size_t>(column)].type) return -1;
    names.push_back(before.name);
  }
  return from.FindKey(absl::StrJoin(names, ","));
}

}  // namespace

void AddReferenceRules(const Alteration& alteration, const TableMap& tables,
                       std::vector<std::unique_ptr<RecordRule>>* rules) {
  const schema::RecordLayout& to = alteration.to();
  for (const ReferenceSchema& reference : AllReferences(to.schema())) {
    if (!alteration.by_function() && IsKept(alteration, reference)) continue;
    const auto table = tables.find(reference.table);
    if (table == tables.end()) continue;
    const bool own = reference.table == to.schema().table_name;
    absl::StatusOr<ResolvedReference> resolved =
        ResolveReference(to, reference, own ? to : table->second->layout());
    if (!resolved.ok()) continue;
    const int key = own ? KeyBefore(alteration, resolved->key) : resolved->key;
    if (key < 0) continue;
    rules->push_back(std::make_unique<ReferenceRule>(*std::move(resolved), table->second, key));
  }
}

}  // namespace linedb::engine
