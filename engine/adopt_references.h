// Whether tables that were changed by hand, and those that reference them, keep their references.

#ifndef LINEDB_ENGINE_ADOPT_REFERENCES_H_
#define LINEDB_ENGINE_ADOPT_REFERENCES_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "engine/references/reference_judge.h"
#include "engine/storage/catalog.h"
#include "engine/table_recovery.h"
#include "linedb/table_schema.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_recovery.h"

namespace linedb::engine {

// A table that can be made where those that it references are not.
TableSchema WithoutReferences(TableSchema schema);

// Calls `found` for each reference to or from these tables that is broken in the database of the
// log, with `adopted` in place of what their files say. Reads, and writes nothing. Nothing is read
// if no reference is concerned. Fails as a database that is opened for reading.
absl::Status JudgeAdopted(wal::FileSystem& files, const wal::DatabasePaths& paths,
                          const Catalog& catalog, const wal::RecoveredLog& log,
                          const GivenTables& adopted, ReferenceJudge::Found found);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ADOPT_REFERENCES_H_
