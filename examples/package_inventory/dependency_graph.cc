#include "dependency_graph.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace inventory {
namespace {

using PackageKey = std::pair<std::string, std::string>;  // name, architecture

std::string NeedText(const Dependency& row) {
  std::string text = row.target;
  if (row.target_architecture) absl::StrAppend(&text, ":", *row.target_architecture);
  if (row.relation && row.target_version) {
    absl::StrAppend(&text, " (", *row.relation, " ", *row.target_version, ")");
  }
  return text;
}

void AddOnce(std::vector<std::size_t>* numbers, std::size_t number) {
  if (std::find(numbers->begin(), numbers->end(), number) == numbers->end()) {
    numbers->push_back(number);
  }
}

}  // namespace

absl::StatusOr<DependencyGraph> DependencyGraph::Build(const Inventory& inventory) {
  DependencyGraph graph;
  std::map<PackageKey, std::size_t> numbers;
  std::unordered_map<std::string, std::vector<std::size_t>> satisfiers;
  absl::Status read = inventory.packages.ForEachOf<
      &Package::name, &Package::architecture>([&](const std::string& name,
                                                  const std::string& architecture) {
    const std::size_t number = graph.packages_.size();
    numbers.emplace(PackageKey(name, architecture), number);
    std::vector<std::size_t>& same_name = satisfiers[name];
    // A name that is installed for two architectures is told apart, any other stands alone.
    graph.packages_.push_back({same_name.empty() ? name : PackageLabel(name, architecture), {}});
    same_name.push_back(number);
  });
  if (!read.ok()) return read;
  read = inventory.provisions.ForEach([&](const Provision& row) {
    AddOnce(&satisfiers[row.name], numbers[{row.package, row.architecture}]);
  });
  if (!read.ok()) return read;

  // The rows of one item, its alternatives, become one need.
  std::map<std::tuple<PackageKey, DependencyKind, std::int64_t>, std::size_t> needs;
  read = inventory.dependencies.ForEach([&](const Dependency& row) {
    const PackageKey key(row.package, row.architecture);
    const auto [at, added] = needs.try_emplace({key, row.kind, row.position}, graph.needs_.size());
    if (added) graph.needs_.push_back({numbers[key], "", {}});
    Need& need = graph.needs_[at->second];
    absl::StrAppend(&need.text, need.text.empty() ? "" : " | ", NeedText(row));
    const auto found = satisfiers.find(row.target);
    if (found == satisfiers.end()) return;
    for (const std::size_t package : found->second) AddOnce(&need.satisfied_by, package);
  });
  if (!read.ok()) return read;
  for (std::size_t i = 0; i < graph.needs_.size(); ++i) {
    for (const std::size_t package : graph.needs_[i].satisfied_by) {
      graph.packages_[package].satisfies.push_back(i);
    }
  }
  return graph;
}

std::vector<Breakage> DependencyGraph::BreaksWithout(std::size_t package) const {
  std::vector<Breakage> broken;
  std::vector<bool> gone(packages_.size(), false);
  std::unordered_map<std::size_t, std::size_t> satisfiers_gone;  // of a need
  gone[package] = true;
  // Breadth first: `broken` is the queue, so what comes earlier is nearer.
  for (std::size_t next = 0, at = package, steps = 1;; ++next) {
    for (const std::size_t number : packages_[at].satisfies) {
      const Need& need = needs_[number];
      if (++satisfiers_gone[number] < need.satisfied_by.size() || gone[need.package]) continue;
      gone[need.package] = true;
      broken.push_back({need.package, steps, need.text});
    }
    if (next == broken.size()) return broken;
    at = broken[next].package;
    steps = broken[next].steps + 1;
  }
}

}  // namespace inventory
