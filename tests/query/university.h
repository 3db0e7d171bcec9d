// Students, courses and who takes which: the tables of the typed tests.

#ifndef LINEDB_TESTS_QUERY_UNIVERSITY_H_
#define LINEDB_TESTS_QUERY_UNIVERSITY_H_

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "linedb/database.h"
#include "linedb/query.h"

namespace linedb::query_test {

enum class Level { kBachelor, kMaster };

struct Student {
  std::int64_t id = 0;
  std::string name;
  std::optional<std::string> email = {};
  std::int32_t year = 1;
  std::optional<double> gpa = {};
  bool honours = false;
  Level level = Level::kBachelor;
  std::chrono::year_month_day born = std::chrono::year(2000) / 1 / 1;
  std::optional<Bytes> photo = {};
  std::vector<std::string> tags = {};
  Timestamp enrolled = {};
};

struct Enrolment {
  std::int64_t student_id = 0;
  std::string course;
  std::optional<double> grade = {};
};

struct Course {
  std::string code;
  std::string title;
  std::int8_t credits = 0;
};

}  // namespace linedb::query_test

template <>
struct linedb::DescribeEnum<linedb::query_test::Level> {
  using Level = linedb::query_test::Level;
  static constexpr std::array<linedb::EnumName<Level>, 2> kNames = {
      {{Level::kBachelor, "bachelor"}, {Level::kMaster, "master"}}};
};

template <>
struct linedb::Describe<linedb::query_test::Student> {
  using Student = linedb::query_test::Student;
  static constexpr auto kTable = linedb::DescribeTable<"student">(
      linedb::Field<"id", &Student::id>().AssignedKey(), linedb::Field<"name", &Student::name>(),
      linedb::Field<"email", &Student::email>().Unique(),
      linedb::Field<"year", &Student::year>().Indexed(), linedb::Field<"gpa", &Student::gpa>(),
      linedb::Field<"honours", &Student::honours>(), linedb::Field<"level", &Student::level>(),
      linedb::Field<"born", &Student::born>(), linedb::Field<"photo", &Student::photo>(),
      linedb::Field<"tags", &Student::tags>(), linedb::Field<"enrolled", &Student::enrolled>(),
      linedb::Index<"level", "gpa">());
};

template <>
struct linedb::Describe<linedb::query_test::Enrolment> {
  using Enrolment = linedb::query_test::Enrolment;
  static constexpr auto kTable = linedb::DescribeTable<"enrolment">(
      linedb::Field<"student_id", &Enrolment::student_id>().PrimaryKey(),
      linedb::Field<"course", &Enrolment::course>().PrimaryKey(),
      linedb::Field<"grade", &Enrolment::grade>());
};

template <>
struct linedb::Describe<linedb::query_test::Course> {
  using Course = linedb::query_test::Course;
  static constexpr auto kTable = linedb::DescribeTable<"course">(
      linedb::Field<"code", &Course::code>().PrimaryKey(),
      linedb::Field<"title", &Course::title>(), linedb::Field<"credits", &Course::credits>());
};

namespace linedb::query_test {

inline std::string NamesOf(const std::vector<Student>& rows) {
  std::string names;
  for (const Student& row : rows) names += (names.empty() ? "" : " ") + row.name;
  return names;
}

class University : public testing::Test {
 protected:
  University()
      : db_(*Database::OpenInMemory()),
        students_(*db_->OpenTable<Student>()),
        enrolments_(*db_->OpenTable<Enrolment>()),
        courses_(*db_->OpenTable<Course>()) {
    using std::chrono::year;
    const std::vector<Student> students = {
        {.name = "Alice", .email = "alice@x.edu", .year = 1, .gpa = 3.9, .honours = true,
         .level = Level::kMaster, .born = year(1999) / 5 / 1, .tags = {"a"}},
        {.name = "Bob", .year = 2, .gpa = 2.5, .photo = Bytes{std::byte{1}, std::byte{2}}},
        {.name = "Carol", .email = "carol@x.edu", .year = 2},
        {.name = "Alan", .email = "alan@y.org", .year = 3, .gpa = 3.5,
         .born = year(2001) / 2 / 3, .enrolled = Timestamp(std::chrono::microseconds(7))},
        {.name = "Dave \"D\" Ünal", .year = 1, .gpa = 3.9, .level = Level::kMaster},
    };
    EXPECT_TRUE(students_.InsertAll(students).ok());
    const std::vector<Course> courses = {
        {"db", "Databases", 6}, {"os", "Systems", 4}, {"ai", "Learning", 6}};
    EXPECT_TRUE(courses_.InsertAll(courses).ok());
    const std::vector<Enrolment> enrolments = {
        {1, "db", 1.3}, {2, "db", 2.0}, {1, "os"}, {4, "ai", 1.0}, {2, "os", 3.0}};
    EXPECT_TRUE(enrolments_.InsertAll(enrolments).ok());
  }

  template <class Q>
  static std::string Names(const Q& query, engine::View in = {}) {
    const auto rows = query.Rows(in);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() ? NamesOf(*rows) : "";
  }
  std::string Where(const Condition<Student>& condition) {
    return Names(students_.Where(condition));
  }

  std::unique_ptr<Database> db_;
  Table<Student> students_;
  Table<Enrolment> enrolments_;
  Table<Course> courses_;
};

}  // namespace linedb::query_test

#endif  // LINEDB_TESTS_QUERY_UNIVERSITY_H_
