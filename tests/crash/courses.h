// What the table of courses (tests/engine/student.h) is altered to, one after the other.

#ifndef LINEDB_TESTS_CRASH_COURSES_H_
#define LINEDB_TESTS_CRASH_COURSES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "linedb/describe.h"
#include "tests/engine/student.h"

namespace linedb::testing {

// A nullable column and one with a default more.
struct TaughtCourse {
  std::optional<std::int64_t> id = std::nullopt;
  std::string code;
  std::optional<std::string> room = std::nullopt;
  std::int64_t hour = 0;
  std::optional<std::string> teacher = std::nullopt;
  std::int64_t credits = 3;
};
inline TaughtCourse ToTaught(const Course& course) {
  return {course.id, course.code, course.room, course.hour, std::nullopt, 3};
}

// The room dropped, and with it the key of room and hour. Three schemas have these columns.
template <int kNumber>
struct CourseWithoutRoom {
  std::optional<std::int64_t> id = std::nullopt;
  std::string code;
  std::int64_t hour = 0;
  std::optional<std::string> teacher = std::nullopt;
  std::int64_t credits = 3;
};
using RoomlessCourse = CourseWithoutRoom<0>;
inline RoomlessCourse ToRoomless(const TaughtCourse& course) {
  return {course.id, course.code, course.hour, course.teacher, course.credits};
}

// A teacher has one course now, and codes may be given twice.
using TeachersCourse = CourseWithoutRoom<1>;
inline TeachersCourse ToTeachers(const RoomlessCourse& course) {
  return {course.id, course.code, course.hour, course.teacher, course.credits};
}

// A code is called a number. Whoever renames a column says its id.
struct NumberedCourse {
  std::optional<std::int64_t> id = std::nullopt;
  std::string number;
  std::int64_t hour = 0;
  std::optional<std::string> teacher = std::nullopt;
  std::int64_t credits = 3;
};
inline NumberedCourse ToNumbered(const TeachersCourse& course) {
  return {course.id, course.code, course.hour, course.teacher, course.credits};
}

// Hours are said in words, which takes a function, and there is one more to say.
struct SpokenCourse {
  std::optional<std::int64_t> id = std::nullopt;
  std::string number;
  std::string hour;
  std::int64_t credits = 3;
  bool early = false;
};
inline SpokenCourse ToSpoken(const NumberedCourse& course) {
  return {course.id, course.number, std::to_string(course.hour) + " o'clock", course.credits,
          course.hour < 9};
}

// One course an hour: not with these records.
using HourlyCourse = CourseWithoutRoom<2>;

}  // namespace linedb::testing

template <>
struct linedb::Describe<linedb::testing::TaughtCourse> {
  using Course = linedb::testing::TaughtCourse;
  static constexpr auto kTable = linedb::DescribeTable<"course">(
      linedb::Field<"id", &Course::id>().PrimaryKey(),
      linedb::Field<"code", &Course::code>().Unique(), linedb::Field<"room", &Course::room>(),
      linedb::Field<"hour", &Course::hour>(), linedb::Field<"teacher", &Course::teacher>(),
      linedb::Field<"credits", &Course::credits>().Default(3), linedb::UniqueKey<"room", "hour">());
};

template <>
struct linedb::Describe<linedb::testing::RoomlessCourse> {
  using Course = linedb::testing::RoomlessCourse;
  static constexpr auto kTable = linedb::DescribeTable<"course">(
      linedb::Field<"id", &Course::id>().PrimaryKey(),
      linedb::Field<"code", &Course::code>().Unique(), linedb::Field<"hour", &Course::hour>(),
      linedb::Field<"teacher", &Course::teacher>(),
      linedb::Field<"credits", &Course::credits>().Default(3));
};

template <>
struct linedb::Describe<linedb::testing::TeachersCourse> {
  using Course = linedb::testing::TeachersCourse;
  static constexpr auto kTable = linedb::DescribeTable<"course">(
      linedb::Field<"id", &Course::id>().PrimaryKey(), linedb::Field<"code", &Course::code>(),
      linedb::Field<"hour", &Course::hour>(), linedb::Field<"teacher", &Course::teacher>().Unique(),
      linedb::Field<"credits", &Course::credits>().Default(3));
};

template <>
struct linedb::Describe<linedb::testing::NumberedCourse> {
  using Course = linedb::testing::NumberedCourse;
  static constexpr auto kTable = linedb::DescribeTable<"course">(
      linedb::Field<"id", &Course::id>().PrimaryKey(),
      linedb::Field<"number", &Course::number>().Id(2), linedb::Field<"hour", &Course::hour>(),
      linedb::Field<"teacher", &Course::teacher>().Unique(),
      linedb::Field<"credits", &Course::credits>().Default(3));
};

template <>
struct linedb::Describe<linedb::testing::SpokenCourse> {
  using Course = linedb::testing::SpokenCourse;
  static constexpr auto kTable = linedb::DescribeTable<"course">(
      linedb::Field<"id", &Course::id>().PrimaryKey(), linedb::Field<"number", &Course::number>(),
      linedb::Field<"hour", &Course::hour>(),
      linedb::Field<"credits", &Course::credits>().Default(3),
      linedb::Field<"early", &Course::early>());
};

template <>
struct linedb::Describe<linedb::testing::HourlyCourse> {
  using Course = linedb::testing::HourlyCourse;
  static constexpr auto kTable = linedb::DescribeTable<"course">(
      linedb::Field<"id", &Course::id>().PrimaryKey(),
      linedb::Field<"code", &Course::code>().Unique(),
      linedb::Field<"hour", &Course::hour>().Unique(), linedb::Field<"teacher", &Course::teacher>(),
      linedb::Field<"credits", &Course::credits>().Default(3));
};

#endif  // LINEDB_TESTS_CRASH_COURSES_H_
