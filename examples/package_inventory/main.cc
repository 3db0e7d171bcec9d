// package_inventory DIR: linedb from end to end, on this machine's own package database.
//
// Reads the installed packages into tables, answers questions from them, kills a program that
// changes them, shows that nothing acknowledged was lost, and leaves files to be looked at.

#include <charconv>
#include <chrono>
#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crash_rounds.h"
#include "dpkg_reader.h"
#include "inventory.h"
#include "questions.h"
#include "terminal.h"
#include "try_commands.h"
#include "upgrade.h"

namespace inventory {
namespace {

constexpr std::string_view kUsage =
    "usage: package_inventory [DIR] [--seed N] [--kills N]\n"
    "\n"
    "Makes a linedb database of this machine's installed packages in DIR (default: demo-data),\n"
    "asks it questions, kills a program in the middle of changing it, and shows what is left.\n"
    "A DIR from an earlier run is made anew; one that holds anything else is left alone.\n"
    "--seed N    repeats the random choices of an earlier run\n"
    "--kills N   so many times (6); 0: only fills and asks, which leaves the same at every run\n";

class Stopwatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

struct Arguments {
  std::string program;
  std::string directory = "demo-data";
  std::uint64_t seed = std::random_device()();
  std::uint64_t kills = 6;
  bool upgrade_child = false;
  bool help = false;
};

bool ParseNumber(std::string_view text, std::uint64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

// False: the words are not those of the usage.
bool ParseArguments(const std::vector<std::string>& words, Arguments* arguments) {
  arguments->program = words[0];
  // Internal, written by RunCrashRounds: --upgrade-child DIR SEED.
  if (words.size() == 4 && words[1] == "--upgrade-child") {
    arguments->upgrade_child = true;
    arguments->directory = words[2];
    return ParseNumber(words[3], &arguments->seed);
  }
  bool named = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "--help" || words[i] == "-h") {
      arguments->help = true;
    } else if (words[i] == "--seed" && i + 1 < words.size()) {
      if (!ParseNumber(words[++i], &arguments->seed)) return false;
    } else if (words[i] == "--kills" && i + 1 < words.size()) {
      if (!ParseNumber(words[++i], &arguments->kills)) return false;
    } else if (words[i].empty() || words[i].starts_with("-") || named) {
      return false;
    } else {
      arguments->directory = words[i];
      named = true;
    }
  }
  return true;
}

absl::Status LoadAndAsk(const std::string& directory) {
  PrintHeading("Reading this machine's package database");
  const Stopwatch reading;
  absl::StatusOr<std::vector<PackageFacts>> packages = ReadInstalledPackages();
  if (!packages.ok()) return packages.status();
  PrintLine(absl::StrCat("  dpkg-query told of ", Plural(packages->size(), "installed package"),
                         " in ", SecondsText(reading.Seconds()), "."));
  if (absl::Status prepared = PrepareDirectory(directory); !prepared.ok()) return prepared;
  absl::StatusOr<Inventory> inventory = OpenInventory(directory, linedb::Create::kAlways);
  if (!inventory.ok()) return inventory.status();
  const Stopwatch loading;
  const absl::StatusOr<std::uint64_t> transactions = LoadPackages(*inventory, *std::move(packages));
  if (!transactions.ok()) return transactions.status();
  const double seconds = loading.Seconds();

  TextTable table({{"table"}, {"records", Align::kRight}, {"file"}, {"size", Align::kRight}});
  std::uint64_t records = 0;
  for (const linedb::TableStatistics& of : inventory->database->Stats().tables) {
    records += of.records;
    table.AddRow(
        {of.name, CountText(of.records), "data/" + of.name + ".records", BytesText(of.file_bytes)});
  }
  PrintLine(absl::StrCat("  linedb took in ", Plural(records, "record"), " in ",
                         Plural(*transactions, "transaction"),
                         ", each durable when it returned, in ", SecondsText(seconds), ".\n"));
  table.Print();

  if (absl::Status answered = AnswerQuestions(*inventory); !answered.ok()) return answered;
  // The log starts anew: what it holds later are the upgrades alone.
  if (auto checkpoint = inventory->database->Checkpoint(); !checkpoint.ok()) {
    return checkpoint.status();
  }
  return inventory->database->Close();
}

absl::Status Crash(const Arguments& arguments) {
  PrintHeading("Killing a program in the middle of its work");
  PrintLine(absl::StrCat("  A child commits batches, each in one transaction: a new version for ",
                         kPackagesPerBatch, " packages"));
  PrintLine(
      "  and a row of `upgrade` for each. Once a commit has returned it says so through a pipe. "
      "It");
  PrintLine(
      "  is killed with SIGKILL the moment that is heard, or a random time after. Then the log is");
  PrintLine(
      "  read as it lies there; the database is opened, which replays it; and the tables are "
      "read.");
  PrintLine("  A kill is no power cut: what the child gave the system stays. So this shows that");
  PrintLine("  transactions are whole and acknowledged in time, not what a disk keeps.");
  PrintLine(absl::StrCat("  The random choices come from --seed ", arguments.seed, ".\n"));
  return RunCrashRounds(arguments.directory, arguments.seed, arguments.kills);
}

absl::StatusOr<ExpectedFigures> Checkpoint(const std::string& directory) {
  PrintHeading("Checkpoint");
  absl::StatusOr<Inventory> inventory = OpenInventory(directory, linedb::Create::kNever);
  if (!inventory.ok()) return inventory.status();
  const absl::StatusOr<std::uint64_t> restored = RestoreVersions(*inventory);
  if (!restored.ok()) return restored.status();
  PrintLine(absl::StrCat("  One transaction gives ", Plural(*restored, "package"),
                         " the version back that dpkg told of; then a checkpoint:\n"));
  const absl::StatusOr<linedb::CheckpointReport> report = inventory->database->Checkpoint();
  if (!report.ok()) return report.status();
  std::string compacted;
  for (const std::string& table : report->tables_compacted) {
    absl::StrAppend(&compacted, compacted.empty() ? "" : ", ", table);
  }
  PrintLine(absl::StrCat("  last operation    lsn ", report->lsn));
  PrintLine(absl::StrCat("  log               ", BytesText(report->log_bytes_before), " before, ",
                         BytesText(report->log_bytes_after), " after"));
  PrintLine(absl::StrCat("  archived as       ", report->archive.empty() ? "-" : report->archive));
  PrintLine(absl::StrCat("  tables compacted  ", compacted.empty() ? "-" : compacted));
  PrintLine(absl::StrCat("  lines dropped     ", CountText(report->lines_dropped)));
  absl::StatusOr<ExpectedFigures> figures = ComputeFigures(*inventory);
  if (!figures.ok()) return figures.status();
  if (absl::Status closed = inventory->database->Close(); !closed.ok()) return closed;
  return figures;
}

absl::Status CrashAndShow(const Arguments& arguments) {
  if (absl::Status done = Crash(arguments); !done.ok()) return done;
  const absl::StatusOr<ExpectedFigures> figures = Checkpoint(arguments.directory);
  if (!figures.ok()) return figures.status();
  PrintHeading("Now try it yourself: the files are plain text");
  return ShowCommands(arguments.directory, arguments.program, *figures);
}

absl::Status Demonstrate(const Arguments& arguments) {
  const Stopwatch all;
  if (absl::Status done = LoadAndAsk(arguments.directory); !done.ok()) return done;
  if (arguments.kills > 0) {
    if (absl::Status done = CrashAndShow(arguments); !done.ok()) return done;
  } else {
    PrintLine();
  }
  PrintLine(absl::StrCat("  Done in ", SecondsText(all.Seconds()), ". The database stays in ",
                         arguments.directory, "/."));
  return absl::OkStatus();
}

}  // namespace
}  // namespace inventory

int main(int argc, char** argv) {
  inventory::Arguments arguments;
  if (!inventory::ParseArguments({argv, argv + argc}, &arguments)) {
    std::cerr << inventory::kUsage;
    return 2;
  }
  if (arguments.help) {
    std::cout << inventory::kUsage;
    return 0;
  }
  const absl::Status done = arguments.upgrade_child
                                ? inventory::UpgradeForever(arguments.directory, arguments.seed)
                                : inventory::Demonstrate(arguments);
  if (done.ok()) return 0;
  std::cerr << "package_inventory: " << done.message() << "\n";
  return 1;
}
