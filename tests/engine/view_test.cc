// Views into a snapshot. They must outlive everything that happens to the table's file while the
// snapshot is there: a checkpoint that replaces it, growth that maps it anew, its removal.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linedb/database.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"

namespace linedb {

struct StudentView {
  std::optional<std::int64_t> id = std::nullopt;
  std::string_view name;
  std::optional<std::string_view> email = std::nullopt;
  double gpa = 0.0;
};

template <>
struct Describe<StudentView> {
  static constexpr auto kTable = DescribeTable<"student">(
      Field<"id", &StudentView::id>().PrimaryKey(), Field<"name", &StudentView::name>(),
      Field<"email", &StudentView::email>().Unique(),
      Field<"gpa", &StudentView::gpa>().Default(0.0));
};

// The same table with its columns in another order.
struct StudentViewTurned {
  std::string_view name;
  double gpa = 0.0;
  std::optional<std::string_view> email = std::nullopt;
  std::optional<std::int64_t> id = std::nullopt;
};

template <>
struct Describe<StudentViewTurned> {
  static constexpr auto kTable =
      DescribeTable<"student">(Field<"name", &StudentViewTurned::name>(),
                               Field<"gpa", &StudentViewTurned::gpa>().Default(0.0),
                               Field<"email", &StudentViewTurned::email>().Unique(),
                               Field<"id", &StudentViewTurned::id>().PrimaryKey());
};

namespace {

using testing::Fails;
using testing::IsOk;
using testing::Student;

constexpr int kStudents = 500;

class ViewTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string base = ::testing::TempDir() + "linedb_views_XXXXXX";
    ASSERT_NE(::mkdtemp(base.data()), nullptr);
    directory = base + "/university";
    Options options;
    options.maintenance = Maintenance::kManual;
    options.compaction_bytes_small = 0;
    db = Database::Open(directory, options).value();
    students = std::make_unique<Table<Student>>(db->OpenTable<Student>().value());
    WriteTransaction transaction = db->Begin().value();
    for (int id = 1; id <= kStudents; ++id) {
      ASSERT_THAT(students->Insert(transaction, StudentOf(id)), IsOk());
    }
    ASSERT_THAT(transaction.Commit(), IsOk());
  }
  void TearDown() override {
    db.reset();
    std::filesystem::remove_all(std::filesystem::path(directory).parent_path());
  }

  static Student StudentOf(int id) {
    Student row{.id = id, .name = "student number " + std::to_string(id)};
    if (id % 3 == 0) row.name += " \"the\\third\"\n";
    if (id % 2 == 0) row.email = (id % 4 == 0 ? "\t" : "") + std::to_string(id) + "@x.edu";
    row.gpa = id / 100.0;
    return row;
  }
  template <class View>
  static Student CopyOf(const View& view) {
    Student row{.id = view.id, .name = std::string(view.name), .gpa = view.gpa};
    if (view.email) row.email = std::string(*view.email);
    return row;
  }
  // Outgrows the mapping of the file, which is 64 MiB at least; then replaces every record and the
  // file.
  void TurnEverythingOver() {
    const std::string name(1 << 20, 'y');
    for (int turn = 0; turn < 3; ++turn) {
      WriteTransaction transaction = db->Begin().value();
      for (int id = 1; id <= kStudents; ++id) {
        ASSERT_THAT(students->Update(transaction, {.id = id, .name = "other"}), IsOk());
      }
      for (int id = 1; turn == 0 && id <= 70; ++id) {
        ASSERT_THAT(students->Insert(transaction, {.id = 1000 + id, .name = name}), IsOk());
      }
      ASSERT_THAT(transaction.Commit(), IsOk());
      if (turn < 2) {
        ASSERT_THAT(db->Checkpoint(), IsOk());
      }
    }
  }

  std::string directory;
  std::unique_ptr<Database> db;
  std::unique_ptr<Table<Student>> students;
};

// A scan does not look at what a large transaction has put aside, and not by way of its mapping.
TEST_F(ViewTest, ViewsTakenBesideALargeTransactionOutliveIt) {
  const auto views = db->OpenTable<StudentView>().value();
  WriteTransaction large = db->Begin().value();
  const std::string name(1 << 20, 'y');  // more together than memory for it, and than the mapping
  for (int id = 1; id <= 70; ++id) {
    ASSERT_THAT(students->Insert(large, {.id = 1000 + id, .name = name}), IsOk());
  }
  ReadTransaction snapshot = db->BeginRead().value();
  std::vector<StudentView> seen;
  ASSERT_THAT(views.ForEach(snapshot, [&](const StudentView& row) { seen.push_back(row); }),
              IsOk());
  ASSERT_THAT(large.Commit(), IsOk());
  ASSERT_EQ(seen.size(), static_cast<std::size_t>(kStudents));
  for (int id = 1; id <= kStudents; ++id) {
    EXPECT_EQ(CopyOf(seen[static_cast<std::size_t>(id - 1)]), StudentOf(id));
  }
}

TEST_F(ViewTest, ViewsLiveAsLongAsTheirSnapshot) {
  const auto views = db->OpenTable<StudentView>().value();
  ReadTransaction snapshot = db->BeginRead().value();
  std::vector<StudentView> seen;
  ASSERT_THAT(views.ForEach(snapshot, [&](const StudentView& row) { seen.push_back(row); }),
              IsOk());
  seen.push_back(views.Get(snapshot, 12).value());
  seen.push_back(views.FindBy<&StudentView::email>(snapshot, "50@x.edu").value());
  seen.push_back(views.FindBy<&StudentView::email>(snapshot, "\t24@x.edu").value());
  const std::vector<std::int64_t> keys = {7, 30};
  const auto many = views.GetMany(snapshot, keys);
  for (const auto& view : many.value()) seen.push_back(view.value());
  const auto reduced = views.Reduce(
      snapshot, {}, std::vector<StudentView>(),
      [](std::vector<StudentView>& into, const StudentView& row) { into.push_back(row); },
      [](std::vector<StudentView>& into, std::vector<StudentView>&& more) {
        into.insert(into.end(), more.begin(), more.end());
      });
  seen.insert(seen.end(), reduced->begin(), reduced->end());
  std::vector<std::optional<std::string_view>> emails;
  ASSERT_THAT(
      views.ForEachOf<&StudentView::email>(
          snapshot, [&](std::optional<std::string_view> email) { emails.push_back(email); }),
      IsOk());

  TurnEverythingOver();
  ASSERT_EQ(seen.size(), 2u * kStudents + 5);
  for (const StudentView& row : seen) {
    EXPECT_EQ(CopyOf(row), StudentOf(static_cast<int>(*row.id)));
  }
  EXPECT_EQ(CopyOf(views.Get(snapshot, 3).value()), StudentOf(3));
  ASSERT_EQ(emails.size(), static_cast<std::size_t>(kStudents));
  for (int id = 1; id <= kStudents; ++id) {
    EXPECT_EQ(emails[static_cast<std::size_t>(id - 1)], StudentOf(id).email);
  }
}

TEST_F(ViewTest, ColumnsInAnotherOrderAreViewedToo) {
  const auto views = db->OpenTable<StudentViewTurned>().value();
  ReadTransaction snapshot = db->BeginRead().value();
  std::vector<StudentViewTurned> seen;
  ASSERT_THAT(views.ForEach(snapshot, [&](const auto& row) { seen.push_back(row); }), IsOk());
  TurnEverythingOver();
  ASSERT_EQ(seen.size(), static_cast<std::size_t>(kStudents));
  for (const StudentViewTurned& row : seen) {
    EXPECT_EQ(CopyOf(row), StudentOf(static_cast<int>(*row.id)));
  }
}

TEST_F(ViewTest, ViewsAreWrittenLikeAnyText) {
  const auto views = db->OpenTable<StudentView>().value();
  const std::string name = "view \"x\"";
  ASSERT_THAT(views.Insert({.id = 9000, .name = name, .email = "v@x"}), IsOk());
  EXPECT_EQ(students->Get(9000)->name, name);
  EXPECT_EQ(students->Get(9000)->email, "v@x");
}

TEST_F(ViewTest, EndedSnapshotGivesNoViews) {
  const auto views = db->OpenTable<StudentView>().value();
  ReadTransaction snapshot = db->BeginRead().value();
  snapshot.End();
  EXPECT_THAT(views.Get(snapshot, 1).status(), Fails(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(views.ForEach(snapshot, [](const StudentView&) {}),
              Fails(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace linedb
