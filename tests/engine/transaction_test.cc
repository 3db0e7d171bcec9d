// Guards against transactions that leak: seen before their commit, there by half after it, or not
// wholly gone after a rollback.

#include "linedb/transaction.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/engine/campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::Student;
using testing::Tree;
using testing::TreeDifference;

class TransactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(campus.Open(), IsOk());
    campus.MakeTables();
    ASSERT_THAT(campus.students().Insert({.name = "Alice", .email = "a"}), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Bob", .email = "b"}), IsOk());
    ASSERT_THAT(campus.courses().Insert({.code = "CS101", .room = "A1", .hour = 9}), IsOk());
  }
  void Reopen() {
    ASSERT_THAT(campus.Close(), IsOk());
    ASSERT_THAT(campus.Open(), IsOk());
  }
  // Everything there can be done to tables, in one transaction.
  void ChangeEverything(WriteTransaction& transaction) {
    ASSERT_THAT(campus.students().Insert(transaction, {.name = "Carol", .email = "c"}), IsOk());
    ASSERT_THAT(campus.students().Update(transaction, {.id = 1, .name = "A", .email = "x"}),
                IsOk());
    ASSERT_THAT(campus.students().Erase(transaction, 2), IsOk());
    ASSERT_THAT(campus.students().Update(transaction, {.id = 3, .name = "C", .email = "b"}),
                IsOk());
    ASSERT_THAT(campus.courses().Erase(transaction, 1), IsOk());
    ASSERT_THAT(campus.enrollments().Insert(transaction, {.student_id = 1, .course_id = 1}),
                IsOk());
  }

  Campus campus;
};

TEST_F(TransactionTest, ReadsItsOwnWritesWhichOthersDoNotSee) {
  WriteTransaction transaction = campus.Begin();
  ChangeEverything(transaction);
  EXPECT_EQ(campus.students().Get(transaction, 3)->name, "C");
  EXPECT_EQ(campus.students().Get(transaction, 1)->email, "x");
  EXPECT_THAT(campus.students().Get(transaction, 2), Fails(absl::StatusCode::kNotFound));
  EXPECT_EQ(campus.students().FindBy<&Student::email>(transaction, "b")->name, "C");
  std::string own;
  ASSERT_THAT(campus.students().ForEach(transaction,
                                        [&own](const Student& student) { own += student.name; }),
              IsOk());
  EXPECT_EQ(own, "AC");
  EXPECT_THAT(campus.students().Get(3), Fails(absl::StatusCode::kNotFound));
  EXPECT_EQ(campus.students().Get(1)->name, "Alice");
  EXPECT_EQ(campus.students().FindBy<&Student::email>("b")->name, "Bob");
  EXPECT_THAT(campus.students().FindBy<&Student::email>("x"), Fails(absl::StatusCode::kNotFound));
  EXPECT_EQ(campus.students().size(), 2U);
  std::thread([this] {
    EXPECT_EQ(campus.students().Get(2)->name, "Bob");
    EXPECT_EQ(campus.courses().Get(1)->code, "CS101");
  }).join();
}

TEST_F(TransactionTest, CommitShowsAllTablesAndSurvivesReopening) {
  WriteTransaction transaction = campus.Begin();
  ChangeEverything(transaction);
  ASSERT_THAT(transaction.Commit(), IsOk());
  EXPECT_EQ(campus.students().FindBy<&Student::email>("b")->name, "C");
  EXPECT_THAT(campus.students().FindBy<&Student::email>("a"), Fails(absl::StatusCode::kNotFound));
  EXPECT_EQ(campus.courses().size(), 0U);
  EXPECT_EQ(campus.enrollments().size(), 1U);
  const std::string state = campus.State();
  Reopen();
  EXPECT_EQ(campus.State(), state);
}

TEST_F(TransactionTest, DestructionLeavesNoTraceOnDiskOrInMemory) {
  const std::string state = campus.State();
  const Tree files = campus.Files();
  {
    WriteTransaction transaction = campus.Begin();
    ChangeEverything(transaction);
  }
  EXPECT_EQ(campus.State(), state);
  EXPECT_EQ(TreeDifference(files, campus.Files()), "");
  EXPECT_EQ(campus.students().FindBy<&Student::email>("b")->name, "Bob");
  EXPECT_THAT(campus.students().FindBy<&Student::email>("c"), Fails(absl::StatusCode::kNotFound));
  for (const engine::KeyIndex& index : campus.engine->FindTable("student")->generation->indexes) {
    EXPECT_EQ(index.size(), 2U);
  }
  EXPECT_EQ(campus.students().Insert({.name = "Dan", .email = "c"}).value(), 3);
  EXPECT_THAT(campus.courses().Insert({.code = "CS102", .room = "A1", .hour = 9}),
              Fails(absl::StatusCode::kAlreadyExists, "course.room,hour"));
}

TEST_F(TransactionTest, AFailedCallLeavesTheTransactionUsable) {
  WriteTransaction transaction = campus.Begin();
  ASSERT_THAT(campus.students().Insert(transaction, {.name = "Carol", .email = "c"}), IsOk());
  EXPECT_THAT(campus.students().Insert(transaction, {.name = "Dan", .email = "c"}),
              Fails(absl::StatusCode::kAlreadyExists, "student.email", "\"Carol\""));
  EXPECT_THAT(campus.students().Insert(transaction, {.name = "\xff"}),
              Fails(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(campus.students().Update(transaction, {.id = 77, .name = "Nobody"}),
              Fails(absl::StatusCode::kNotFound));
  EXPECT_THAT(campus.students().Erase(transaction, 77), Fails(absl::StatusCode::kNotFound));
  ASSERT_THAT(campus.students().Insert(transaction, {.name = "Eve", .email = "e"}), IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  EXPECT_THAT(campus.State(), HasSubstr("student (next 5)"));
  const std::string state = campus.State();
  Reopen();
  EXPECT_EQ(campus.State(), state);
}

TEST_F(TransactionTest, SecondBeginInAThreadFailsInsteadOfHanging) {
  WriteTransaction transaction = campus.Begin();
  EXPECT_THAT(campus.engine->Begin(), Fails(absl::StatusCode::kFailedPrecondition, "this thread"));
  EXPECT_THAT(campus.students().Insert({.name = "Carol"}),
              Fails(absl::StatusCode::kFailedPrecondition, "pass it to the call"));
  EXPECT_THAT(campus.students().Erase(1), Fails(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(campus.engine->Checkpoint(), Fails(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(campus.engine->CreateTable({.table_name = "t", .columns = {}}),
              Fails(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(campus.engine->Close(), Fails(absl::StatusCode::kFailedPrecondition));
  ASSERT_THAT(campus.students().Insert(transaction, {.name = "Carol"}), IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  EXPECT_THAT(campus.students().Insert({.name = "Dan"}), IsOk());
}

TEST_F(TransactionTest, AnotherThreadsBeginWaitsForTheEnd) {
  WriteTransaction transaction = campus.Begin();
  std::thread other([this] { EXPECT_EQ(campus.students().Insert({.name = "Dan"}).value(), 4); });
  ASSERT_THAT(campus.students().Insert(transaction, {.name = "Carol"}), IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  other.join();
  EXPECT_EQ(campus.students().size(), 4U);
}

TEST_F(TransactionTest, UseAfterTheEndIsAnErrorAndNoCrash) {
  WriteTransaction ended = campus.Begin();
  ASSERT_THAT(ended.Commit(), IsOk());
  WriteTransaction moved_from = campus.Begin();
  const WriteTransaction owner = std::move(moved_from);
  for (WriteTransaction* transaction : {&ended, &moved_from}) {
    EXPECT_FALSE(transaction->active());
    EXPECT_THAT(campus.students().Insert(*transaction, {.name = "x"}),
                Fails(absl::StatusCode::kFailedPrecondition, "ended"));
    EXPECT_THAT(campus.students().Update(*transaction, {.id = 1, .name = "x"}),
                Fails(absl::StatusCode::kFailedPrecondition, "ended"));
    EXPECT_THAT(campus.students().Erase(*transaction, 1),
                Fails(absl::StatusCode::kFailedPrecondition, "ended"));
    EXPECT_THAT(campus.students().Get(*transaction, 1),
                Fails(absl::StatusCode::kFailedPrecondition, "ended"));
    EXPECT_THAT(campus.students().ForEach(*transaction, [](const Student&) {}),
                Fails(absl::StatusCode::kFailedPrecondition, "ended"));
    EXPECT_THAT(transaction->Commit(), Fails(absl::StatusCode::kFailedPrecondition, "ended"));
    transaction->Rollback();
  }
  EXPECT_TRUE(owner.active());
}

// Its log would have an operation on a table it does not know, and refuse to open.
TEST_F(TransactionTest, TransactionOfAnotherDatabaseIsRefused) {
  Campus elsewhere;
  ASSERT_THAT(elsewhere.Open(), IsOk());
  WriteTransaction foreign = elsewhere.Begin();
  EXPECT_THAT(campus.students().Insert(foreign, {.name = "x"}),
              Fails(absl::StatusCode::kFailedPrecondition, "another database"));
  EXPECT_THAT(campus.students().Erase(foreign, 1),
              Fails(absl::StatusCode::kFailedPrecondition, "another database"));
  EXPECT_THAT(campus.students().Get(foreign, 1),
              Fails(absl::StatusCode::kFailedPrecondition, "another database"));
  EXPECT_THAT(campus.students().ForEach(foreign, [](const Student&) {}),
              Fails(absl::StatusCode::kFailedPrecondition, "another database"));
}

TEST_F(TransactionTest, AssignmentRollsTheOverwrittenOneBack) {
  WriteTransaction transaction = campus.Begin();
  ASSERT_THAT(campus.students().Insert(transaction, {.name = "Carol"}), IsOk());
  transaction.Rollback();
  transaction = campus.Begin();
  ASSERT_THAT(campus.students().Insert(transaction, {.name = "Dan"}), IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  EXPECT_EQ(campus.students().Get(3)->name, "Dan");
}

TEST_F(TransactionTest, AnEmptyTransactionWritesNothing) {
  const Tree files = campus.Files();
  ASSERT_THAT(campus.Begin().Commit(), IsOk());
  EXPECT_EQ(TreeDifference(files, campus.Files()), "");
}

// One key, changed in every order of length four; what comes of it must be what one would expect
// of a map, before and after reopening.
TEST_F(TransactionTest, OneKeyChangedInEveryOrderEndsAsTheLastChangeSays) {
  enum Step { kInsert, kUpdate, kUpsert, kErase, kSteps };
  for (int order = 0; order < kSteps * kSteps * kSteps * kSteps; ++order) {
    WriteTransaction transaction = campus.Begin();
    std::string expected = order % 3 == 0 ? "" : "Alice";
    if (expected.empty()) {
      ASSERT_THAT(campus.students().Erase(transaction, 1), IsOk());
    }
    for (int i = 0, rest = order; i < 4; ++i, rest /= kSteps) {
      const std::string name = absl::StrCat("n", i);
      const Student student{.id = 1, .name = name, .email = i % 2 == 0 ? "a" : name};
      const bool there = !expected.empty();
      absl::Status done;
      bool fits = true;
      switch (rest % kSteps) {
        case kInsert:
          fits = !there;
          done = campus.students().Insert(transaction, student).status();
          break;
        case kUpdate:
          fits = there;
          done = campus.students().Update(transaction, student);
          break;
        case kUpsert:
          done = campus.students().Upsert(transaction, student).status();
          break;
        default:
          fits = there;
          done = campus.students().Erase(transaction, 1);
      }
      ASSERT_EQ(done.ok(), fits) << "order " << order << " step " << i << ": " << done;
      if (fits) expected = rest % kSteps == kErase ? "" : name;
    }
    const bool commits = order % 2 == 0;
    if (commits) {
      ASSERT_THAT(transaction.Commit(), IsOk());
    }
    transaction.Rollback();
    if (!commits) expected = "Alice";
    const auto found = campus.students().Get(1);
    ASSERT_EQ(found.ok() ? found->name : "", expected) << "order " << order;
    ASSERT_EQ(campus.students().size(), expected.empty() ? 1U : 2U) << "order " << order;
    ASSERT_THAT(campus.students().Upsert({.id = 1, .name = "Alice", .email = "a"}), IsOk());
  }
  const std::string state = campus.State();
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_EQ(campus.State(), state);
  Reopen();
  EXPECT_EQ(campus.State(), state);
  EXPECT_EQ(campus.Problems(), "");
}

}  // namespace
}  // namespace linedb
