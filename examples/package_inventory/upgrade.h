// Batches of upgrades: what the child commits until it is killed, and what must be true of it
// after.

#ifndef LINEDB_EXAMPLES_PACKAGE_INVENTORY_UPGRADE_H_
#define LINEDB_EXAMPLES_PACKAGE_INVENTORY_UPGRADE_H_

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "inventory.h"

namespace inventory {

// Every batch is one transaction that gives so many packages a new version, and writes one row of
// `upgrade` for each: in all twice as many operations, which are there together or not at all.
inline constexpr std::size_t kPackagesPerBatch = 5;

// Commits batches of random packages, one after the other, and prints each batch's number on a line
// of its own once its commit has returned. Ends only when it is killed or an operation fails.
absl::Status UpgradeForever(const std::string& directory, std::uint64_t seed);

// The batches found in the tables.
struct BatchesInTables {
  std::set<std::int64_t> whole;
  // What contradicts "all of a batch or nothing": a sentence each.
  std::vector<std::string> faults;
};

// Reads the batches from `first` on back, and holds every package's version against its upgrades.
absl::StatusOr<BatchesInTables> ReadBatches(const Inventory& inventory, std::int64_t first);

// Gives every upgraded package the version back that it had before its first upgrade, all in one
// transaction. Returns the number of packages.
absl::StatusOr<std::uint64_t> RestoreVersions(const Inventory& inventory);

}  // namespace inventory

#endif  // LINEDB_EXAMPLES_PACKAGE_INVENTORY_UPGRADE_H_
