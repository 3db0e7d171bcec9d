// A dry run on a database that is open for reading tries the records out on the tables that are
// there. What guards against one that misses a clash with what lies in the log or was put aside for
// want of memory, that touches the directory, or whose handle is another one afterwards.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/storage/spill_space.h"
#include "linedb/exchange.h"
#include "linedb/json_table.h"

namespace linedb {
namespace {

constexpr std::uint64_t kLittleMemory = 2000;

class DryRunTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string base = ::testing::TempDir() + "/linedb_dry_run_XXXXXX";
    ASSERT_NE(::mkdtemp(base.data()), nullptr);
    base_ = base;
    Options options;
    options.maintenance = Maintenance::kManual;
    writer_ = *Database::Open(base_ + "/db", options);
    ASSERT_TRUE(writer_->CreateTable(Schema()).ok());
    Write(1, 100);
    ASSERT_TRUE(writer_->Checkpoint().ok());
    Write(101, 200);  // in the log alone
    engine::SetSpillBytes(kLittleMemory);
  }
  void TearDown() override {
    engine::SetSpillBytes(engine::kSpillBytesDefault);
    ::unsetenv("TMPDIR");
    writer_.reset();
    std::filesystem::remove_all(base_);
  }

  static TableSchema Schema() {
    return {.table_name = "t",
            .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                        {.name = "email", .nullable = true, .unique = true},
                        {.name = "note", .nullable = true}}};
  }
  static std::string Lines(int first, int last) {
    std::string lines;
    for (int id = first; id <= last; ++id) {
      absl::StrAppend(&lines, "{\"id\":", id, ",\"email\":\"e", id, "\",\"note\":\"",
                      std::string(50, 'x'), "\"}\n");
    }
    return lines;
  }
  void Write(int first, int last) {
    std::istringstream input(Lines(first, last));
    ASSERT_TRUE(Import(*writer_, "t", input)->committed);
  }
  std::unique_ptr<Database> Reader() const {
    Options options;
    options.access = Access::kReadOnly;
    return *Database::Open(base_ + "/db", options);
  }
  // Every file of the database.
  std::map<std::string, std::string> Tree() const {
    std::map<std::string, std::string> tree;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(base_ + "/db")) {
      std::stringstream text;
      if (entry.is_regular_file()) text << std::ifstream(entry.path()).rdbuf();
      tree[entry.path().string()] = text.str();
    }
    return tree;
  }

  static absl::StatusOr<ImportReport> Try(Database& database, const std::string& text,
                                          OnConflict on_conflict = OnConflict::kFail) {
    std::istringstream input(text);
    return Import(database, "t", input, {.on_conflict = on_conflict, .dry_run = true});
  }
  static std::string Told(const absl::StatusOr<ImportReport>& report) {
    if (!report.ok()) return report.status().ToString();
    std::string told = absl::StrCat(report->read, " ", report->inserted, " ", report->replaced, " ",
                                    report->skipped, " ", report->rejected, "\n");
    for (const ImportProblem& each : report->problems)
      absl::StrAppend(&told, each.ToString(), "\n");
    return told;
  }

  std::string base_;
  std::unique_ptr<Database> writer_;
};

TEST_F(DryRunTest, ReaderFindsEachClashThatAnImportWouldFind) {
  const std::string text = Lines(201, 600) +
                           "{\"id\":7}\n{\"id\":150}\n{\"id\":1001,\"email\":\"e8\"}\n{\"id\":1002,"
                           "\"email\":\"e160\"}\n" +
                           "{\"id\":300}\n{\"id\":1003,\"email\":\"e301\"}\n{\"id\":\"x\"}\n" +
                           Lines(601, 700);
  engine::SetSpillBytes(engine::kSpillBytesDefault);
  const std::string expected = Told(Try(*writer_, text));
  engine::SetSpillBytes(kLittleMemory);
  const auto before = Tree();
  const auto reader = Reader();
  const auto report = Try(*reader, text);
  EXPECT_EQ(Told(report), expected);
  EXPECT_EQ(report->problem_count, 7u);
  EXPECT_EQ(Told(Try(*reader, text)), expected) << "nothing of the first is left";
  EXPECT_EQ(JsonTable::Open(*reader, "t")->size(), 200u);
  EXPECT_EQ(Tree(), before);
  Write(2001, 2200);  // and the reader follows
  ASSERT_TRUE(reader->Refresh().ok());
  EXPECT_EQ(JsonTable::Open(*reader, "t")->size(), 400u);
  EXPECT_EQ(Told(Try(*reader, "{\"id\":2150}\n")).substr(0, 9), "1 0 0 0 1");
}

TEST_F(DryRunTest, ReaderCountsWhatWouldBeSkippedAndReplaced) {
  const auto reader = Reader();
  EXPECT_EQ(Told(Try(*reader, Lines(51, 500), OnConflict::kSkip)), "450 300 0 150 0\n");
  EXPECT_EQ(Told(Try(*reader, Lines(51, 500), OnConflict::kReplace)), "450 300 150 0 0\n");
  EXPECT_EQ(Told(Try(*reader, Lines(201, 500))), "300 300 0 0 0\n");
}

TEST_F(DryRunTest, HandleForReadingStaysOne) {
  const auto reader = Reader();
  ASSERT_TRUE(Try(*reader, Lines(201, 300)).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(reader->Begin().status()));
  std::istringstream input(Lines(201, 300));
  EXPECT_TRUE(absl::IsFailedPrecondition(Import(*reader, "t", input).status()));
}

// The error is the proof: nothing else looks at TMPDIR.
TEST_F(DryRunTest, WhatMemoryDoesNotHoldGoesWhereTmpdirSays) {
  const auto memory = *Database::OpenInMemory();
  ASSERT_TRUE(memory->CreateTable(Schema()).ok());
  EXPECT_EQ(Told(Try(*memory, Lines(1, 500))), "500 500 0 0 0\n");
  const auto reader = Reader();
  const std::string nowhere = base_ + "/nowhere";
  ::setenv("TMPDIR", nowhere.c_str(), 1);
  for (Database* each : {reader.get(), memory.get(), writer_.get()}) {
    const absl::Status status = Try(*each, Lines(201, 600)).status();
    EXPECT_EQ(std::string(status.message()),
              "make a temporary file in " + nowhere + ": No such file or directory");
  }
  std::istringstream input(Lines(1, 500));
  EXPECT_TRUE(Import(*memory, "t", input)->committed) << "an import needs no place";
}

}  // namespace
}  // namespace linedb
