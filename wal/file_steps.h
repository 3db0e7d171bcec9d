// Steps of more than one file operation that wal/ takes in several places.

#ifndef LINEDB_WAL_FILE_STEPS_H_
#define LINEDB_WAL_FILE_STEPS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wal/file_system.h"

namespace linedb::wal {

// Large files are synced in portions of this size while they are written: one large sync at the end
// would stand in the way of every commit's own.
inline constexpr std::uint64_t kSyncPortionBytes = std::uint64_t{8} << 20;

// The directory a path's name stands in.
std::string ParentOf(const std::string& path);

// Where a file is written before it is renamed to `path`.
std::string TemporaryOf(const std::string& path);

// OK if the file is gone, whether it was there or not.
absl::Status RemoveIfThere(FileSystem& files, const std::string& path);

// Removes a folder with all that is in it, as far as that can be done.
void RemoveTree(FileSystem& files, const std::string& path);

// Makes a directory and those above it, and their names durable. kFailedPrecondition if something
// else has one of the names.
absl::Status MakeDirectories(FileSystem& files, const std::string& path);

// Makes a file of these bytes, replacing a leftover, and syncs it; its name is not durable yet. The
// file stays open. An error removes it.
absl::StatusOr<std::unique_ptr<File>> WriteTemporary(FileSystem& files, const std::string& path,
                                                     std::string_view bytes);
// The same of what `write` appends.
absl::StatusOr<std::unique_ptr<File>> WriteTemporary(FileSystem& files, const std::string& path,
                                                     absl::FunctionRef<absl::Status(File&)> write);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_FILE_STEPS_H_
