// DiffMoments on any disk.

#ifndef LINEDB_ENGINE_HISTORY_DIFF_MOMENTS_H_
#define LINEDB_ENGINE_HISTORY_DIFF_MOMENTS_H_

#include "linedb/diff.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::engine {

absl::StatusOr<DiffReport> DiffMoments(wal::FileSystem& files, const wal::DatabasePaths& paths,
                                       const Moment& from, const Moment& to,
                                       const DiffOptions& options, const DifferenceVisitor& visit);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_DIFF_MOMENTS_H_
