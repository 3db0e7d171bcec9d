// Twenty mistakes that storage engines have been shipped with, each on a disk of its own.

#ifndef LINEDB_TESTS_CRASH_PLANTED_MISTAKES_H_
#define LINEDB_TESTS_CRASH_PLANTED_MISTAKES_H_

#include <functional>
#include <string>
#include <vector>

#include "tests/crash/life.h"
#include "tests/crash/mistaken_disk.h"

namespace linedb::testing {

struct PlantedMistake {
  std::string name;
  std::function<Mistake()> make;  // with a memory of its own
  bool needs_fault = false;       // shows only if the disk fails first
};

std::vector<PlantedMistake> PlantedMistakes();

// Puts it under a process.
Plant PlantOf(std::function<Mistake()> make);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_PLANTED_MISTAKES_H_
