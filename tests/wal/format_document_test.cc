// A format document that is wrong is worse than none: its example is read from it and verified, and
// each of its promises has a test that names it.

#include <filesystem>
#include <regex>
#include <set>

#include "tests/wal/wal_fixture.h"
#include "wal/wal_line.h"

namespace linedb::wal {
namespace {

class FormatDocumentTest : public WalTest {
 protected:
  static std::string Source(const std::string& path) {
    return *ReadFile(PosixFileSystem(), LINEDB_SOURCE_DIR "/" + path);
  }
  // The text between the fences of the block behind the heading "### <title>".
  std::string Block(const std::string& title) const {
    const std::size_t heading = document.find("### " + title + "\n");
    EXPECT_NE(heading, std::string::npos) << title;
    const std::size_t start = document.find("```\n", heading) + 4;
    return document.substr(start, document.find("```", start) - start);
  }

  std::string document = Source("wal/FORMAT.md");
};

TEST_F(FormatDocumentTest, ExampleIsValidLogAndReadsAsItSays) {
  SetLogBytes(Block("Example"));
  EXPECT_EQ(Recovered() + "\n", Block("Example, as read"));
}

TEST_F(FormatDocumentTest, ExampleIsWhatTheWriterWrites) {
  const std::string example = Block("Example");
  SetLogBytes(example);
  const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
  ASSERT_TRUE(log.ok()) << log.status();
  std::string again;
  AppendHeaderLine(log->header, &again);
  for (const LogEntry& entry : log->entries) {
    AppendOperationLine({entry.operation, entry.table, entry.record, entry.old_record},
                        {entry.lsn, entry.transaction}, entry.timestamp,
                        entry.commit ? std::optional(entry.durable) : std::nullopt, &again);
  }
  EXPECT_EQ(again, example);
}

// "Anyone can check it": by the recipe of the document, with nothing of ours. [wal-2.1]
TEST_F(FormatDocumentTest, RecipeOfTheDocumentConfirmsEveryLine) {
  if (std::system("command -v xxhsum python3 > /dev/null") != 0) GTEST_SKIP() << "no xxhsum";
  const std::string base = testing::TempDir() + "linedb_document";
  FileSystem& posix = PosixFileSystem();
  ASSERT_TRUE(WriteFileAtomically(posix, base + ".log", Block("Example")).ok());
  ASSERT_TRUE(WriteFileAtomically(posix, base + ".py", Block("Checking by hand")).ok());
  const std::string command = absl::StrCat("python3 ", base, ".py ", base, ".log");
  EXPECT_EQ(std::system(command.c_str()), 0);
  std::string damaged = Block("Example");
  damaged[damaged.find("Dan")] = 'F';
  ASSERT_TRUE(WriteFileAtomically(posix, base + ".log", damaged).ok());
  EXPECT_NE(std::system((command + " > /dev/null 2>&1").c_str()), 0);
}

TEST_F(FormatDocumentTest, EveryPromiseHasTestThatNamesIt) {
  std::string tests;
  for (const std::string folder : {"tests/wal/", "tests/history/"}) {
    for (const auto& entry : std::filesystem::directory_iterator(LINEDB_SOURCE_DIR "/" + folder)) {
      if (entry.path().extension() == ".cc") {
        tests += Source(folder + entry.path().filename().string());
      }
    }
  }
  const std::regex promise(R"(\[wal-[0-9]+\.[0-9]+\])");
  const auto all_in = [&](const std::string& text) {
    std::set<std::string> found;
    for (std::sregex_iterator it(text.begin(), text.end(), promise), end; it != end; ++it) {
      found.insert(it->str());
    }
    return found;
  };
  EXPECT_EQ(all_in(document), all_in(tests));
  // And each test the document names is there.
  const std::regex name(R"(`([A-Z][A-Za-z]+)`)");
  for (std::sregex_iterator it(document.begin(), document.end(), name), end; it != end; ++it) {
    const std::string word = (*it)[1];
    if (word.size() > 20) {
      EXPECT_NE(tests.find(word), std::string::npos) << word;
    }
  }
}

}  // namespace
}  // namespace linedb::wal
