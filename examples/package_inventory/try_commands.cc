#include "try_commands.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "process.h"
#include "terminal.h"

namespace inventory {
namespace {

constexpr std::size_t kWidthShown = 94;

struct Command {
  std::string text;
  // What it must print, if that is a figure known to the API; and what the figure is.
  std::optional<std::string> expected = std::nullopt;
  std::string meaning = {};
  std::size_t lines_shown = 4;
};

// Prints the output, shortened, and says whether it is what the API says.
absl::Status RunAndShow(const Command& command) {
  PrintLine(absl::StrCat("  $ ", command.text));
  const absl::StatusOr<CommandResult> result = RunShell(command.text);
  if (!result.ok()) return result.status();
  std::vector<std::string> lines;
  std::istringstream output(result->output);
  for (std::string line; std::getline(output, line);) lines.push_back(std::move(line));
  const bool agrees = !command.expected || (lines.size() == 1 && lines[0] == *command.expected);

  for (std::size_t i = 0; i < lines.size() && i < command.lines_shown; ++i) {
    std::string shown = Shorten(lines[i], kWidthShown);
    if (command.expected && agrees) absl::StrAppend(&shown, "   = ", command.meaning);
    PrintLine(shown.empty() ? "" : "  " + shown);
  }
  if (lines.size() > command.lines_shown) {
    PrintLine(absl::StrCat("  … ", Plural(lines.size() - command.lines_shown, "more line")));
  }
  PrintLine();
  if (result->exit_code != 0) {
    return absl::DataLossError(
        absl::StrCat("`", command.text, "` ended with code ", result->exit_code));
  }
  if (!agrees) {
    return absl::DataLossError(absl::StrCat("`", command.text, "` should print ", *command.expected,
                                            ", ", command.meaning));
  }
  return absl::OkStatus();
}

absl::Status RunAll(const std::vector<Command>& commands) {
  for (const Command& command : commands) {
    if (absl::Status shown = RunAndShow(command); !shown.ok()) return shown;
  }
  return absl::OkStatus();
}

std::vector<Command> ShellCommands(const std::string& directory, const ExpectedFigures& figures) {
  const std::string packages = ShellWord(directory + "/data/package.records");
  const std::string upgrades = ShellWord(directory + "/data/upgrade.records");
  return {
      {"wc -l < " + packages, absl::StrCat(figures.packages),
       "the packages, as the API counts them"},
      {"grep -c " + ShellWord("\"section\":\"" + figures.section + "\"") + " " + packages,
       absl::StrCat(figures.section_packages), "packages of the section with most of them"},
      {"grep " + ShellWord("^{\"name\":\"" + figures.example_name + "\",") + " " + packages},
      {"wc -l < " + upgrades, absl::StrCat(figures.upgrades), "upgrades, as the API counts them"},
  };
}

std::vector<Command> JqCommands(const std::string& directory, const ExpectedFigures& figures) {
  const std::string packages = ShellWord(directory + "/data/package.records");
  const std::string upgrades = ShellWord(directory + "/data/upgrade.records");
  return {
      {"jq -s 'map(.installed_kib) | add' " + packages, absl::StrCat(figures.installed_kib),
       "KiB installed, as the API adds them up"},
      {"jq -s 'map(.batch) | unique | length' " + upgrades, absl::StrCat(figures.batches),
       "batches of upgrades"},
      {"jq -r .section " + packages + " | sort | uniq -c | sort -rn | head -4"},
      {"head -n 1 " + ShellWord(directory + "/wal/transaction.log") +
           " | jq .tables.dependency.live",
       absl::StrCat(figures.dependencies), "dependencies, by the checkpoint in the log"},
  };
}

std::vector<Command> DbtoolCommands(const std::string& dbtool, const std::string& directory,
                                    const ExpectedFigures& figures) {
  const std::string tool = ShellWord(dbtool);
  const std::string database = ShellWord(directory);
  const std::string key = ShellWord(
      absl::StrCat("[\"", figures.example_name, "\",\"", figures.example_architecture, "\"]"));
  return {
      {.text = tool + " inspect --format table " + database, .lines_shown = 16},
      {tool + " get " + database + " package " + key + " | grep -o '\"version\":\"[^\"]*\"'",
       absl::StrCat("\"version\":\"", figures.example_version, "\""), "as the API says"},
      {tool + " cat " + database + " dependency | wc -l", absl::StrCat(figures.dependencies),
       "dependencies, as the API counts them"},
      {tool + " wal " + database + " | grep -c '\"operation\":\"INSERT\",\"table\":\"upgrade\"'",
       absl::StrCat(figures.upgrades), "every upgrade, from the logs and their archives"},
      {tool + " verify --format table " + database + " 2>&1"},
  };
}

bool IsInPath(const std::string& program) {
  const absl::StatusOr<CommandResult> found = RunShell("command -v " + program);
  return found.ok() && found->exit_code == 0;
}

std::string BesideProgram(const std::string& program, const std::string& name) {
  // Called by its bare name, it was found in PATH, and its neighbours will be too.
  const std::size_t slash = program.rfind('/');
  return slash == std::string::npos ? name : program.substr(0, slash + 1) + name;
}

}  // namespace

absl::StatusOr<ExpectedFigures> ComputeFigures(const Inventory& inventory) {
  ExpectedFigures figures;
  figures.packages = inventory.packages.size();
  figures.dependencies = inventory.dependencies.size();
  figures.upgrades = inventory.upgrades.size();
  std::map<std::string, std::uint64_t> sections;
  absl::Status read = inventory.packages.ForEachOf<&Package::section, &Package::installed_kib>(
      [&](const std::optional<std::string>& section, const std::optional<std::int64_t>& kib) {
        if (section) ++sections[*section];
        figures.installed_kib += kib.value_or(0);
      });
  if (!read.ok()) return read;
  for (const auto& [section, packages] : sections) {
    if (packages <= figures.section_packages) continue;
    figures.section = section;
    figures.section_packages = packages;
  }
  std::set<std::int64_t> batches;
  read = inventory.upgrades.ForEach([&](const Upgrade& row) {
    batches.insert(row.batch);
    figures.example_name = row.package;
    figures.example_architecture = row.architecture;
  });
  if (!read.ok()) return read;
  const absl::StatusOr<Package> example =
      inventory.packages.Get({figures.example_name, figures.example_architecture});
  if (!example.ok()) return example.status();
  figures.example_version = example->version;
  figures.batches = batches.size();
  return figures;
}

absl::Status ShowCommands(const std::string& directory, const std::string& program,
                          const ExpectedFigures& figures) {
  if (absl::Status shown = RunAll(ShellCommands(directory, figures)); !shown.ok()) return shown;
  if (!IsInPath("jq")) {
    PrintLine("  jq is not installed, so its commands are left out; `./dev setup` installs it.\n");
  } else if (absl::Status shown = RunAll(JqCommands(directory, figures)); !shown.ok()) {
    return shown;
  }
  const std::string dbtool = BesideProgram(program, "dbtool");
  std::error_code error;
  if (!std::filesystem::exists(dbtool, error) && !IsInPath(ShellWord(dbtool))) {
    PrintLine(absl::StrCat("  There is no ", dbtool,
                           ", so its commands are left out; `./dev build` makes it.\n"));
    return absl::OkStatus();
  }
  return RunAll(DbtoolCommands(dbtool, directory, figures));
}

}  // namespace inventory
