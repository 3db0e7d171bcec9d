// Guards against the checkpoint that erases halfway: stopped before each of its operations on the
// disk, with the power cut or not, it leaves a database in which nothing is seen that has expired,
// nothing is missing that has not, and the next checkpoint finishes.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/engine/durable_tree.h"
#include "tests/engine/page_cache_disk.h"
#include "tests/engine/ruled_disk.h"
#include "tests/expiry/session.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::ExpiryTest;
using testing::Hold;
using testing::IsOk;
using testing::kDirectory;
using testing::Minute;
using testing::PageCacheDisk;
using testing::Put;
using testing::RuledDisk;
using testing::Session;
using testing::Tree;

constexpr int kStride = testing::kSanitized ? 7 : 1;

class ExpiryCrashTest : public ExpiryTest {
 protected:
  void SetUp() override {
    ExpiryTest::SetUp();
    const Table<Hold> holds = campus.TableOf<Hold>();
    for (int id = 1; id <= 40; ++id) {
      Login(id, absl::StrCat("t", id), id % 2 == 0 ? std::optional<int>(10) : std::nullopt);
      ASSERT_THAT(holds.Insert({.room = id, .hour = 1, .until = Minute(id)}), IsOk());
      if (id == 20) {
        ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
      }
    }
    ASSERT_THAT(campus.Close(), IsOk());
    before = campus.Files();
    At(10);
    seen = StateOf(before);
  }

  // What is seen of both tables, or why they cannot be read.
  std::string StateOf(const Tree& tree) {
    Campus reader(tree);
    Options options = OptionsOf();
    options.access = Access::kReadOnly;
    if (absl::Status opened = reader.Open(options); !opened.ok()) return opened.ToString();
    return StateOf(reader);
  }
  static std::string StateOf(const Campus& of) {
    std::string text;
    for (const std::string& name : of.engine->TableNames()) {
      const engine::TableCore core(of.engine.get(), of.engine->FindTable(name));
      engine::RecordCursor cursor = core.Scan({}).value();
      for (std::string_view line; cursor.Next(&line);)
        absl::StrAppend(&text, std::string(line), "\n");
      EXPECT_THAT(cursor.status(), IsOk());
    }
    return text;
  }
  // Stops before the `step`-th operation. Whether it came to that.
  bool CheckpointUntil(int step, wal::FileSystem& disk) {
    RuledDisk until(disk);
    int steps = 0;
    const auto opened = engine::Engine::Open(nullptr, until, kDirectory, OptionsOf());
    EXPECT_THAT(opened, IsOk());
    until.SetRule([&steps, step](std::string_view, const std::string&) {
      return ++steps < step ? absl::OkStatus() : absl::InternalError("killed");
    });
    (*opened)->Checkpoint().IgnoreError();
    const bool stopped = steps >= step;
    (*opened)->Close().IgnoreError();
    return stopped;
  }
  void ExpectWhole(const Tree& left) {
    EXPECT_EQ(StateOf(left), seen);
    Campus writer(left);
    ASSERT_THAT(writer.Open(OptionsOf()), IsOk());
    EXPECT_EQ(StateOf(writer), seen);
    ASSERT_THAT(writer.engine->Checkpoint(), IsOk());
    EXPECT_EQ(StateOf(writer), seen);
    for (const engine::TableState* table :
         {writer.engine->FindTable("session"), writer.engine->FindTable("hold")}) {
      EXPECT_EQ(table->generation->published().lines, table->name() == "hold" ? 30u : 20u);
    }
    EXPECT_EQ(writer.Problems(), "");
  }

  Tree before;
  std::string seen;
};

// [schema-12.8]
TEST_F(ExpiryCrashTest, ErasingCheckpointStoppedAtEachStepLosesNothing) {
  int step = 1;
  for (bool stopped = true; stopped; step += kStride) {
    PageCacheDisk disk;
    Put(before, disk);
    stopped = CheckpointUntil(step, disk);
    SCOPED_TRACE(absl::StrCat("stopped at step ", step));
    ExpectWhole(testing::ReadTree(disk));
    ExpectWhole(disk.AfterPowerCut());
    if (HasFailure()) return;
  }
  EXPECT_GT(step, 20);
}

}  // namespace
}  // namespace linedb
