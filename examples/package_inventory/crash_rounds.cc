#include "crash_rounds.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>
#include <set>
#include <sstream>
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

// The kill comes after so many acknowledgements, or so long after the first: on a disk that syncs
// slowly.
constexpr int kAcknowledgementsMin = 50;
constexpr int kAcknowledgementsMax = 1000;
constexpr std::chrono::seconds kAcknowledgementsLimit{2};
constexpr std::chrono::seconds kFirstAcknowledgementLimit{30};
// Every second kill comes the moment an acknowledgement is heard, before the child can have written
// the next batch: one that acknowledged before its commit would be caught. The others come up to so
// much later; most of these meet the child in the sync of its log, where it spends most of its
// time.
constexpr int kExtraMicrosecondsMax = 1000;

struct Round {
  std::int64_t first_batch = 0;        // what the child began with
  std::chrono::microseconds extra{0};  // from the last acknowledgement waited for to the kill
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

// Reads until the output has `lines` lines or the time is over; false: the child has ended.
bool ReadLines(Child* child, std::ptrdiff_t lines, Clock::time_point deadline,
               std::string* output) {
  std::size_t counted = 0;
  while (lines > 0 && Clock::now() < deadline) {
    if (!child->ReadNext(deadline, output)) return false;
    lines -=
        std::count(output->begin() + static_cast<std::ptrdiff_t>(counted), output->end(), '\n');
    counted = output->size();
  }
  return true;
}

absl::Status KillInTheMiddle(const std::string& directory, std::mt19937_64* random, Round* round) {
  const int lines =
      std::uniform_int_distribution<int>(kAcknowledgementsMin, kAcknowledgementsMax)(*random);
  absl::StatusOr<Child> child =
      Child::Start({"/proc/self/exe", "--upgrade-child", directory, absl::StrCat((*random)())});
  if (!child.ok()) return child.status();
  std::string output, rest;
  bool runs = ReadLines(&*child, 1, Clock::now() + kFirstAcknowledgementLimit, &output);
  if (runs) runs = ReadLines(&*child, lines, Clock::now() + kAcknowledgementsLimit, &rest);
  const Clock::time_point end_of_wait = Clock::now() + round->extra;
  // Not a sleep: it would come back tens of microseconds late.
  while (runs && Clock::now() < end_of_wait) {
  }
  child->Kill();
  output += rest;
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

std::string Count(std::size_t count) { return CountText(count); }

TextTable MakeRoundTable() {
  return TextTable({{"kill", Align::kRight},
                    {"after", Align::kRight},
                    {"acknowledged", Align::kRight},
                    {"in the log", Align::kRight},
                    {"unfinished", Align::kRight},
                    {"replayed", Align::kRight},
                    {"in the tables", Align::kRight},
                    {"unheard", Align::kRight}});
}

void AddRound(std::uint64_t number, const Round& round, TextTable* table) {
  const std::size_t acknowledged = round.acknowledged.size();
  table->AddRow(
      {absl::StrCat(number), absl::StrCat(round.extra.count(), " µs"), Count(acknowledged),
       Count(round.log.batches_whole.size()), BytesText(round.log.bytes_unfinished),
       CountText(round.open_report.transactions_replayed), Count(round.tables.whole.size()),
       Count(round.tables.whole.size() - std::min(acknowledged, round.tables.whole.size()))});
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

absl::Status RunCrashRounds(const std::string& directory, std::uint64_t seed,
                            std::uint64_t rounds) {
  std::mt19937_64 random(seed);
  std::int64_t next_batch = 1;
  std::size_t acknowledged = 0, there = 0;
  TextTable table = MakeRoundTable();
  std::vector<std::string> faults, notes;
  for (std::uint64_t number = 1; number <= rounds && faults.empty(); ++number) {
    Round round;
    if (number % 2 == 0) {
      round.extra = std::chrono::microseconds(
          std::uniform_int_distribution<int>(1, kExtraMicrosecondsMax)(random));
    }
    if (absl::Status run = RunRound(directory, next_batch, &random, &round); !run.ok()) return run;
    AddRound(number, round, &table);
    faults = round.faults;
    for (const std::string& note : round.open_report.notes) {
      notes.push_back(absl::StrCat("opening after kill ", number, ": ", note));
    }
    if (!round.tables.whole.empty()) next_batch = *round.tables.whole.rbegin() + 1;
    acknowledged += round.acknowledged.size();
    there += round.tables.whole.size();
  }
  table.Print();
  PrintLine();
  for (const std::string& note : notes) PrintLine("  " + note);
  for (const std::string& fault : faults) PrintLine("  WRONG: " + fault);
  if (!faults.empty()) return absl::DataLossError("a transaction was lost or torn");
  PrintLine(absl::StrCat("  All ", CountText(acknowledged),
                         " acknowledged batches are there, whole. ",
                         CountText(there - acknowledged), " more had been committed and not yet"));
  PrintLine("  acknowledged when a kill came (unheard): whole, too. Of no other there is a trace.");
  return absl::OkStatus();
}

}  // namespace inventory
