// The compressed form of an archive: a zstd frame, then a skippable frame with the checksum of the
// bytes before it. zstd's own tools read it and pass over the second frame.

#ifndef LINEDB_WAL_WAL_COMPRESSION_H_
#define LINEDB_WAL_WAL_COMPRESSION_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wal/file_system.h"

namespace linedb::wal {

// Reads all of `source`, appends its compressed form to `target`; returns the checksum of the plain
// bytes. Needs memory of a few blocks, not of the file.
absl::StatusOr<std::uint64_t> CompressFile(File& source, File& target);

// kDataLoss if any bit is not as written. `name` stands in the message.
absl::StatusOr<std::string> Decompress(std::string_view bytes, const std::string& name);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_WAL_COMPRESSION_H_
