// The day of a university that is crashed in every way.

#ifndef LINEDB_TESTS_CRASH_WORKLOAD_H_
#define LINEDB_TESTS_CRASH_WORKLOAD_H_

#include <string>
#include <vector>

#include "tests/crash/step.h"

namespace linedb::testing {

// No two of the states that it goes through are equal.
std::vector<Step> Workload();

// A commit of one new record, with which a judge tries whether a database can go on; `number` makes
// one of several. Makes the table if the database has not come so far.
absl::Status TakeProbe(Process& process, int number);
// The state after it, of the one before.
std::string WithProbe(const std::string& state, int number);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_WORKLOAD_H_
