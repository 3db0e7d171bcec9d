// The part of a verification that is about schema files.

#ifndef LINEDB_ENGINE_VERIFY_SCHEMAS_H_
#define LINEDB_ENGINE_VERIFY_SCHEMAS_H_

#include "engine/storage/catalog.h"
#include "engine/verify_findings.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

// Judges the schema files one by one, so that a damaged one does not hide another. The good ones.
Catalog VerifySchemas(wal::FileSystem& files, const wal::DatabasePaths& paths,
                      VerifyFindings* findings);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_VERIFY_SCHEMAS_H_
