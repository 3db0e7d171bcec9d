// Dump and load, on any disk: what exchange/ reads and writes, with the engine at hand.

#ifndef LINEDB_ENGINE_ENGINE_EXCHANGE_H_
#define LINEDB_ENGINE_ENGINE_EXCHANGE_H_

#include <istream>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "engine/engine.h"
#include "linedb/dump.h"
#include "wal/file_system.h"

namespace linedb::engine {

// As Database::Dump and Database::Load.
absl::StatusOr<DumpReport> DumpDatabase(Engine& engine, std::ostream& output,
                                        const DumpOptions& options);
absl::StatusOr<LoadReport> LoadDirectory(wal::FileSystem& files, const std::string& directory,
                                         std::istream& input, const LoadOptions& options);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ENGINE_EXCHANGE_H_
