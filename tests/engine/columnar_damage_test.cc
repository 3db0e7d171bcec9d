// Guards against arrays made of bytes that are not what was written: they would be believed for as
// long as they are in memory.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "linedb/columnar.h"
#include "linedb/database.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Fails;
using testing::IsOk;
using testing::Student;

constexpr int kStudents = 3000;

class ColumnarDamageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string base = ::testing::TempDir() + "linedb_columns_XXXXXX";
    ASSERT_NE(::mkdtemp(base.data()), nullptr);
    directory = base + "/university";
    options.maintenance = Maintenance::kManual;
    db = Database::Open(directory, options).value();
    Table<Student> students = db->OpenTable<Student>().value();
    WriteTransaction transaction = db->Begin().value();
    for (int id = 1; id <= kStudents; ++id) {
      ASSERT_THAT(students.Insert(transaction, {.id = id, .name = Name(id), .gpa = id % 4 + 0.5}),
                  IsOk());
    }
    for (int id = 1000; id < 2000; ++id) ASSERT_THAT(students.Erase(transaction, id), IsOk());
    ASSERT_THAT(transaction.Commit(), IsOk());
    ASSERT_THAT(db->Checkpoint(), IsOk());
    ASSERT_THAT(db->Close(), IsOk());
    db = Database::Open(directory, options).value();
  }
  void TearDown() override {
    db.reset();
    std::filesystem::remove_all(std::filesystem::path(directory).parent_path());
  }

  static std::string Name(int id) { return "student number " + std::to_string(id); }

  // Overwrites the byte `distance` behind the beginning of some text of the file.
  void Damage(const std::string& text, std::size_t distance, char byte) {
    const std::string path = directory + "/data/student.records";
    const int file = ::open(path.c_str(), O_RDWR);
    ASSERT_GE(file, 0);
    std::string bytes(std::filesystem::file_size(path), '\0');
    ASSERT_EQ(::pread(file, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    const std::size_t at = bytes.find(text);
    ASSERT_NE(at, std::string::npos);
    ASSERT_EQ(::pwrite(file, &byte, 1, static_cast<off_t>(at + distance)), 1);
    ::close(file);
  }
  Table<Student> students() { return db->OpenTable<Student>().value(); }

  Options options;
  std::string directory;
  std::unique_ptr<Database> db;
};

TEST_F(ColumnarDamageTest, ChangedValueIsFoundBeforeItIsInAnArray) {
  Damage(Name(500) + "\",\"email\":null,\"gpa\":0.5", Name(500).size() + 23, '9');
  EXPECT_THAT(students().Columns<&Student::gpa>(),
              Fails(absl::StatusCode::kDataLoss, "student.records"));
  EXPECT_EQ(db->Stats().tables[0].column_bytes, 0U);
}

// The line that swallows its successor is a superseded one: nobody reads it, but it hides the next.
TEST_F(ColumnarDamageTest, LostNewlineOfSupersededLineHidesNoRecord) {
  Damage("{\"id\":2000,", std::string::size_type(0) - 1, ' ');
  EXPECT_THAT(students().Columns<&Student::gpa>(),
              Fails(absl::StatusCode::kDataLoss, "student.records"));
}

TEST_F(ColumnarDamageTest, WhatIsInMemoryNeedsTheFileNoMore) {
  const ColumnSet<double> gpas = students().Columns<&Student::gpa>().value();
  const auto all = [](double) { return true; };
  const double sum = gpas.View().value().SumWhere(all).sum;
  Damage(Name(500), 0, 'X');
  EXPECT_EQ(gpas.View().value().SumWhere(all).sum, sum);
}

TEST_F(ColumnarDamageTest, UncheckedDamageIsAnErrorAndNoCrash) {
  options.verify_blocks = false;
  ASSERT_THAT(db->Close(), IsOk());
  db = Database::Open(directory, options).value();
  Damage(Name(3000), Name(3000).size(), ' ');
  EXPECT_THAT(students().Columns<&Student::gpa>(),
              Fails(absl::StatusCode::kDataLoss, "student.records byte"));
  EXPECT_THAT(students().Columns<&Student::id>(), IsOk());
}

// With an address space that has no room for them, in a process of its own.
int ExitCodeWithoutMemory(const Table<Student>& students) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::malloc_trim(0);
    std::uint64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit limit = {};
    ::getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + (4 << 20);
    ::setrlimit(RLIMIT_AS, &limit);
    const absl::StatusCode names = students.Columns<&Student::name>().status().code();
    const absl::StatusCode numbers = students.Columns<&Student::gpa>().status().code();
    ::_exit(numbers == absl::StatusCode::kOk ? static_cast<int>(names) : -1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(ColumnarDamageTest, ArraysWithoutMemoryAreAnErrorOfTheCall) {
  if (testing::kSanitized) GTEST_SKIP() << "a sanitizer takes the whole address space";
  options.verify_blocks = false;
  const auto large = Database::OpenInMemory(options).value();
  const Table<Student> large_students = large->OpenTable<Student>().value();
  for (int id = 1; id <= 64; ++id) {
    const std::string name(std::size_t{1} << 20, 'n');
    ASSERT_THAT(large_students.Insert({.id = id, .name = name}), IsOk());
  }
  EXPECT_EQ(ExitCodeWithoutMemory(large_students),
            static_cast<int>(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace linedb
