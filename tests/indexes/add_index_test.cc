// Guards against an index that comes to a table in use: it has every record, those written while it
// was made included; nobody is stopped for it; and stopped at any operation on the disk the table
// is as it was or as it was to be.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "linedb/indexes.h"
#include "tests/engine/ruled_disk.h"
#include "tests/indexes/library.h"
#include "tests/references/linked_tables.h"

namespace linedb {
namespace {

using testing::Book;
using testing::Campus;
using testing::CoreOf;
using testing::ExpectIndexesAgree;
using testing::Fails;
using testing::IsOk;
using testing::RuledDisk;
using testing::Student;
using testing::Tree;

constexpr int kStudents = 200;

Options ManualOptions() {
  Options options;
  options.maintenance = Maintenance::kManual;
  options.index_bytes_min = 1;
  return options;
}

absl::Status AddNameIndex(engine::Engine& engine) {
  return engine.AddIndex("student", {.columns = {"name", "gpa"}});
}

std::vector<std::string> IndexNames(const Campus& campus) {
  std::vector<std::string> names;
  for (const auto& index : campus.engine->FindTable("student")->layout().indexes()) {
    names.push_back(index.name);
  }
  return names;
}

// Opening reads the lines in their order: a record that was deleted, or was another before, clashed
// with one that stayed, and the database could not be opened any more.
// [engine-16.13]
TEST(AddUniqueIndexTest, SupersededLinesClashWithNoneAfterReopening) {
  Options options;
  options.maintenance = Maintenance::kManual;  // and no index files: the table is read
  Campus campus;
  ASSERT_THAT(campus.Open(options), IsOk());
  for (const std::int64_t id : {1, 2, 3, 4}) {
    ASSERT_THAT(campus.students().Insert({.id = id, .name = id < 4 ? "Ann" : "Bob"}), IsOk());
  }
  ASSERT_THAT(campus.students().Erase(1), IsOk());
  ASSERT_THAT(campus.students().Update({.id = 2, .name = "Eve"}), IsOk());
  ASSERT_THAT(campus.engine->AddIndex("student", {.columns = {"name"}, .unique = true}), IsOk());
  const std::string state = campus.State();
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
  ASSERT_THAT(campus.Open(options), IsOk());
  EXPECT_EQ(campus.State(), state);
  EXPECT_THAT(campus.students().Insert({.id = 5, .name = "Bob"}),
              Fails(absl::StatusCode::kAlreadyExists, "Bob"));
}

class AddIndexTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(campus.Open(ManualOptions()), IsOk());
    Fill(campus);
  }
  static void Fill(Campus& campus) {
    std::vector<Student> many;
    for (int i = 0; i < kStudents; ++i) {
      many.push_back({.name = absl::StrCat("name ", i % 17), .gpa = i * 7 % 10 / 2.0});
    }
    ASSERT_THAT(campus.students().InsertAll(many), IsOk());
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    for (int id = 1; id < 40; ++id) {
      ASSERT_THAT(campus.students().UpdateOf<&Student::gpa>(id, id % 5), IsOk());
    }
  }

  Campus campus;
};

// [engine-16.10]
TEST_F(AddIndexTest, AnAddedIndexHasEveryRecord) {
  ASSERT_THAT(AddNameIndex(*campus.engine), IsOk());
  EXPECT_THAT(IndexNames(campus), ::testing::ElementsAre("name,gpa"));
  ASSERT_NO_FATAL_FAILURE(ExpectIndexesAgree(CoreOf(campus, "student"), {}, "added"));
  ASSERT_THAT(campus.students().Insert({.name = "new"}), IsOk());
  ASSERT_THAT(campus.students().Erase(3), IsOk());
  ASSERT_THAT(campus.engine->AddIndex("student", {.columns = {"gpa"}}), IsOk());
  ASSERT_NO_FATAL_FAILURE(ExpectIndexesAgree(CoreOf(campus, "student"), {}, "a second one"));
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_NO_FATAL_FAILURE(ExpectIndexesAgree(CoreOf(campus, "student"), {}, "written"));
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
  ASSERT_THAT(campus.Open(ManualOptions()), IsOk());
  EXPECT_THAT(IndexNames(campus), ::testing::ElementsAre("name,gpa", "gpa"));
  ASSERT_NO_FATAL_FAILURE(ExpectIndexesAgree(CoreOf(campus, "student"), {}, "reopened"));
}

TEST_F(AddIndexTest, ADroppedIndexIsGoneAndTheOthersStay) {
  ASSERT_THAT(AddNameIndex(*campus.engine), IsOk());
  ASSERT_THAT(campus.engine->AddIndex("student", {.columns = {"gpa"}}), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(campus.engine->DropIndex("student", {"name", "gpa"}), IsOk());
  EXPECT_THAT(IndexNames(campus), ::testing::ElementsAre("gpa"));
  ASSERT_NO_FATAL_FAILURE(ExpectIndexesAgree(CoreOf(campus, "student"), {}, "dropped"));
  std::size_t order_files = 0;
  for (const auto& [name, bytes] : campus.Files()) {
    order_files += absl::StrContains(name, ".order") ? 1 : 0;
  }
  EXPECT_EQ(order_files, 1U);
  EXPECT_THAT(campus.engine->DropIndex("student", {"name", "gpa"}),
              Fails(absl::StatusCode::kNotFound, "name,gpa"));
  EXPECT_THAT(campus.engine->AddIndex("student", {.columns = {"gpa"}}),
              Fails(absl::StatusCode::kAlreadyExists, "(gpa)"));
}

// [engine-16.11]
TEST_F(AddIndexTest, AUniqueIndexIsRefusedWhereTwoRecordsShareAValue) {
  EXPECT_THAT(campus.engine->AddIndex("student", {.columns = {"name"}, .unique = true}),
              Fails(absl::StatusCode::kFailedPrecondition, "student.name: value \"name ",
                    " is that of two records: {\"id\":", " and {\"id\":"));
  EXPECT_THAT(IndexNames(campus), ::testing::IsEmpty());
  ASSERT_THAT(campus.students().Insert({.name = "still writing"}), IsOk());
}

// [engine-16.11]
TEST_F(AddIndexTest, AUniqueIndexHoldsFromThenOn) {
  for (int id = 1; id <= kStudents; ++id) {
    ASSERT_THAT(campus.students().UpdateOf<&Student::name>(id, absl::StrCat("own name ", id)),
                IsOk());
  }
  ASSERT_THAT(campus.engine->AddIndex("student", {.columns = {"name"}, .unique = true}), IsOk());
  for (const bool reopened : {false, true}) {
    if (reopened) {
      ASSERT_THAT(campus.Open(ManualOptions()), IsOk());
    }
    EXPECT_THAT(campus.students().Insert({.name = "own name 7"}),
                Fails(absl::StatusCode::kAlreadyExists, "student.name"));
  }
  ASSERT_THAT(campus.engine->DropIndex("student", {"name"}), IsOk());
  EXPECT_THAT(campus.students().Insert({.name = "own name 7"}), IsOk());
}

TEST_F(AddIndexTest, WhatIsReadMeanwhileGoesOnAndHandlesAreOpenedAgain) {
  const Table<Student> before = campus.students();
  const ReadTransaction snapshot(campus.engine.get(), campus.engine->TakeSnapshot().value());
  ASSERT_THAT(AddNameIndex(*campus.engine), IsOk());
  EXPECT_EQ(*before.size(snapshot), static_cast<std::uint64_t>(kStudents));
  EXPECT_THAT(before.Get(snapshot, 5), IsOk());
  EXPECT_THAT(before.Get(5), Fails(absl::StatusCode::kFailedPrecondition, "open it again"));
  EXPECT_THAT(campus.students().Get(5), IsOk());
}

// [engine-16.10]
TEST_F(AddIndexTest, WhatIsWrittenWhileItIsMadeIsInIt) {
  std::atomic<bool> done = false;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    while (!done && written < 2000) {
      const absl::Status inserted = campus.students().Insert({.name = "meanwhile"}).status();
      if (inserted.ok()) ++written;
      EXPECT_TRUE(inserted.ok() || absl::IsFailedPrecondition(inserted)) << inserted;
    }
  });
  for (int round = 0; round < 10; ++round) {
    EXPECT_THAT(AddNameIndex(*campus.engine), IsOk());
    EXPECT_THAT(campus.engine->DropIndex("student", {"name", "gpa"}), IsOk());
  }
  EXPECT_THAT(AddNameIndex(*campus.engine), IsOk());
  done = true;
  writer.join();
  const engine::TableCore core = CoreOf(campus, "student");
  EXPECT_EQ(core.record_count(), static_cast<std::uint64_t>(kStudents + written));
  EXPECT_NO_FATAL_FAILURE(ExpectIndexesAgree(core, {}, "beside a writer"));
}

TEST(AddIndexReferencesTest, ReferencesHoldWhateverIndexesComeAndGo) {
  testing::LinkedTables tables;
  ASSERT_THAT(tables.Make("album", R"("id": {"type":"int","primary_key":true},
                                      "code": {"type":"str"})",
                          R"("indexes":[{"columns":["code"],"unique":true}])"),
              IsOk());
  ASSERT_THAT(tables.Make("track", R"("id": {"type":"int","primary_key":true},
                              "album": {"type":"int","references":{"table":"album"}},
                              "by": {"type":"str","references":{"table":"album","key":["code"]}})"),
              IsOk());
  ASSERT_THAT(tables.Commit(R"(+album {"id":1,"code":"a"}
                               +album {"id":2,"code":"b"}
                               +track {"id":10,"album":1,"by":"b"})"),
              IsOk());
  engine::Engine& engine = *tables.campus.engine;
  const auto expect_references_hold = [&] {
    for (const char* gone : {"-album 1", "-album 2"}) {
      WriteTransaction transaction = tables.campus.Begin();
      ASSERT_THAT(tables.Do(transaction, gone), IsOk());
      ASSERT_THAT(transaction.Commit(), Fails(absl::StatusCode::kFailedPrecondition, "track"));
    }
  };
  ASSERT_NO_FATAL_FAILURE(expect_references_hold());
  ASSERT_THAT(engine.AddIndex("track", {.columns = {"id"}}), IsOk());
  ASSERT_NO_FATAL_FAILURE(expect_references_hold());
  ASSERT_THAT(engine.AddIndex("album", {.columns = {"id", "code"}}), IsOk());
  ASSERT_NO_FATAL_FAILURE(expect_references_hold());
  EXPECT_THAT(engine.DropIndex("album", {"code"}), Fails(absl::StatusCode::kFailedPrecondition));
  ASSERT_THAT(engine.DropIndex("track", {"id"}), IsOk());
  ASSERT_NO_FATAL_FAILURE(expect_references_hold());
}

// [engine-16.12]
TEST(AddIndexCrashTest, AnIndexAddedOrDroppedIsThereWhollyOrNotAtAllAtEveryStop) {
  const auto drop = [](engine::Engine& engine) {
    return engine.DropIndex("student", {"name", "gpa"});
  };
  for (const bool adding : {true, false}) {
    for (int step = 1, whole = 0; whole == 0; ++step) {
      SCOPED_TRACE(absl::StrCat(adding ? "adding" : "dropping", " stopped at operation ", step));
      Campus campus;
      RuledDisk disk(*campus.disk);
      campus.through = &disk;
      ASSERT_THAT(campus.Open(ManualOptions()), IsOk());
      for (int i = 0; i < 20; ++i) {
        ASSERT_THAT(campus.students().Insert({.name = absl::StrCat("n", i % 3)}), IsOk());
      }
      if (!adding) {
        ASSERT_THAT(AddNameIndex(*campus.engine), IsOk());
      }
      const std::string before = campus.State();
      int steps = 0;
      disk.SetRule([&steps, step](std::string_view, const std::string&) {
        return ++steps < step ? absl::OkStatus() : absl::InternalError("the power is off");
      });
      const bool done = adding ? AddNameIndex(*campus.engine).ok() : drop(*campus.engine).ok();
      whole = done && steps < step ? 1 : 0;
      const Tree left = campus.Files();
      campus.engine.reset();
      Campus next(left);
      ASSERT_THAT(next.Open(ManualOptions()), IsOk());
      ASSERT_EQ(next.State(), before);
      if (done) {
        ASSERT_EQ(IndexNames(next).size(), adding ? 1U : 0U);
      }
      ASSERT_NO_FATAL_FAILURE(ExpectIndexesAgree(CoreOf(next, "student"), {}, "opened"));
      for (const auto& [path, bytes] : next.Files()) {
        EXPECT_FALSE(absl::EndsWith(path, ".next")) << path;
      }
      ASSERT_THAT(next.Close(), IsOk());
      ASSERT_EQ(next.Problems(), "");
      ASSERT_TRUE(whole == 0 || step > 8);
    }
  }
}

}  // namespace
}  // namespace linedb
