// Functions that run on some records and not on others, in the wrong order, or on a table that is
// not what their struct says; and a program that opens what a newer one has written.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "linedb/database.h"
#include "linedb/migrate.h"
#include "tests/engine/status_matchers.h"

namespace linedb::testing {

// Version 1: names in two parts, fees in cents.
struct MemberV1 {
  std::optional<std::int64_t> id = std::nullopt;
  std::string first;
  std::string last;
  std::int64_t fee_cents = 0;
};
// Version 2: one name.
struct MemberV2 {
  std::optional<std::int64_t> id = std::nullopt;
  std::string name;
  std::int64_t fee_cents = 0;
};
// Version 3: fees as they are said, and a mail address, which needs no function.
struct Member {
  std::optional<std::int64_t> id = std::nullopt;
  std::string name;
  double fee = 0;
  std::optional<std::string> mail = std::nullopt;
};
// A table whose structs say no versions, and one whose newest says too low a one.
struct TagV1 {
  std::int64_t id = 0;
};
struct TagV2 {
  std::int64_t id = 0;
  std::int64_t size = 0;
};
struct Tag {
  std::int64_t id = 0;
  std::int64_t size = 0;
  std::int64_t runs = 0;
};
struct LowTag {
  std::int64_t id = 0;
  std::int64_t runs = 0;
};
// A table without a primary key.
struct NoteV1 {
  std::string text;
};
struct Note {
  std::string text;
  std::int64_t length = 0;
};

}  // namespace linedb::testing

template <>
struct linedb::Describe<linedb::testing::MemberV1> {
  using Row = linedb::testing::MemberV1;
  static constexpr auto kTable = linedb::DescribeTable<"member">(
      linedb::Field<"id", &Row::id>().PrimaryKey(), linedb::Field<"first", &Row::first>(),
      linedb::Field<"last", &Row::last>(), linedb::Field<"fee_cents", &Row::fee_cents>());
};
template <>
struct linedb::Describe<linedb::testing::MemberV2> {
  using Row = linedb::testing::MemberV2;
  static constexpr auto kTable = linedb::DescribeTable<"member">(
      linedb::Field<"id", &Row::id>().PrimaryKey(), linedb::Field<"name", &Row::name>().Unique(),
      linedb::Field<"fee_cents", &Row::fee_cents>(), linedb::Version<2>());
};
template <>
struct linedb::Describe<linedb::testing::Member> {
  using Row = linedb::testing::Member;
  static constexpr auto kTable = linedb::DescribeTable<"member">(
      linedb::Field<"id", &Row::id>().PrimaryKey(), linedb::Field<"name", &Row::name>().Unique(),
      linedb::Field<"fee", &Row::fee>(), linedb::Field<"mail", &Row::mail>(), linedb::Version<3>());
};
template <>
struct linedb::Describe<linedb::testing::TagV1> {
  using Row = linedb::testing::TagV1;
  static constexpr auto kTable =
      linedb::DescribeTable<"tag">(linedb::Field<"id", &Row::id>().PrimaryKey());
};
template <>
struct linedb::Describe<linedb::testing::TagV2> {
  using Row = linedb::testing::TagV2;
  static constexpr auto kTable = linedb::DescribeTable<"tag">(
      linedb::Field<"id", &Row::id>().PrimaryKey(), linedb::Field<"size", &Row::size>());
};
template <>
struct linedb::Describe<linedb::testing::Tag> {
  using Row = linedb::testing::Tag;
  static constexpr auto kTable = linedb::DescribeTable<"tag">(
      linedb::Field<"id", &Row::id>().PrimaryKey(), linedb::Field<"size", &Row::size>(),
      linedb::Field<"runs", &Row::runs>());
};
template <>
struct linedb::Describe<linedb::testing::LowTag> {
  using Row = linedb::testing::LowTag;
  static constexpr auto kTable =
      linedb::DescribeTable<"tag">(linedb::Field<"id", &Row::id>().PrimaryKey(),
                                   linedb::Field<"runs", &Row::runs>(), linedb::Version<2>());
};
template <>
struct linedb::Describe<linedb::testing::NoteV1> {
  using Row = linedb::testing::NoteV1;
  static constexpr auto kTable = linedb::DescribeTable<"note">(linedb::Field<"text", &Row::text>());
};
template <>
struct linedb::Describe<linedb::testing::Note> {
  using Row = linedb::testing::Note;
  static constexpr auto kTable =
      linedb::DescribeTable<"note">(linedb::Field<"text", &Row::text>(),
                                    linedb::Field<"length", &Row::length>(), linedb::Version<2>());
};

namespace linedb {
namespace {

using testing::Fails;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::LowTag;
using testing::Member;
using testing::MemberV1;
using testing::MemberV2;
using testing::Note;
using testing::NoteV1;
using testing::Tag;
using testing::TagV1;
using testing::TagV2;

Migrations<Member> MemberMigrations() {
  return Migrations<Member>()
      .From<MemberV1>(1,
                      [](const MemberV1& old) {
                        return MemberV2{old.id, old.first + " " + old.last, old.fee_cents};
                      })
      .From<MemberV2>(2, [](const MemberV2& old) -> absl::StatusOr<Member> {
        if (old.fee_cents < 0) return absl::InvalidArgumentError("a fee below zero");
        return Member{.name = old.name, .fee = static_cast<double>(old.fee_cents) / 100};
      });
}

class MigrationsTest : public ::testing::Test {
 protected:
  void SetUp() override { database_ = *Database::OpenInMemory(); }
  template <class T>
  void Fill(std::vector<T> rows) {
    auto table = database_->OpenTable<T>();
    ASSERT_THAT(table.status(), IsOk());
    for (const T& row : rows) ASSERT_THAT(table->Insert(row), IsOk());
  }

  std::unique_ptr<Database> database_;
};

// [schema-13.8]
TEST_F(MigrationsTest, FunctionsRunOneBehindTheOtherFromTheStoredVersionOn) {
  Fill<MemberV1>({{.first = "Ada", .last = "L", .fee_cents = 150},
                  {.first = "Bob", .last = "K", .fee_cents = 5}});
  const auto report = MemberMigrations().Run(*database_);
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_TRUE(report->migrated);
  EXPECT_EQ(report->records, 2u);
  EXPECT_EQ(report->version_before, 1);
  EXPECT_EQ(report->version_after, 3);
  EXPECT_EQ(report->plan.steps[0].sentence,
            "migrate every record by 2 functions, from version 1 on");
  auto members = database_->OpenTable<Member>();
  ASSERT_THAT(members.status(), IsOk());
  EXPECT_EQ(members->Get(1)->name, "Ada L");
  EXPECT_EQ(members->Get(1)->fee, 1.5);
  EXPECT_EQ(members->Get(2)->fee, 0.05);
  EXPECT_EQ(*members->Insert({.name = "Cal"}), 3);
  // Done is done.
  EXPECT_FALSE(MemberMigrations().Run(*database_)->migrated);
}

// A program runs its migrations whenever it starts.
TEST_F(MigrationsTest, NoFunctionRunsAgainWhetherOrNotStructsSayTheirVersions) {
  Fill<TagV1>({{.id = 1}});
  const auto migrations = Migrations<Tag>()
                              .From<TagV1>(1,
                                           [](const TagV1& old) {
                                             return TagV2{old.id, 5};
                                           })
                              .From<TagV2>(2, [](const TagV2& old) {
                                return Tag{old.id, old.size, 1};
                              });
  const auto report = migrations.Run(*database_);
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_EQ(report->version_after, 3);
  const auto again = migrations.Run(*database_);
  ASSERT_THAT(again.status(), IsOk());
  EXPECT_FALSE(again->migrated);
  const auto low = Migrations<LowTag>()
                       .From<Tag>(3,
                                  [](const Tag& old) {
                                    return LowTag{old.id, 2};
                                  })
                       .Run(*database_);
  EXPECT_THAT(low, Fails(absl::StatusCode::kInvalidArgument,
                         "a migration begins with version 3, the newest struct says version 2"));
}

TEST_F(MigrationsTest, LaterVersionBeginsInTheMiddleOfTheChain) {
  Fill<MemberV2>({{.name = "Ada", .fee_cents = 150}});
  ASSERT_THAT(MemberMigrations().Run(*database_), IsOk());
  EXPECT_EQ(database_->OpenTable<Member>()->Get(1)->fee, 1.5);
}

// [schema-13.4]
TEST_F(MigrationsTest, RecordThatAFunctionRefusesIsAViolationAndNothingIsChanged) {
  Fill<MemberV1>({{.first = "Ada", .last = "L", .fee_cents = -1},
                  {.first = "Ada", .last = "L", .fee_cents = 2},
                  {.first = "Ada", .last = "L", .fee_cents = 3}});
  const auto report = MemberMigrations().Run(*database_);
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_FALSE(report->migrated);
  ASSERT_EQ(report->violations.size(), 2u);
  EXPECT_EQ(report->violations[0].kind, ViolationKind::kFunction);
  EXPECT_EQ(report->violations[0].ToText(),
            "data/member.records line 1: member: a fee below zero (record 1)");
  EXPECT_EQ(report->violations[1].ToText(),
            "data/member.records line 3: member.name: the value \"Ada L\" is in line 2 already "
            "(record 3)");
  EXPECT_EQ(database_->OpenTable<MemberV1>()->Get(1)->first, "Ada");
}

TEST_F(MigrationsTest, FunctionMustNotMakeAnotherRecordOfOne) {
  Fill<MemberV2>({{.name = "Ada"}});
  const auto report =
      Migrations<Member>()
          .From<MemberV2>(2, [](const MemberV2& old) { return Member{.id = 7, .name = old.name}; })
          .Run(*database_);
  ASSERT_THAT(report.status(), IsOk());
  ASSERT_EQ(report->violations.size(), 1u);
  EXPECT_THAT(report->violations[0].reason, HasSubstr("makes of the primary key 1 another one, 7"));
}

TEST_F(MigrationsTest, StoredTableMustBeWhatTheFunctionTakes) {
  Fill<MemberV2>({{.name = "Ada"}});
  const auto wrong = Migrations<Member>()
                         .From<MemberV1>(2, [](const MemberV1&) { return Member(); })
                         .Run(*database_);
  EXPECT_THAT(wrong, Fails(absl::StatusCode::kFailedPrecondition, "is not what is stored"));
  const auto twice = Migrations<Member>()
                         .From<MemberV2>(2, [](const MemberV2&) { return Member(); })
                         .From<MemberV2>(2, [](const MemberV2&) { return Member(); })
                         .Run(*database_);
  EXPECT_THAT(twice, Fails(absl::StatusCode::kInvalidArgument, "two migrations"));
}

TEST_F(MigrationsTest, RowsWithoutAKeyStayTheRowsThatTheyWere) {
  Fill<NoteV1>({{"a"}, {"bcd"}});
  ASSERT_THAT(Migrations<Note>()
                  .From<NoteV1>(1,
                                [](const NoteV1& old) {
                                  return Note{old.text, static_cast<std::int64_t>(old.text.size())};
                                })
                  .Run(*database_),
              IsOk());
  std::string seen;
  const auto notes = database_->OpenTable<Note>();
  ASSERT_THAT(notes->ForEach([&](const Note& note) {
    seen += note.text + std::to_string(note.length) + " ";
    return true;
  }),
              IsOk());
  EXPECT_EQ(seen, "a1 bcd3 ");
}

TEST_F(MigrationsTest, WithoutAFunctionForTheVersionThePlanIsCarriedOut) {
  Fill<NoteV1>({{"a"}});
  EXPECT_THAT(Migrations<Note>().Run(*database_),
              Fails(absl::StatusCode::kInvalidArgument, "or migrate by a function"));
}

// [schema-13.1]
TEST_F(MigrationsTest, OpeningTellsThePlanAndRefuses) {
  Fill<MemberV2>({{.name = "Ada"}});
  const auto refused = database_->OpenTable<Member>();
  EXPECT_THAT(refused, Fails(absl::StatusCode::kFailedPrecondition,
                             "table member: the program's description differs from the stored "
                             "schema"));
  EXPECT_THAT(std::string(refused.status().message()),
              HasSubstr("Migrate (linedb/migrate.h) would:\n"
                        "  raise the version from 2 to 3\n"
                        "  drop column fee_cents and its values  [needs permission: drop]\n"));
  EXPECT_THAT(database_->OpenTable<MemberV2>(), IsOk());
}

// [schema-13.7]
TEST_F(MigrationsTest, OlderProgramIsToldToBeUpdated) {
  Fill<Member>({{.name = "Ada"}});
  EXPECT_THAT(database_->OpenTable<MemberV2>(),
              Fails(absl::StatusCode::kFailedPrecondition,
                    "table member has version 3 in the database, this program knows version 2: "
                    "update the program"));
  EXPECT_THAT(MemberMigrations().Run(*database_), IsOk());
  EXPECT_THAT(Migrate<MemberV2>(*database_),
              Fails(absl::StatusCode::kInvalidArgument, "update the program"));
}

TEST_F(MigrationsTest, DryRunOfFunctionsChangesNothing) {
  Fill<MemberV1>({{.first = "Ada", .last = "L"}});
  const auto report = MemberMigrations().Run(*database_, {.mode = MigrateMode::kDryRun});
  ASSERT_THAT(report.status(), IsOk());
  EXPECT_EQ(report->records, 1u);
  EXPECT_FALSE(report->migrated);
  EXPECT_THAT(database_->OpenTable<MemberV1>(), IsOk());
}

}  // namespace
}  // namespace linedb
