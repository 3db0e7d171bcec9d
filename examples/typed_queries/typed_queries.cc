// The program of README.md that shows queries over described structs.

#include <iostream>

#include "linedb/database.h"
#include "linedb/query.h"

struct Student {
  std::int64_t id = 0;
  std::string name = {};
  int year = 1;
  std::optional<double> gpa = {};
};
struct Enrolment {
  std::int64_t student_id = 0;
  std::string course = {};
};

template <>
struct linedb::Describe<Student> {
  static constexpr auto kTable = linedb::DescribeTable<"student">(
      linedb::Field<"id", &Student::id>().AssignedKey(), linedb::Field<"name", &Student::name>(),
      linedb::Field<"year", &Student::year>().Indexed(), linedb::Field<"gpa", &Student::gpa>());
};
template <>
struct linedb::Describe<Enrolment> {
  static constexpr auto kTable = linedb::DescribeTable<"enrolment">(
      linedb::Field<"student_id", &Enrolment::student_id>().PrimaryKey(),
      linedb::Field<"course", &Enrolment::course>().PrimaryKey());
};

int main() {
  auto database = *linedb::Database::OpenInMemory();
  auto students = *database->OpenTable<Student>();
  auto enrolments = *database->OpenTable<Enrolment>();
  students.InsertAll(std::vector<Student>{{.name = "Alice", .year = 1, .gpa = 3.9},
                                          {.name = "Bob", .year = 2, .gpa = 2.5},
                                          {.name = "Alan", .year = 2, .gpa = 3.5},
                                          {.name = "Carol", .year = 3}})
      .IgnoreError();
  enrolments.InsertAll(std::vector<Enrolment>{{1, "db"}, {2, "db"}, {3, "ai"}}).IgnoreError();

  // [readme]
  using linedb::Column;
  auto good = students.Where(Column<&Student::gpa> >= 3.5 &&
                             Column<&Student::name>.StartsWith("A"));
  for (const Student& student : *good.OrderBy(Column<&Student::name>).Limit(10).Rows())
    std::cout << student.name << "\n";

  students.All()
      .GroupBy<&Student::year>()
      .Select(Column<&Student::year>, linedb::Count(), linedb::Max(Column<&Student::gpa>))
      .ForEach([](int year, std::int64_t count, std::optional<double> best) {
        std::cout << year << ": " << count << ", " << best.value_or(0) << "\n";
      })
      .IgnoreError();

  enrolments.All()
      .Join<&Enrolment::student_id>(good)
      .ForEach([](const Enrolment& enrolment, const Student& student) {
        std::cout << student.name << " takes " << enrolment.course << "\n";
      })
      .IgnoreError();

  auto second = students.Where(Column<&Student::year> == 2);
  std::cout << *second.Update(Column<&Student::gpa>.Set(Column<&Student::gpa> + 0.1)) << "\n";
  std::cout << second.ToText() << "\n" << *second.Max<&Student::gpa>().value() << "\n";
  // [readme]
  return 0;
}
