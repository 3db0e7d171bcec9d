// A handle for reading goes on with what another one commits. Guards against a state that never
// was: half a transaction, tables of two moments, an older state after a newer one; and against a
// snapshot that changes, or a handle left behind by a checkpoint.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/engine/campus.h"
#include "tests/schema/random_seed.h"
#include "tests/wal/forwarding_disk.h"
#include "wal/file_steps.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Course;
using testing::Enrollment;
using testing::Fails;
using testing::IsOk;
using testing::Student;

Options Reading() {
  Options options;
  options.access = Access::kReadOnly;
  options.maintenance = Maintenance::kManual;
  return options;
}

// Opens no file for as long as it is told to.
class ShutDisk final : public wal::ForwardingDisk {
 public:
  explicit ShutDisk(wal::FileSystem& disk) : ForwardingDisk(disk) {}
  absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                  wal::OpenMode mode) override {
    if (shut) return absl::ResourceExhaustedError("too many files are open");
    return ForwardingDisk::Open(path, mode);
  }
  bool shut = false;
};

class RefreshTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.maintenance = Maintenance::kManual;
    ASSERT_THAT(writer.Open(options), IsOk());
    writer.MakeTables();
    ASSERT_THAT(writer.students().Insert({.id = 1, .name = "Alice"}), IsOk());
    reader.through = &seen;
    ASSERT_THAT(reader.Open(Reading()), IsOk());
  }
  void TearDown() override {
    reader.engine.reset();  // before the disk that it sees
    writer.engine.reset();
  }
  void ExpectSame() {
    ASSERT_THAT(reader.engine->Refresh(), IsOk());
    EXPECT_EQ(reader.State(), writer.State());
    EXPECT_EQ(reader.engine->Stats().last_lsn, writer.engine->Stats().last_lsn);
  }

  Campus writer;
  ShutDisk seen{*writer.disk};
  Campus reader;
};

// [engine-8.1]
TEST_F(RefreshTest, ShowsWhatWasCommittedSinceAndOldSnapshotsStay) {
  const Table<Student> students = reader.students();
  const auto before = reader.engine->TakeSnapshot();
  ASSERT_THAT(writer.students().Insert({.id = 2, .name = "Bob"}), IsOk());
  ASSERT_THAT(writer.students().Upsert({.id = 1, .name = "Alicia"}), IsOk());
  EXPECT_TRUE(absl::IsNotFound(students.Get(2).status()));
  ExpectSame();
  EXPECT_EQ(students.Get(2)->name, "Bob");
  EXPECT_EQ(students.Get(1)->name, "Alicia");
  const ReadTransaction old(reader.engine.get(), *before);
  EXPECT_EQ(students.Get(old, 1)->name, "Alice");
  EXPECT_TRUE(absl::IsNotFound(students.Get(old, 2).status()));
  ASSERT_THAT(writer.students().Erase(2), IsOk());
  ASSERT_THAT(writer.engine->Checkpoint(), IsOk());
  ExpectSame();
  EXPECT_EQ(students.size(), 1u);
  EXPECT_EQ(students.Get(old, 1)->name, "Alice");
}

TEST_F(RefreshTest, TrialIsPermittedToItsThreadAlone) {
  reader.engine->PermitTrials();
  EXPECT_THAT(reader.engine->Begin(), IsOk());
  std::thread([this] {
    EXPECT_THAT(reader.engine->Begin(), Fails(absl::StatusCode::kFailedPrecondition));
  }).join();
  reader.engine->EndTrials();
  EXPECT_THAT(reader.engine->Begin(), Fails(absl::StatusCode::kFailedPrecondition));
}

// The lines that a reader has of the log lie in memory, which a refresh may outgrow while a scan
// still looks at what there was.
// [engine-8.1]
TEST_F(RefreshTest, ScanGoesOnWhileARefreshTakesALotIn) {
  const auto insert = [this](int begin, int end) {
    WriteTransaction transaction = writer.Begin();
    for (int id = begin; id < end; ++id) {
      ASSERT_THAT(writer.students().Insert(transaction, {.id = id, .name = "A name"}), IsOk());
    }
    ASSERT_THAT(transaction.Commit(), IsOk());
  };
  insert(2, 2000);
  ASSERT_THAT(reader.engine->Refresh(), IsOk());
  int count = 0;
  const absl::Status scanned = reader.students().ForEach([&](const Student&) {
    if (count++ == 5) {
      insert(2000, 40'000);
      EXPECT_THAT(reader.engine->Refresh(), IsOk());
    }
  });
  EXPECT_THAT(scanned, IsOk());
  EXPECT_EQ(count, 1999);
  ExpectSame();
}

// [engine-8.1]
TEST_F(RefreshTest, AgreesWithTheWriterThroughRandomWork) {
  std::mt19937_64 random(schema::TestSeed());
  for (int round = 0; round < 400; ++round) {
    const auto id = static_cast<std::int64_t>(random() % 60);
    switch (random() % 8) {
      case 0:
        ASSERT_THAT(writer.engine->Checkpoint(), IsOk());
        break;
      case 1:
        writer.students().Erase(id).IgnoreError();
        break;
      case 2: {  // over two tables, or not at all
        WriteTransaction both = writer.Begin();
        ASSERT_THAT(writer.students().Upsert(both, {.id = id, .name = "both"}), IsOk());
        writer.enrollments().Insert(both, {.student_id = id, .course_id = round}).IgnoreError();
        if (random() % 3 != 0) {
          ASSERT_THAT(both.Commit(), IsOk());
        }
        break;
      }
      case 3:
        if (random() % 8 == 0) {
          ASSERT_THAT(writer.engine->DropTable("course"), IsOk());
          writer.courses();
        }
        writer.courses().Upsert({.id = id, .code = absl::StrCat(round)}).IgnoreError();
        break;
      default:
        ASSERT_THAT(writer.students().Upsert({.id = id,
                                              .name = absl::StrCat("name ", round),
                                              .email = absl::StrCat(round, "@uni.edu")}),
                    IsOk());
    }
    if (random() % 3 == 0) ExpectSame();
  }
  ExpectSame();
}

// What the log has grows in memory here, and outgrows the room made for it.
TEST_F(RefreshTest, TakesMoreThanItHadMadeRoomFor) {
  const Table<Student> students = reader.students();
  for (int round = 0; round < 5; ++round) {
    std::vector<Student> rows;
    for (std::int64_t id = 0; id < 500; ++id) {
      rows.push_back({.id = 1000 * (round + 1) + id, .name = std::string(1000, 'x')});
    }
    ASSERT_THAT(writer.students().InsertAll(rows), IsOk());
    ASSERT_THAT(writer.students().Upsert({.id = 1, .name = absl::StrCat("round ", round)}), IsOk());
    ExpectSame();
    EXPECT_EQ(students.Get(1)->name, absl::StrCat("round ", round));
  }
  EXPECT_EQ(students.size(), 2501u);
}

// [engine-8.2]
TEST_F(RefreshTest, TablesMadeAlteredAndDroppedAreFollowed) {
  const Table<Course> courses = reader.courses();
  ASSERT_THAT(writer.courses().Insert({.id = 1, .code = "CS101"}), IsOk());
  ExpectSame();
  TableSchema schema = schema::StructCodec<Course>::Schema();
  schema.columns.push_back({.name = "building", .type = Type::kString, .nullable = true});
  ASSERT_THAT(writer.engine->AlterTable(schema), IsOk());
  EXPECT_EQ(courses.Get(1)->code, "CS101");  // not refreshed yet
  ExpectSame();
  EXPECT_THAT(courses.Get(1), Fails(absl::StatusCode::kFailedPrecondition, "altered"));
  const Table<Enrollment> enrollments = reader.enrollments();
  ASSERT_THAT(writer.engine->DropTable("enrollment"), IsOk());
  ExpectSame();
  EXPECT_THAT(enrollments.Get({1, 1}), Fails(absl::StatusCode::kFailedPrecondition, "dropped"));
  EXPECT_EQ(reader.engine->FindTable("enrollment"), nullptr);
  writer.enrollments();
  ASSERT_THAT(writer.enrollments().Insert({.student_id = 1, .course_id = 1}), IsOk());
  ExpectSame();
  EXPECT_THAT(reader.enrollments().Get({1, 1}), IsOk());
}

// A writer that has altered a table or dropped it goes on to its files after the switch of logs,
// which readers notice, while one looks at them.
class WriterAtFilesTest : public RefreshTest {
 protected:
  // Does something once, before a file is opened whose path ends so.
  class TurningDisk final : public wal::ForwardingDisk {
   public:
    using ForwardingDisk::ForwardingDisk;
    absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                    wal::OpenMode mode) override {
      if (path.ends_with(suffix) && turn) std::exchange(turn, nullptr)();
      return ForwardingDisk::Open(path, mode);
    }
    std::string suffix;
    std::function<void()> turn;
  };

  void SetUp() override {
    RefreshTest::SetUp();
    reader.engine.reset();
    reader.through = &turning;
  }
  void TearDown() override {
    reader.engine.reset();
    RefreshTest::TearDown();
  }
  void Write(const std::string& path, const std::string& text) {
    ASSERT_THAT(wal::WriteFileAtomically(*writer.disk, path, text), IsOk());
  }
  // The files as they are between the switch of logs and the rename of the new schema.
  void AlterButForTheSchemaFile() {
    const std::string before = writer.Bytes("schema/course.schema.json");
    TableSchema schema = schema::StructCodec<Course>::Schema();
    schema.columns.push_back({.name = "building", .type = Type::kString, .nullable = true});
    ASSERT_THAT(writer.engine->AlterTable(schema), IsOk());
    ASSERT_THAT(writer.disk->Rename(paths.Schema("course"), paths.SchemaNext("course")), IsOk());
    Write(paths.Schema("course"), before);
  }
  void PutSchemaIntoPlace(const std::string& while_this_is_opened) {
    turning.suffix = while_this_is_opened;
    turning.turn = [this] {
      ASSERT_THAT(writer.disk->Rename(paths.SchemaNext("course"), paths.Schema("course")), IsOk());
    };
  }
  void ExpectTurned() { EXPECT_EQ(turning.turn, nullptr); }

  const wal::DatabasePaths paths{testing::kDirectory};
  TurningDisk turning{*writer.disk};
};

TEST_F(WriterAtFilesTest, SchemaPutIntoPlaceBetweenTwoLooksIsNoDamageToAReader) {
  AlterButForTheSchemaFile();
  PutSchemaIntoPlace(".next");
  ASSERT_THAT(reader.Open(Reading()), IsOk());
  ExpectTurned();
  ExpectSame();
}

TEST_F(WriterAtFilesTest, SchemaPutIntoPlaceBetweenTwoLooksIsNoDamageToVerify) {
  AlterButForTheSchemaFile();
  PutSchemaIntoPlace(".next");
  const auto report = engine::VerifyDatabase(turning, paths);
  ASSERT_THAT(report, IsOk());
  ExpectTurned();
  EXPECT_TRUE(report->problems.empty()) << report->problems[0].message;
}

TEST_F(WriterAtFilesTest, TableWhoseFilesGoBetweenTwoLooksIsNoErrorToAReader) {
  const std::string schema = writer.Bytes("schema/course.schema.json");
  ASSERT_THAT(writer.engine->DropTable("course"), IsOk());
  Write(paths.Schema("course"), schema);
  turning.suffix = "course.schema.json";
  turning.turn = [this] { ASSERT_THAT(writer.disk->Remove(paths.Schema("course")), IsOk()); };
  ASSERT_THAT(reader.Open(Reading()), IsOk());
  ExpectTurned();
  ExpectSame();
}

TEST_F(WriterAtFilesTest, SchemaThatIsNowhereIsDamageBesideAWriterToo) {
  AlterButForTheSchemaFile();
  ASSERT_THAT(writer.disk->Remove(paths.SchemaNext("course")), IsOk());
  EXPECT_THAT(reader.Open(Reading()),
              Fails(absl::StatusCode::kDataLoss, "schema/course.schema.json line 1", "checksum"));
  EXPECT_THAT(writer.Problems(), ::testing::HasSubstr("course.schema.json line 1 byte 0 checksum"));
}

// [engine-8.3] A writer is in the middle of a line, or of a transaction; then it takes that back.
TEST_F(RefreshTest, LinesOfNoWholeTransactionAreLeftUntilTheyAre) {
  const std::string path = absl::StrCat(testing::kDirectory, "/wal/transaction.log");
  ASSERT_THAT(writer.students().Insert({.id = 2, .name = "Bob"}), IsOk());
  const std::string log = writer.Bytes("wal/transaction.log");
  WriteTransaction two = writer.Begin();
  ASSERT_THAT(writer.students().Insert(two, {.id = 3, .name = "Carol"}), IsOk());
  ASSERT_THAT(writer.students().Insert(two, {.id = 4, .name = "Dan"}), IsOk());
  ASSERT_THAT(two.Commit(), IsOk());
  const std::string added = writer.Bytes("wal/transaction.log").substr(log.size());
  auto file = writer.disk->Open(path, wal::OpenMode::kAppend);
  ASSERT_THAT(file, IsOk());
  for (std::size_t bytes = 0; bytes < added.size(); bytes += 7) {
    ASSERT_THAT((*file)->Truncate(log.size()), IsOk());
    ASSERT_THAT((*file)->Append(added.substr(0, bytes)), IsOk());
    ASSERT_THAT(reader.engine->Refresh(), IsOk());
    EXPECT_EQ(reader.students().size(), 2u) << bytes;
  }
  ASSERT_THAT((*file)->Truncate(log.size()), IsOk());
  ASSERT_THAT((*file)->Append(added), IsOk());
  ExpectSame();
}

// [engine-8.4]
TEST_F(RefreshTest, AnOlderStateInTheSamePlaceIsRefused) {
  const testing::Tree old = writer.Files();
  ASSERT_THAT(writer.students().Insert({.id = 2, .name = "Bob"}), IsOk());
  ExpectSame();
  ASSERT_THAT(writer.Close(), IsOk());
  for (const auto& [name, bytes] : old) {
    ASSERT_THAT(
        wal::WriteFileAtomically(*writer.disk, absl::StrCat(testing::kDirectory, "/", name), bytes),
        IsOk());
  }
  EXPECT_THAT(reader.engine->Refresh(),
              Fails(absl::StatusCode::kFailedPrecondition, "directory was replaced"));
  EXPECT_EQ(reader.students().Get(2)->name, "Bob");
}

TEST_F(RefreshTest, AfterAFailureItShowsWhatItDidAndTriesAgain) {
  ASSERT_THAT(writer.students().Insert({.id = 2, .name = "Bob"}), IsOk());
  ASSERT_THAT(writer.engine->Checkpoint(), IsOk());
  const std::string before = reader.State();
  seen.shut = true;
  EXPECT_THAT(reader.engine->Refresh(), Fails(absl::StatusCode::kResourceExhausted, "too many"));
  EXPECT_EQ(reader.State(), before);
  seen.shut = false;
  ExpectSame();
}

TEST_F(RefreshTest, AHandleThatWritesIsAlwaysCurrent) {
  EXPECT_THAT(writer.engine->Refresh(), IsOk());
  ASSERT_THAT(reader.Close(), IsOk());
}

// [engine-8.1]
TEST_F(RefreshTest, ByItselfAHandleFollowsAtItsInterval) {
  Options options = Reading();
  options.maintenance = Maintenance::kBackground;
  options.refresh_interval = std::chrono::milliseconds(1);
  ASSERT_THAT(reader.Open(options), IsOk());
  const Table<Student> students = reader.students();
  for (std::int64_t id = 2; id < 30; ++id) {
    ASSERT_THAT(writer.students().Insert({.id = id, .name = "new"}), IsOk());
    if (id % 7 == 0) {
      ASSERT_THAT(writer.engine->Checkpoint(), IsOk());
    }
    while (!students.Get(id).ok()) std::this_thread::yield();  // for as long as it takes
  }
  ASSERT_THAT(reader.Close(), IsOk());
}

}  // namespace
}  // namespace linedb
