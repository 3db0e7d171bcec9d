// The database of the inventory: opened, and filled.

#ifndef LINEDB_EXAMPLES_PACKAGE_INVENTORY_INVENTORY_H_
#define LINEDB_EXAMPLES_PACKAGE_INVENTORY_INVENTORY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dpkg_reader.h"
#include "linedb/database.h"
#include "tables.h"

namespace inventory {

// The open database with its tables, as a program of one's own would hold them.
struct Inventory {
  std::unique_ptr<linedb::Database> database;
  linedb::Table<Package> packages;
  linedb::Table<Dependency> dependencies;
  linedb::Table<Provision> provisions;
  linedb::Table<Maintainer> maintainers;
  linedb::Table<Upgrade> upgrades;
};

absl::StatusOr<Inventory> OpenInventory(const std::string& directory, linedb::Create create);

// Makes the directory ready for a new database: removes what an earlier run left in it.
// kFailedPrecondition: it holds something else, or another program writes to it.
absl::Status PrepareDirectory(const std::string& directory);

// Puts the packages into the tables, in transactions that each span all of them. Returns the
// number of transactions.
absl::StatusOr<std::uint64_t> LoadPackages(const Inventory& inventory,
                                           std::vector<PackageFacts> packages);

// "bash", or "libc6:i386" as dpkg writes it.
std::string PackageLabel(const std::string& name, const std::string& architecture);

}  // namespace inventory

#endif  // LINEDB_EXAMPLES_PACKAGE_INVENTORY_INVENTORY_H_
