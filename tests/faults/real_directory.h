// Faults of a real system: a directory on the real disk, and children that may die of what is done
// to them.

#ifndef LINEDB_TESTS_FAULTS_REAL_DIRECTORY_H_
#define LINEDB_TESTS_FAULTS_REAL_DIRECTORY_H_

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "linedb/database.h"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"

namespace linedb::testing {

// What a child says when the system does not permit what it needs.
inline constexpr char kNotPermitted[] = "not permitted: ";

// Runs `work` in a child. What it returns, or how the child died; empty: all went well.
inline std::string InChild(const std::function<std::string()>& work) {
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    const std::string said = work();
    std::size_t written = 0;
    while (written < said.size()) {
      const ssize_t count = write(ends[1], said.data() + written, said.size() - written);
      if (count <= 0) _exit(2);
      written += static_cast<std::size_t>(count);
    }
    _exit(0);
  }
  close(ends[1]);
  std::string said;
  char buffer[4096];
  for (ssize_t count; (count = read(ends[0], buffer, sizeof buffer)) > 0;) {
    said.append(buffer, static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  if (waitpid(child, &status, 0) != child) return "no child";
  if (WIFSIGNALED(status)) return absl::StrCat(said, " killed by signal ", WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? said : absl::StrCat(said, " exit ", WEXITSTATUS(status));
}

// Says why a status is not as expected, or nothing.
inline std::string Expect(const absl::Status& status, absl::StatusCode code,
                          const std::string& words = "") {
  const bool has = std::string(status.message()).find(words) != std::string::npos;
  return status.code() == code && has ? "" : absl::StrCat(status.ToString(), "; ");
}
inline std::string ExpectOk(const absl::Status& status) {
  return status.ok() ? "" : absl::StrCat(status.ToString(), "; ");
}

inline Options ByHand(Access access = Access::kReadWrite) {
  Options options;
  options.access = access;
  options.maintenance = Maintenance::kManual;
  return options;
}

class RealDirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    base = absl::StrCat(::testing::TempDir(), "/linedb_fault_", getpid());
    std::filesystem::remove_all(base);
    std::filesystem::create_directories(base);
    directory = base + "/university";
  }
  void TearDown() override { std::filesystem::remove_all(base); }

  // Where syncs are free, if there is such a place: for tests of thousands of files, or large ones.
  void UseMemory() {
    if (access("/dev/shm", W_OK) != 0) return;
    std::filesystem::remove_all(base);
    base = absl::StrCat("/dev/shm/linedb_fault_", getpid());
    std::filesystem::create_directories(base);
    directory = base + "/university";
  }

  // A closed database with a student.
  void Found() {
    const auto database = Database::Open(directory, ByHand());
    ASSERT_THAT(database, IsOk());
    ASSERT_EQ(Enrol(**database, "Alice"), "");
    ASSERT_THAT((*database)->Close(), IsOk());
  }

  static std::string Enrol(Database& database, const std::string& name) {
    return ExpectOk(TryToEnrol(database, name));
  }
  static absl::Status TryToEnrol(Database& database, const std::string& name) {
    const auto students = database.OpenTable<Student>();
    if (!students.ok()) return students.status();
    return students->Insert({.name = name, .email = name}).status();
  }
  static bool IsEnrolled(Database& database, const std::string& name) {
    const auto students = database.OpenTable<Student>();
    return students.ok() && students->FindBy<&Student::email>(name).ok();
  }
  static std::uint64_t Count(Database& database) {
    const auto students = database.OpenTable<Student>();
    return students.ok() ? students->size() : 0;
  }

  // Opens, counts and verifies what is left.
  void ExpectSound(std::uint64_t least, std::uint64_t most) {
    const auto database = Database::Open(directory, ByHand());
    ASSERT_THAT(database, IsOk());
    EXPECT_GE(Count(**database), least);
    EXPECT_LE(Count(**database), most);
    ASSERT_THAT((*database)->Close(), IsOk());
    const auto report = Database::Verify(directory);
    ASSERT_THAT(report, IsOk());
    for (const Problem& problem : report->problems) {
      ADD_FAILURE() << problem.file << " line " << problem.line << ": " << problem.message;
    }
  }

  std::string base;
  std::string directory;
};

// Ends the test without a verdict if the system did not let the child do it.
#define EXPECT_CHILD_OK(said)                                                       \
  do {                                                                              \
    const std::string told = (said);                                                \
    if (told.rfind(::linedb::testing::kNotPermitted, 0) == 0) GTEST_SKIP() << told; \
    EXPECT_EQ(told, "");                                                            \
  } while (false)

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_FAULTS_REAL_DIRECTORY_H_
