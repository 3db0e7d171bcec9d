// Commands a person can type at the files that the program leaves: run, shown and checked.

#ifndef LINEDB_EXAMPLES_PACKAGE_INVENTORY_TRY_COMMANDS_H_
#define LINEDB_EXAMPLES_PACKAGE_INVENTORY_TRY_COMMANDS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "inventory.h"

namespace inventory {

// What the API says of the database, for the commands to agree with.
struct ExpectedFigures {
  std::uint64_t packages = 0;
  std::uint64_t dependencies = 0;
  std::uint64_t upgrades = 0;
  std::uint64_t batches = 0;
  std::string section;  // the one with most packages
  std::uint64_t section_packages = 0;
  std::int64_t installed_kib = 0;
  std::string example_name;  // of a package that was upgraded
  std::string example_architecture;
  std::string example_version;
};

absl::StatusOr<ExpectedFigures> ComputeFigures(const Inventory& inventory);

// Runs the commands on the database in `directory`, which is closed and was checkpointed.
// `program`: how this program was called; dbtool is looked for beside it. kDataLoss: a command
// failed, or does not agree with the figures.
absl::Status ShowCommands(const std::string& directory, const std::string& program,
                          const ExpectedFigures& figures);

}  // namespace inventory

#endif  // LINEDB_EXAMPLES_PACKAGE_INVENTORY_TRY_COMMANDS_H_
