// Guards the model that the crash tests stand on. A model that never loses anything finds nothing,
// and one that loses what was synced cries wolf.

#include "tests/crash/power_model.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "tests/crash/journal_disk.h"

namespace linedb::testing {
namespace {

constexpr char kFile[] = "base/file";

// A machine with one directory that is there for certain, and what may be left of it.
class PowerModelTest : public ::testing::Test {
 protected:
  static DiskImage Base() {
    DiskImage image;
    image.directories = {"base"};
    return image;
  }
  std::unique_ptr<wal::File> Create(const std::string& path) {
    return *disk.Open(path, wal::OpenMode::kCreateNew);
  }
  PowerModel Model() const {
    PowerModel model(Base());
    for (const Operation& operation : disk.journal()) model.Apply(operation);
    return model;
  }
  // What the file of that name may hold after a power cut; "none" if the name may be gone.
  std::set<std::string> Outcomes(const std::string& path) const {
    const PowerModel model = Model();
    std::set<std::string> outcomes;
    Dice dice(1);
    for (int i = 0; i < 2000; ++i) {
      const std::vector<FileFate> fates(model.UncertainFiles().size(),
                                        static_cast<FileFate>(i % (kExtremeFates + 1)));
      outcomes.insert(TextOf(model.Cut(dice.Next(), fates, dice), path));
    }
    return outcomes;
  }
  static std::string TextOf(const DiskImage& image, const std::string& path) {
    const auto found = image.names.find(path);
    if (found == image.names.end()) return "none";
    return *image.files[static_cast<std::size_t>(found->second)];
  }

  JournalDisk disk{Base()};
};

TEST_F(PowerModelTest, WhatWasSyncedIsThereForCertain) {
  const auto file = Create(kFile);
  ASSERT_TRUE(file->Append("abc").ok() && file->Sync().ok());
  EXPECT_TRUE(disk.SyncDirectory("base").ok());
  EXPECT_EQ(Outcomes(kFile), std::set<std::string>{"abc"});
}

TEST_F(PowerModelTest, NameIsLostThoughItsFileWasSynced) {
  const auto file = Create(kFile);
  ASSERT_TRUE(file->Append("abc").ok() && file->Sync().ok());
  EXPECT_EQ(Outcomes(kFile), (std::set<std::string>{"abc", "none"}));
}

TEST_F(PowerModelTest, UnsyncedBytesAreTornNulsGarbageOrGone) {
  const auto file = Create(kFile);
  ASSERT_TRUE(file->Append("ab").ok() && file->Sync().ok() && file->Append("cd").ok());
  ASSERT_TRUE(disk.SyncDirectory("base").ok());
  const std::set<std::string> outcomes = Outcomes(kFile);
  for (const char* some : {"ab", "abc", "abcd"}) EXPECT_TRUE(outcomes.contains(some));
  EXPECT_TRUE(outcomes.contains(std::string("ab\0\0", 4)));
  EXPECT_TRUE(outcomes.contains(std::string("ab\0d", 4)));  // a hole
  EXPECT_GT(outcomes.size(), 10u);                          // garbage
  for (const std::string& text : outcomes) EXPECT_EQ(text.substr(0, 2), "ab");
}

TEST_F(PowerModelTest, PageInTheMiddleMayBeMissing) {
  constexpr std::size_t kPage = 4096;
  const auto file = Create(kFile);
  const std::string bytes(3 * kPage, 'x');
  ASSERT_TRUE(file->Append(bytes).ok() && disk.SyncDirectory("base").ok());
  const std::string hole =
      bytes.substr(0, kPage) + std::string(kPage, '\0') + bytes.substr(0, kPage);
  EXPECT_TRUE(Outcomes(kFile).contains(hole));
}

TEST_F(PowerModelTest, RenameIsThereWithoutTheBytesOfItsFile) {
  const auto old_file = Create(kFile);
  ASSERT_TRUE(old_file->Append("old").ok() && old_file->Sync().ok());
  ASSERT_TRUE(disk.SyncDirectory("base").ok());
  ASSERT_TRUE(Create("base/tmp")->Append("new").ok() && disk.Rename("base/tmp", kFile).ok());
  const std::set<std::string> outcomes = Outcomes(kFile);
  for (const char* some : {"old", "new", ""}) EXPECT_TRUE(outcomes.contains(some)) << some;
  EXPECT_FALSE(outcomes.contains("none"));  // a rename is atomic
}

TEST_F(PowerModelTest, RemovedFileComesBackUntilItsFolderIsSynced) {
  const auto file = Create(kFile);
  ASSERT_TRUE(file->Append("abc").ok() && file->Sync().ok() && disk.SyncDirectory("base").ok());
  ASSERT_TRUE(disk.Remove(kFile).ok());
  EXPECT_EQ(Outcomes(kFile), (std::set<std::string>{"abc", "none"}));
  ASSERT_TRUE(disk.SyncDirectory("base").ok());
  EXPECT_EQ(Outcomes(kFile), std::set<std::string>{"none"});
}

TEST_F(PowerModelTest, WhatFailedSyncLostIsNotBroughtBackByTheNext) {
  const auto file = Create(kFile);
  ASSERT_TRUE(file->Append("A").ok() && file->Sync().ok() && disk.SyncDirectory("base").ok());
  disk.fault = {disk.operations() + 2, false, absl::StatusCode::kInternal};
  ASSERT_TRUE(file->Append("B").ok());
  EXPECT_FALSE(file->Sync().ok());
  EXPECT_TRUE(file->Append("C").ok() && file->Sync().ok());
  const std::set<std::string> outcomes = Outcomes(kFile);
  EXPECT_TRUE(outcomes.contains(std::string("A\0C", 3)));
  for (const std::string& text : outcomes) {
    EXPECT_TRUE(text.size() == 3 && text[0] == 'A' && text[2] == 'C');
  }
  EXPECT_EQ(*file->ReadAt(0, 3), "ABC");  // the cache shows it all the while
}

TEST_F(PowerModelTest, WhatStandsInLostFolderIsLostWithIt) {
  ASSERT_TRUE(disk.CreateDirectory("base/new").ok());
  const auto file = Create("base/new/file");
  ASSERT_TRUE(file->Append("abc").ok() && file->Sync().ok());
  ASSERT_TRUE(disk.SyncDirectory("base/new").ok());
  EXPECT_EQ(Outcomes("base/new/file"), (std::set<std::string>{"abc", "none"}));
}

TEST_F(PowerModelTest, KilledProcessLeavesEverythingItDid) {
  const auto file = Create(kFile);
  ASSERT_TRUE(file->Append("abc").ok());
  EXPECT_EQ(TextOf(Model().Killed(), kFile), "abc");
}

TEST_F(PowerModelTest, NothingReachesTheDiskAfterFaultThatStays) {
  disk.fault = {2, true, absl::StatusCode::kInternal};
  const auto file = Create(kFile);
  EXPECT_FALSE(file->Append("abcd").ok());  // a part of it does, as on a disk that fills up
  EXPECT_FALSE(file->Truncate(0).ok());
  EXPECT_FALSE(disk.Remove(kFile).ok());
  EXPECT_FALSE(disk.SyncDirectory("base").ok());
  EXPECT_EQ(TextOf(Model().Killed(), kFile), "ab");
}

TEST_F(PowerModelTest, EqualDisksHaveEqualHashesAndTwoNamesStayOneFile) {
  ASSERT_TRUE(Create(kFile)->Append("abc").ok() && disk.Link(kFile, "base/twin").ok());
  const DiskImage linked = Model().Killed();
  DiskImage copied = linked;
  copied.files.push_back(std::make_shared<const std::string>("abc"));
  copied.names["base/twin"] = static_cast<int>(copied.files.size()) - 1;
  EXPECT_NE(linked.Hash(), copied.Hash());
  EXPECT_EQ(linked.Hash(), Model().Killed().Hash());
  const auto mounted = linked.Mount();
  EXPECT_EQ(mounted->Stat(kFile)->identity, mounted->Stat("base/twin")->identity);
}

}  // namespace
}  // namespace linedb::testing
