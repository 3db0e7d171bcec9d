// A dump is the last copy that one can read without linedb. What is guarded against: a load that
// takes half a stream for the whole, or leaves half a database behind; two dumps of the same state
// that differ.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <random>
#include <sstream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "engine/engine_exchange.h"
#include "tests/engine/campus.h"
#include "tests/faults/sanitized.h"
#include "wal/wal_format.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::Fails;
using testing::IsOk;
using testing::kDirectory;
using testing::Tree;

constexpr char kCopy[] = "copy";

std::string Dumped(engine::Engine& engine) {
  std::ostringstream output;
  const auto done = engine::DumpDatabase(engine, output, {});
  EXPECT_THAT(done, IsOk());
  EXPECT_EQ(done->bytes, output.str().size());
  return output.str();
}

class DumpTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(campus.Open(), IsOk());
    campus.MakeTables();
    ASSERT_THAT(campus.students().Insert({.name = "Bob \"the\" builder", .gpa = 3.5}), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Zoë", .email = "zoe@university.edu"}), IsOk());
    ASSERT_THAT(campus.students().Insert({.name = "Gone"}), IsOk());
    ASSERT_THAT(campus.students().Erase(3), IsOk());
    ASSERT_THAT(campus.enrollments().Insert({.student_id = 2, .course_id = 10}), IsOk());
    ASSERT_THAT(campus.enrollments().Insert({.student_id = 2, .course_id = 9}), IsOk());
  }

  absl::StatusOr<LoadReport> Load(const std::string& text, const LoadOptions& options = {}) {
    std::istringstream input(text);
    return engine::LoadDirectory(*campus.disk, kCopy, input, options);
  }
  // The loaded database; null after a failure.
  std::unique_ptr<engine::Engine> OpenCopy() {
    Options options;
    options.access = Access::kReadOnly;
    auto opened = engine::Engine::Open(nullptr, *campus.disk, kCopy, options);
    EXPECT_THAT(opened, IsOk());
    return opened.ok() ? *std::move(opened) : nullptr;
  }
  // Nothing is there, not even the directory.
  void ExpectNoCopy() { EXPECT_FALSE(campus.disk->Stat(kCopy).ok()); }

  Campus campus;
};

// [engine-11.2]
TEST_F(DumpTest, StreamSaysWhatItIsAndEndsWithCounts) {
  const std::string text = Dumped(*campus.engine);
  const std::string head = absl::StrCat(
      "{\"format\":\"linedb-dump\",\"version\":1,\"lsn\":", campus.engine->Stats().last_lsn,
      ",\"tables\":3}\n{\"table\":\"course\",");
  EXPECT_EQ(text.substr(0, head.size()), head);
  const std::size_t end = text.rfind('\n', text.size() - 2) + 1;
  EXPECT_EQ(text.substr(end),
            absl::StrCat("{\"end\":\"linedb-dump\",\"tables\":3,\"records\":4,\"checksum\":\"",
                         wal::FormatChecksum(wal::ChecksumOf(text.substr(0, end))), "\"}\n"));
  EXPECT_NE(text.find("{\"student_id\":2,\"course_id\":9"), text.npos);
  EXPECT_LT(text.find("{\"student_id\":2,\"course_id\":9"),
            text.find("{\"student_id\":2,\"course_id\":10"));
}

// [engine-11.3]
TEST_F(DumpTest, LoadedDatabaseIsTheSameAndDumpsToTheSameBytes) {
  const std::string text = Dumped(*campus.engine);
  const auto loaded = Load(text);
  ASSERT_THAT(loaded, IsOk());
  EXPECT_TRUE(loaded->loaded);
  EXPECT_EQ(loaded->tables, 3u);
  EXPECT_EQ(loaded->records, 4u);
  const auto verified = engine::VerifyDatabase(*campus.disk, wal::DatabasePaths(kCopy));
  ASSERT_THAT(verified, IsOk());
  for (const Problem& problem : verified->problems) ADD_FAILURE() << problem.message;
  const auto copy = OpenCopy();
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(Dumped(*copy), text);
  EXPECT_NE(copy->Stats().database, campus.engine->Stats().database);
  EXPECT_EQ(copy->Stats().last_lsn, campus.engine->Stats().last_lsn);
}

// [engine-11.3] The key of a record that was erased is not given out again.
TEST_F(DumpTest, LoadedDatabaseGoesOnWithTheNextKeyAndLsn) {
  ASSERT_THAT(Load(Dumped(*campus.engine)), IsOk());
  Campus copy;
  copy.through = campus.disk.get();
  auto opened = engine::Engine::Open(nullptr, *campus.disk, kCopy, {});
  ASSERT_THAT(opened, IsOk());
  copy.engine = *std::move(opened);
  const std::uint64_t lsn = copy.engine->Stats().last_lsn;
  const auto key = copy.students().Insert({.name = "Next"});
  ASSERT_THAT(key, IsOk());
  EXPECT_EQ(copy.engine->Stats().last_lsn, lsn + 1);
  EXPECT_EQ(*campus.students().Insert({.name = "Next"}), *key);
}

TEST_F(DumpTest, EmptyDatabaseIsAStreamOfTwoLines) {
  Campus empty;
  ASSERT_THAT(empty.Open(), IsOk());
  const std::string text = Dumped(*empty.engine);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  ASSERT_THAT(Load(text), IsOk());
  const auto copy = OpenCopy();
  ASSERT_NE(copy, nullptr);
  EXPECT_EQ(Dumped(*copy), text);
}

// [engine-11.4]
TEST_F(DumpTest, StreamCutAnywhereIsNoticedAndLeavesNothing) {
  const std::string text = Dumped(*campus.engine);
  const std::size_t stride = testing::kSanitized ? 37 : 3;
  for (std::size_t bytes = 0; bytes < text.size(); bytes += stride) {
    const auto loaded = Load(text.substr(0, bytes));
    EXPECT_FALSE(loaded.ok()) << bytes;
    ExpectNoCopy();
    if (HasFailure()) return;
    if (bytes < text.find('\n') + 1) continue;  // no dump at all, as far as can be seen
    EXPECT_THAT(loaded, Fails(absl::StatusCode::kDataLoss, "the dump was cut")) << bytes;
  }
  EXPECT_THAT(Load(text.substr(0, text.size() - 1)),
              Fails(absl::StatusCode::kDataLoss, ":9:75: the dump was cut: it ends within a line"));
}

// [engine-11.4]
TEST_F(DumpTest, ChangedByteIsNeverLoadedInSilence) {
  const std::string text = Dumped(*campus.engine);
  std::mt19937 random(5);
  for (int round = 0; round < (testing::kSanitized ? 100 : 1500); ++round) {
    std::string changed = text;
    const std::size_t at = random() % text.size();
    changed[at] = static_cast<char>(changed[at] ^ (1 << (random() % 7)));
    const auto loaded = Load(changed);
    EXPECT_FALSE(loaded.ok() && loaded->loaded) << at << " " << changed[at];
    ExpectNoCopy();
    if (HasFailure()) return;
  }
}

TEST_F(DumpTest, WhatIsNoDumpIsRefusedWithItsPlace) {
  const std::string text = Dumped(*campus.engine);
  struct Row {
    std::string text;
    absl::StatusCode code;
    std::string message;
  };
  const std::string second = text.substr(text.find('\n') + 1);
  const Row rows[] = {
      {"", absl::StatusCode::kInvalidArgument, "<input>:1:1: this is no dump"},
      {"rubbish\n", absl::StatusCode::kInvalidArgument, "<input>:1:1: this is no dump"},
      {"{\"id\":1}\n", absl::StatusCode::kInvalidArgument, "<input>:1:1: this is no dump"},
      {absl::StrReplaceAll(text, {{"\"version\":1,\"lsn\"", "\"version\":7,\"lsn\""}}),
       absl::StatusCode::kFailedPrecondition,
       "<input>:1:1: dump version 7 is newer than this program, which reads up to version 1"},
      {absl::StrReplaceAll(text, {{"\n", "\r\n"}}), absl::StatusCode::kDataLoss, "ends in CRLF"},
      {absl::StrReplaceAll(text, {{"\"tables\":3}\n", "\"tables\":-3}\n"}}),
       absl::StatusCode::kDataLoss, "<input>:1:54: expected an integer from 0"},
      {text + "\n", absl::StatusCode::kDataLoss, "<input>:10:1: there is something behind the end"},
      {text + text, absl::StatusCode::kDataLoss, "<input>:10:1: there is something behind the end"},
      {text.substr(0, text.find('\n') + 1) + "{\"id\":1}\n", absl::StatusCode::kDataLoss,
       "<input>:2:1: expected a table or the end of the dump"},
      {absl::StrReplaceAll(text, {{"{\"format\":1,", "{\"format\":9,"}}),
       absl::StatusCode::kFailedPrecondition, "schema format 9 is newer"}};
  for (const Row& row : rows) {
    EXPECT_THAT(Load(row.text), Fails(row.code, row.message)) << row.text;
    ExpectNoCopy();
  }
}

TEST_F(DumpTest, RefusedRecordsAreToldWithLineAndColumn) {
  std::string text = Dumped(*campus.engine);
  text = absl::StrReplaceAll(
      text, {{"\"gpa\":3.5", "\"gpa\":\"x\""},
             {"{\"student_id\":2,\"course_id\":10", "{\"student_id\":2,\"course_id\":9"}});
  const auto loaded = Load(text);
  ASSERT_THAT(loaded, IsOk());
  EXPECT_FALSE(loaded->loaded);
  ASSERT_EQ(loaded->problems.size(), 2u);
  const std::string clash = loaded->problems[0].ToString();
  EXPECT_EQ(clash.substr(0, clash.find(' ')), "<input>:5:1:");
  EXPECT_NE(clash.find("is taken by the record"), clash.npos) << clash;
  EXPECT_NE(clash.find(", from line 4"), clash.npos) << clash;
  EXPECT_EQ(loaded->problems[1].ToString(),
            "<input>:7:57: student.gpa: expected float, found \"x\"");
  ExpectNoCopy();
}

TEST_F(DumpTest, DirectoryThatHoldsSomethingIsLeftAlone) {
  const std::string text = Dumped(*campus.engine);
  ASSERT_THAT(campus.disk->CreateDirectory(kCopy), IsOk());
  ASSERT_THAT(wal::WriteFileAtomically(*campus.disk, absl::StrCat(kCopy, "/notes.txt"), "mine"),
              IsOk());
  EXPECT_THAT(Load(text), Fails(absl::StatusCode::kAlreadyExists, "it is not empty"));
  EXPECT_EQ(*campus.disk->List(kCopy), std::vector<std::string>{"notes.txt"});
  // Nor is a database loaded into twice.
  const std::string before = campus.State();
  std::istringstream input(text);
  EXPECT_THAT(engine::LoadDirectory(*campus.disk, kDirectory, input, {}),
              Fails(absl::StatusCode::kAlreadyExists, "it is not empty"));
  EXPECT_EQ(campus.State(), before);
}

TEST_F(DumpTest, EmptyDirectoryThatWasThereStays) {
  ASSERT_THAT(campus.disk->CreateDirectory(kCopy), IsOk());
  EXPECT_FALSE(Load(Dumped(*campus.engine).substr(0, 500)).ok());
  EXPECT_EQ(*campus.disk->List(kCopy), std::vector<std::string>{"LOCK"});
  ASSERT_THAT(Load(Dumped(*campus.engine)), IsOk());
}

TEST_F(DumpTest, InterruptedLoadLeavesNothingBehind) {
  LoadOptions options;
  options.progress = [](std::uint64_t) { return false; };
  EXPECT_THAT(Load(Dumped(*campus.engine), options),
              Fails(absl::StatusCode::kCancelled, "interrupted"));
  ExpectNoCopy();
}

// A dump beside four writers is a state between two transactions.
TEST_F(DumpTest, DumpBesideWritersIsAStateThatExisted) {
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      WriteTransaction transaction = campus.Begin();
      const std::string name = absl::StrCat("pair ", i);
      ASSERT_THAT(campus.students().Insert(transaction, {.name = name}), IsOk());
      ASSERT_THAT(campus.courses().Insert(transaction, {.code = name}), IsOk());
      ASSERT_THAT(transaction.Commit(), IsOk());
    }
  });
  std::uint64_t lsn = 0;
  for (int round = 0; round < 20; ++round) {
    const std::string text = Dumped(*campus.engine);
    const auto count = [&text](const char* part) {
      std::size_t found = 0;
      for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; ++at) ++found;
      return found;
    };
    EXPECT_EQ(count("\"name\":\"pair "), count("\"code\":\"pair "));
    std::uint64_t found = 0;
    ASSERT_EQ(
        std::sscanf(text.c_str(), "{\"format\":\"linedb-dump\",\"version\":1,\"lsn\":%lu", &found),
        1);
    // 3 tables and 6 changes before; each pair is two operations.
    EXPECT_EQ(found, 9 + 2 * count("\"name\":\"pair "));
    EXPECT_GE(found, lsn);
    lsn = found;
  }
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace linedb
