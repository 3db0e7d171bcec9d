// A campus whose past can be restored, on a disk in memory.

#ifndef LINEDB_TESTS_HISTORY_RESTORE_CAMPUS_H_
#define LINEDB_TESTS_HISTORY_RESTORE_CAMPUS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

#include "engine/engine_history.h"
#include "tests/engine/campus.h"

namespace linedb::testing {

inline Options ManyArchives() {
  Options options;
  options.maintenance = Maintenance::kManual;
  options.archives_kept = 1000;
  return options;
}

// A moment of the past: the state between two transactions.
struct Moment {
  std::uint64_t lsn = 0;       // of the last operation
  std::uint64_t lsn_next = 0;  // of the last of the next transaction
  std::string state;
};

class RestoreTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_THAT(campus.Open(ManyArchives()), IsOk()); }

  std::uint64_t Lsn() { return campus.engine->Stats().last_lsn; }
  void Checkpoint() { ASSERT_THAT(campus.engine->Checkpoint(), IsOk()); }

  absl::StatusOr<RestoreReport> Restore(const RestoreOptions& options,
                                        const std::string& from = kDirectory) {
    target = "restored" + std::to_string(++restored);
    return engine::RestoreDirectory(*campus.disk, from, target, options);
  }
  absl::StatusOr<RestoreReport> RestoreTo(std::uint64_t lsn) {
    RestoreOptions options;
    options.target = AtLsn{lsn};
    return Restore(options);
  }
  // What the restored database is; "" after a fault.
  std::string RestoredState() {
    const auto verified = engine::VerifyDatabase(*campus.disk, wal::DatabasePaths(target));
    EXPECT_THAT(verified, IsOk());
    for (const Problem& problem : verified->problems) ADD_FAILURE() << problem.message;
    Campus copy;
    copy.through = campus.disk.get();
    Options options = ManyArchives();
    options.access = Access::kReadOnly;
    auto opened = engine::Engine::Open(nullptr, *campus.disk, target, options);
    EXPECT_THAT(opened, IsOk());
    if (!opened.ok()) return "";
    copy.engine = *std::move(opened);
    EXPECT_TRUE(copy.engine->report().notes.empty()) << copy.Notes();
    restored_lsn = copy.engine->Stats().last_lsn;
    return copy.State();
  }
  void ExpectMoment(const Moment& moment, const RestoreOptions& options) {
    const absl::StatusOr<RestoreReport> report = Restore(options);
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->lsn, moment.lsn);
    EXPECT_EQ(RestoredState(), moment.state);
    EXPECT_EQ(restored_lsn, moment.lsn);
  }

  Campus campus;
  std::string target;
  int restored = 0;
  std::uint64_t restored_lsn = 0;
};

// The schema of courses with one more column each time.
inline void AlterCourses(Campus& campus, int number) {
  TableSchema schema = campus.engine->FindTable("course")->layout().schema();
  schema.columns.push_back(
      {.name = "note" + std::to_string(number), .type = Type::kString, .nullable = true});
  EXPECT_THAT(campus.engine->AlterTable(schema), IsOk());
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_HISTORY_RESTORE_CAMPUS_H_
