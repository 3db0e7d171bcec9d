// A database that is made in one go, stopped before each operation on the disk.

#ifndef LINEDB_TESTS_ENGINE_STOPPED_MAKING_H_
#define LINEDB_TESTS_ENGINE_STOPPED_MAKING_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "tests/engine/campus.h"
#include "tests/engine/page_cache_disk.h"
#include "tests/engine/ruled_disk.h"

namespace linedb::testing {

// Of each disk that a kill before every `stride`-th operation of `make` leaves, and of what a power
// cut then leaves of that: it is no database, and says so, or the one with this state. `prepare`
// puts on the disk what is there before; what is in the folder `work` does not count.
inline void ExpectNoneOrWholeAtEachStep(int stride, const std::string& work,
                                        const std::string& state,
                                        absl::FunctionRef<void(wal::FileSystem&)> prepare,
                                        absl::FunctionRef<absl::Status(wal::FileSystem&)> make) {
  bool stopped = true;
  int step = 1;
  for (; stopped; step += stride) {
    PageCacheDisk disk;
    prepare(disk);
    RuledDisk until(disk);
    int steps = 0;
    until.SetRule([&steps, step](std::string_view, const std::string&) {
      return ++steps < step ? absl::OkStatus() : absl::InternalError("killed");
    });
    const absl::Status made = make(until);
    stopped = steps >= step;
    EXPECT_TRUE(stopped || made.ok()) << made;
    for (Tree left : {ReadTree(disk), disk.AfterPowerCut()}) {
      std::erase_if(left, [&work](const auto& file) { return file.first.starts_with(work + "/"); });
      SCOPED_TRACE("stopped at step " + std::to_string(step));
      Campus found(left);
      const absl::Status opened = found.OpenToRead();
      if (opened.ok()) {
        EXPECT_EQ(found.State(), state);
      } else {
        EXPECT_TRUE(stopped);
        EXPECT_THAT(std::string(opened.message()),
                    ::testing::AnyOf(::testing::HasSubstr("repair into it is not finished"),
                                     ::testing::HasSubstr("no linedb database")));
      }
    }
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(step, 100);
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_ENGINE_STOPPED_MAKING_H_
