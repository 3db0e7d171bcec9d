// A slice is mailed to somebody who has nothing else. What is guarded against: a slice in which the
// failure does not show, or one that tells what was to be masked.

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/engine_slice.h"
#include "engine/history/value_masker.h"
#include "schema/column_value.h"
#include "tests/history/restore_campus.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Course;
using testing::Enrollment;
using testing::Fails;
using testing::IsOk;
using testing::kDirectory;
using testing::Student;

constexpr char kSlice[] = "slice";

template <class Row>
std::vector<Row> AllOf(const Table<Row>& table) {
  std::vector<Row> rows;
  EXPECT_THAT(table.ForEach([&rows](const Row& row) { rows.push_back(row); }), IsOk());
  return rows;
}

class SliceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(campus.Open(testing::ManyArchives()), IsOk());
    campus.MakeTables();
  }

  std::uint64_t Lsn() { return campus.engine->Stats().last_lsn; }
  absl::StatusOr<SliceReport> Slice(std::uint64_t first, std::uint64_t last,
                                    const std::vector<std::string>& mask = {},
                                    const std::string& secret = "") {
    target_ = absl::StrCat(kSlice, ++slices_);
    SliceOptions options;
    options.first_lsn = first;
    options.last_lsn = last;
    options.mask = mask;
    options.mask_secret = secret;
    return engine::SliceDirectory(*campus.disk, kDirectory, target_, options);
  }
  // The slice, opened for writing, after it was verified.
  Campus OpenSlice() {
    const auto verified = engine::VerifyDatabase(*campus.disk, wal::DatabasePaths(target_));
    EXPECT_THAT(verified, IsOk());
    if (verified.ok()) {
      for (const Problem& problem : verified->problems) ADD_FAILURE() << problem.message;
    }
    Campus slice;
    slice.through = campus.disk.get();
    auto opened = engine::Engine::Open(nullptr, *campus.disk, target_, testing::ManyArchives());
    EXPECT_THAT(opened, IsOk());
    slice.engine = *std::move(opened);
    return slice;
  }
  // The log's lines of the operations from `first` to `last`, without what a slice has anew.
  static std::vector<std::string> Operations(const std::string& log, std::uint64_t first,
                                             std::uint64_t last) {
    std::vector<std::string> found;
    for (std::uint64_t lsn = first; lsn <= last; ++lsn) {
      const std::size_t begin = log.find(absl::StrCat("{\"lsn\":", lsn, ","));
      if (begin == log.npos) {
        found.push_back(absl::StrCat("no lsn ", lsn));
        continue;
      }
      std::string line = log.substr(begin, log.find('\n', begin) - begin);
      const std::size_t time = line.find(",\"timestamp\"");
      line.erase(time, line.find(",\"operation\"") - time);
      for (const char* part : {",\"durable\"", ",\"checksum\""}) {
        if (line.find(part) != line.npos) line.resize(line.find(part));
      }
      found.push_back(line);
    }
    return found;
  }
  std::string LogOf(const std::string& directory) {
    return wal::ReadFile(*campus.disk, absl::StrCat(directory, "/wal/transaction.log")).value();
  }
  // All bytes of the slice, one file behind the other.
  std::string BytesOfSlice() { return BytesBelow(target_); }
  std::string BytesBelow(const std::string& directory) {
    std::string bytes;
    const std::vector<std::string> names = campus.disk->List(directory).value();
    for (const std::string& name : names) {
      const std::string path = absl::StrCat(directory, "/", name);
      bytes += campus.disk->Stat(path)->is_directory ? BytesBelow(path)
                                                     : wal::ReadFile(*campus.disk, path).value();
    }
    return bytes;
  }

  Campus campus;
  std::string target_;
  int slices_ = 0;
};

// [engine-11.7]
TEST_F(SliceTest, SliceHasTheTransactionsAsTheyWereAndWhatTheyTouch) {
  for (int i = 1; i <= 50; ++i) {
    ASSERT_THAT(campus.students().Insert({.name = absl::StrCat("Student ", i)}), IsOk());
  }
  const std::uint64_t before = Lsn();
  WriteTransaction transaction = campus.Begin();
  ASSERT_THAT(campus.students().Update(transaction, {.id = 7, .name = "Seven"}), IsOk());
  ASSERT_THAT(campus.students().Erase(transaction, 8), IsOk());
  ASSERT_THAT(campus.courses().Insert(transaction, {.code = "new"}), IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  ASSERT_THAT(campus.students().Insert({.id = 8, .name = "Eight"}), IsOk());
  const std::uint64_t last = Lsn();
  ASSERT_THAT(campus.students().Update({.id = 7, .name = "Later"}), IsOk());
  // An operation in the middle of a transaction means all of it.
  const auto sliced = Slice(before + 2, last);
  ASSERT_THAT(sliced, IsOk());
  EXPECT_EQ(sliced->first_lsn, before + 1);
  EXPECT_EQ(sliced->last_lsn, last);
  EXPECT_EQ(sliced->transactions, 2u);
  EXPECT_EQ(sliced->operations, 4u);
  EXPECT_EQ(sliced->tables, 2u);
  EXPECT_EQ(sliced->records_before, 2u);
  EXPECT_EQ(Operations(LogOf(target_), before + 1, last),
            Operations(LogOf(kDirectory), before + 1, last));
  Campus slice = OpenSlice();
  EXPECT_EQ(slice.State(),
            "course (next 2)\n  {\"id\":1,\"code\":\"new\",\"room\":null,\"hour\":0}\n"
            "student (next 9)\n"
            "  {\"id\":7,\"name\":\"Seven\",\"email\":null,\"gpa\":0.0}\n"
            "  {\"id\":8,\"name\":\"Eight\",\"email\":null,\"gpa\":0.0}\n");
}

// [engine-11.7] The clash that the original has, masked or not.
TEST_F(SliceTest, UniqueClashOfTheOriginalIsTheSlicesToo) {
  ASSERT_THAT(campus.students().Insert({.name = "Holder", .email = "x@university.edu"}), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Other", .email = "y@university.edu"}), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const std::uint64_t before = Lsn();
  // y becomes free, is taken by another, and is given back: only together does that not clash.
  ASSERT_THAT(campus.students().Update({.id = 2, .name = "Other", .email = "z@university.edu"}),
              IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Third", .email = "y@university.edu"}), IsOk());
  const std::uint64_t last = Lsn();
  const absl::Status clash =
      campus.students().Insert({.name = "New", .email = "y@university.edu"}).status();
  ASSERT_THAT(clash, Fails(absl::StatusCode::kAlreadyExists, "email"));
  ASSERT_THAT(Slice(before + 1, last), IsOk());
  Campus slice = OpenSlice();
  EXPECT_EQ(
      std::string(
          slice.students().Insert({.name = "New", .email = "y@university.edu"}).status().message()),
      std::string(clash.message()));
}

// [engine-11.7] A unique value that goes from record to record never clashes on its way, in masked
// slices either.
TEST_F(SliceTest, UniqueValuesThatAreHandedOnAreReplayed) {
  ASSERT_THAT(campus.courses().Insert({.code = "a", .room = "r1", .hour = 8}), IsOk());
  ASSERT_THAT(campus.courses().Insert({.code = "b", .room = "r2", .hour = 8}), IsOk());
  const std::uint64_t before = Lsn();
  WriteTransaction transaction = campus.Begin();
  ASSERT_THAT(campus.courses().Erase(transaction, 1), IsOk());
  ASSERT_THAT(campus.courses().Insert(transaction, {.code = "d", .room = "r1", .hour = 8}), IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  ASSERT_THAT(campus.courses().Update({.id = 2, .code = "a", .room = "r3", .hour = 8}), IsOk());
  ASSERT_THAT(campus.courses().Insert({.code = "b", .room = "r2", .hour = 8}), IsOk());
  const std::string state = campus.State();
  const std::uint64_t last = Lsn();
  ASSERT_THAT(campus.courses().Erase(2), IsOk());
  ASSERT_THAT(Slice(before + 1, last), IsOk());
  Campus slice = OpenSlice();
  EXPECT_EQ(slice.State(), state.substr(0, state.find("enrollment")));
  ASSERT_THAT(Slice(before + 1, last, {"code", "room"}), IsOk());
  EXPECT_EQ(OpenSlice().courses().size(), 3u);
}

// [engine-11.8]
TEST_F(SliceTest, MaskedSliceTellsNoOriginalTextAndKeepsWhatIsEqual) {
  const std::vector<std::string> names = {"Alexandra Hamilton", "Bartholomew Yang", "Zoë Müller",
                                          "Confidential"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    ASSERT_THAT(
        campus.students().Insert(
            {.name = names[i], .email = absl::StrCat("secret", i, "@university.edu"), .gpa = 3.25}),
        IsOk());
  }
  const std::uint64_t before = Lsn();
  ASSERT_THAT(campus.courses().Insert({.code = "Alexandra Hamilton", .room = "basement"}), IsOk());
  for (int i = 1; i <= 4; ++i) {
    ASSERT_THAT(campus.enrollments().Insert({.student_id = i, .course_id = 1, .grade = "secretly"}),
                IsOk());
    Student student = campus.students().Get(i).value();
    student.gpa = 1.5;
    ASSERT_THAT(campus.students().Update(student), IsOk());
  }
  const auto sliced = Slice(before + 1, Lsn(), {"all"});
  ASSERT_THAT(sliced, IsOk());
  EXPECT_GT(sliced->values_masked, 10u);
  const std::string bytes = BytesOfSlice();
  for (const std::string& text :
       {names[0], names[1], names[2], names[3], std::string("secret"),
        std::string("university.edu"), std::string("basement"), campus.engine->Stats().database}) {
    EXPECT_EQ(bytes.find(text), bytes.npos) << text;
  }
  Campus slice = OpenSlice();
  EXPECT_EQ(slice.students().size(), 4u);
  EXPECT_EQ(slice.enrollments().size(), 4u);
  const Course course = AllOf(slice.courses()).front();
  std::set<std::int64_t> students;
  bool code_is_a_name = false;
  for (const Student& student : AllOf(slice.students())) {
    students.insert(*student.id);
    code_is_a_name = code_is_a_name || student.name == course.code;
    EXPECT_EQ(student.email->size(), std::string("secret0@university.edu").size());
    EXPECT_EQ(student.email->substr(7, 1) + student.email->substr(18, 1), "@.");
  }
  EXPECT_TRUE(code_is_a_name);
  EXPECT_EQ(course.code.size(), names[0].size());
  for (const Enrollment& enrollment : AllOf(slice.enrollments())) {
    EXPECT_EQ(enrollment.course_id, *course.id);
    EXPECT_TRUE(students.contains(enrollment.student_id));
  }
}

// [engine-11.8]
TEST_F(SliceTest, OnlyTheColumnsThatAreNamedAreMasked) {
  ASSERT_THAT(campus.students().Insert({.name = "Alice", .email = "alice@university.edu"}), IsOk());
  const std::uint64_t lsn = Lsn();
  ASSERT_THAT(Slice(lsn, lsn, {"student.name"}, "secret"), IsOk());
  const Student masked = OpenSlice().students().Get(1).value();
  EXPECT_NE(masked.name, "Alice");
  EXPECT_EQ(masked.email, "alice@university.edu");
  const std::string first = masked.name;
  ASSERT_THAT(Slice(lsn, lsn, {"name"}, "secret"), IsOk());
  EXPECT_EQ(OpenSlice().students().Get(1)->name, first);
  // Nothing of the database, its id for one, says which names masks come from.
  ASSERT_THAT(Slice(lsn, lsn, {"name"}, campus.engine->Stats().database), IsOk());
  const std::string by_id = OpenSlice().students().Get(1)->name;
  std::set<std::string> drawn;
  for (int i = 0; i < 8; ++i) {
    ASSERT_THAT(Slice(lsn, lsn, {"name"}), IsOk());
    drawn.insert(OpenSlice().students().Get(1)->name);
  }
  EXPECT_GT(drawn.size(), 4u);  // of "Alice" there are more than five million masks
  EXPECT_FALSE(drawn.contains(by_id));
  EXPECT_THAT(Slice(lsn, lsn, {"nmae"}),
              Fails(absl::StatusCode::kInvalidArgument, "has a column \"nmae\""));
  EXPECT_FALSE(campus.disk->Stat(target_).ok());
}

TEST_F(SliceTest, TablesMadeAlteredAndDroppedInItAreReplayed) {
  ASSERT_THAT(campus.courses().Insert({.code = "old"}), IsOk());
  const std::uint64_t before = Lsn();
  testing::AlterCourses(campus, 1);
  ASSERT_THAT(campus.courses().Erase(1), IsOk());
  ASSERT_THAT(campus.engine->DropTable("course"), IsOk());
  campus.courses();
  ASSERT_THAT(campus.courses().Insert({.code = "anew"}), IsOk());
  const std::uint64_t last = Lsn();
  const auto sliced = Slice(before + 1, last, {"code"});
  ASSERT_THAT(sliced, IsOk());
  EXPECT_EQ(sliced->transactions, 5u);
  Campus slice = OpenSlice();
  EXPECT_EQ(slice.engine->Stats().last_lsn, last);
  EXPECT_EQ(slice.courses().size(), 1u);
}

TEST_F(SliceTest, WhatCannotBeSlicedIsRefused) {
  EXPECT_THAT(Slice(0, 1), Fails(absl::StatusCode::kInvalidArgument, "no operation from lsn 0"));
  EXPECT_THAT(Slice(2, 1), Fails(absl::StatusCode::kInvalidArgument, "no operation"));
  EXPECT_THAT(Slice(1, 99), Fails(absl::StatusCode::kNotFound, "there is no lsn 99 yet"));
  EXPECT_THAT(engine::SliceDirectory(
                  *campus.disk, kDirectory, absl::StrCat(kDirectory, "/below"),
                  {.first_lsn = 1, .last_lsn = 1, .mask = {}, .mask_secret = "", .dry_run = false}),
              Fails(absl::StatusCode::kInvalidArgument, "lies in it"));
  const auto planned = engine::SliceDirectory(
      *campus.disk, kDirectory, "dry",
      {.first_lsn = 1, .last_lsn = 3, .mask = {"all"}, .mask_secret = "", .dry_run = true});
  ASSERT_THAT(planned, IsOk());
  EXPECT_EQ(planned->transactions, 3u);
  EXPECT_FALSE(campus.disk->Stat("dry").ok());
}

// A key may be replayed whose record was purged; what was done to the record may not.
TEST_F(SliceTest, SliceWithAPurgeInItIsRefusedAndOneBesideItIsNot) {
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(campus.students().Insert({.name = "Mallory"}), IsOk());
  const std::uint64_t purged = Lsn();
  ASSERT_THAT(campus.students().Insert({.name = "Bob"}), IsOk());
  const std::uint64_t before = Lsn();
  ASSERT_THAT(campus.engine->Purge("student", {"2"}, {}), IsOk());
  const std::uint64_t recorded = Lsn();
  ASSERT_THAT(campus.students().Upsert({.id = 2, .name = "Carol"}), IsOk());
  for (const auto& [first, last, named] : std::vector<std::array<std::uint64_t, 3>>{
           {1, Lsn(), purged}, {purged, purged, purged}, {recorded, Lsn(), recorded}}) {
    EXPECT_THAT(Slice(first, last),
                Fails(absl::StatusCode::kFailedPrecondition,
                      absl::StrCat("lsn ", named, ": what was done there was purged"),
                      "leave it out of the slice"));
    EXPECT_FALSE(campus.disk->Stat(target_).ok());
  }
  ASSERT_THAT(Slice(before, before), IsOk());
  EXPECT_EQ(OpenSlice().students().Get(3)->name, "Bob");
  ASSERT_THAT(Slice(recorded + 1, Lsn()), IsOk());
  EXPECT_EQ(OpenSlice().students().Get(2)->name, "Carol");
}

// [engine-11.8]
TEST(ValueMaskerTest, MasksKeepTypeAndLengthAndAreDifferentForDifferentValues) {
  struct Row {
    Type type;
    std::vector<std::string> values;
  };
  Row digits{Type::kInt, {}};
  for (int i = 0; i < 10; ++i) digits.values.push_back(absl::StrCat(i));
  Row letters{Type::kString, {}};
  for (char c = 'A'; c <= 'Z'; ++c)
    letters.values.push_back(absl::StrCat("\"", std::string(1, c), "\""));
  const Row rows[] = {
      digits,
      letters,
      {Type::kInt, {"-17", "1234567", "9223372036854775807", "-9223372036854775808", "100"}},
      {Type::kFloat, {"3.8", "0.0", "-0.5", "1e+300", "12.25", "100.0"}},
      {Type::kString, {R"("Zoë")", R"("李雷 😀")", R"("a\"b\\c\n")", R"("x@y.z")"}},
      {Type::kBytes, {R"("AAECAw==")", R"("/w==")"}},
      {Type::kDate, {R"("2026-01-22")", R"("2026-01-23")"}},
      {Type::kTimestamp, {R"("2026-01-22T20:31:17.592171Z")"}}};
  for (const Row& row : rows) {
    engine::ValueMasker masker("secret");
    for (const std::string& value : row.values) masker.Avoid(row.type, value);
    std::set<std::string> masks;
    for (const std::string& value : row.values) {
      const auto mask = masker.Mask(row.type, value);
      ASSERT_THAT(mask, IsOk());
      EXPECT_EQ(mask->size(), value.size()) << *mask;
      EXPECT_EQ(*masker.Mask(row.type, value), *mask);
      EXPECT_TRUE(masks.insert(*mask).second) << *mask;
      // It is a value of the type in canonical form.
      const ColumnSchema column{.name = "c", .type = row.type};
      const auto canonical = schema::CanonicalColumnText(column, *mask);
      ASSERT_THAT(canonical, IsOk());
      EXPECT_EQ(*canonical, *mask);
    }
  }
}

TEST(ValueMaskerTest, JsonKeepsItsShapeAndNames) {
  engine::ValueMasker masker("secret");
  const std::string text = masker.Mask(Type::kString, "\"text\"").value();
  EXPECT_EQ(masker.Mask(Type::kJson, R"({"name":["text",true,null,{"x":"text"}],"e":""})").value(),
            absl::StrCat(R"({"name":[)", text, R"(,true,null,{"x":)", text, R"(}],"e":""})"));
  EXPECT_NE(text, "\"text\"");
  EXPECT_EQ(masker.Mask(Type::kBool, "true").value(), "true");
  EXPECT_EQ(masker.Mask(Type::kString, "null").value(), "null");
}

}  // namespace
}  // namespace linedb
