// The program of guide/many_rows.md that shows what is there for many rows: loading together, scans
// over all cores, columns in memory, rows that are looked at in their place.

#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "linedb/database.h"

struct Student {
  std::int64_t id = 0;
  std::string name = {};
  double gpa = 0.0;
};

// The same table, without copies of its text.
struct StudentView {
  std::int64_t id = 0;
  std::string_view name = {};
  double gpa = 0.0;
};

template <class T>
constexpr auto DescribeStudent() {
  return linedb::DescribeTable<"student">(linedb::Field<"id", &T::id>().PrimaryKey(),
                                          linedb::Field<"name", &T::name>(),
                                          linedb::Field<"gpa", &T::gpa>());
}
template <>
struct linedb::Describe<Student> {
  static constexpr auto kTable = DescribeStudent<Student>();
};
template <>
struct linedb::Describe<StudentView> {
  static constexpr auto kTable = DescribeStudent<StudentView>();
};

int main() {
  auto opened = linedb::Database::OpenInMemory();
  if (!opened.ok()) return std::cerr << opened.status() << "\n", 1;
  linedb::Database& database = **opened;
  auto students = *database.OpenTable<Student>();
  std::vector<Student> rows;
  for (int id = 1; id <= 100'000; ++id) {
    rows.push_back({.id = id, .name = "student " + std::to_string(id), .gpa = id % 401 / 100.0});
  }

  // [shown]
  std::cout << students.InsertAll(rows) << "\n";  // all or none; keys are checked in groups

  // From the text, over all cores: each piece of the table adds up by itself.
  auto good = students.Reduce<&Student::gpa>(
      {}, 0, [](int& count, double gpa) { count += gpa > 3.0; },
      [](int& count, int more) { count += more; });
  std::cout << *good << "\n";

  // From arrays in memory, which stay current.
  auto columns = *students.Columns<&Student::gpa>();
  std::cout << columns.View()->SumWhere([](double gpa) { return gpa > 3.0; }).count << "\n";

  // Lookups that do not wait for one another.
  auto some = *students.GetMany(std::vector<std::int64_t>{1, 4711, 1'000'000});
  std::cout << some[1]->name << (some[2].has_value() ? "" : ", and one that is not there") << "\n";

  // A row that points into the file, as long as the snapshot lives.
  auto views = *database.OpenTable<StudentView>();
  auto snapshot = *database.BeginRead();
  std::cout << views.Get(snapshot, 4711)->name << "\n";
  // [shown]
}
