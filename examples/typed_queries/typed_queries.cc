// The program of guide/query.md that shows queries: conditions, order, groups, joins, changes.

#include <iostream>

#include "linedb/database.h"
#include "linedb/query.h"

struct Student {
  std::int64_t id = 0;
  std::string name = {};
  std::string city = {};
  double gpa = 0.0;
};

struct Enrolment {
  std::int64_t student_id = 0;
  std::string course = {};
};

template <>
struct linedb::Describe<Student> {
  static constexpr auto kTable = linedb::DescribeTable<"student">(
      linedb::Field<"id", &Student::id>().PrimaryKey(), linedb::Field<"name", &Student::name>(),
      linedb::Field<"city", &Student::city>(),
      linedb::Field<"gpa", &Student::gpa>().Indexed().Check("gpa >= 0 and gpa <= 4"));
};

template <>
struct linedb::Describe<Enrolment> {
  static constexpr auto kTable = linedb::DescribeTable<"enrolment">(
      linedb::Field<"student_id", &Enrolment::student_id>().PrimaryKey().References("student"),
      linedb::Field<"course", &Enrolment::course>().PrimaryKey());
};

int main() {
  auto opened = linedb::Database::Open("college");
  if (!opened.ok()) return std::cerr << opened.status() << "\n", 1;
  auto students = *(*opened)->OpenTable<Student>();
  auto enrolments = *(*opened)->OpenTable<Enrolment>();
  const Student some[] = {{1, "Alice", "Bonn", 3.8},
                          {2, "Bob", "Ulm", 3.1},
                          {3, "Amir", "Bonn", 3.6},
                          {4, "Eve", "Ulm", 2.0}};
  const Enrolment taken[] = {{1, "logic"}, {3, "logic"}, {4, "art"}};
  std::cout << students.InsertAll(some) << ", " << enrolments.InsertAll(taken) << "\n";

  // [shown]
  using linedb::Column;
  auto good =
      students.Where(Column<&Student::gpa> >= 3.5 && Column<&Student::name>.StartsWith("A"));
  auto best = good.OrderBy(Column<&Student::gpa>.Descending()).Limit(10);
  std::cout << best.ToText() << "\n";
  std::vector<Student> rows = *best.Rows();
  for (const Student& student : rows) std::cout << student.name << "\n";

  auto cities =
      *students.All()
           .GroupBy<&Student::city>()
           .Select(Column<&Student::city>, linedb::Count(), linedb::Average(Column<&Student::gpa>))
           .Rows();
  for (const auto& [city, count, mean] : cities)
    std::cout << city << " " << count << " " << *mean << "\n";

  enrolments.All()
      .Join<&Enrolment::student_id>(good)
      .ForEach([](const Enrolment& enrolment, const Student& student) {
        std::cout << student.name << " takes " << enrolment.course << "\n";
      })
      .IgnoreError();  // or look at what went wrong

  auto poor = students.Where(Column<&Student::gpa> < 2.5);
  std::cout << *poor.Update(Column<&Student::gpa>.Set(2.5)) << " raised\n";
  // [shown]
}
