// A run of a workload on a machine, and the journal that it leaves.

#ifndef LINEDB_TESTS_CRASH_LIFE_H_
#define LINEDB_TESTS_CRASH_LIFE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/crash/disk_image.h"
#include "tests/crash/journal_disk.h"
#include "tests/crash/step.h"

namespace linedb::testing {

// Puts a disk with a mistake between the process and the machine's disk; none: all is well.
using Plant = std::function<std::unique_ptr<wal::FileSystem>(JournalDisk& machine)>;

struct Life {
  Journal journal;
  std::vector<std::string> states;  // of the model; the promises count them
  Promise last;                     // when all was done
  std::size_t fault_at = 0;         // so long was the journal when the fault came
  int operations = 0;
  std::string trouble;  // not empty: it went wrong without any crash
};

// The workload, from an empty disk. A fault is met as a program would: the step is tried again,
// then the database is opened again, and the step tried again if it turns out not to have happened.
Life Live(const std::vector<Step>& steps, const Plant& plant = {}, DiskFault fault = {});

// What the next process does after a crash: opens, commits, closes. One of `states` may be found;
// `promise` says which. `probe` is the number of its commit (TakeProbe).
Life Recover(const DiskImage& image, std::vector<std::string> states, Promise promise, int probe,
             const Plant& plant);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_LIFE_H_
