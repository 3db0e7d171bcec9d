#include "crash_rounds.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "inventory.h"
#include "log_view.h"
#include "process.h"
#include "terminal.h"
#include "upgrade.h"

namespace inventory {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRounds = 3;
// The kill comes after so many acknowledgements, or so long after the first: on a disk that syncs
// slowly. A little later, in truth: at any point of the child's next transactions.
constexpr int kAcknowledgementsMin = 50;
constexpr int kAcknowledgementsMax = 2000;
constexpr int kExtraMicrosecondsMax = 1000;
constexpr std::chrono::seconds kAcknowledgementsLimit{3};
constexpr std::chrono::seconds kFirstAcknowledgementLimit{30};

struct Round {
  std::int64_t first_batch = 0;       // what the child began with
  std::chrono::microseconds time{0};  // from the first acknowledgement to the kill
  std::set<std::int64_t> acknowledged;
  LogView log;
  linedb::OpenReport open_report;
  BatchesInTables tables;
  std::vector<std::string> faults;
};

// Whole lines only: what stands after the last newline was not said.
std::set<std::int64_t> ParseAcknowledgements(const std::string& output) {
  std::set<std::int64_t> batches;
  std::istringstream lines(output.substr(0, output.rfind('\n') + 1));
  for (std::int64_t batch = 0; lines >> batch;) batches.insert(batch);
  return batches;
}

// Reads until the output has `lines` lines, or the time is over, or the child has ended (false).
bool ReadLines(Child* child, std::ptrdiff_t lines, Clock::time_point deadline,
               std::string* output) {
  while (std::count(output->begin(), output->end(), '\n') < lines && Clock::now() < deadline) {
    const auto soon = Clock::now() + std::chrono::milliseconds(2);
    if (child->ReadUntil(soon, output)) return false;
  }
  return true;
}

absl::Status KillInTheMiddle(const std::string& directory, std::mt19937_64* random, Round* round) {
  const int lines =
      std::uniform_int_distribution<int>(kAcknowledgementsMin, kAcknowledgementsMax)(*random);
  const std::chrono::microseconds extra(
      std::uniform_int_distribution<int>(0, kExtraMicrosecondsMax)(*random));
  absl::StatusOr<Child> child =
      Child::Start({"/proc/self/exe", "--upgrade-child", directory, absl::StrCat((*random)())});
  if (!child.ok()) return child.status();
  std::string output;
  bool runs = ReadLines(&*child, 1, Clock::now() + kFirstAcknowledgementLimit, &output);
  const Clock::time_point first = Clock::now();
  if (runs) runs = ReadLines(&*child, lines, first + kAcknowledgementsLimit, &output);
  if (runs) std::this_thread::sleep_for(extra);
  child->Kill();
  round->time = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - first);
  child->ReadRest(&output);
  const int end = child->Wait();
  if (end != -SIGKILL) {
    return absl::InternalError(absl::StrCat("the child ended by itself, with code ", end));
  }
  round->acknowledged = ParseAcknowledgements(output);
  if (round->acknowledged.empty()) {
    return absl::DeadlineExceededError("the child acknowledged nothing before it was killed");
  }
  return absl::OkStatus();
}

// Holds what was promised against what was found.
void Judge(Round* round) {
  std::vector<std::string>& faults = round->faults;
  faults.insert(faults.end(), round->log.faults.begin(), round->log.faults.end());
  faults.insert(faults.end(), round->tables.faults.begin(), round->tables.faults.end());
  for (const std::int64_t batch : round->acknowledged) {
    const std::string name = absl::StrCat("batch ", batch, " was acknowledged");
    if (!round->log.batches_whole.contains(batch)) faults.push_back(name + ": not in the log");
    if (!round->tables.whole.contains(batch)) faults.push_back(name + ": not in the tables");
  }
  if (round->log.batches_whole != round->tables.whole) {
    faults.push_back("the tables hold other batches than the log did");
  }
  if (round->open_report.torn_bytes != round->log.bytes_unfinished) {
    faults.push_back("opening cut something other than the unfinished transaction");
  }
  // One writer, one transaction at a time: only the last can have been committed unheard.
  if (round->tables.whole.size() > round->acknowledged.size() + 1) {
    faults.push_back("more than one batch is there that was never acknowledged");
  }
  if (round->tables.whole.empty() || *round->tables.whole.begin() != round->first_batch ||
      *round->tables.whole.rbegin() - round->first_batch + 1 !=
          static_cast<std::int64_t>(round->tables.whole.size())) {
    faults.push_back("the batches in the tables have a gap");
  }
}

std::string Range(const std::set<std::int64_t>& batches) {
  if (batches.empty()) return "none";
  return absl::StrCat(CountText(batches.size()), "  (", *batches.begin(), " to ", *batches.rbegin(),
                      ")");
}

void PrintRound(int number, const Round& round) {
  const std::size_t unheard = round.tables.whole.size() - round.acknowledged.size();
  PrintLine(absl::StrCat("  Kill ", number, " of ", kRounds, ", ", round.time.count() / 1000,
                         " ms after the first acknowledgement"));
  const auto line = [](const std::string& label, const std::string& value) {
    PrintLine(absl::StrCat("    ", label, std::string(36 - label.size(), ' '), value));
  };
  line("batches acknowledged", Range(round.acknowledged));
  line("batches whole in the log", Range(round.log.batches_whole));
  line("unfinished at the log's end", absl::StrCat(CountText(round.log.bytes_unfinished),
                                                   " bytes of ", BytesText(round.log.bytes)));
  line("replayed when opened",
       absl::StrCat(Plural(round.open_report.transactions_replayed, "transaction"), ", ",
                    Plural(round.open_report.operations_replayed, "operation")));
  line("cut when opened", Plural(round.open_report.torn_bytes, "byte"));
  line("batches whole in the tables", Range(round.tables.whole));
  if (round.faults.empty()) {
    line("acknowledged and missing", "0");
    line("there in half", "0");
    line("there, though not yet acknowledged", CountText(unheard));
  }
  for (const std::string& note : round.open_report.notes) PrintLine("    note: " + note);
  for (const std::string& fault : round.faults) PrintLine("    WRONG: " + fault);
  PrintLine();
}

absl::Status RunRound(const std::string& directory, std::int64_t first_batch,
                      std::mt19937_64* random, Round* round) {
  round->first_batch = first_batch;
  if (absl::Status killed = KillInTheMiddle(directory, random, round); !killed.ok()) return killed;
  absl::StatusOr<LogView> log = ReadLog(directory);
  if (!log.ok()) return log.status();
  round->log = *std::move(log);
  absl::StatusOr<Inventory> inventory = OpenInventory(directory, linedb::Create::kNever);
  if (!inventory.ok()) return inventory.status();
  round->open_report = inventory->database->open_report();
  absl::StatusOr<BatchesInTables> tables = ReadBatches(*inventory, first_batch);
  if (!tables.ok()) return tables.status();
  round->tables = *std::move(tables);
  Judge(round);
  return inventory->database->Close();
}

}  // namespace

absl::Status RunCrashRounds(const std::string& directory, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::int64_t next_batch = 1;
  std::size_t acknowledged = 0, unheard = 0;
  for (int number = 1; number <= kRounds; ++number) {
    Round round;
    if (absl::Status run = RunRound(directory, next_batch, &random, &round); !run.ok()) return run;
    PrintRound(number, round);
    if (!round.faults.empty()) return absl::DataLossError("a transaction was lost or torn");
    next_batch = *round.tables.whole.rbegin() + 1;
    acknowledged += round.acknowledged.size();
    unheard += round.tables.whole.size() - round.acknowledged.size();
  }
  PrintLine(absl::StrCat("  ", Plural(kRounds, "kill"), ": all ", CountText(acknowledged),
                         " acknowledged batches are there, whole; ", CountText(unheard),
                         " more had been committed"));
  PrintLine("  when the kill came, and not been acknowledged yet; of no other there is a trace.");
  return absl::OkStatus();
}

}  // namespace inventory
