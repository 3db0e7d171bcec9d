#include "tests/faults/damaged_campus.h"

#include <cstdint>

#include "nlohmann/json.hpp"
#include "tests/engine/campus.h"
#include "tests/engine/ruled_disk.h"
#include "tests/faults/fixed_moment.h"
#include "wal/wal_archive.h"

namespace linedb::testing {
namespace {

constexpr char kLog[] = "wal/transaction.log";
constexpr char kSurplus[] = "data/student.records.surplus";

Options ByHand() {
  Options options;
  options.maintenance = Maintenance::kManual;
  return options;
}

// A checkpoint leaves superseded lines where they are.
Options WithoutCompaction() {
  Options options = ByHand();
  options.compaction_bytes_small = 0;
  options.compaction_share_min = 1;
  return options;
}

template <class T>
void MakeTable(Campus& campus) {
  TableSchema schema = schema::StructCodec<T>::Schema();
  schema.created_at = kFixedMoment;
  EXPECT_THAT(campus.engine->CreateTable(schema), IsOk());
}

void Work(Campus& campus, std::int64_t number) {
  const std::string name = absl::StrCat("s", number);
  WriteTransaction transaction = campus.Begin();
  EXPECT_THAT(campus.students().Insert(transaction, {.name = name, .email = name}), IsOk());
  EXPECT_THAT(campus.students().Update(transaction, {.id = 1 + number / 2, .name = "updated"}),
              IsOk());
  if (number % 4 == 0) {
    EXPECT_THAT(campus.courses().Insert(transaction, {.code = name, .room = name}), IsOk());
  }
  if (number % 8 == 0) {
    EXPECT_THAT(campus.courses().Erase(transaction, number / 8), IsOk());
  }
  if (number > 32) {
    EXPECT_THAT(campus.enrollments().Insert(transaction, {.student_id = number}), IsOk());
  }
  EXPECT_THAT(transaction.Commit(), IsOk());
}

void MakeSomeArchivesPlain(Campus& campus) {
  const wal::DatabasePaths paths(kDirectory);
  const auto archives = wal::ListArchives(*campus.disk, paths);
  ASSERT_THAT(archives, IsOk());
  ASSERT_GE(archives->size(), 3U);
  for (const std::size_t i : {std::size_t{0}, archives->size() - 1}) {
    const wal::Archive& archive = (*archives)[i];
    const auto text = wal::ReadArchive(*campus.disk, archive);
    ASSERT_THAT(text, IsOk());
    wal::ArchiveName name = archive.name;
    name.compressed = false;
    ASSERT_THAT(wal::WriteFileAtomically(*campus.disk, paths.Archive(name), *text), IsOk());
    ASSERT_THAT(campus.disk->Remove(archive.path), IsOk());
  }
}

void AddSurplus(Campus& campus) {
  const std::string path = absl::StrCat(kDirectory, "/", kSurplus);
  ASSERT_THAT(
      wal::WriteFileAtomically(*campus.disk, path, "{\"id\":98}\n{\"id\":99,\"name\":\"Zoe\"}\n"),
      IsOk());
}

std::map<std::string, std::uint64_t> CheckpointBytes(const Tree& tree) {
  const std::string& log = tree.at(kLog);
  const auto header = nlohmann::json::parse(log.substr(0, log.find('\n')));
  std::map<std::string, std::uint64_t> bytes;
  for (const auto& [table, mark] : header["tables"].items()) {
    bytes["data/" + table + ".records"] = mark["bytes"].get<std::uint64_t>();
  }
  return bytes;
}

Patient Admit(const std::string& name, Campus& campus, const std::vector<std::string>& states) {
  Patient patient{name, AtFixedMoment(campus.Files()), false, states.back(), states, {}};
  patient.checkpoint_bytes = CheckpointBytes(patient.tree);
  if (!patient.tree.at("LOCK").empty()) patient.tree["LOCK"] = kNoteOfTheDead;
  return patient;
}

// Dies before the compacted files are renamed into place.
Patient MakeSwitched(const Tree& closed, std::vector<std::string> states) {
  Campus campus(closed);
  RuledDisk disk(*campus.disk);
  disk.SetRule([](std::string_view operation, const std::string& path) {
    return operation == "rename" && path.ends_with(".compacted")
               ? absl::InternalError("the process is dead")
               : absl::OkStatus();
  });
  campus.through = &disk;
  EXPECT_THAT(campus.Open(ByHand()), IsOk());
  Work(campus, 41);
  states.push_back(campus.State());
  EXPECT_FALSE(campus.engine->Checkpoint().ok());
  Patient patient = Admit("switched", campus, states);
  EXPECT_TRUE(patient.tree.contains("data/student.records.compacted"));
  campus.engine.reset();
  return patient;
}

}  // namespace

std::string_view KindOfFile(std::string_view path) {
  if (path == "LOCK") return "LOCK";
  if (path.starts_with("schema/")) return "schema";
  if (path.ends_with(".surplus")) return "surplus";
  if (path.ends_with(".compacted")) return "compacted";
  if (path.ends_with(".records")) return "records";
  if (path == kLog) return "log";
  return path.ends_with(".zst") ? "archive zst" : "archive plain";
}

std::string_view Patient::WhyHarmless(std::string_view path, const Tree& after) const {
  const std::string_view kind = KindOfFile(path);
  if (kind == "LOCK") return "a note, not data";
  if (kind == "surplus") return "bytes that the log does not vouch for";
  const auto found = after.find(std::string(path));
  const bool missing = found == after.end();
  if (kind == "archive plain" && missing) {
    for (const auto& [other, bytes] : tree) {
      if (other.starts_with("wal/") && other < path) return "";
    }
    return "the oldest archive goes one day anyway";
  }
  // A LOCK that holds something says that the writer died, and the next opening repairs.
  const auto lock = after.find("LOCK");
  if (closed && (lock == after.end() || lock->second.empty())) return "";
  if (kind == "records" && tree.contains(std::string(path) + ".compacted")) {
    return "its successor stands beside it";
  }
  if (kind == "compacted") {
    const std::string records(path.substr(0, path.rfind('.')));
    const auto there = after.find(records);
    if (there != after.end() && there->second == tree.at(std::string(path))) {
      return "its bytes stand where they belong already";
    }
  }
  if (kind == "records") {
    const auto checkpoint = checkpoint_bytes.find(std::string(path));
    const std::uint64_t bytes = checkpoint == checkpoint_bytes.end() ? 0 : checkpoint->second;
    const std::string now = missing ? "" : found->second;
    if (now.size() >= bytes &&
        tree.at(std::string(path)).substr(0, bytes) == now.substr(0, bytes)) {
      return "behind the checkpoint, the log has it";
    }
  }
  if (kind == "schema" && missing) {
    const std::string table(path.substr(7, path.find('.') - 7));
    if (!checkpoint_bytes.contains("data/" + table + ".records")) return "the log has it";
  }
  return "";
}

std::vector<Patient> MakePatients() {
  Campus campus;
  std::vector<std::string> states;
  EXPECT_THAT(campus.Open(ByHand()), IsOk());
  states.push_back(campus.State());
  MakeTable<Student>(campus);
  MakeTable<Course>(campus);
  for (std::int64_t i = 1; i <= 40; ++i) {
    Work(campus, i);
    if (i == 10 || i == 20) {
      EXPECT_THAT(campus.engine->Checkpoint(), IsOk());  // compacts
    }
    if (i == 30) {
      EXPECT_THAT(campus.Close(), IsOk());
      EXPECT_THAT(campus.Open(WithoutCompaction()), IsOk());
      EXPECT_THAT(campus.engine->Checkpoint(), IsOk());
    }
    states.push_back(campus.State());
    if (i == 32) {
      MakeTable<Enrollment>(campus);
      states.push_back(campus.State());
    }
  }
  MakeSomeArchivesPlain(campus);
  AddSurplus(campus);
  std::vector<Patient> patients = {Admit("crashed", campus, states)};
  EXPECT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
  patients.push_back(Admit("closed", campus, states));
  patients.back().closed = true;
  patients.push_back(MakeSwitched(patients.back().tree, states));
  return patients;
}

}  // namespace linedb::testing
