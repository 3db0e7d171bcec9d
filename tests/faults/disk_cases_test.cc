// Guards against a sync that fails and is not believed: tried again until it succeeds, which proves
// nothing, or not looked at, because it was only a folder's. After either the disk and the database
// tell different stories, and the next power cut decides between them.
//
// The numbers are those of the table in README.md.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/engine/campus.h"
#include "tests/engine/ruled_disk.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::RuledDisk;

Options ByHand() {
  Options options;
  options.maintenance = Maintenance::kManual;
  return options;
}

struct DiskOfSyncs : public ::testing::Test {
  void SetUp() override {
    campus.through = &disk;
    ASSERT_THAT(campus.Open(ByHand()), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
    ASSERT_THAT(campus.students().Update({.id = 1, .name = "Alicia"}), IsOk());
  }
  void TearDown() override { campus.engine.reset(); }

  void FailSyncsOf(const std::string& end) {
    disk.SetRule([this, end](std::string_view operation, const std::string& path) {
      if (operation != "sync" || !path.ends_with(end)) return absl::OkStatus();
      ++syncs;
      return absl::InternalError("sync " + path + ": Input/output error");
    });
  }

  Campus campus;
  RuledDisk disk{*campus.disk};
  int syncs = 0;
};

using FaultCase18 = DiskOfSyncs;
using FaultCase20 = DiskOfSyncs;

TEST_F(FaultCase18, SyncThatFailsForEverIsTriedOnceAndNoMore) {
  const std::string state = campus.State();
  FailSyncsOf("transaction.log");
  EXPECT_THAT(campus.students().Insert({.name = "Bob"}),
              Fails(absl::StatusCode::kInternal, "sync", "unknown"));
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(campus.students().Insert({.name = "Carol"}),
                Fails(absl::StatusCode::kFailedPrecondition, "open it again"));
  }
  EXPECT_FALSE(campus.Close().ok());
  EXPECT_EQ(syncs, 1);
  disk.SetRule(nullptr);
  ASSERT_THAT(campus.Open(ByHand()), IsOk());
  EXPECT_NE(campus.State(), state) << "the bytes had reached this disk";
  EXPECT_EQ(campus.students().size(), 2U);
}

TEST_F(FaultCase20, FailedSyncOfAnyFolderIsAnErrorOfTheCheckpoint) {
  for (const std::string folder : {"university/data", "university/wal"}) {
    SCOPED_TRACE(folder);
    const std::string state = campus.State();
    FailSyncsOf(folder);
    EXPECT_THAT(campus.engine->Checkpoint(), Fails(absl::StatusCode::kInternal, folder));
    EXPECT_EQ(campus.State(), state);
    EXPECT_EQ(syncs, 1);
    syncs = 0;
    disk.SetRule(nullptr);
    ASSERT_THAT(campus.Open(ByHand()), IsOk());
    EXPECT_EQ(campus.State(), state);
    ASSERT_THAT(campus.students().Update({.id = 1, .name = folder}), IsOk());
  }
}

TEST_F(FaultCase20, FailedSyncOfAnyFolderIsAnErrorOfANewTable) {
  for (const std::string folder : {"university/data", "university/schema"}) {
    SCOPED_TRACE(folder);
    TableSchema schema = schema::StructCodec<testing::Visit>::Schema();
    schema.table_name = "visit_" + folder.substr(11);
    FailSyncsOf(folder);
    EXPECT_THAT(campus.engine->CreateTable(schema),
                Fails(absl::StatusCode::kInternal, folder, "unknown"));
    disk.SetRule(nullptr);
    ASSERT_THAT(campus.Open(ByHand()), IsOk());
    // Before the log's line, or behind it.
    if (campus.engine->FindTable(schema.table_name) == nullptr) {
      ASSERT_THAT(campus.engine->CreateTable(schema), IsOk());
    }
  }
}

}  // namespace
}  // namespace linedb
