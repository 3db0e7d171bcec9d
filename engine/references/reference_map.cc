#include "engine/references/reference_map.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace linedb::engine {
namespace {

TableReference Resolve(const ReferenceMap::Tables& tables, TableState* from,
                       const ReferenceSchema& schema) {
  TableReference reference{from, nullptr, {}};
  reference.resolved.schema = schema;
  const auto to = tables.find(schema.table);
  if (to == tables.end()) return reference;
  absl::StatusOr<ResolvedReference> resolved =
      ResolveReference(from->layout(), schema, to->second->layout());
  if (!resolved.ok()) return reference;
  return {from, to->second.get(), *std::move(resolved)};
}

}  // namespace

ReferenceMap::ReferenceMap(const Tables& tables) {
  for (const auto& [name, table] : tables) {
    for (const ReferenceSchema& schema : AllReferences(table->layout().schema())) {
      const TableReference& reference =
          references_.emplace_back(Resolve(tables, table.get(), schema));
      by_table_[reference.from].outgoing.push_back(&reference);
      if (reference.to != nullptr) by_table_[reference.to].incoming.push_back(&reference);
    }
  }
}

absl::Status CheckReferencesFit(const ReferenceMap::Tables& tables,
                                const schema::RecordLayout& with) {
  const std::string& own = with.schema().table_name;
  for (const ReferenceSchema& reference : AllReferences(with.schema())) {
    const auto other = tables.find(reference.table);
    if (reference.table != own && other == tables.end()) {
      return absl::FailedPreconditionError(absl::StrCat(
          own, ": reference (", absl::StrJoin(reference.columns, ","), "): there is no table ",
          reference.table, " yet; tables that reference each other are made without the ",
          "reference, which an alteration then adds"));
    }
    const schema::RecordLayout& to = reference.table == own ? with : other->second->layout();
    const absl::Status fits = ResolveReference(with, reference, to).status();
    if (!fits.ok()) return fits;
  }
  for (const auto& [name, table] : tables) {
    if (name == own) continue;
    for (const ReferenceSchema& reference : AllReferences(table->layout().schema())) {
      if (reference.table != own) continue;
      const absl::Status fits = ResolveReference(table->layout(), reference, with).status();
      if (fits.ok()) continue;
      return absl::FailedPreconditionError(
          absl::StrCat(own, " is referenced: ", std::string(fits.message()),
                       "; drop that reference of table ", name, " first"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckNotReferenced(const ReferenceMap& references, const TableState& table) {
  const ReferencesOfTable* own = references.Find(&table);
  if (own == nullptr) return absl::OkStatus();
  std::set<std::string> names;
  for (const TableReference* reference : own->incoming) {
    if (reference->from == &table) continue;
    names.insert(ReferenceName(reference->from->layout(), reference->resolved));
  }
  if (names.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("table ", table.name(), " is referenced by ",
                                                    absl::StrJoin(names, ", "),
                                                    ": drop or alter these first"));
}

}  // namespace linedb::engine
