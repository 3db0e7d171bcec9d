// The compressed form of an archive: a zstd frame, then a skippable frame with the checksum of the
// bytes before it. zstd's own tools read it and pass over the second frame.

#ifndef LINEDB_WAL_WAL_COMPRESSION_H_
#define LINEDB_WAL_WAL_COMPRESSION_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "wal/file_system.h"

namespace linedb::wal {

// Asked between pieces of a long work: true if it is to stop.
using StopPredicate = absl::FunctionRef<bool()>;

inline bool NeverStop() { return false; }

// Reads all of `source`, appends its compressed form to `target`; returns the checksum of the plain
// bytes. Needs memory of a few blocks, not of the file. kCancelled if stopped.
absl::StatusOr<std::uint64_t> CompressFile(File& source, File& target,
                                           StopPredicate stop = NeverStop);

// kDataLoss if any bit is not as written. `name` stands in the message.
absl::StatusOr<std::string> Decompress(std::string_view bytes, const std::string& name);

// The checksum of the plain bytes, without keeping them. Errors as above; kCancelled if stopped.
absl::StatusOr<std::uint64_t> DecompressedChecksum(std::string_view bytes, const std::string& name,
                                                   StopPredicate stop);

// What still comes out of bytes that are not as written; which of it is right they do not say.
std::string DecompressDamaged(std::string_view bytes);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_WAL_COMPRESSION_H_
