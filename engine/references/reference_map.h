// Which tables reference which.

#ifndef LINEDB_ENGINE_REFERENCES_REFERENCE_MAP_H_
#define LINEDB_ENGINE_REFERENCES_REFERENCE_MAP_H_

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "engine/index/table_state.h"
#include "engine/references/resolved_reference.h"

namespace linedb::engine {

// Of two tables that are open; they outlive it.
struct TableReference {
  TableState* from = nullptr;
  // Null if there is no such table, or no such key in it: what a repair or a slice may leave. Then
  // `resolved` has the schema alone, and no value can be one.
  TableState* to = nullptr;
  ResolvedReference resolved;
};

struct ReferencesOfTable {
  std::vector<const TableReference*> outgoing;
  std::vector<const TableReference*> incoming;
};

// Made anew whenever a table is made, altered or dropped. Constant: any thread.
class ReferenceMap {
 public:
  using Tables = std::map<std::string, std::shared_ptr<TableState>>;

  ReferenceMap() = default;
  explicit ReferenceMap(const Tables& tables);
  ReferenceMap(const ReferenceMap&) = delete;
  ReferenceMap& operator=(const ReferenceMap&) = delete;

  bool empty() const { return references_.empty(); }
  // Null for a table that neither references nor is referenced.
  const ReferencesOfTable* Find(const TableState* table) const {
    const auto found = by_table_.find(table);
    return found == by_table_.end() ? nullptr : &found->second;
  }

 private:
  std::deque<TableReference> references_;
  std::unordered_map<const TableState*, ReferencesOfTable> by_table_;
};

// Whether a schema's references, and those of the other tables to it, fit the layouts that there
// would be with it. kFailedPrecondition: a table that is referenced is not there, or has no such
// key any more; kInvalidArgument as ResolveReference.
absl::Status CheckReferencesFit(const ReferenceMap::Tables& tables,
                                const schema::RecordLayout& with);

// kFailedPrecondition, with their names, if other tables reference this one.
absl::Status CheckNotReferenced(const ReferenceMap& references, const TableState& table);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REFERENCES_REFERENCE_MAP_H_
