// Guards against a crash at the one step nobody thought of: the same day of work is stopped before
// every single operation on the disk, one after the other, and each time the next opening must
// give the last acknowledged state, or the one that was on its way.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/engine/campus.h"
#include "tests/engine/ruled_disk.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::IsOk;
using testing::RuledDisk;
using testing::Student;
using testing::Tree;

// Every checkpoint writes indexes, and every opening takes them.
Options WithIndexes() {
  Options options;
  options.archives_kept = 0;  // the archiver's thread has nothing to compress
  options.index_bytes_min = 1;
  return options;
}

// Commits, checkpoints with compaction one after the other, and a table made in between.
const std::vector<std::function<absl::Status(Campus&)>> kDay = {
    [](Campus& campus) {
      return campus.engine->CreateTable(schema::StructCodec<Student>::Schema());
    },
    [](Campus& campus) { return campus.students().Insert({.name = "Alice"}).status(); },
    [](Campus& campus) { return campus.students().Insert({.name = "Bob"}).status(); },
    [](Campus& campus) { return campus.students().Update({.id = 1, .name = "Alicia"}); },
    [](Campus& campus) { return campus.engine->Checkpoint().status(); },
    [](Campus& campus) {
      return campus.engine->CreateTable(schema::StructCodec<testing::Course>::Schema());
    },
    [](Campus& campus) {
      WriteTransaction both = campus.Begin();
      absl::Status done = campus.students().Erase(both, 2);
      if (done.ok()) done = campus.courses().Insert(both, {.code = "CS101"}).status();
      return done.ok() ? both.Commit() : done;
    },
    [](Campus& campus) { return campus.engine->Checkpoint().status(); },
    [](Campus& campus) { return campus.students().Update({.id = 1, .name = "Ally"}); },
    [](Campus& campus) { return campus.engine->Checkpoint().status(); },
    [](Campus& campus) { return campus.courses().Insert({.code = "CS102"}).status(); },
};

// What became of a day on a disk that stops for good at its `step`-th operation.
struct Life {
  bool whole = false;     // the day went on to its end
  std::size_t deeds = 0;  // acknowledged
  Tree crashed;
};

Life LiveUntil(int step, bool writes_half) {
  Campus campus;
  RuledDisk disk(*campus.disk);
  disk.writes_half = writes_half;
  int steps = 0;
  disk.SetRule([&steps, step](std::string_view, const std::string&) {
    return ++steps < step ? absl::OkStatus() : absl::InternalError("the power is off");
  });
  campus.through = &disk;
  Life life;
  if (campus.Open(WithIndexes()).ok()) {
    while (life.deeds < kDay.size() && kDay[life.deeds](campus).ok()) ++life.deeds;
  }
  life.whole = life.deeds == kDay.size();
  life.crashed = campus.Files();
  campus.engine.reset();
  return life;
}

// The states of a day that nothing disturbs.
std::vector<std::string> StatesOfTheDay() {
  Campus campus;
  EXPECT_THAT(campus.Open(), IsOk());
  std::vector<std::string> states = {campus.State()};
  for (const auto& deed : kDay) {
    EXPECT_THAT(deed(campus), IsOk());
    states.push_back(campus.State());
  }
  return states;
}

// The index says what the walk says.
void ExpectFoundByKey(Campus& campus) {
  if (campus.engine->FindTable("student") == nullptr) return;
  std::int64_t found = 0;
  EXPECT_THAT(campus.students().ForEach([&](const Student& student) {
    EXPECT_EQ(campus.students().Get(*student.id)->name, student.name);
    ++found;
  }),
              IsOk());
  for (std::int64_t id = 1; id < 5; ++id) found -= campus.students().Get(id).ok() ? 1 : 0;
  EXPECT_EQ(found, 0);
}

void ExpectRecovered(const Life& life, const std::vector<std::string>& states) {
  Campus campus(life.crashed);
  const std::string next = life.whole ? states.back() : states[life.deeds + 1];
  Campus reader(life.crashed);
  Options reading = WithIndexes();
  reading.access = Access::kReadOnly;
  const absl::Status read = reader.Open(reading);
  ASSERT_TRUE(read.ok() || (absl::IsNotFound(read) && life.deeds == 0)) << read;
  if (read.ok()) {
    ASSERT_THAT(reader.State(), ::testing::AnyOf(states[life.deeds], next));
  }
  ASSERT_THAT(campus.Open(WithIndexes()), IsOk());
  ASSERT_THAT(campus.State(), ::testing::AnyOf(states[life.deeds], next));
  ExpectFoundByKey(campus);
  ASSERT_THAT(campus.students().Insert({.name = "Carol"}), IsOk());
  ASSERT_THAT(
      campus.students().Erase(campus.engine->FindTable("student")->generation->written.next_id - 1),
      IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  ASSERT_EQ(campus.Problems(), "");
}

// [engine-4.1]
TEST(CrashTest, EveryStepOfADayMayBeItsLast) {
  const std::vector<std::string> states = StatesOfTheDay();
  int step = 1;
  for (;; ++step) {
    bool whole = true;
    for (const bool writes_half : {false, true}) {
      const Life life = LiveUntil(step, writes_half);
      SCOPED_TRACE(absl::StrCat("step ", step, " after ", life.deeds, " deeds"));
      ExpectRecovered(life, states);
      if (HasFatalFailure()) return;
      whole = whole && life.whole;
    }
    if (whole) break;
  }
  EXPECT_GT(step, 50);  // or the rule was never asked
}

// Recovery writes too, and a machine that crashed once may crash again soon.
// [engine-5.2]
TEST(CrashTest, EveryStepOfARecoveryMayBeItsLast) {
  const std::vector<std::string> states = StatesOfTheDay();
  for (int step = 10;; step += 7) {
    const Life life = LiveUntil(step, true);
    if (life.whole) break;
    for (int again = 1;; ++again) {
      Campus campus(life.crashed);
      RuledDisk disk(*campus.disk);
      int steps = 0;
      disk.SetRule([&steps, again](std::string_view, const std::string&) {
        return ++steps < again ? absl::OkStatus() : absl::InternalError("the power is off");
      });
      campus.through = &disk;
      const bool recovered = campus.Open(WithIndexes()).ok();
      Life second = life;
      second.crashed = campus.Files();
      campus.engine.reset();
      SCOPED_TRACE(absl::StrCat("step ", step, ", then step ", again));
      ExpectRecovered(second, states);
      if (HasFatalFailure()) return;
      if (recovered) break;
    }
  }
}

}  // namespace
}  // namespace linedb
