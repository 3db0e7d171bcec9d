// engine/FORMAT.md promises that fifteen lines of Python read a database. They are taken from the
// document, run on databases in different states, and held against `dbtool export`.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/examples/program.h"

namespace linedb {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// Records of a table as a set would hold them: in no order but the one made here.
using Tables = std::map<std::string, std::vector<std::string>>;

void Sort(Tables* tables) {
  for (auto& [name, records] : *tables) std::sort(records.begin(), records.end());
}

class PythonReaderTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto blocks = MarkdownBlocks(ReadText(LINEDB_SOURCE_DIR "/engine/FORMAT.md"), "python");
    ASSERT_FALSE(blocks.empty()) << "engine/FORMAT.md has no ```python block";
    reader_ = blocks[0];
    WriteText(scratch_.path() / "reader.py",
              reader_ +
                  "\nimport sys\n"
                  "print(json.dumps({name: list(records.values())\n"
                  "                  for name, records in read_database(sys.argv[1])}))\n");
  }

  fs::path Path(const std::string& name) const { return scratch_.path() / name; }

  Tables ReadByPython(const std::string& directory) const {
    const ProgramResult run = RunIn(scratch_.path(), "python3 reader.py " + directory);
    EXPECT_EQ(run.exit_code, 0) << run.output;
    Tables tables;
    const Json found = Json::parse(run.output, nullptr, false);
    EXPECT_TRUE(found.is_object()) << run.output;
    for (const auto& [name, records] : found.items()) {
      tables[name];
      for (Json record : records) {
        record.erase("$rowid");  // linedb's own, and not exported
        tables[name].push_back(record.dump());
      }
    }
    Sort(&tables);
    return tables;
  }

  Tables ReadByDbtool(const std::string& directory) const {
    Tables tables;
    for (const fs::directory_entry& entry : fs::directory_iterator(Path(directory) / "schema")) {
      const std::string file = entry.path().filename().string();
      const std::string name = file.substr(0, file.find('.'));
      const ProgramResult run =
          RunIn(scratch_.path(), LINEDB_DBTOOL " export " + directory + " " + name + " 2>notes");
      EXPECT_EQ(run.exit_code, 0) << run.output << ReadText(Path("notes"));
      tables[name];
      std::istringstream lines(run.output);
      for (std::string line; std::getline(lines, line);) {
        tables[name].push_back(Json::parse(line, nullptr, false).dump());
      }
    }
    Sort(&tables);
    return tables;
  }

  void ExpectSameRecords(const std::string& directory) const {
    EXPECT_EQ(ReadByPython(directory), ReadByDbtool(directory));
  }

  ScratchDirectory scratch_;
  std::string reader_;
};

TEST_F(PythonReaderTest, HasAtMostFifteenLines) {
  EXPECT_LE(std::count(reader_.begin(), reader_.end(), '\n'), 15);
}

TEST_F(PythonReaderTest, ReadsADatabaseWhoseChangesAreStillInTheLog) {
  ASSERT_EQ(RunIn(scratch_.path(), LINEDB_QUICK_START).exit_code, 0);
  const Tables tables = ReadByPython("university");
  ASSERT_EQ(tables.at("student").size(), 1u);
  ExpectSameRecords("university");
}

TEST_F(PythonReaderTest, ReadsALogThatWasCutInTheMiddleOfALine) {
  ASSERT_EQ(RunIn(scratch_.path(), LINEDB_QUICK_START).exit_code, 0);
  const fs::path log = Path("university/wal/transaction.log");
  const auto size = fs::file_size(log);
  for (const std::uintmax_t cut : {1u, 2u, 100u}) {
    fs::resize_file(log, size - cut);
    EXPECT_EQ(ReadByPython("university").at("student")[0].find("3.9"), std::string::npos);
    ExpectSameRecords("university");
  }
}

TEST_F(PythonReaderTest, ReadsATableWithoutAPrimaryKey) {
  WriteText(Path("notes.jsonl"), "{\"text\":\"same\"}\n{\"text\":\"same\"}\n{\"text\":\"ü\"}\n");
  const ProgramResult made = RunIn(scratch_.path(), LINEDB_DBTOOL " init plain && " LINEDB_DBTOOL
                                                                  " import plain note notes.jsonl "
                                                                  "--create");
  ASSERT_EQ(made.exit_code, 0) << made.output;
  ASSERT_EQ(ReadByPython("plain").at("note").size(), 3u);
  ExpectSameRecords("plain");
}

TEST_F(PythonReaderTest, ReadsTheDatabaseOfTheDemo) {
  fs::create_directory(Path("tools"));
  WriteSmallMachine(Path("tools"));
  const ProgramResult demo =
      RunIn(scratch_.path(), "PATH=\"$PWD/tools:$PATH\" " LINEDB_PACKAGE_INVENTORY " inventory");
  ASSERT_EQ(demo.exit_code, 0) << demo.output;
  ASSERT_EQ(ReadByPython("inventory").at("package").size(), 8u);
  ExpectSameRecords("inventory");
}

}  // namespace
}  // namespace linedb
