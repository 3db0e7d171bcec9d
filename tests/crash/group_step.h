// Steps in which something is done while something else is under way, the same each time.

#ifndef LINEDB_TESTS_CRASH_GROUP_STEP_H_
#define LINEDB_TESTS_CRASH_GROUP_STEP_H_

#include <string>
#include <vector>

#include "tests/crash/step.h"

namespace linedb::testing {

// Commits a transaction of each deed. While the first is at its sync of the log, the others are
// queued, and so become one write and one sync. Each deed must need the one before, so that none
// happens without it, and may be done twice.
Step CommitTogether(std::string name, std::vector<Deed> deeds);

// A checkpoint, and a commit while it syncs the compacted file of that table: the compaction has to
// catch up. The deed may be done twice.
Step CheckpointBeside(std::string table, Deed deed);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_GROUP_STEP_H_
