// This machine's package database, as dpkg-query tells it.

#ifndef LINEDB_EXAMPLES_PACKAGE_INVENTORY_DPKG_READER_H_
#define LINEDB_EXAMPLES_PACKAGE_INVENTORY_DPKG_READER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "tables.h"

namespace inventory {

// An installed package with all that hangs on it. `package.maintainer_id` is still 0.
struct PackageFacts {
  Package package = {};
  Maintainer maintainer = {};
  std::vector<Dependency> dependencies = {};
  std::vector<Provision> provisions = {};
};

// Every installed package. kNotFound: there is no dpkg-query here.
absl::StatusOr<std::vector<PackageFacts>> ReadInstalledPackages();

// "Debian GCC Maintainers <debian-gcc@lists.debian.org>"
Maintainer ParseMaintainer(std::string_view text);

// "libc6 (>= 2.36), python3:any, awk | mawk"; position and alternative are counted from 1.
std::vector<Dependency> ParseDependencies(std::string_view text, DependencyKind kind);

}  // namespace inventory

#endif  // LINEDB_EXAMPLES_PACKAGE_INVENTORY_DPKG_READER_H_
