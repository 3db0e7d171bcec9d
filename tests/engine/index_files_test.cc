// Guards against the danger of every cache: that what it says is not what the data says. Whatever
// happens to the files in index/, no lookup and no walk may notice.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/storage/block_checksum.h"
#include "tests/engine/campus.h"
#include "tests/faults/sanitized.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using engine::kChecksumBlockBytes;
using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::Student;
using testing::Tree;

constexpr int kStudents = 300;

Options SmallIndexes() {
  Options options;
  options.index_bytes_min = 1;
  options.maintenance = Maintenance::kManual;
  options.compaction_bytes_small = 0;
  options.compaction_share_min = 2.0;  // never
  return options;
}

Student StudentOf(std::int64_t id, int version = 0) {
  return {.id = id,
          .name = absl::StrCat("name of ", id, " in version ", version, std::string(100, '.')),
          .email = absl::StrCat("student", id, version % 2 == 0 ? "" : "changed", "@uni.edu"),
          .gpa = 0.5 + version};
}

// What every way into the table yields, keys that are not there included.
std::string AnswersOf(Campus& campus) {
  std::string text = campus.State();
  const Table<Student> students = campus.students();
  for (std::int64_t id = 0; id <= kStudents + 20; ++id) {
    const absl::StatusOr<Student> by_key = students.Get(id);
    absl::StrAppend(&text, id, by_key.ok() ? by_key->name : by_key.status().ToString(), "\n");
    for (const int version : {0, 1}) {
      const absl::StatusOr<Student> by_email =
          students.FindBy<&Student::email>(*StudentOf(id, version).email);
      absl::StrAppend(&text, by_email.ok() ? by_email->name : by_email.status().ToString(), "\n");
    }
  }
  return text;
}

class IndexFilesTest : public ::testing::Test {
 protected:
  // Inserts, updates and deletes over three checkpoints, and some more that only the log has.
  static void Fill(Campus& campus, int salt = 0) {
    const Table<Student> students = campus.students();
    int step = salt;
    for (int checkpoint = 0; checkpoint < 4; ++checkpoint) {
      for (std::int64_t id = 1 + checkpoint; id <= kStudents; id += 4) {
        ASSERT_THAT(students.Insert(StudentOf(id)), IsOk());
        if (id > 8) {
          ASSERT_THAT(students.Upsert(StudentOf(id - 4, ++step)), IsOk());
        }
        if (id % 9 == 0) {
          ASSERT_THAT(students.Erase(id), IsOk());
        }
      }
      if (checkpoint < 3) {
        ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
      }
    }
  }
  static std::uint64_t IndexedBytes(const Campus& campus) {
    return campus.engine->FindTable("student")->generation->indexed_bytes();
  }
  static std::vector<std::string> IndexNames(const Tree& tree) {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : tree) {
      if (name.starts_with("index/")) names.push_back(name);
    }
    return names;
  }
  // The answers of a database with these files, opened both ways.
  static void ExpectAnswers(const Tree& tree, const std::string& expected,
                            const std::string& what) {
    Campus reader(tree);
    Options reading = SmallIndexes();
    reading.access = Access::kReadOnly;
    ASSERT_THAT(reader.Open(reading), IsOk()) << what;
    ASSERT_EQ(AnswersOf(reader), expected) << what;
    Campus writer(tree);
    ASSERT_THAT(writer.Open(SmallIndexes()), IsOk()) << what;
    ASSERT_EQ(AnswersOf(writer), expected) << what;
    // And it can be gone on with: what exists clashes, what does not can be made.
    const Table<Student> students = writer.students();
    ASSERT_THAT(students.Insert({.id = 2, .name = "twin"}),
                Fails(absl::StatusCode::kAlreadyExists, "student.id"))
        << what;
    ASSERT_THAT(students.Insert(StudentOf(kStudents + 5)), IsOk()) << what;
    ASSERT_THAT(writer.engine->Checkpoint(), IsOk()) << what;
    ASSERT_THAT(students.Get(kStudents + 5), IsOk()) << what;
    ASSERT_THAT(students.Get(2), IsOk()) << what;
  }
};

// [engine-7.1]
TEST_F(IndexFilesTest, OpeningTakesTheIndexFromItsFiles) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  Fill(campus);
  const std::string answers = AnswersOf(campus);
  const Tree crashed = campus.Files();
  EXPECT_GT(IndexedBytes(campus), 0U);
  EXPECT_GT(campus.engine->Stats().tables[0].index_file_bytes, 0U);
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_GE(IndexNames(campus.Files()).size(), 3U);
  Campus again(campus.Files());
  ASSERT_THAT(again.Open(SmallIndexes()), IsOk());
  EXPECT_GT(IndexedBytes(again), 0U);
  EXPECT_EQ(AnswersOf(again), answers);
  ExpectAnswers(crashed, answers, "after a crash");
}

TEST_F(IndexFilesTest, SnapshotsSeeTheirMomentAcrossTheWritingOfIndexes) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  const Table<Student> students = campus.students();
  for (std::int64_t id = 1; id <= 50; ++id) ASSERT_THAT(students.Insert(StudentOf(id)), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  auto taken = campus.engine->TakeSnapshot();
  ASSERT_THAT(taken, IsOk());
  const ReadTransaction before(campus.engine.get(), *taken);
  for (std::int64_t id = 1; id <= 50; ++id) {
    ASSERT_THAT(students.Upsert(StudentOf(id, 1)), IsOk());
    if (id % 10 == 0) {
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    }
  }
  ASSERT_THAT(students.Erase(7), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  for (std::int64_t id = 1; id <= 50; ++id) {
    EXPECT_EQ(students.Get(before, id).value(), StudentOf(id));
    EXPECT_EQ(students.FindBy<&Student::email>(before, *StudentOf(id).email)->id, id);
    EXPECT_EQ(students.Get(id).ok(), id != 7);
  }
  // A crash has no snapshots, and must not bring the old versions back.
  Campus again(campus.Files());
  ASSERT_THAT(again.Open(SmallIndexes()), IsOk());
  EXPECT_GT(IndexedBytes(again), 0U);
  EXPECT_EQ(AnswersOf(again), AnswersOf(campus));
}

// [engine-7.2]
TEST_F(IndexFilesTest, MissingFilesAreMadeAnew) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  Fill(campus);
  const std::string answers = AnswersOf(campus);
  const Tree files = campus.Files();
  ExpectAnswers(files, answers, "nothing missing");
  Tree none = files;
  for (const std::string& name : IndexNames(files)) {
    Tree without = files;
    without.erase(name);
    none.erase(name);
    ExpectAnswers(without, answers, name + " missing");
  }
  ExpectAnswers(none, answers, "all missing");
  Campus mended(none);
  ASSERT_THAT(mended.Open(SmallIndexes()), IsOk());
  ASSERT_THAT(mended.students().Insert(StudentOf(kStudents + 1)), IsOk());
  ASSERT_THAT(mended.engine->Checkpoint(), IsOk());
  EXPECT_GE(IndexNames(mended.Files()).size(), 3U);
}

// [engine-7.3]
TEST_F(IndexFilesTest, DamageInAnyFileChangesNoAnswer) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  Fill(campus);
  const std::string answers = AnswersOf(campus);
  const Tree files = campus.Files();
  for (const std::string& name : IndexNames(files)) {
    const std::string& bytes = files.at(name);
    // Every byte of a run has its turn in KeyRunTest.
    const std::size_t step = (name.ends_with(".blocks") ? 7 : 97) * (testing::kSanitized ? 9 : 1);
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      Tree damaged = files;
      damaged[name][at] = static_cast<char>(damaged[name][at] ^ (1 << at % 8));
      ExpectAnswers(damaged, answers, absl::StrCat(name, " byte ", at));
      if (at % (step * 5) != 0) continue;
      damaged[name] = bytes.substr(0, at);
      ExpectAnswers(damaged, answers, absl::StrCat(name, " cut at ", at));
      damaged[name] = bytes.substr(0, at) + std::string(bytes.size() - at, '\0');
      ExpectAnswers(damaged, answers, absl::StrCat(name, " NULs from ", at));
    }
  }
}

// [engine-7.4]
TEST_F(IndexFilesTest, FilesOfAnotherDatabaseOrAnOlderMomentAreNotTaken) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  Fill(campus);
  const Tree older = campus.Files();
  // Two futures of one past, of the same lengths.
  std::vector<Tree> futures;
  std::vector<std::string> answers;
  for (const int version : {2, 4}) {
    Campus future(older);
    ASSERT_THAT(future.Open(SmallIndexes()), IsOk());
    for (std::int64_t id = 2; id < 60; id += 4) {
      ASSERT_THAT(future.students().Upsert(StudentOf(id, version)), IsOk());
      ASSERT_THAT(future.students().Insert(StudentOf(1000 + id + version)), IsOk());
    }
    ASSERT_THAT(future.engine->Checkpoint(), IsOk());
    answers.push_back(AnswersOf(future));
    futures.push_back(future.Files());
  }
  EXPECT_EQ(futures[0].at("data/student.records").size(),
            futures[1].at("data/student.records").size());
  for (const auto& [mine, other] : {std::pair{0, 1}, std::pair{1, 0}}) {
    const Tree& tree = futures[static_cast<std::size_t>(mine)];
    const std::string& expected = answers[static_cast<std::size_t>(mine)];
    for (const Tree& from : {futures[static_cast<std::size_t>(other)], older}) {
      Tree all = tree;
      for (const std::string& name : IndexNames(tree)) all.erase(name);
      for (const std::string& name : IndexNames(from)) {
        all[name] = from.at(name);
        Tree one = tree;
        one[name] = from.at(name);
        ExpectAnswers(one, expected, name + " of another");
      }
      ExpectAnswers(all, expected, "all of another");
    }
  }
}

class DamageInBothTest : public IndexFilesTest {
 protected:
  // Opened with a damaged index and these records, a lookup finds what it should or fails, and what
  // exists cannot be made again. Returns how many lookups fail; all if opening does.
  static std::int64_t FailedLookups(const Tree& files, const Options& options,
                                    const std::set<std::int64_t>& there) {
    Campus damaged(files);
    const absl::Status opened = damaged.Open(options);
    EXPECT_TRUE(opened.ok() || absl::IsDataLoss(opened)) << opened;
    if (!opened.ok()) return kStudents;
    std::int64_t failed = 0;
    for (std::int64_t id = 1; id <= kStudents; ++id) {
      const absl::StatusOr<Student> found = damaged.students().Get(id);
      failed += absl::IsDataLoss(found.status());
      EXPECT_TRUE(found.ok() == there.contains(id) || absl::IsDataLoss(found.status())) << id;
      const absl::Status twin = damaged.students().Insert({.id = id, .name = "twin"}).status();
      EXPECT_TRUE(absl::IsDataLoss(twin) || twin.ok() != there.contains(id)) << id << " " << twin;
    }
    return failed;
  }
  static std::set<std::int64_t> StudentsOf(Campus& campus) {
    std::set<std::int64_t> there;
    for (std::int64_t id = 1; id <= kStudents; ++id) {
      if (campus.students().Get(id).ok()) there.insert(id);
    }
    return there;
  }
  static void DamageKeys(Tree* files) {
    for (const std::string& name : IndexNames(*files)) {
      std::string& bytes = (*files)[name];
      if (name.ends_with(".key0")) bytes[50] = static_cast<char>(bytes[50] ^ 1);
    }
  }
};

TEST_F(DamageInBothTest, IsAnErrorAndNoAnswer) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  Fill(campus);
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const std::set<std::int64_t> there = StudentsOf(campus);
  ASSERT_THAT(campus.Close(), IsOk());
  Tree files = campus.Files();
  DamageKeys(&files);
  ASSERT_EQ(FailedLookups(files, SmallIndexes(), there), 0);
  const std::string records = files["data/student.records"];
  std::int64_t failed = 0;
  for (std::size_t at = 30; at < records.size(); at += records.size() / 23) {
    files["data/student.records"] = records;
    files["data/student.records"][at] = static_cast<char>(records[at] ^ 1);
    failed += FailedLookups(files, SmallIndexes(), there);
  }
  EXPECT_GT(failed, 0);
}

// The block that the index ends in is full by now: what vouches for the block says nothing of the
// part that the index is about.
TEST_F(DamageInBothTest, IsAnErrorInTheBlockThatTheIndexEndsIn) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  Fill(campus);
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const std::uint64_t indexed = IndexedBytes(campus);
  ASSERT_GT(indexed % kChecksumBlockBytes, 1000U);
  const std::set<std::int64_t> there = StudentsOf(campus);
  ASSERT_THAT(campus.Close(), IsOk());
  Options options = SmallIndexes();
  options.index_bytes_min = kChecksumBlockBytes;
  Campus longer(campus.Files());
  ASSERT_THAT(longer.Open(options), IsOk());
  const std::uint64_t block_end = (indexed / kChecksumBlockBytes + 1) * kChecksumBlockBytes;
  for (std::int64_t id = kStudents + 1;
       longer.engine->Stats().tables[0].file_bytes < block_end + 1000; ++id) {
    ASSERT_THAT(longer.students().Insert(StudentOf(id)), IsOk());
  }
  ASSERT_THAT(longer.engine->Checkpoint(), IsOk());
  ASSERT_THAT(longer.Close(), IsOk());
  Tree files = longer.Files();
  ASSERT_EQ(Campus(files).Problems(), "");
  DamageKeys(&files);
  std::string& records = files["data/student.records"];
  const std::size_t key = records.rfind("{\"id\":", indexed - 1) + 6;
  records[key] = static_cast<char>(records[key] ^ 1);
  EXPECT_GT(FailedLookups(files, options, there), 0);
}

TEST_F(IndexFilesTest, LinesThatAnOpeningHadToReadAreInTheIndexThen) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  Fill(campus);
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const Tree before = campus.Files();
  for (std::int64_t id = kStudents + 1; id <= kStudents + 20; ++id) {
    ASSERT_THAT(campus.students().Insert(StudentOf(id)), IsOk());
  }
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const std::string answers = AnswersOf(campus);
  Tree late = campus.Files();
  std::erase_if(late, [](const auto& file) { return file.first.starts_with("index/"); });
  for (const std::string& name : IndexNames(before)) late[name] = before.at(name);
  Campus again(late);
  ASSERT_THAT(again.Open(SmallIndexes()), IsOk());
  EXPECT_EQ(IndexedBytes(again), IndexedBytes(campus));
  EXPECT_EQ(AnswersOf(again), answers);
  EXPECT_EQ(again.Problems(), "");
}

TEST_F(IndexFilesTest, VerifyNamesEveryFileThatIsDamaged) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  Fill(campus);
  const Tree files = campus.Files();
  ASSERT_EQ(Campus(files).Problems(), "");
  for (const std::string& name : IndexNames(files)) {
    for (const std::size_t at : {std::size_t{50}, files.at(name).size() - 50}) {
      Tree damaged = files;
      damaged[name][at] = static_cast<char>(damaged[name][at] ^ 1);
      EXPECT_THAT(Campus(damaged).Problems(), ::testing::StartsWith(name)) << at;
    }
  }
}

// A table that grows by less than this is not indexed anew for that.
Options LazyIndexes() {
  Options options = SmallIndexes();
  options.index_bytes_min = 10'000;
  return options;
}

// [engine-7.5]
TEST_F(IndexFilesTest, ADamagedFileIsReplacedByTheNextCheckpoint) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  Fill(campus);
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  Tree files = campus.Files();
  for (const std::string& name : IndexNames(files)) {
    if (name.ends_with(".key1")) files[name][50] = static_cast<char>(files[name][50] ^ 1);
  }
  Campus damaged(files);
  ASSERT_NE(damaged.Problems(), "");
  ASSERT_THAT(damaged.Open(LazyIndexes()), IsOk());
  const std::string answers = AnswersOf(damaged);
  ASSERT_THAT(damaged.students().Insert(StudentOf(kStudents + 100)), IsOk());
  ASSERT_THAT(damaged.engine->Checkpoint(), IsOk());
  EXPECT_EQ(damaged.Problems(), "");
  ASSERT_THAT(damaged.students().Erase(kStudents + 100), IsOk());
  const std::string now = AnswersOf(damaged);
  EXPECT_EQ(now.substr(now.find('\n')), answers.substr(answers.find('\n')));  // but the next key
}

// [engine-7.5] Over many checkpoints lookups do not get slower without end, and no file is left
// behind.
TEST_F(IndexFilesTest, RunsAreMergedAndOldFilesRemoved) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  for (std::int64_t id = 1; id <= 60; ++id) {
    ASSERT_THAT(campus.students().Insert(StudentOf(id)), IsOk());
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  }
  EXPECT_LE(IndexNames(campus.Files()).size(), 3U);
  ASSERT_THAT(campus.Close(), IsOk());
}

TEST_F(IndexFilesTest, DroppingATableRemovesItsIndex) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  Fill(campus);
  ASSERT_FALSE(IndexNames(campus.Files()).empty());
  ASSERT_THAT(campus.engine->DropTable("student"), IsOk());
  EXPECT_TRUE(IndexNames(campus.Files()).empty());
}

// [engine-7.5]
TEST_F(IndexFilesTest, ATableCompactedToALittleKeepsNoFiles) {
  Options options = LazyIndexes();
  options.compaction_share_min = 0.1;
  Campus campus;
  ASSERT_THAT(campus.Open(options), IsOk());
  Fill(campus);
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_FALSE(IndexNames(campus.Files()).empty());
  for (std::int64_t id = 2; id <= kStudents; ++id) campus.students().Erase(id).IgnoreError();
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_EQ(IndexNames(campus.Files()), std::vector<std::string>());
  EXPECT_THAT(campus.students().Get(1), IsOk());
}

TEST_F(IndexFilesTest, ACompactionHasAnIndexOfItsOwn) {
  Options options = SmallIndexes();
  options.compaction_share_min = 0.1;
  Campus campus;
  ASSERT_THAT(campus.Open(options), IsOk());
  Fill(campus);
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const std::string answers = AnswersOf(campus);
  EXPECT_GT(IndexedBytes(campus), 0U);
  ASSERT_THAT(campus.Close(), IsOk());
  Campus again(campus.Files());
  ASSERT_THAT(again.Open(options), IsOk());
  EXPECT_EQ(AnswersOf(again), answers);
  EXPECT_EQ(IndexedBytes(again), again.engine->Stats().tables[0].file_bytes);
}

}  // namespace
}  // namespace linedb
