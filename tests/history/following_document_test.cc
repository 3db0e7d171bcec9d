// wal/FORMAT.md says how to follow a log without anything of ours. Both of its programs are taken
// from it and run beside a writer, through fifty rotations, killed and started again. They must
// have printed every change once and in order. [wal-9.1] [wal-9.2]

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "nlohmann/json.hpp"
#include "tests/history/registrar.h"

namespace linedb {
namespace {

namespace fs = std::filesystem;
using testing::Campus;
using testing::IsOk;
using testing::Registrar;
using Json = nlohmann::ordered_json;

std::string TextOfFile(const std::string& path) {
  return wal::ReadFile(wal::PosixFileSystem(), path).value_or("");
}

// The block behind "### <title>" in wal/FORMAT.md.
std::string Block(const std::string& title) {
  const std::string document = TextOfFile(LINEDB_SOURCE_DIR "/wal/FORMAT.md");
  const std::size_t heading = document.find("### " + title + "\n");
  EXPECT_NE(heading, std::string::npos) << title;
  const std::size_t begin = document.find("```\n", heading) + 4;
  return document.substr(begin, document.find("```", begin) - begin);
}

// jq writes 3.0 as 3.
std::string WithoutPointZero(std::string text) {
  for (std::size_t at = text.find(".0}"); at != text.npos; at = text.find(".0}", at)) {
    text.erase(at, 2);
  }
  return text;
}

// What a consumer keeps: whole transactions, and the last lsn of them.
class Printed {
 public:
  // Takes what a run printed.
  void Take(const std::string& output) {
    std::string transaction;
    std::size_t begin = 0;
    for (std::size_t end = output.find('\n'); end != output.npos; end = output.find('\n', begin)) {
      const Json line = Json::parse(output.substr(begin, end - begin));
      begin = end + 1;
      const std::string operation = line["operation"];
      const bool is_schema = operation.ends_with("_TABLE");
      transaction += operation + " " + line["table"].get<std::string>();
      if (!is_schema && line["record"].is_object()) transaction += " " + line["record"].dump();
      if (!is_schema && line["old_record"].is_object()) {
        transaction += " was " + line["old_record"].dump();
      }
      transaction += "\n";
      if (!line.contains("commit")) continue;
      transactions.push_back(WithoutPointZero(std::move(transaction)));
      transaction.clear();
      last = line["lsn"];
    }
  }

  std::vector<std::string> transactions;
  std::uint64_t last = 0;
};

class FollowingDocumentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const fs::path base = fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    std::string pattern = base / "linedb_follow_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    before_ = fs::current_path();
    fs::current_path(directory_);
    // Not the disk in memory: other programs read this one.
    campus_.through = &wal::PosixFileSystem();
    Options options;
    options.archives_kept = 1000;
    options.durability = Durability::kProcess;
    ASSERT_THAT(campus_.Open(options), IsOk());
  }
  void TearDown() override {
    campus_.engine.reset();
    fs::current_path(before_);
    fs::remove_all(directory_);
  }

  // A process group that runs the program behind lsn `last`.
  static pid_t Start(const std::string& program, std::uint64_t last) {
    const std::string command =
        absl::StrCat("exec ", program, " university ", last, " > out 2> err");
    const pid_t child = ::fork();
    if (child == 0) {
      ::setpgid(0, 0);
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
    ::setpgid(child, child);
    return child;
  }

  static std::size_t LinesPrinted() {
    const std::string text = TextOfFile("out");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  // Runs it until it ends by itself, has printed so many lines, or has printed all there is.
  void RunOnce(const std::string& program, std::size_t lines, Printed* printed) {
    fs::remove("out");
    const pid_t child = Start(program, printed->last);
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) {
      const bool was_written = written_;
      const bool is_all =
          was_written && printed->last + LinesPrinted() >= campus_.engine->Stats().last_lsn;
      if (is_all || LinesPrinted() >= lines) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ::kill(-child, SIGKILL);  // whatever it has started, too
    ::waitpid(child, &status, 0);
    printed->Take(TextOfFile("out"));
  }

  void Follow(const std::string& program) {
    Registrar registrar(campus_, 55);
    std::thread writer([&] {
      for (int rotation = 0; rotation < 50; ++rotation) {
        for (int i = 0; i < 10; ++i) registrar.Work();
        EXPECT_THAT(campus_.engine->Checkpoint(), IsOk());
        if (rotation % 20 == 19) registrar.DropAndMakeAnew();
        // A pace at which the programs see the database at work, not only what it left.
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
      written_ = true;
    });
    Printed printed;
    int runs = 0;
    for (; !written_ || printed.last < campus_.engine->Stats().last_lsn; ++runs) {
      RunOnce(program, runs < 5 ? 100 : SIZE_MAX, &printed);
      if (runs == 1000) break;
    }
    writer.join();
    EXPECT_GE(runs, 6) << TextOfFile("err");
    ASSERT_EQ(printed.transactions.size(), registrar.transactions.size()) << TextOfFile("err");
    for (std::size_t i = 0; i < printed.transactions.size(); ++i) {
      ASSERT_EQ(printed.transactions[i], WithoutPointZero(registrar.transactions[i])) << i;
    }
  }

  static bool Has(const std::string& programs) {
    return std::system(("command -v " + programs + " > /dev/null").c_str()) == 0;
  }

  Campus campus_;
  std::atomic<bool> written_ = false;

 private:
  std::string directory_;
  fs::path before_;
};

TEST_F(FollowingDocumentTest, PythonFollowsThroughRotationsAndKills) {
  if (!Has("python3") || !Has("zstdcat")) GTEST_SKIP() << "no python3 or zstdcat";
  ASSERT_THAT(
      wal::WriteFileAtomically(wal::PosixFileSystem(), "follow.py", Block("Following in Python")),
      IsOk());
  Follow("python3 follow.py");
}

TEST_F(FollowingDocumentTest, TailAndJqFollowThroughRotationsAndKills) {
  if (!Has("jq") || !Has("bash") || !Has("zstdcat")) GTEST_SKIP() << "no jq or zstdcat";
  ASSERT_THAT(wal::WriteFileAtomically(wal::PosixFileSystem(), "follow.sh",
                                       Block("Following with tail and jq")),
              IsOk());
  Follow("bash follow.sh");
}

}  // namespace
}  // namespace linedb
