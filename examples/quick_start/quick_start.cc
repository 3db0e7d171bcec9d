// The example of README.md, which holds the part between the marks word for word; a test compares
// the two, runs this program and compares what it prints and leaves.

// [shown]
#include <iostream>

#include "linedb/database.h"

struct Student {
  std::optional<std::int64_t> id = {};  // assigned when left out
  std::string name = {};
  std::optional<std::string> email = {};
  double gpa = 0.0;
};

template <>
struct linedb::Describe<Student> {
  static constexpr auto kTable = linedb::DescribeTable<"student">(
      linedb::Field<"id", &Student::id>().PrimaryKey(), linedb::Field<"name", &Student::name>(),
      linedb::Field<"email", &Student::email>().Unique(), linedb::Field<"gpa", &Student::gpa>());
};

int main() {
  auto database = linedb::Database::Open("university");  // a directory; made if it is not there
  if (!database.ok()) return std::cerr << database.status() << "\n", 1;
  auto students = *(*database)->OpenTable<Student>();

  auto alice = students.Upsert({.id = 1, .name = "Alice", .email = "alice@uni.edu", .gpa = 3.8});
  auto twin = students.Insert({.name = "Bob", .email = "alice@uni.edu"});
  std::cout << alice.status() << "\n" << twin.status() << "\n";

  auto found = students.FindBy<&Student::email>("alice@uni.edu");
  found->gpa = 3.9;
  std::cout << students.Update(*found) << "\n";  // OK: it is on disk
}
// [shown]
