#include "tests/dbtool/dbtool_fixture.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "linedb/database.h"
#include "linedb/json_table.h"

namespace linedb {
namespace fs = std::filesystem;

void DbtoolTest::SetUp() {
  // In memory where there is such a place: these tests are of the command line, not of the disk.
  const fs::path base = fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
  std::string pattern = base / "linedb_dbtool_XXXXXX";
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  directory_ = pattern;
  directory_before_ = fs::current_path();
  fs::create_directory(directory_ + "/here");
  fs::current_path(directory_ + "/here");
  const std::string path = std::string(DBTOOL_DIRECTORY) + ":" + std::getenv("PATH");
  ::setenv("PATH", path.c_str(), 1);
  ::unsetenv("NO_COLOR");
}

void DbtoolTest::TearDown() {
  fs::current_path(directory_before_);
  fs::remove_all(directory_);
}

Outcome DbtoolTest::Shell(const std::string& script) {
  // Beside the working directory, so that tests see there only what dbtool wrote.
  const std::string file = directory_ + "/script";
  Write(file, "exec >" + directory_ + "/out 2>" + directory_ + "/err </dev/null\n" + script);
  const pid_t child = ::fork();
  if (child == 0) {
    ::execlp("sh", "sh", file.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  struct rusage usage = {};
  ::wait4(child, &status, 0, &usage);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          Read(directory_ + "/out"), Read(directory_ + "/err"), usage.ru_maxrss};
}

Outcome DbtoolTest::Run(const std::string& command) { return Shell(command + "\n"); }

Outcome DbtoolTest::RunOnTerminal(const std::string& command) {
  Write(directory_ + "/typed", command + "\n");
  return Shell("script -qec 'sh " + directory_ + "/typed' /dev/null\n");
}

std::string DbtoolTest::Out(const std::string& command) {
  const Outcome outcome = Run(command);
  EXPECT_EQ(outcome.exit_code, 0) << command << '\n' << outcome.err;
  return outcome.out;
}

void DbtoolTest::ExpectFailure(const std::string& command, int exit_code,
                               const std::string& words) {
  const Outcome outcome = Run(command);
  EXPECT_EQ(outcome.exit_code, exit_code) << command << '\n' << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, words)) << command << '\n' << outcome.err;
  EXPECT_EQ(outcome.out, "") << command;
}

void DbtoolTest::Write(const std::string& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

std::string DbtoolTest::Read(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

bool DbtoolTest::Exists(const std::string& file) { return fs::exists(file); }

std::string DbtoolTest::TreeOf(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
    files[entry.path()] = entry.is_regular_file() ? Read(entry.path()) : "directory";
  }
  std::string text;
  for (const auto& [name, bytes] : files) text += name + "\n" + bytes + "\n";
  return text;
}

void DbtoolTest::MakeUniversity() {
  fs::create_directory("data");
  Write("student.jsonl",
        "{\"id\":1,\"name\":\"Alice\",\"email\":\"alice@university.edu\",\"gpa\":3.8}\n"
        "{\"id\":2,\"name\":\"Bob\",\"email\":\"bob@university.edu\",\"gpa\":3.5}\n"
        "{\"id\":3,\"name\":\"Zoë\",\"email\":null,\"gpa\":null}\n");
  Write("enrollment.jsonl",
        "{\"student_id\":1,\"course_id\":101,\"grade\":\"A\"}\n"
        "{\"student_id\":2,\"course_id\":101,\"grade\":null}\n");
  Write("more.jsonl", "{\"id\":4,\"name\":\"Dan\",\"email\":\"dan@university.edu\",\"gpa\":2.5}\n");
  Write("zip.csv", "zip_code,city\n00501,Holtsville\n98101,Seattle\n");
  Write("artist.jsonl", "{\"ArtistId\": 1, \"Name\": \"AC/DC\"}\n");
  Write("students.json",
        "{\"records\":[{\"id\":1,\"name\":\"Alice\"},{\"id\":5,\"name\":\"Eve\"}]}\n");
  Out("dbtool init data/university -q");
  Out("dbtool create data/university student -q --column id:int:primary_key:nullable "
      "--column name:str --column email:str:unique:nullable --column gpa:float:nullable");
  Out("dbtool import data/university student student.jsonl -q");
  Out("dbtool import data/university enrollment enrollment.jsonl -q --create "
      "--primary-key student_id,course_id");
}

void DbtoolTest::MakeOriginal(const std::string& directory) {
  for (const char* part : {"/schema", "/data", "/wal"}) fs::create_directories(directory + part);
  Write(directory + "/schema/student.schema.json",
        R"({"table_name": "student", "schema": {
          "id": {"type": "int", "primary_key": true, "nullable": true, "unique": false},
          "name": {"type": "str", "primary_key": false, "nullable": false, "unique": false}},
          "created_at": "2026-01-22T20:31:17.592172"})");
  Write(directory + "/data/student.records", "{\"name\": \"Alice\", \"id\": 1}\n");
  Write(directory + "/wal/transaction.log",
        R"({"timestamp": "2026-01-22T20:31:17.595724", "operation": "INSERT", )"
        R"("table": "student", "record": {"name": "Bob", "id": 2}, "old_record": null})"
        "\n");
}

void DbtoolTest::MakeCrashed(const std::string& directory) {
  auto writer = Database::Open("data/university");
  ASSERT_TRUE(writer.ok()) << writer.status();
  auto students = JsonTable::Open(**writer, "student");
  ASSERT_TRUE(students.ok());
  ASSERT_TRUE(students->Insert({{"id", 10}, {"name", "Hal"}}).ok());
  // As after kill -9: the files as they are while the writer lives, but a writer that does not.
  Out("cp -r data/university " + directory);
  Out("sed -i 's/\"pid\":[0-9]*/\"pid\":999999999/' " + directory + "/LOCK");
}

}  // namespace linedb
