// The program of guide/watch.md that shows a watch: who enters a query, changes within it, leaves
// it.

#include <iostream>

#include "linedb/database.h"
#include "linedb/watch.h"

struct Student {
  std::optional<std::int64_t> id = {};
  std::string name;
  double gpa = 0.0;
};

template <>
struct linedb::Describe<Student> {
  static constexpr auto kTable = linedb::DescribeTable<"student">(
      linedb::Field<"id", &Student::id>().PrimaryKey(), linedb::Field<"name", &Student::name>(),
      linedb::Field<"gpa", &Student::gpa>());
};

int main() {
  auto database = *linedb::Database::OpenInMemory();
  auto students = *database->OpenTable<Student>();

  // [shown]
  using linedb::Column;
  using linedb::WatchEvent;
  auto watch = *linedb::WatchWhere(
      students, Column<&Student::gpa> >= 3.5, [](const linedb::RecordChange<Student>& change) {
        const Student& student = change.after ? *change.after : *change.before;
        if (change.event == WatchEvent::kEntered) std::cout << student.name << " is in\n";
        if (change.event == WatchEvent::kLeft) std::cout << student.name << " is out\n";
        if (change.event == WatchEvent::kChanged)
          std::cout << change.before->gpa << " -> " << student.gpa << "\n";
      });

  auto alice = *students.Insert({.name = "Alice", .gpa = 3.9});
  auto bob = *students.Insert({.name = "Bob", .gpa = 3.1});
  auto exam = *database->Begin();
  students.UpdateOf<&Student::gpa>(exam, alice, 4.0).IgnoreError();
  students.UpdateOf<&Student::gpa>(exam, bob, 3.5).IgnoreError();
  if (!exam.Commit().ok()) return 1;  // nobody hears of what is not committed
  students.Erase(alice).IgnoreError();
  database->Close().IgnoreError();  // waits for the calls
  // [shown]
}
