#include "tools/dbtool/context.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "absl/strings/match.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/progress_line.h"

namespace linedb::dbtool {
namespace {

using Clock = std::chrono::steady_clock;

// How the note of a reader ends who finds a torn log that had been closed properly.
constexpr char kMayLack[] = "a transaction may be lost";

// What opening did with the log; empty if there is nothing to tell.
std::string ReplayTold(const Database& database, const std::string& directory, Access access) {
  const OpenReport& report = database.open_report();
  const bool reading = access == Access::kReadOnly;
  const std::string operations = Counted(report.operations_replayed, "operation");
  const std::string in_memory = reading ? ", in memory: nothing on disk was changed" : "";
  if (report.original_format) {
    if (!reading) {
      return directory + ": taken over from the Python original's format, with " + operations +
             " of its log";
    }
    if (report.operations_replayed == 0) return "";
    return directory + ": in the Python original's format: applied " + operations + " of its log" +
           in_memory;
  }
  if (!report.recovered || report.operations_replayed == 0) return "";
  return directory + ": recovered: " + operations + " of " +
         Counted(report.transactions_replayed, "transaction") + " replayed from the log" +
         in_memory;
}

void TellWhatOpeningFound(const Context& context, const Database& database,
                          const std::string& directory, Access access) {
  const std::string replay = ReplayTold(database, directory, access);
  if (!replay.empty()) Note(context, replay);
  bool may_lack = false;
  for (const std::string& note : database.open_report().notes) {
    Note(context, note);
    may_lack = may_lack || absl::EndsWith(note, kMayLack);
  }
  // The next opening for writing goes on without it.
  if (may_lack) Hint(context, "`dbtool repair DIR --to NEWDIR`, before anything writes to DIR");
}

}  // namespace

Format OutputFormat(const Context& context) {
  if (context.format != Format::kAuto) return context.format;
  return IsTerminal(STDOUT_FILENO) ? Format::kTable : Format::kJsonLines;
}

bool ForPeople(const Context& context) {
  return !context.json && OutputFormat(context) == Format::kTable;
}

bool UseColor(const Context& context, int fd) {
  if (context.color != "auto") return context.color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  return IsTerminal(fd);
}

void Note(const Context& context, std::string_view text) {
  if (context.quiet) return;
  context.out.flush();
  std::cerr << "dbtool: " << text << '\n';
}

void Detail(const Context& context, std::string_view text) {
  if (context.verbose) Note(context, text);
}

absl::StatusOr<std::unique_ptr<Database>> OpenDatabase(const Context& context,
                                                       const std::string& directory,
                                                       Access access) {
  const Clock::time_point start = Clock::now();
  absl::StatusOr<std::unique_ptr<Database>> database;
  {
    ProgressLine line(context);
    Options options;
    options.access = access;
    options.create = Create::kNever;
    options.progress = [&line](const OpenProgress& progress) {
      const bool is_log = absl::StartsWith(progress.step, "wal/");
      line.Show((is_log ? "replaying " : "reading ") + std::string(progress.step), progress.done,
                progress.total);
    };
    database = Database::Open(directory, options);
  }
  if (!database.ok()) return database;
  TellWhatOpeningFound(context, **database, directory, access);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
  Detail(context, "opened " + directory + " in " + std::to_string(milliseconds) + " ms");
  return database;
}

bool Confirmed(const Context& context, std::string_view question) {
  if (context.yes) return true;
  if (!IsTerminal(STDIN_FILENO) || !IsTerminal(STDERR_FILENO)) return false;
  std::cerr << question << " [y/N] ";
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

std::string WithThousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, 1, ',');
  }
  return text;
}

std::string Counted(std::uint64_t number, std::string_view noun, std::string_view nouns) {
  const std::string counted = WithThousands(number) + ' ';
  if (number == 1) return counted + std::string(noun);
  return counted + (nouns.empty() ? std::string(noun) + 's' : std::string(nouns));
}

std::string ByteText(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 1024.0 && unit + 1 < std::size(kUnits)) {
    amount /= 1024.0;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof(text), unit == 0 ? "%.0f %s" : "%.1f %s", amount, kUnits[unit]);
  return text;
}

}  // namespace linedb::dbtool
