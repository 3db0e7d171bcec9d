// The inventory's tables: a struct for each, and how it is stored.

#ifndef LINEDB_EXAMPLES_PACKAGE_INVENTORY_TABLES_H_
#define LINEDB_EXAMPLES_PACKAGE_INVENTORY_TABLES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "linedb/database.h"

namespace inventory {

// An installed package. On a machine with several architectures one name can be installed once for
// each, so the name alone is no key.
struct Package {
  std::string name = {};
  std::string architecture = {};
  std::string version = {};
  std::optional<std::string> section = {};
  std::optional<std::int64_t> installed_kib = {};
  std::int64_t maintainer_id = 0;
  std::string summary = {};
};

enum class DependencyKind { kDepends, kPreDepends };

// One alternative of one item of a package's Depends or Pre-Depends: of `libc6 (>= 2.36), awk |
// mawk` position 2 has the alternatives 1 and 2. A package may name a target twice, with a lower
// and an upper version: hence the position in the key.
struct Dependency {
  std::string package = {};
  std::string architecture = {};
  DependencyKind kind = DependencyKind::kDepends;
  std::int64_t position = 0;
  std::int64_t alternative = 0;
  std::string target = {};
  std::optional<std::string> target_architecture = {};  // "any" of `python3:any`
  std::optional<std::string> relation = {};             // << <= = >= >>
  std::optional<std::string> target_version = {};
};

// A further name that a package answers to, real or virtual: an item of its Provides.
struct Provision {
  std::string package = {};
  std::string architecture = {};
  std::int64_t position = 0;
  std::string name = {};
  std::optional<std::string> version = {};
};

// The address tells maintainers apart: people write their name in more than one way.
struct Maintainer {
  std::int64_t id = 0;
  std::string name = {};
  std::optional<std::string> email = {};
};

// One package's part in a batch of upgrades.
struct Upgrade {
  std::int64_t id = 0;
  std::int64_t batch = 0;
  std::string package = {};
  std::string architecture = {};
  std::string from_version = {};
  std::string to_version = {};
  linedb::Timestamp at = {};
};

}  // namespace inventory

template <>
struct linedb::DescribeEnum<inventory::DependencyKind> {
  using Kind = inventory::DependencyKind;
  static constexpr std::array<linedb::EnumName<Kind>, 2> kNames = {
      {{Kind::kDepends, "depends"}, {Kind::kPreDepends, "pre-depends"}}};
};

template <>
struct linedb::Describe<inventory::Package> {
  using Row = inventory::Package;
  static constexpr auto kTable = linedb::DescribeTable<"package">(
      linedb::Field<"name", &Row::name>().PrimaryKey(),
      linedb::Field<"architecture", &Row::architecture>().PrimaryKey(),
      linedb::Field<"version", &Row::version>(), linedb::Field<"section", &Row::section>(),
      linedb::Field<"installed_kib", &Row::installed_kib>(),
      linedb::Field<"maintainer_id", &Row::maintainer_id>(),
      linedb::Field<"summary", &Row::summary>());
};

template <>
struct linedb::Describe<inventory::Dependency> {
  using Row = inventory::Dependency;
  static constexpr auto kTable = linedb::DescribeTable<"dependency">(
      linedb::Field<"package", &Row::package>().PrimaryKey(),
      linedb::Field<"architecture", &Row::architecture>().PrimaryKey(),
      linedb::Field<"kind", &Row::kind>().PrimaryKey(),
      linedb::Field<"position", &Row::position>().PrimaryKey(),
      linedb::Field<"alternative", &Row::alternative>().PrimaryKey(),
      linedb::Field<"target", &Row::target>(),
      linedb::Field<"target_architecture", &Row::target_architecture>(),
      linedb::Field<"relation", &Row::relation>(),
      linedb::Field<"target_version", &Row::target_version>());
};

template <>
struct linedb::Describe<inventory::Provision> {
  using Row = inventory::Provision;
  static constexpr auto kTable = linedb::DescribeTable<"provision">(
      linedb::Field<"package", &Row::package>().PrimaryKey(),
      linedb::Field<"architecture", &Row::architecture>().PrimaryKey(),
      linedb::Field<"position", &Row::position>().PrimaryKey(), linedb::Field<"name", &Row::name>(),
      linedb::Field<"version", &Row::version>());
};

template <>
struct linedb::Describe<inventory::Maintainer> {
  using Row = inventory::Maintainer;
  static constexpr auto kTable = linedb::DescribeTable<"maintainer">(
      linedb::Field<"id", &Row::id>().AssignedKey(), linedb::Field<"name", &Row::name>(),
      linedb::Field<"email", &Row::email>().Unique());
};

template <>
struct linedb::Describe<inventory::Upgrade> {
  using Row = inventory::Upgrade;
  static constexpr auto kTable = linedb::DescribeTable<"upgrade">(
      linedb::Field<"id", &Row::id>().AssignedKey(), linedb::Field<"batch", &Row::batch>(),
      linedb::Field<"package", &Row::package>(),
      linedb::Field<"architecture", &Row::architecture>(),
      linedb::Field<"from_version", &Row::from_version>(),
      linedb::Field<"to_version", &Row::to_version>(), linedb::Field<"at", &Row::at>(),
      linedb::UniqueKey<"batch", "package", "architecture">());
};

#endif  // LINEDB_EXAMPLES_PACKAGE_INVENTORY_TABLES_H_
