// The row that all contenders hold: about 95 bytes as a JSON line.

#ifndef LINEDB_TESTS_BENCH_STUDENT_H_
#define LINEDB_TESTS_BENCH_STUDENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "linedb/describe.h"

namespace bench {

struct Student {
  std::int64_t id = 0;
  std::string name;
  std::optional<std::string> email;
  double gpa = 0.0;
};

// The row with that key, always the same; its gpa is another one in each version. E-mails are
// unique and in another order than the keys.
Student MakeStudent(std::int64_t id, std::uint64_t version = 0);
std::string MakeEmail(std::int64_t id);
double MakeGpa(std::int64_t id, std::uint64_t version = 0);
// As linedb stores it, with the newline.
std::string JsonLineOf(const Student& row);

// A well mixed number for each input: the benchmark's only source of chance.
std::uint64_t Mix(std::uint64_t value);

// Depends on every column, and costs next to nothing. Sums of it are compared between contenders
// and with the rows as they were made.
inline std::uint64_t Digest(const Student& row) {
  std::uint64_t digest = static_cast<std::uint64_t>(row.id) * 0x9e3779b97f4a7c15U;
  digest += row.name.size() * 31 + static_cast<unsigned char>(row.name.back());
  if (row.email) {
    const std::size_t middle = row.email->size() / 2;
    digest += row.email->size() * 1009 + static_cast<unsigned char>((*row.email)[middle]);
  }
  return digest + static_cast<std::uint64_t>(row.gpa * 100.0 + 0.5) * 1000003U;
}

}  // namespace bench

template <>
struct linedb::Describe<bench::Student> {
  static constexpr auto kTable =
      linedb::DescribeTable<"student">(linedb::Field<"id", &bench::Student::id>().PrimaryKey(),
                                       linedb::Field<"name", &bench::Student::name>(),
                                       linedb::Field<"email", &bench::Student::email>().Unique(),
                                       linedb::Field<"gpa", &bench::Student::gpa>());
};

#endif  // LINEDB_TESTS_BENCH_STUDENT_H_
