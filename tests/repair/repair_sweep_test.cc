// A repair that loses a record that was not damaged, or is silent about one that was, is worse than
// none: people throw the damaged directory away once they have the repaired one. So databases get
// damages of every kind in every kind of file, one or several at a time, with all their archives
// and without any, and each is repaired. Each time: every record whose line still stands in its
// table's file is in the new database as it was; what is missing or other is listed; a repair that
// says that nothing is lost has lost nothing; the new one verifies and opens for writing; the
// original is what it was, byte for byte. (engine-9.1, engine-9.2, engine-9.6, engine-9.7)

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "schema/schema_document.h"
#include "tests/faults/damage.h"
#include "tests/faults/damaged_campus.h"
#include "tests/faults/sanitized.h"
#include "tests/repair/mending.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::Damage;
using testing::DamageKind;
using testing::Inflict;
using testing::Mending;
using testing::Patient;
using testing::RecordsIn;
using testing::Tree;

using Json = nlohmann::json;

constexpr int kSteps = testing::kSanitized ? 60 : 1000;

// The patient as one that keeps no archives: what the log has is all that is known.
Patient WithoutArchives(Patient patient) {
  std::erase_if(patient.tree, [](const auto& file) {
    return file.first.starts_with("wal/") && file.first != "wal/transaction.log";
  });
  patient.name += " without archives";
  return patient;
}

std::set<std::string> LinesOf(const Tree& tree, const std::string& path) {
  std::set<std::string> lines;
  const auto file = tree.find(path);
  if (file == tree.end()) return lines;
  const std::string& bytes = file->second;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = bytes.find('\n', begin);
    if (end == std::string::npos) break;
    lines.insert(bytes.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

class RepairSweepTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    patients = new std::vector<Patient>(testing::MakePatients());
    const std::vector<Patient> with = *patients;
    for (const Patient& patient : with) patients->push_back(WithoutArchives(patient));
  }
  static void TearDownTestSuite() { delete patients; }

  static std::string PathOf(const Tree& damaged, const std::string& table) {
    const std::string path = "data/" + table + ".records";
    return damaged.contains(path + ".compacted") ? path + ".compacted" : path;
  }

  // Whether the record's line stands in its table's file, the one that counts.
  static bool Stands(const Tree& damaged, const std::string& record) {
    const std::string table = record.substr(0, record.find(' '));
    return LinesOf(damaged, PathOf(damaged, table)).contains(record.substr(table.size() + 1));
  }

  // A table whose schema nothing is left of has its lines listed, each.
  static bool IsWithoutSchema(const Mending& mending, const std::string& table) {
    for (const DamagedLine& line : mending.list) {
      if (line.file == "schema/" + table + ".schema.json" && line.fate == Fate::kLost) return true;
    }
    return false;
  }

  // The record's key with its table's name; of a line that is no record, nothing.
  static std::string KeyOf(const std::string& table, const std::string& line) {
    const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) return "";
    const Json& key = json.contains("_deleted") ? json["_deleted"] : json;
    if (table != "enrollment") return table + " " + key.value("id", Json()).dump();
    return absl::StrCat(table, " ", key.value("student_id", Json()).dump(), " ",
                        key.value("course_id", Json()).dump());
  }
  static std::string KeyOf(const std::string& record) {
    const std::size_t space = record.find(' ');
    return KeyOf(record.substr(0, space), record.substr(space + 1));
  }
  static std::set<std::string> KeysOf(const std::set<std::string>& records) {
    std::set<std::string> keys;
    for (const std::string& record : records) keys.insert(KeyOf(record));
    return keys;
  }

  // Whether damage gave another line of the file this record's key: which is the record's, only
  // their form could say.
  static bool IsTakenOver(const Patient& patient, const Tree& damaged, const std::string& record) {
    const std::string table = record.substr(0, record.find(' '));
    const std::string path = PathOf(damaged, table);
    const std::set<std::string> before = LinesOf(patient.tree, path);
    for (const std::string& line : LinesOf(damaged, path)) {
      if (!before.contains(line) && KeyOf(table, line) == KeyOf(record)) return true;
    }
    return false;
  }

  static bool IsOffered(const Mending& mending, const std::string& line) {
    for (const DamagedLine& listed : mending.list) {
      if (listed.fate == Fate::kLost && listed.record == line) return true;
    }
    return false;
  }

  std::string JudgeRecords(const Patient& patient, const Tree& damaged, Mending& mending,
                           const RepairReport& report, bool single) {
    const std::set<std::string> expected = RecordsIn(patient.state);
    const std::set<std::string> found = RecordsIn(mending.State());
    std::string faults;
    for (const std::string& record : expected) {
      if (found.contains(record)) continue;
      const std::string table = record.substr(0, record.find(' '));
      ++missing;
      if (report.complete()) absl::StrAppend(&faults, "silently lost ", record, "; ");
      // An older line that says the same may stand before the damaged one, and is offered for it.
      const bool offered = IsOffered(mending, record.substr(table.size() + 1));
      if (single && Stands(damaged, record) && !IsWithoutSchema(mending, table) && !offered &&
          !IsTakenOver(patient, damaged, record)) {
        absl::StrAppend(&faults, "lost though it stands: ", record, "; ");
      }
    }
    for (const std::string& record : found) {
      if (expected.contains(record)) continue;
      ++extra;
      if (report.complete()) absl::StrAppend(&faults, "silently made ", record, "; ");
    }
    if (found == expected) ++exact;
    return faults;
  }

  // Each line of the damaged file that was not written like this, and is no record, is listed with
  // its bytes; and of a table whose log is whole the number of lost records is told exactly.
  std::string JudgeList(const Patient& patient, const Tree& damaged, const Damage& damage,
                        Mending& mending, const RepairReport& report) {
    if (!damage.path.starts_with("data/") || damage.path.ends_with(".surplus")) return "";
    if (!damage.other_path.empty()) return "";
    const std::string table = damage.path.substr(5, damage.path.find('.') - 5);
    if (PathOf(patient.tree, table) != damage.path) return "";
    std::string faults;
    const std::set<std::string> before = LinesOf(patient.tree, damage.path);
    for (const std::string& line : LinesOf(damaged, damage.path)) {
      if (before.contains(line) || Json::accept(line)) continue;
      ++damaged_lines;
      const bool listed =
          std::any_of(mending.list.begin(), mending.list.end(), [&](const DamagedLine& entry) {
            return entry.file == damage.path && entry.line > 0 &&
                   line.find(entry.bytes) != std::string::npos;
          });
      if (!listed) absl::StrAppend(&faults, "a line is not listed: ", line, "; ");
    }
    const std::set<std::string> expected = KeysOf(RecordsIn(patient.state));
    const std::set<std::string> found = KeysOf(RecordsIn(mending.campus.State()));
    if (!std::includes(expected.begin(), expected.end(), found.begin(), found.end())) return faults;
    const auto lost = static_cast<std::uint64_t>(
        std::count_if(expected.begin(), expected.end(), [&](const std::string& key) {
          return key.starts_with(table + " ") && !found.contains(key);
        }));
    for (const RepairedTable& repaired : report.tables) {
      if (repaired.name != table) continue;
      ++counted;
      if (repaired.lost == lost) continue;
      absl::StrAppend(&faults, table, " lost ", lost, ", and ", repaired.lost, " are told; ");
    }
    return faults;
  }

  // Whether the damage is of the kind of which engine/FORMAT.md says that it leaves no trace: a
  // closed log lost whole transactions at its end and nothing else, what is there is the state
  // before them, and the file of every table that they were about is not what it was.
  static bool LeftNoTrace(const Patient& patient, const Tree& damaged, const std::string& state) {
    const auto log = damaged.find("wal/transaction.log");
    const std::string& whole = patient.tree.at("wal/transaction.log");
    if (!patient.closed || log == damaged.end() || log->second == whole) return false;
    if (!whole.starts_with(log->second) || !log->second.ends_with('\n')) return false;
    const std::set<std::string> found = RecordsIn(state);
    const bool is_earlier =
        std::any_of(patient.states.begin(), patient.states.end(),
                    [&](const std::string& earlier) { return RecordsIn(earlier) == found; });
    // Lost, or back again: of a deletion that the table has the tombstone.
    const std::set<std::string> expected = RecordsIn(patient.state);
    std::vector<std::string> differing;
    std::set_symmetric_difference(expected.begin(), expected.end(), found.begin(), found.end(),
                                  std::back_inserter(differing));
    return is_earlier &&
           std::all_of(differing.begin(), differing.end(), [&](const std::string& record) {
             const std::string path = PathOf(patient.tree, record.substr(0, record.find(' ')));
             return !damaged.contains(path) || damaged.at(path) != patient.tree.at(path);
           });
  }

  // Whether damage made a schema one of a newer format, which Database::Repair does not touch.
  static bool SaysNewer(const Tree& damaged) {
    return std::any_of(damaged.begin(), damaged.end(), [](const auto& file) {
      if (!file.first.starts_with("schema/")) return false;
      const Json schema = Json::parse(file.second, nullptr, /*allow_exceptions=*/false);
      if (!schema.is_object() || !schema.contains("format")) return false;
      return schema["format"].is_number_integer() && schema["format"] > schema::kSchemaFormat;
    });
  }

  // The last transactions of a crashed database are nobody's but the log's: damaged, they are torn.
  static bool IsTorn(const Patient& patient, const std::string& state) {
    if (patient.closed) return false;
    for (const std::string& earlier : patient.states) {
      if (RecordsIn(earlier) == RecordsIn(state)) return true;
    }
    return false;
  }

  void Repair(const Patient& patient, const std::string& what, const Tree& damaged,
              const Damage* single) {
    Mending mending(damaged);
    const absl::StatusOr<RepairReport> report = mending.Run();
    ++repairs;
    if (absl::IsFailedPrecondition(report.status()) && SaysNewer(damaged)) {
      ++refused;
      EXPECT_EQ(mending.Touched(), "") << patient.name << ": " << what;
      return;
    }
    if (!report.ok()) {
      ADD_FAILURE() << patient.name << ": " << what << ": " << report.status();
      return;
    }
    std::string faults = JudgeRecords(patient, damaged, mending, *report, single != nullptr);
    if (single != nullptr) {
      absl::StrAppend(&faults, JudgeList(patient, damaged, *single, mending, *report));
    }
    if (!faults.empty()) {
      const std::string state = mending.campus.State();
      if (IsTorn(patient, state) || LeftNoTrace(patient, damaged, state)) faults.clear();
    }
    absl::StrAppend(&faults, mending.Touched());
    if (report->complete()) ++complete;
    if (faults.empty()) return;
    ++failures;
    ADD_FAILURE() << patient.name << ": " << what << ": " << faults << "\n" << mending.Listed();
  }

  void Tell() const {
    std::cout << "repairs: " << repairs << ", exactly as before: " << exact
              << ", said to be complete: " << complete << ", records missing: " << missing
              << ", records more or other: " << extra
              << ", lines no longer records: " << damaged_lines << ", losses counted: " << counted
              << ", refused as newer: " << refused << std::endl;
  }

  static inline std::vector<Patient>* patients = nullptr;
  static constexpr int kFailuresShown = 20;
  int failures = 0;
  int repairs = 0;
  int exact = 0;
  int complete = 0;
  int missing = 0;
  int extra = 0;
  int damaged_lines = 0;
  int counted = 0;
  int refused = 0;
};

// Else a seed would not show again what it showed.
TEST_F(RepairSweepTest, PatientsAreTheSameBytesEachTime) {
  const std::vector<Patient> again = testing::MakePatients();
  for (std::size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(testing::TreeDifference(patients->at(i).tree, again[i].tree), "") << again[i].name;
  }
}

TEST_F(RepairSweepTest, UndamagedDatabaseIsRepairedToItselfAndNothingIsLost) {
  for (const Patient& patient : *patients) {
    Mending mending(patient.tree);
    const absl::StatusOr<RepairReport> report = mending.Run();
    ASSERT_THAT(report, testing::IsOk());
    EXPECT_EQ(mending.Listed(), "") << patient.name;
    EXPECT_TRUE(report->complete());
    EXPECT_EQ(mending.State(), patient.state);
    EXPECT_EQ(mending.Touched(), "");
    EXPECT_FALSE(mending.campus.Files().contains("rejects.jsonl"));
  }
}

TEST_F(RepairSweepTest, SingleDamageCostsNoRecordThatStands) {
  std::mt19937_64 random(schema::TestSeed());
  while (repairs < kSteps) {
    for (const Patient& patient : *patients) {
      for (const auto& [path, bytes] : patient.tree) {
        for (const DamageKind kind : testing::kDamageKinds) {
          if (testing::kSanitized && random() % 8 != 0) continue;
          Tree damaged = patient.tree;
          Damage damage;
          if (!Inflict(kind, path, random, &damaged, &damage)) continue;
          // A line of another table may be a tombstone that fits this one, and an older line that
          // comes to stand behind a newer one is the newer one where no log knows better.
          const bool may_fit = kind == DamageKind::kForeignLineInserted ||
                               kind == DamageKind::kLinesSwapped ||
                               kind == DamageKind::kLineDoubled;
          Repair(patient, damage.Description(), damaged, may_fit ? nullptr : &damage);
          if (failures > kFailuresShown) return;
        }
      }
    }
  }
  Tell();
  EXPECT_GT(exact, repairs / 2);
}

TEST_F(RepairSweepTest, ManyDamagesAtOnceAreNeverSilent) {
  std::mt19937_64 random(schema::TestSeed());
  for (int step = 0; step < kSteps; ++step) {
    const Patient& patient = (*patients)[random() % patients->size()];
    Tree damaged = patient.tree;
    std::string what;
    for (std::uint64_t left = 2 + random() % 4; left > 0 && !damaged.empty(); --left) {
      const auto file =
          std::next(damaged.begin(), static_cast<std::ptrdiff_t>(random() % damaged.size()));
      Damage damage;
      const DamageKind kind = testing::kDamageKinds[random() % testing::kDamageKinds.size()];
      const std::string path = file->first;
      // It alone says that a writer died; then what is behind the log's end was never finished.
      if (path == "LOCK") continue;
      if (Inflict(kind, path, random, &damaged, &damage)) what += damage.Description() + ", ";
    }
    // After a crash, what a log's end lost is not told from what was never finished.
    if (!patient.closed && what.find("wal/transaction.log") != std::string::npos) continue;
    Repair(patient, what, damaged, /*single=*/nullptr);
    if (failures > kFailuresShown) return;
  }
  Tell();
}

}  // namespace
}  // namespace linedb
