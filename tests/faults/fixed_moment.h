// A database directory without what no two runs have in common: its random id, and the times at
// which things were done. So a seed that a random test prints gives the same damages again.

#ifndef LINEDB_TESTS_FAULTS_FIXED_MOMENT_H_
#define LINEDB_TESTS_FAULTS_FIXED_MOMENT_H_

#include "tests/engine/disk_tree.h"

namespace linedb::testing {

// When every table of such a database was made.
inline constexpr char kFixedMoment[] = "2026-01-22T20:31:17.000000Z";

// The tree with an id and times that follow from its numbers; of checksums that fit, compressed as
// it was. All of its logs have to be whole, and there. Schema files stay what they are.
Tree AtFixedMoment(const Tree& tree);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_FAULTS_FIXED_MOMENT_H_
