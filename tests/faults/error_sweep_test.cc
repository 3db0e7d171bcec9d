// Guards against the error nobody expected at just that place. A disk that fails does not ask which
// step it hits, and an error path that is never run is wrong more often than not: it loses what was
// acknowledged, shows half of what failed, or goes on as if a sync had not failed. So a day of work
// is lived again and again, and each time another operation on the disk fails: the first, the
// second, every single one, once and from then on, with each errno that a disk may answer.

#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/engine/campus.h"
#include "tests/faults/failing_disk.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::FailingDisk;
using testing::IsOk;
using testing::PageCacheDisk;
using testing::PlannedFault;
using testing::Student;
using testing::Tree;

constexpr int kStride = testing::kSanitized ? 13 : 1;

struct Deed {
  const char* name;
  std::function<absl::Status(Campus&)> run;
  bool needs_handle = true;
};

absl::Status OpenByHand(Campus& campus) {
  Options options;
  options.maintenance = Maintenance::kManual;
  options.archives_kept = 1;  // so that archives are compressed and removed
  options.index_bytes_min = 1;
  return campus.Open(options);
}

template <class T>
absl::Status Create(Campus& campus) {
  return campus.engine->CreateTable(schema::StructCodec<T>::Schema());
}

absl::Status CommitToTwoTables(Campus& campus) {
  absl::StatusOr<std::unique_ptr<engine::Transaction>> begun = campus.engine->Begin();
  if (!begun.ok()) return begun.status();
  WriteTransaction both(*std::move(begun));
  absl::Status done = campus.students().Erase(both, 2);
  if (done.ok()) done = campus.students().Insert(both, {.name = "Carol"}).status();
  if (done.ok()) done = campus.courses().Insert(both, {.code = "CS101"}).status();
  return done.ok() ? both.Commit() : done;
}

absl::Status Checkpoint(Campus& campus) { return campus.engine->Checkpoint().status(); }

absl::Status Rename(Campus& campus, const char* name) {
  return campus.students().Update({.id = 1, .name = name});
}

// Each either happens or does not; a checkpoint, an opening and a closing change no record.
const std::vector<Deed> kDay = {
    {"open a new one", OpenByHand, false},
    {"create student", Create<Student>},
    {"insert", [](Campus& c) { return c.students().Insert({.name = "Alice"}).status(); }},
    {"insert again", [](Campus& c) { return c.students().Insert({.name = "Bob"}).status(); }},
    {"update", [](Campus& c) { return Rename(c, "Alicia"); }},
    {"checkpoint", Checkpoint},
    {"create course", Create<testing::Course>},
    {"commit to two tables", CommitToTwoTables},
    {"checkpoint again", Checkpoint},
    {"delete", [](Campus& c) { return c.courses().Erase(1); }},
    {"close", [](Campus& c) { return c.Close(); }},
    {"open again", OpenByHand, false},
    {"update again", [](Campus& c) { return Rename(c, "Ally"); }},
    {"third checkpoint", Checkpoint},
    {"last insert", [](Campus& c) { return c.courses().Insert({.code = "CS102"}).status(); }},
    {"close at night", [](Campus& c) { return c.Close(); }},
    {"open in the morning", OpenByHand, false},
};

bool Says(const absl::Status& status, const char* word) {
  return std::string(status.message()).find(word) != std::string::npos;
}

class ErrorSweepTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    states = new std::vector<std::string>;
    Campus campus;
    for (const Deed& deed : kDay) {
      ASSERT_THAT(deed.run(campus), IsOk()) << deed.name;
      states->push_back(campus.engine != nullptr ? campus.State() : states->back());
    }
  }
  static void TearDownTestSuite() { delete states; }

  // The state when `deeds` of the day are done.
  static const std::string& After(std::size_t deeds) {
    return (*states)[deeds == 0 ? 0 : deeds - 1];
  }

  // Lives one day; false if the fault was never reached.
  bool Live(const PlannedFault& fault) {
    PageCacheDisk cache;
    FailingDisk disk(cache);
    Campus campus;
    campus.through = &disk;
    disk.Plan(fault);
    for (std::size_t done = 0; done < kDay.size(); ++done) {
      const absl::Status status = Do(kDay[done], campus);
      if (!status.ok()) {
        SCOPED_TRACE(absl::StrCat(kDay[done].name, " failed: ", status.ToString()));
        ++failures;
        Fail(campus, disk, cache, done, status, fault);
      }
      if (HasFailure()) return false;
    }
    const bool reached = disk.operations() >= fault.at;
    disk.Heal();
    EXPECT_EQ(campus.State(), states->back());
    ExpectAfterPowerCut(cache, kDay.size(), kDay.size());
    EXPECT_THAT(campus.Close(), IsOk());
    ++runs;
    return reached;
  }

  static absl::Status Do(const Deed& deed, Campus& campus) {
    return deed.needs_handle && campus.engine == nullptr
               ? absl::FailedPreconditionError("there is no handle")
               : deed.run(campus);
  }

  // The deed after the first `done` ones failed. What holds now, and does it go on once healed?
  void Fail(Campus& campus, FailingDisk& disk, PageCacheDisk& cache, std::size_t done,
            const absl::Status& status, const PlannedFault& fault) {
    ASSERT_TRUE(Says(status, std::generic_category().message(fault.error).c_str()))
        << "the error does not say what the disk said";
    const bool unknown = Says(status, "unknown");
    const bool synced_in_vain = SyncFailed(disk);
    ExpectAfterPowerCut(cache, done, unknown ? done + 1 : done);
    absl::Status again = absl::FailedPreconditionError("there is no handle");
    if (campus.engine != nullptr) {
      ASSERT_EQ(campus.State(), After(done)) << "reading in the handle that failed";
      if (fault.for_ever && unknown) {
        ASSERT_FALSE(Do(kDay[done], campus).ok()) << "acknowledged after an unknown outcome";
      }
      disk.Heal();
      again = Do(kDay[done], campus);
    }
    disk.Heal();
    if (unknown || (synced_in_vain && absl::IsInternal(status))) {
      ASSERT_FALSE(again.ok()) << "acknowledged after a failed sync";
    }
    if (again.ok()) return;
    const bool works_again = absl::IsResourceExhausted(status) && !unknown;
    ASSERT_FALSE(works_again && campus.engine != nullptr) << "does not work again: " << again;
    OpenAgain(campus, cache, done, unknown);
  }

  // A file of data, not a temporary one that is thrown away after an error.
  static bool SyncFailed(const FailingDisk& disk) {
    for (const std::string& failed : disk.failed()) {
      if (failed.starts_with("sync ") &&
          (failed.ends_with(".records") || failed.ends_with("transaction.log"))) {
        return true;
      }
    }
    return false;
  }

  // On the healed disk, without and with a power cut in between.
  void OpenAgain(Campus& campus, PageCacheDisk& cache, std::size_t done, bool unknown) {
    ExpectAfterPowerCut(cache, done, unknown ? done + 1 : done);
    ASSERT_THAT(OpenByHand(campus), IsOk());
    const std::string found = campus.State();
    if (unknown && found == After(done + 1) && found != After(done)) return;
    ASSERT_EQ(found, After(done));
    if (!kDay[done].needs_handle) return;  // this was it
    ASSERT_THAT(Do(kDay[done], campus), IsOk()) << "in a new handle";
  }

  // What the disk holds when the power goes now: the state after `least` or after `most` deeds.
  void ExpectAfterPowerCut(const PageCacheDisk& cache, std::size_t least, std::size_t most) {
    Campus after(cache.AfterPowerCut());
    ++power_cuts;
    const absl::Status opened = OpenByHand(after);
    ASSERT_THAT(opened, IsOk()) << "after a power cut";
    const std::string found = after.State();
    ASSERT_TRUE(found == After(least) || found == After(most)) << "after a power cut\n"
                                                               << found << after.Notes();
    ASSERT_THAT(after.Close(), IsOk());
    ASSERT_EQ(after.Problems(), "") << "after a power cut";
  }

  static inline std::vector<std::string>* states = nullptr;
  int runs = 0;
  int failures = 0;
  int power_cuts = 0;
};

TEST_F(ErrorSweepTest, EveryOperationOfADayMayFailOnceAndForEver) {
  int operations = 0;
  for (const int error : {EIO, ENOSPC, EDQUOT, EMFILE}) {
    for (const bool for_ever : {false, true}) {
      for (int at = 1;; at += kStride) {
        SCOPED_TRACE(absl::StrCat("operation ", at, for_ever ? " and all after it" : "",
                                  " fails with errno ", error));
        const bool reached = Live({at, error, for_ever});
        if (HasFailure()) return;
        if (!reached) break;
        operations = std::max(operations, at);
      }
    }
  }
  std::cout << "runs: " << runs << ", operations in a day: " << operations
            << ", deeds that failed: " << failures << ", power cuts: " << power_cuts << ", lost: 0"
            << std::endl;
  EXPECT_GT(operations, 300);
  EXPECT_GT(failures, runs / 2);
}

}  // namespace
}  // namespace linedb
