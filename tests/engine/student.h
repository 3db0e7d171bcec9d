// The records that the engine's tests are written with.

#ifndef LINEDB_TESTS_ENGINE_STUDENT_H_
#define LINEDB_TESTS_ENGINE_STUDENT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "linedb/describe.h"

namespace linedb::testing {

struct Student {
  std::optional<std::int64_t> id = std::nullopt;
  std::string name;
  std::optional<std::string> email = std::nullopt;
  double gpa = 0.0;

  friend bool operator==(const Student&, const Student&) = default;
};

struct Enrollment {
  std::int64_t student_id = 0;
  std::int64_t course_id = 0;
  std::optional<std::string> grade = std::nullopt;

  friend bool operator==(const Enrollment&, const Enrollment&) = default;
};

// A room holds one course at an hour.
struct Course {
  std::optional<std::int64_t> id = std::nullopt;
  std::string code;
  std::optional<std::string> room = std::nullopt;
  std::int64_t hour = 0;

  friend bool operator==(const Course&, const Course&) = default;
};

// A table without a primary key.
struct Visit {
  std::string who;
  std::int64_t hour = 0;

  friend bool operator==(const Visit&, const Visit&) = default;
};

}  // namespace linedb::testing

template <>
struct linedb::Describe<linedb::testing::Student> {
  using Student = linedb::testing::Student;
  static constexpr auto kTable = linedb::DescribeTable<"student">(
      linedb::Field<"id", &Student::id>().PrimaryKey(), linedb::Field<"name", &Student::name>(),
      linedb::Field<"email", &Student::email>().Unique(),
      linedb::Field<"gpa", &Student::gpa>().Default(0.0));
};

template <>
struct linedb::Describe<linedb::testing::Enrollment> {
  using Enrollment = linedb::testing::Enrollment;
  static constexpr auto kTable = linedb::DescribeTable<"enrollment">(
      linedb::Field<"student_id", &Enrollment::student_id>().PrimaryKey(),
      linedb::Field<"course_id", &Enrollment::course_id>().PrimaryKey(),
      linedb::Field<"grade", &Enrollment::grade>());
};

template <>
struct linedb::Describe<linedb::testing::Course> {
  using Course = linedb::testing::Course;
  static constexpr auto kTable = linedb::DescribeTable<"course">(
      linedb::Field<"id", &Course::id>().PrimaryKey(),
      linedb::Field<"code", &Course::code>().Unique(), linedb::Field<"room", &Course::room>(),
      linedb::Field<"hour", &Course::hour>(), linedb::UniqueKey<"room", "hour">());
};

template <>
struct linedb::Describe<linedb::testing::Visit> {
  using Visit = linedb::testing::Visit;
  static constexpr auto kTable = linedb::DescribeTable<"visit">(
      linedb::Field<"who", &Visit::who>(), linedb::Field<"hour", &Visit::hour>());
};

#endif  // LINEDB_TESTS_ENGINE_STUDENT_H_
