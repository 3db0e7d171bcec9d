// A campus that a test fills, closes and damages, for Mending to repair.

#ifndef LINEDB_TESTS_REPAIR_REPAIR_FIXTURE_H_
#define LINEDB_TESTS_REPAIR_REPAIR_FIXTURE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

#include "tests/repair/mending.h"

namespace linedb::testing {

inline constexpr char kStudents[] = "data/student.records";
inline constexpr char kLog[] = "wal/transaction.log";

class RepairTest : public ::testing::Test {
 protected:
  static Options Manual() {
    Options options;
    options.maintenance = Maintenance::kManual;
    options.compaction_bytes_small = 0;  // superseded lines stay where they are
    options.compaction_share_min = 1;
    return options;
  }

  void SetUp() override { ASSERT_THAT(campus.Open(Manual()), IsOk()); }

  void Insert(std::int64_t id, const std::string& name, std::optional<std::string> email = {}) {
    ASSERT_THAT(campus.students().Insert({.id = id, .name = name, .email = email}), IsOk());
  }
  void Update(std::int64_t id, const std::string& name, std::optional<std::string> email = {}) {
    ASSERT_THAT(campus.students().Update({.id = id, .name = name, .email = email}), IsOk());
  }
  void Checkpoint() { ASSERT_THAT(campus.engine->Checkpoint(), IsOk()); }

  // The directory as it is after a proper end.
  Tree Closed() {
    state = campus.State();
    EXPECT_THAT(campus.Close(), IsOk());
    return campus.Files();
  }
  // The same, and none of its past.
  Tree ClosedWithoutPast() {
    Checkpoint();
    Tree tree = Closed();
    std::erase_if(tree, [](const auto& file) {
      return file.first.starts_with("wal/") && file.first != kLog;
    });
    return tree;
  }

  static void Replace(Tree& tree, const std::string& path, const std::string& old,
                      const std::string& with) {
    const std::size_t at = tree.at(path).find(old);
    ASSERT_NE(at, std::string::npos) << old;
    tree.at(path).replace(at, old.size(), with);
  }

  // The log without its last line, but for the first `kept` bytes of that.
  static void CutLastLine(Tree& tree, std::size_t kept) {
    std::string& log = tree.at(kLog);
    log.resize(log.rfind('\n', log.size() - 2) + 1 + kept);
  }

  Campus campus;
  std::string state;
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_REPAIR_REPAIR_FIXTURE_H_
