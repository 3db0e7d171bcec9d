// The program of guide/store.md that shows records that expire: passes to a building. It says
// itself what time it is, so that it need not wait for the evening.

#include <chrono>
#include <iostream>

#include "linedb/database.h"

struct Pass {
  std::int64_t id = 0;
  std::string holder = {};
  std::optional<linedb::Timestamp> until = {};  // nothing: for ever
};

template <>
struct linedb::Describe<Pass> {
  static constexpr auto kTable =
      linedb::DescribeTable<"pass">(linedb::Field<"id", &Pass::id>().PrimaryKey(),
                                    linedb::Field<"holder", &Pass::holder>().Unique(),
                                    linedb::Field<"until", &Pass::until>().Expires());
};

int main() {
  using std::chrono::hours;
  linedb::Timestamp now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 22) + hours(9);
  linedb::Options options;
  options.clock = [&now] { return now; };              // left out, it is the system's
  options.maintenance = linedb::Maintenance::kManual;  // no other thread asks the clock
  auto opened = linedb::Database::Open("building", options);
  if (!opened.ok()) return std::cerr << opened.status() << "\n", 1;
  linedb::Database& database = **opened;
  auto passes = *database.OpenTable<Pass>();

  // [shown]
  passes.Insert({.id = 1, .holder = "Alice", .until = now + hours(8)}).value();
  passes.Insert({.id = 2, .holder = "Bob"}).value();
  std::cout << passes.size() << " passes\n";

  now += hours(8);
  std::cout << passes.Get(1).status().message() << ", " << passes.size() << " pass\n";
  auto again = passes.Insert({.id = 3, .holder = "Alice", .until = now + hours(8)});
  std::cout << again.status() << "\n";  // her name is free

  now += hours(8);
  std::cout << database.Checkpoint()->lines_dropped << " lines go, ";
  std::cout << database.Stats().tables[0].records << " is left\n";
  // [shown]
}
