// Kills a writing program in the middle of its work, and shows what is left.

#ifndef LINEDB_EXAMPLES_PACKAGE_INVENTORY_CRASH_ROUNDS_H_
#define LINEDB_EXAMPLES_PACKAGE_INVENTORY_CRASH_ROUNDS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"

namespace inventory {

// Runs this program as the child of UpgradeForever on the database in `directory`, which nobody
// has open, and kills it at a random moment; `rounds` times. kDataLoss: an acknowledged batch is
// missing, or half of one is there; what was found has been printed.
absl::Status RunCrashRounds(const std::string& directory, std::uint64_t seed, std::uint64_t rounds);

}  // namespace inventory

#endif  // LINEDB_EXAMPLES_PACKAGE_INVENTORY_CRASH_ROUNDS_H_
