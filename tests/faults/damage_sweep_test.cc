// Guards against bytes that rot unnoticed. Disks flip bits, lose sectors and hand out another
// file's page; people edit, cut, copy and rename. A database that opens all the same, with a record
// less or a record changed and not a word about it, has done the worst it can do. So a database
// gets one damage at a time, of every kind, in every kind of file, many thousand times. Each must
// be named by verify, or be one of those that do no harm (Patient::WhyHarmless); and an opening
// must refuse it by file, line and byte, or show what was there before, or report a torn tail.

#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/engine/campus.h"
#include "tests/faults/damage.h"
#include "tests/faults/damaged_campus.h"
#include "tests/faults/sanitized.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Damage;
using testing::DamageKind;
using testing::KindOfFile;
using testing::Patient;
using testing::Tree;

constexpr int kDamages = testing::kSanitized ? 700 : 10'500;

// All but one: LOCK has a single line, which cannot change places with another.
constexpr std::size_t kKinds = testing::kFileKinds * testing::kDamageKinds.size() - 1;

enum class Verdict { kRefused, kLostNothing, kTornTailReported, kSilent };

constexpr char kLog[] = "wal/transaction.log";
constexpr char kStudents[] = "data/student.records";

// Whether the log ends behind a whole transaction, or its header. One that lost what was behind
// says nothing of it; the records do, and each transaction writes some.
bool EndsWhole(std::string_view log) {
  if (!log.ends_with('\n')) return false;
  const std::size_t line = log.rfind('\n', log.size() - 2) + 1;
  return line == 0 || log.substr(line).find("\"commit\":true") != std::string_view::npos;
}

// The files whose naming tells a person of a damage to `path`: itself, and those that prove it. A
// compacted file that does not fit leaves its records file short; a log of the chain that is gone
// or another's shows in the log after it.
bool Proves(const std::string& named, const std::string& path) {
  if (named == path || path == named + ".compacted") return true;
  return path.starts_with("wal/") && named.starts_with("wal/");
}

class DamageSweepTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { patients = new std::vector<Patient>(testing::MakePatients()); }
  static void TearDownTestSuite() { delete patients; }

  // Empty if verify names what it must.
  static std::string JudgeVerify(const Patient& patient, const Damage& damage,
                                 const Tree& damaged) {
    Campus campus(damaged);
    const auto report =
        engine::VerifyDatabase(*campus.disk, wal::DatabasePaths(testing::kDirectory));
    if (!report.ok()) return "verify gave up: " + report.status().ToString();
    bool harmless = true;
    for (const std::string& path : {damage.path, damage.other_path}) {
      if (path.empty()) continue;
      harmless = harmless && !patient.WhyHarmless(path, damaged).empty();
      for (const Problem& problem : report->problems) {
        if (Proves(problem.file, path)) return "";
      }
    }
    return harmless ? "" : "verify does not name it";
  }

  // What a refusal must hold for a person to find the place.
  static std::string JudgeRefusal(const Damage& damage, const absl::Status& refused) {
    const std::string message(refused.message());
    const auto has = [&message](const std::string& word) {
      return message.find(word) != std::string::npos;
    };
    const std::size_t line = message.find(" line ");
    if (line == std::string::npos || !has(" byte ")) return "no line and byte: " + message;
    const std::string file = message.substr(0, line);
    if (Proves(file, damage.path) || has(damage.path)) return "";
    if (!damage.other_path.empty() && (Proves(file, damage.other_path) || has(damage.other_path))) {
      return "";
    }
    return "names another file: " + message;
  }

  // In the log; or, if that was cut exactly behind a transaction, in what the records hold beyond
  // it.
  static bool TellsOfTornTail(const Campus& campus) {
    const std::string notes = campus.Notes();
    if (campus.engine->report().torn_bytes > 0) return !notes.empty();
    return notes.find(".records byte ") != std::string::npos;
  }

  // Opens the damaged copy; `why` is not empty if it did not as it should.
  static Verdict JudgeOpening(const Patient& patient, const Damage& damage, const Tree& damaged,
                              Access access, std::string* why) {
    Campus campus(damaged);
    Options options;
    options.access = access;
    options.maintenance = Maintenance::kManual;
    if (const absl::Status opened = campus.Open(options); !opened.ok()) {
      *why = JudgeRefusal(damage, opened);
      return Verdict::kRefused;
    }
    const std::string found = campus.State();
    if (found == patient.state) return Verdict::kLostNothing;
    const bool told = TellsOfTornTail(campus);
    for (const std::string& earlier : patient.states) {
      if (found == earlier && told) return Verdict::kTornTailReported;
    }
    *why = absl::StrCat("opened with another state; ", campus.Notes());
    return Verdict::kSilent;
  }

  static std::string Told(const char* who, const std::string& fault) {
    return fault.empty() ? "" : absl::StrCat("; ", who, ": ", fault);
  }

  void Suffer(const Patient& patient, const Damage& damage, const Tree& damaged) {
    const std::string silent = JudgeVerify(patient, damage, damaged);
    std::string reader_fault;
    std::string writer_fault;
    JudgeOpening(patient, damage, damaged, Access::kReadOnly, &reader_fault);
    Verdict verdict = JudgeOpening(patient, damage, damaged, Access::kReadWrite, &writer_fault);
    const std::string faults =
        absl::StrCat(silent, Told("a reader", reader_fault), Told("a writer", writer_fault));
    if (!faults.empty()) {
      verdict = Verdict::kSilent;
      ADD_FAILURE() << patient.name << ": " << damage.Description() << ": " << faults;
    }
    ++verdicts[verdict];
    ++damages;
    kinds_met.insert({std::string(KindOfFile(damage.path)), damage.kind});
  }

  // Every kind of damage to every file in turn, at places that the seed decides. A damage that
  // happens to change nothing is none, so few rounds may not have met every kind: they go on.
  void Sweep(int wanted) {
    std::mt19937_64 random(schema::TestSeed());
    while (damages < wanted || (kinds_met.size() < kKinds && damages < 10 * wanted)) {
      for (const Patient& patient : *patients) {
        for (const auto& [path, bytes] : patient.tree) {
          for (const DamageKind kind : testing::kDamageKinds) {
            Tree damaged = patient.tree;
            Damage damage;
            if (!Inflict(kind, path, random, &damaged, &damage)) continue;
            if (path == kLog && damaged.contains(path) && bytes.starts_with(damaged[path]) &&
                EndsWhole(damaged[path])) {
              damage.other_path = kStudents;
            }
            Suffer(patient, damage, damaged);
            if (verdicts[Verdict::kSilent] > kSilentShown) return;
          }
        }
      }
    }
  }

  static constexpr int kSilentShown = 300;
  static inline std::vector<Patient>* patients = nullptr;
  int damages = 0;
  std::map<Verdict, int> verdicts;
  std::set<std::pair<std::string, DamageKind>> kinds_met;
};

// Cut there, a log is whole and says nothing of what is missing; but the records do.
TEST_F(DamageSweepTest, LogCutBehindAnyTransactionIsToldByTheRecords) {
  for (const Patient& patient : *patients) {
    const std::string& log = patient.tree.at(kLog);
    for (std::size_t end = log.find('\n') + 1; end < log.size(); end = log.find('\n', end) + 1) {
      if (!EndsWhole(std::string_view(log).substr(0, end))) continue;
      Tree damaged = patient.tree;
      damaged[kLog].resize(end);
      Damage damage{DamageKind::kFileShortened, kLog, kStudents, end};
      Suffer(patient, damage, damaged);
    }
  }
  EXPECT_GT(damages, 10);
  EXPECT_EQ(verdicts[Verdict::kSilent], 0);
}

TEST_F(DamageSweepTest, SingleDamageIsNeverSilentWhereverItHits) {
  Sweep(kDamages);
  std::cout << "damages: " << damages << ", refused: " << verdicts[Verdict::kRefused]
            << ", lost nothing: " << verdicts[Verdict::kLostNothing]
            << ", torn tail reported: " << verdicts[Verdict::kTornTailReported]
            << ", silent: " << verdicts[Verdict::kSilent] << std::endl;
  EXPECT_EQ(verdicts[Verdict::kSilent], 0);
  EXPECT_GT(verdicts[Verdict::kTornTailReported], 0);
  EXPECT_EQ(kinds_met.size(), kKinds);
}

}  // namespace
}  // namespace linedb
