// Guards against a rollback to a savepoint that takes back too little or too much: an index entry
// that stays, a key that is not given again, an old version that is gone for good.

#include <gtest/gtest.h>

#include <string>

#include "tests/engine/campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::Student;

class SavepointTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(campus.Open(), IsOk());
    campus.MakeTables();
    ASSERT_THAT(campus.students().Insert({.name = "Alice", .email = "a"}), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Bob", .email = "b"}), IsOk());
  }

  // What the transaction sees of the students, and that the indexes say the same.
  static std::string Seen(Campus& campus, const WriteTransaction& transaction) {
    std::string text;
    EXPECT_THAT(campus.students().ForEach(
                    transaction,
                    [&](const Student& student) {
                      absl::StrAppend(&text, student.name, " ");
                      EXPECT_EQ(*campus.students().Get(transaction, *student.id), student);
                    }),
                IsOk());
    return text;
  }

  Campus campus;
};

TEST_F(SavepointTest, RollbackToSavepointUndoesWhatCameAfterIt) {
  WriteTransaction transaction = campus.Begin();
  ASSERT_THAT(campus.students().Insert(transaction, {.name = "Carol", .email = "c"}), IsOk());
  const Savepoint savepoint = transaction.SetSavepoint().value();
  ASSERT_THAT(campus.students().Insert(transaction, {.name = "Dan", .email = "d"}), IsOk());
  ASSERT_THAT(campus.students().Update(transaction, {.id = 1, .name = "Alicia", .email = "x"}),
              IsOk());
  ASSERT_THAT(campus.students().Erase(transaction, 2), IsOk());
  ASSERT_THAT(campus.courses().Insert(transaction, {.code = "CS101"}), IsOk());
  EXPECT_EQ(Seen(campus, transaction), "Carol Dan Alicia ");

  ASSERT_THAT(transaction.RollbackTo(savepoint), IsOk());
  EXPECT_EQ(Seen(campus, transaction), "Alice Bob Carol ");
  EXPECT_EQ(campus.students().FindBy<&Student::email>(transaction, "a")->name, "Alice");
  EXPECT_THAT(campus.students().FindBy<&Student::email>(transaction, "x"),
              Fails(absl::StatusCode::kNotFound));
  EXPECT_EQ(campus.students().Insert(transaction, {.name = "Eve", .email = "d"}).value(), 4);
  ASSERT_THAT(transaction.Commit(), IsOk());
  EXPECT_EQ(campus.students().size(), 4U);
  EXPECT_EQ(campus.courses().size(), 0U);
  const std::string state = campus.State();
  ASSERT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
  ASSERT_THAT(campus.Open(), IsOk());
  EXPECT_EQ(campus.State(), state);
}

TEST_F(SavepointTest, EarlierSavepointTakesLaterOnesWithIt) {
  WriteTransaction transaction = campus.Begin();
  const Savepoint first = transaction.SetSavepoint().value();
  ASSERT_THAT(campus.students().Erase(transaction, 1), IsOk());
  const Savepoint second = transaction.SetSavepoint().value();
  ASSERT_THAT(campus.students().Erase(transaction, 2), IsOk());
  ASSERT_THAT(transaction.RollbackTo(second), IsOk());
  EXPECT_EQ(Seen(campus, transaction), "Bob ");
  ASSERT_THAT(transaction.RollbackTo(first), IsOk());
  EXPECT_EQ(Seen(campus, transaction), "Alice Bob ");
  EXPECT_THAT(transaction.RollbackTo(second), Fails(absl::StatusCode::kFailedPrecondition, "gone"));
  // It can be gone back to again.
  ASSERT_THAT(campus.students().Erase(transaction, 2), IsOk());
  ASSERT_THAT(transaction.RollbackTo(first), IsOk());
  EXPECT_EQ(Seen(campus, transaction), "Alice Bob ");
}

TEST_F(SavepointTest, RollbackToSavepointOfNothingLeavesFilesAsTheyWere) {
  const testing::Tree files = campus.Files();
  WriteTransaction transaction = campus.Begin();
  const Savepoint savepoint = transaction.SetSavepoint().value();
  for (int i = 0; i < 100; ++i) {
    ASSERT_THAT(campus.students().Update(transaction, {.id = 1, .name = "x", .email = "a"}),
                IsOk());
  }
  ASSERT_THAT(transaction.RollbackTo(savepoint), IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  EXPECT_EQ(testing::TreeDifference(files, campus.Files()), "");
}

TEST_F(SavepointTest, EndedTransactionHasNoSavepoints) {
  WriteTransaction transaction = campus.Begin();
  const Savepoint savepoint = transaction.SetSavepoint().value();
  ASSERT_THAT(transaction.Commit(), IsOk());
  EXPECT_THAT(transaction.RollbackTo(savepoint), Fails(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(transaction.SetSavepoint(), Fails(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace linedb
