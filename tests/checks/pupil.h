// Records with a check of a column and one of the table.

#ifndef LINEDB_TESTS_CHECKS_PUPIL_H_
#define LINEDB_TESTS_CHECKS_PUPIL_H_

#include <cstdint>
#include <optional>
#include <string>

#include "linedb/describe.h"

namespace linedb::testing {

struct Pupil {
  std::int64_t id = 0;
  std::string name;
  std::optional<double> gpa = std::nullopt;
  std::int64_t age = 10;

  friend bool operator==(const Pupil&, const Pupil&) = default;
};

}  // namespace linedb::testing

template <>
struct linedb::Describe<linedb::testing::Pupil> {
  using Pupil = linedb::testing::Pupil;
  static constexpr auto kTable = linedb::DescribeTable<"pupil">(
      linedb::Field<"id", &Pupil::id>().PrimaryKey(),
      linedb::Field<"name", &Pupil::name>().Check("length(name) > 0"),
      linedb::Field<"gpa", &Pupil::gpa>().Check("gpa >= 0 and gpa <= 4"),
      linedb::Field<"age", &Pupil::age>(), linedb::Check<"starts_with(name, 'Dr ') or age >= 6">());
};

#endif  // LINEDB_TESTS_CHECKS_PUPIL_H_
