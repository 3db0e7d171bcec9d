// Who needs whom, built from the tables, and what follows if a package goes.

#ifndef LINEDB_EXAMPLES_PACKAGE_INVENTORY_DEPENDENCY_GRAPH_H_
#define LINEDB_EXAMPLES_PACKAGE_INVENTORY_DEPENDENCY_GRAPH_H_

#include <cstddef>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "inventory.h"

namespace inventory {

// A package that would no longer work.
struct Breakage {
  std::size_t package = 0;  // its number in the graph
  std::size_t steps = 0;    // from the package that went
  std::string need;         // the dependency that nothing satisfies any more
};

// The installed packages and their dependencies. A dependency is satisfied by every package of its
// name and by every one that provides it; versions and architectures are not compared, because
// what is installed together satisfies them.
class DependencyGraph {
 public:
  static absl::StatusOr<DependencyGraph> Build(const Inventory& inventory);

  std::size_t package_count() const { return packages_.size(); }
  const std::string& label(std::size_t package) const { return packages_[package].label; }

  // What breaks, directly or in consequence, if the package goes; nearest first.
  std::vector<Breakage> BreaksWithout(std::size_t package) const;

 private:
  struct Node {
    std::string label;
    std::vector<std::size_t> satisfies;  // needs, by number
  };
  // One item of a Depends or Pre-Depends field.
  struct Need {
    std::size_t package = 0;
    std::string text;
    std::vector<std::size_t> satisfied_by;  // packages, by number, each once
  };

  std::vector<Node> packages_;
  std::vector<Need> needs_;
};

}  // namespace inventory

#endif  // LINEDB_EXAMPLES_PACKAGE_INVENTORY_DEPENDENCY_GRAPH_H_
