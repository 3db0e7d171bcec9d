// The records that reference a key, found without an index.

#ifndef LINEDB_ENGINE_REFERENCES_SCAN_SEARCH_H_
#define LINEDB_ENGINE_REFERENCES_SCAN_SEARCH_H_

#include "absl/status/status.h"
#include "engine/references/reference_enforcer.h"

namespace linedb::engine {

// A ReferrerSearch that walks all records which the open transaction sees: for who holds the slot
// and no WriteTransaction.
absl::Status SearchByScan(const TableReference& reference, ReferrerVisitor visit);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REFERENCES_SCAN_SEARCH_H_
