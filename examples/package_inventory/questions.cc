#include "questions.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dependency_graph.h"
#include "terminal.h"

namespace inventory {
namespace {

constexpr std::size_t kRowsShown = 8;
// Of all packages whose loss would break others, the one is shown that breaks most of those that
// break at most so many: an answer that fits on a screen.
constexpr std::size_t kBreakagesMax = 16;

struct Total {
  std::int64_t packages = 0;
  std::int64_t kib = 0;
};

// The entries of a map with the greatest `value(entry)` first; the order of equals is the map's.
template <class Map, class Value>
auto Ranked(const Map& map, std::size_t count, Value&& value) {
  std::vector<std::pair<typename Map::key_type, typename Map::mapped_type>> entries(map.begin(),
                                                                                    map.end());
  std::stable_sort(entries.begin(), entries.end(),
                   [&](const auto& a, const auto& b) { return value(a.second) > value(b.second); });
  if (entries.size() > count) entries.resize(count);
  return entries;
}

std::string Count(std::int64_t count) { return CountText(static_cast<std::uint64_t>(count)); }

absl::Status ShowLargestPackages(const Inventory& inventory) {
  PrintHeading("Which packages are the largest?");
  std::vector<Package> largest;
  const auto larger = [](const Package& a, const Package& b) {
    return a.installed_kib > b.installed_kib;
  };
  absl::Status read = inventory.packages.ForEach([&](const Package& package) {
    largest.insert(std::upper_bound(largest.begin(), largest.end(), package, larger), package);
    if (largest.size() > kRowsShown) largest.pop_back();
  });
  if (!read.ok()) return read;
  TextTable table({{"installed", Align::kRight},
                   {"package", Align::kLeft, 30},
                   {"section"},
                   {"what it is", Align::kLeft, 42}});
  for (const Package& package : largest) {
    table.AddRow({MebibytesText(package.installed_kib.value_or(0)), package.name,
                  package.section.value_or("-"), package.summary});
  }
  table.Print();
  return absl::OkStatus();
}

absl::Status ShowMostDependedUpon(const Inventory& inventory) {
  PrintHeading("Which are most depended upon?");
  std::map<std::string, std::string> summaries;
  absl::Status read = inventory.packages.ForEachOf<&Package::name, &Package::summary>(
      [&](const std::string& name, const std::string& summary) { summaries[name] = summary; });
  if (!read.ok()) return read;
  std::set<std::string> provided;
  read = inventory.provisions.ForEachOf<&Provision::name>(
      [&](const std::string& name) { provided.insert(name); });
  if (!read.ok()) return read;
  // A package may name a target twice; it counts once.
  std::map<std::string, std::set<std::pair<std::string, std::string>>> dependents;
  read = inventory.dependencies
             .ForEachOf<&Dependency::target, &Dependency::package, &Dependency::architecture>(
                 [&](const std::string& target, const std::string& package,
                     const std::string& architecture) {
                   dependents[target].emplace(package, architecture);
                 });
  if (!read.ok()) return read;
  TextTable table({{"needed by", Align::kRight},
                   {"of all", Align::kRight},
                   {"package", Align::kLeft, 30},
                   {"what it is", Align::kLeft, 42}});
  const auto all = static_cast<double>(inventory.packages.size());
  for (const auto& [name, packages] :
       Ranked(dependents, kRowsShown, [](const auto& set) { return set.size(); })) {
    const auto summary = summaries.find(name);
    table.AddRow({CountText(packages.size()),
                  PercentText(static_cast<double>(packages.size()) / all), name,
                  summary != summaries.end() ? summary->second
                  : provided.contains(name)  ? "(a name that other packages provide)"
                                             : "(not installed)"});
  }
  table.Print();
  return absl::OkStatus();
}

absl::Status ShowBusiestMaintainers(const Inventory& inventory) {
  PrintHeading("Who maintains most?");
  std::map<std::int64_t, Total> totals;
  absl::Status read =
      inventory.packages.ForEachOf<&Package::maintainer_id, &Package::installed_kib>(
          [&](std::int64_t maintainer, const std::optional<std::int64_t>& kib) {
            ++totals[maintainer].packages;
            totals[maintainer].kib += kib.value_or(0);
          });
  if (!read.ok()) return read;
  TextTable table({{"packages", Align::kRight},
                   {"installed", Align::kRight},
                   {"maintainer", Align::kLeft, 32},
                   {"e-mail", Align::kLeft, 42}});
  for (const auto& [id, total] :
       Ranked(totals, kRowsShown, [](const Total& of) { return of.packages; })) {
    const absl::StatusOr<Maintainer> maintainer = inventory.maintainers.Get(id);
    if (!maintainer.ok()) return maintainer.status();
    table.AddRow({Count(total.packages), MebibytesText(total.kib), maintainer->name,
                  maintainer->email.value_or("-")});
  }
  table.Print();
  return absl::OkStatus();
}

absl::Status ShowWhatWouldBreak(const Inventory& inventory) {
  const absl::StatusOr<DependencyGraph> graph = DependencyGraph::Build(inventory);
  if (!graph.ok()) return graph.status();
  std::vector<Breakage> shown;
  std::size_t shown_package = 0, most = 0, most_package = 0, harmless = 0;
  for (std::size_t package = 0; package < graph->package_count(); ++package) {
    std::vector<Breakage> broken = graph->BreaksWithout(package);
    if (broken.empty()) ++harmless;
    if (broken.size() > most) {
      most = broken.size();
      most_package = package;
    }
    if (broken.size() > shown.size() && broken.size() <= kBreakagesMax) {
      shown = std::move(broken);
      shown_package = package;
    }
  }
  if (shown.empty()) {
    PrintHeading("What would break if a package went?");
    PrintLine("  Nothing: no package here depends on another.");
    return absl::OkStatus();
  }
  PrintHeading(absl::StrCat("What would break if ", graph->label(shown_package), " went?"));
  TextTable table({{"package", Align::kLeft, 34},
                   {"steps away", Align::kRight},
                   {"because nothing would satisfy", Align::kLeft, 48}});
  for (const Breakage& breakage : shown) {
    table.AddRow({graph->label(breakage.package), CountText(breakage.steps), breakage.need});
  }
  table.Print();
  PrintLine();
  PrintLine(absl::StrCat("  In all ", Plural(shown.size(), "package"),
                         ". Most would break without ", graph->label(most_package), ": ",
                         CountText(most), " of the other ", CountText(graph->package_count() - 1),
                         "."));
  PrintLine(absl::StrCat("  ", CountText(harmless), " of all ", CountText(graph->package_count()),
                         " could each go without breaking another."));
  return absl::OkStatus();
}

absl::Status ShowSectionsBySize(const Inventory& inventory) {
  PrintHeading("Which sections take most room?");
  std::map<std::string, Total> totals;
  std::int64_t all_kib = 0;
  absl::Status read = inventory.packages.ForEachOf<&Package::section, &Package::installed_kib>(
      [&](const std::optional<std::string>& section, const std::optional<std::int64_t>& kib) {
        Total& total = totals[section.value_or("(none)")];
        ++total.packages;
        total.kib += kib.value_or(0);
        all_kib += kib.value_or(0);
      });
  if (!read.ok()) return read;
  TextTable table({{"section", Align::kLeft, 24},
                   {"packages", Align::kRight},
                   {"installed", Align::kRight},
                   {"share", Align::kRight},
                   {""}});
  constexpr double kBarWidth = 40;
  for (const auto& [section, total] :
       Ranked(totals, kRowsShown, [](const Total& of) { return of.kib; })) {
    const double share =
        static_cast<double>(total.kib) / static_cast<double>(std::max<std::int64_t>(all_kib, 1));
    table.AddRow({section, Count(total.packages), MebibytesText(total.kib), PercentText(share),
                  std::string(static_cast<std::size_t>(share * kBarWidth + 0.5), '#')});
  }
  table.Print();
  PrintLine();
  PrintLine(absl::StrCat("  ", Plural(totals.size(), "section"), ", ", MebibytesText(all_kib),
                         " in all."));
  return absl::OkStatus();
}

}  // namespace

absl::Status AnswerQuestions(const Inventory& inventory) {
  for (const auto show : {ShowLargestPackages, ShowMostDependedUpon, ShowBusiestMaintainers,
                          ShowWhatWouldBreak, ShowSectionsBySize}) {
    if (absl::Status shown = show(inventory); !shown.ok()) return shown;
  }
  return absl::OkStatus();
}

}  // namespace inventory
