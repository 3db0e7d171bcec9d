// Databases to be damaged, as trees in memory: one closed properly, one whose process died at
// work, and one whose process died between the switch of logs and the renames of a checkpoint.

#ifndef LINEDB_TESTS_FAULTS_DAMAGED_CAMPUS_H_
#define LINEDB_TESTS_FAULTS_DAMAGED_CAMPUS_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/engine/disk_tree.h"

namespace linedb::testing {

// Their LOCK names a process that cannot be, so that nobody takes this one for the writer.
inline constexpr char kNoteOfTheDead[] =
    "{\"pid\":999999999,\"program\":\"registrar\",\"host\":\"athena\","
    "\"since\":\"2026-01-22T20:31:17.592172Z\"}\n";

struct Patient {
  std::string name;
  Tree tree;
  bool closed = false;              // properly
  std::string state;                // of Campus::State
  std::vector<std::string> states;  // after each transaction, the last one included
  std::map<std::string, std::uint64_t> checkpoint_bytes;  // of each .records file

  // What a person may lose without losing data: why a change of this file does no harm, or nothing.
  // `after` has the damage.
  std::string_view WhyHarmless(std::string_view path, const Tree& after) const;
};

// "LOCK", "archive zst" …: every kind of file that a database directory has.
std::string_view KindOfFile(std::string_view path);
inline constexpr int kFileKinds = 8;

// Three tables (the third one made after the last checkpoint), archives plain and compressed,
// superseded lines, a compacted table, a surplus, several transactions in the log. The same bytes
// each time.
std::vector<Patient> MakePatients();

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_FAULTS_DAMAGED_CAMPUS_H_
