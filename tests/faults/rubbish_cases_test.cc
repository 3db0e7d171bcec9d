// Guards against files that are not what their names say: saved by an editor that adds a mark and
// other line ends, nested a hundred thousand deep, one line as long as a film, left by another
// program, or no files at all but folders and pipes. Such input may be refused or taken, but never
// hang, never use memory without bound, and never come back as something else.
//
// The number is that of the table in README.md.

#include <sys/stat.h>

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "linedb/exchange.h"
#include "linedb/json_table.h"
#include "schema/record_codec.h"
#include "tests/faults/real_directory.h"
#include "tests/faults/sanitized.h"
#include "tests/faults/system_calls.h"

namespace linedb {
namespace {

using testing::ByHand;
using testing::InChild;
using testing::IsOk;
using testing::memory;

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;

// More than any line may have; 100 MB, but where each byte costs ten times as much.
constexpr std::size_t kLong = testing::kSanitized ? 20'000'000 : 100'000'000;

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteAll(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string Repeat(const std::string& text, std::size_t times) {
  std::string repeated;
  repeated.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) repeated += text;
  return repeated;
}

std::string WithCrlf(const std::string& text) {
  std::string crlf;
  for (const char c : text) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return crlf;
}

class FaultCase38 : public testing::RealDirectoryTest {
 protected:
  // What a file of the database may be turned into.
  static std::vector<std::pair<std::string, std::string>> RubbishOf(const std::string& text) {
    const std::size_t brace = text.find('{') + 1;
    const auto first_member = [&](const std::string& member) {
      return text.substr(0, brace) + member + "," + text.substr(brace);
    };
    return {
        {"CRLF", WithCrlf(text)},
        {"BOM", "\xef\xbb\xbf" + text},
        {"invalid UTF-8", first_member("\"x\":\"\xff\xc0\"")},
        {"NUL in a text", first_member("\"x\":\"\\u0000\"")},
        {"number out of range", first_member("\"x\":1e400")},
        {"doubled member", first_member("\"id\":7,\"id\":7")},
        {"nested 100,000 deep", first_member("\"x\":" + Repeat("[", 100'000))},
        {"nested 100,000 deep, closed",
         first_member("\"x\":" + Repeat("[", 100'000) + Repeat("]", 100'000))},
        {"a long line", first_member("\"x\":\"" + std::string(kLong, 'x') + "\"")},
        {"a long line without end", std::string(kLong, '{')},
        {"a long end", text + std::string(kLong, 'x')},
        {"NULs", std::string(5000, '\0')},
    };
  }

  // Empty if the opening shows what was there, or refuses it by file and line.
  std::string Judge(const std::string& name, Access access) {
    const auto database = Database::Open(directory, ByHand(access));
    if (database.ok()) {
      return Count(**database) == 1 && IsEnrolled(**database, "Alice") ? "" : "another state";
    }
    const std::string message(database.status().message());
    const bool named = message.find(name + " line ") != std::string::npos;
    return named && message.size() < 2000 ? "" : message.substr(0, 2000);
  }
};

TEST_F(FaultCase38, RubbishInAnyFileIsRefusedByLineInBoundedMemory) {
  UseMemory();
  Found();
  {
    const auto database = Database::Open(directory, ByHand());
    ASSERT_THAT(database, IsOk());
    ASSERT_THAT((*database)->Checkpoint(), IsOk());  // so that the records file counts
  }
  const std::string original = base + "/original";
  std::filesystem::rename(directory, original);
  std::uint64_t peak = 0;
  for (const std::string name :
       {"schema/student.schema.json", "data/student.records", "wal/transaction.log"}) {
    const std::string text = ReadAll(original + "/" + name);
    for (const auto& [what, rubbish] : RubbishOf(text)) {
      SCOPED_TRACE(absl::StrCat(what, " in ", name));
      for (const Access access : {Access::kReadOnly, Access::kReadWrite}) {
        std::filesystem::remove_all(directory);
        std::filesystem::copy(original, directory, std::filesystem::copy_options::recursive);
        WriteAll(directory + "/" + name, rubbish);
        memory.Reset();
        const std::uint64_t before = memory.bytes;
        EXPECT_THAT(Database::Verify(directory), IsOk());
        EXPECT_EQ(Judge(name, access), "");
        EXPECT_LE(memory.bytes_peak - before, 4 * rubbish.size() + 16 * kMebibyte);
        peak = std::max(peak, memory.bytes_peak - before);
      }
    }
  }
  if (testing::kSanitized) return;  // nobody counted
  std::cout << "memory at most: " << peak / kMebibyte << " MiB, for 95 MiB of rubbish" << std::endl;
}

// A reader of these must not hold more than a few times the longest record it would take.
TEST_F(FaultCase38, RubbishImportedIsRefusedByLineInBoundedMemory) {
  const auto database = Database::Open(directory, ByHand());
  ASSERT_THAT(database, IsOk());
  ASSERT_EQ(Enrol(**database, "Alice"), "");
  for (const auto& [what, rubbish] : RubbishOf("{\"name\":\"Bob\"}\n")) {
    SCOPED_TRACE(what);
    std::istringstream input(rubbish + "\n{\"name\":\"Carol\"}\n");
    ImportOptions options;
    options.format = FileFormat::kJsonLines;
    memory.Reset();
    const std::uint64_t before = memory.bytes;
    const auto report = Import(**database, "student", input, options);
    const bool taken = what == "CRLF" || what == "BOM";
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->problems.empty(), taken);
    EXPECT_LE(memory.bytes_peak - before, 4 * schema::kLineBytesMax);
    for (const ImportProblem& problem : report->problems) {
      EXPECT_LT(problem.ToString().size(), 2000U);
    }
  }
  const auto students = JsonTable::Open(**database, "student");
  ASSERT_THAT(students, IsOk());
  EXPECT_EQ(students->size(), 1 + 2 * 2U) << "of files with a problem nothing was taken";
}

TEST_F(FaultCase38, ForeignFilesAndStaleTemporariesAreNeitherReadNorInTheWay) {
  Found();
  const std::vector<std::string> foreign = {"README.txt",
                                            "data/.student.records.swp",
                                            "data/student.records~",
                                            "data/backup.tar",
                                            "data/student.records.tmp",
                                            "schema/student.schema.json.orig",
                                            "schema/.DS_Store",
                                            "schema/course.schema.json.tmp",
                                            "wal/transaction.log.1",
                                            "wal/transaction.txt",
                                            "wal/transaction.20260122_203117.x-y.log"};
  for (const std::string& name : foreign) WriteAll(directory + "/" + name, "{\"not\":\"ours\"");
  WriteAll(directory + "/wal/transaction.log.tmp", "{");
  std::filesystem::create_directories(directory + "/data/student.records.d/deeper");
  {
    const auto database = Database::Open(directory, ByHand());
    ASSERT_THAT(database, IsOk());
    EXPECT_EQ(Count(**database), 1U);
    EXPECT_THAT((*database)->OpenTable<testing::Course>(), IsOk());
    ASSERT_EQ(Enrol(**database, "Bob"), "");
    EXPECT_THAT((*database)->Checkpoint(), IsOk());
  }
  ExpectSound(2, 2);
  for (const std::string& name : foreign) {
    const bool is_ours = name == "schema/course.schema.json.tmp";
    EXPECT_EQ(std::filesystem::exists(directory + "/" + name), !is_ours) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(directory + "/wal/transaction.log.tmp"));
}

// Puts something that is no file into a file's place.
std::vector<std::pair<std::string, std::function<bool(const std::string&)>>> NoFiles() {
  return {
      {"folder", [](const std::string& path) { return std::filesystem::create_directory(path); }},
      {"FIFO", [](const std::string& path) { return mkfifo(path.c_str(), 0666) == 0; }},
      {"device", [](const std::string& path) { return symlink("/dev/null", path.c_str()) == 0; }},
  };
}

TEST_F(FaultCase38, FolderFifoOrDeviceInTheirPlaceIsRefusedByNameAndDoesNotHang) {
  for (const std::string name :
       {"LOCK", "schema/student.schema.json", "data/student.records", "wal/transaction.log"}) {
    for (const auto& [what, make] : NoFiles()) {
      SCOPED_TRACE(absl::StrCat(what, " in the place of ", name));
      std::filesystem::remove_all(directory);
      Found();
      std::filesystem::remove(directory + "/" + name);
      ASSERT_TRUE(make(directory + "/" + name));
      const std::string said = InChild([this, name = name] {
        alarm(60);  // a hang is a failure and not the end of all tests
        Database::Verify(directory).status().IgnoreError();
        const absl::Status read = Database::Open(directory, ByHand(Access::kReadOnly)).status();
        const absl::Status written = Database::Open(directory, ByHand()).status();
        const auto names = [&name](const absl::Status& status) {
          return std::string(status.message()).find(name) != std::string::npos;
        };
        std::string wrong;
        if (name != "LOCK" && !names(read)) wrong += "reader: " + read.ToString() + "; ";
        if (!names(written)) wrong += "writer: " + written.ToString();
        return wrong;
      });
      EXPECT_EQ(said, "");
    }
  }
}

}  // namespace
}  // namespace linedb
