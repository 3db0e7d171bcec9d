// The rules of opening, and of what a failed check finds, shown with every command.
//
// What they guard against: a look that takes a lock or leaves a file; a writer who is told "locked"
// and not by whom; damage that a later command writes over before anybody has seen it.

#include <unistd.h>

#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "linedb/database.h"
#include "nlohmann/json.hpp"
#include "tests/dbtool/every_command.h"

namespace linedb {
namespace {

using nlohmann::json;

class EveryOpening : public EveryCommandTest {
 protected:
  // Of which no call writes.
  std::set<std::string> NamesThatOnlyRead() {
    std::set<std::string> names;
    for (const CommandCall& call : Calls()) {
      if (call.does == Does::kRead) names.insert(call.name);
    }
    for (const CommandCall& call : Calls()) {
      if (call.does == Does::kWrite) names.erase(call.name);
    }
    return names;
  }
};

// [cli-10]
TEST_F(EveryOpening, Rule10ReadingWorksBesideAWriterAndOnFilesThatCannotBeWritten) {
  for (const CommandCall& call : Calls()) {
    if (call.does != Does::kRead) continue;
    Restore();
    auto writer = Database::Open("data/university");
    ASSERT_TRUE(writer.ok()) << writer.status();
    Run("chmod -R a-w data/university");
    const std::string before = TreeOf("data/university");
    const Outcome outcome = Run(ScriptOf(call));
    EXPECT_EQ(outcome.exit_code, call.exit_code) << call.command() << '\n' << outcome.err;
    EXPECT_EQ(TreeOf("data/university"), before) << call.command();
    Run("chmod -R u+w .");
  }
}

// [cli-10]
TEST_F(EveryOpening, Rule10ReadingMakesNoLockFile) {
  for (const CommandCall& call : Calls()) {
    if (call.does != Does::kRead) continue;
    Restore();
    std::filesystem::remove("data/university/LOCK");
    const Outcome outcome = Run(ScriptOf(call));
    EXPECT_EQ(outcome.exit_code, call.exit_code) << call.command() << '\n' << outcome.err;
    EXPECT_FALSE(Exists("data/university/LOCK")) << call.command();
  }
}

// [cli-5] [cli-11]
TEST_F(EveryOpening, Rule11WhoeverIsLockedOutIsToldByWhomSinceWhenAndWhatWorks) {
  const std::set<std::string> work = NamesThatOnlyRead();
  for (const CommandCall& call : Calls()) {
    if (call.does != Does::kWrite) continue;
    Restore();
    auto writer = Database::Open("data/university");
    ASSERT_TRUE(writer.ok()) << writer.status();
    const std::string before = TreeOf("data/university/data");
    const Outcome outcome = Run(ScriptOf(call, "--json -q"));
    EXPECT_EQ(outcome.exit_code, 4) << call.command() << '\n' << outcome.err;
    const json told = json::parse(outcome.err, nullptr, false);
    ASSERT_TRUE(told.is_object()) << call.command() << '\n' << outcome.err;
    EXPECT_EQ(told["error"]["code"], "UNAVAILABLE");
    const std::string message = told["error"]["message"];
    for (const std::string& part : {"(pid " + std::to_string(::getpid()), std::string("since 20"),
                                    std::string("dbtool_rules_tests")}) {
      EXPECT_TRUE(Contains(message, part)) << call.command() << '\n' << message;
    }
    const std::string hint = told["error"]["hint"].dump();
    const std::string begin = "meanwhile these work: ";
    const std::size_t list = hint.find(begin);
    ASSERT_NE(list, hint.npos) << call.command() << '\n' << hint;
    EXPECT_EQ(WordsOf(hint.substr(list + begin.size(), hint.size() - list - begin.size() - 1)),
              work);
    if (*call.before == '\0') {
      EXPECT_EQ(TreeOf("data/university/data"), before) << call.command();
    }
  }
}

// [cli-13] A log still to be replayed is told by each command that opens the database, and
// `inspect` shows it; those that only look replay it in memory.
TEST_F(EveryOpening, Rule13WhatIsReadOfACrashedDatabaseIsToldAndStays) {
  MakeCrashed("crashed");
  const std::string before = TreeOf("crashed");
  Out("rm -rf ../as_made/data/university && cp -r crashed ../as_made/data/university");
  const std::string crashed = TreeOf("../as_made/data/university");
  for (const CommandCall& call : Calls()) {
    if (call.does != Does::kRead || call.name == std::string("adopt")) continue;
    Restore();
    const std::string state = TreeOf("data/university");
    const Outcome outcome = Run(ScriptOf(call));
    EXPECT_EQ(TreeOf("data/university"), state) << call.command();
    const bool opens = Contains(outcome.err, "replayed from the log, in memory");
    const bool reads_logs = std::set<std::string>{"log",    "wal",     "tail",   "bisect", "slice",
                                                  "backup", "restore", "verify", "repair", "diff"}
                                .contains(call.name);
    EXPECT_TRUE(opens || reads_logs) << call.command() << '\n' << outcome.err;
  }
}

// [cli-22] What damaged a file stays to be looked at: nothing that stood there is gone.
TEST_F(EveryOpening, Rule22AfterAFailedCheckNoEvidenceIsRemoved) {
  struct Damage {
    const char* file;
    const char* script;
  };
  for (const Damage& damage :
       {Damage{"data/university/data/student.records",
               "dbtool checkpoint $D -q; sed -i s/Zo/Ro/ $D/data/student.records"},
        Damage{"data/university/wal/transaction.log", "sed -i s/Bob/Rob/ $D/wal/transaction.log"},
        Damage{"data/university/schema/student.schema.json",
               "sed -i s/email/mail/ $D/schema/student.schema.json"}}) {
    for (const CommandCall& call : Calls()) {
      if (call.name == std::string("adopt")) continue;  // takes in a file that was changed by hand
      Restore();
      Out(damage.script);
      std::map<std::string, std::string> before;
      for (const auto& entry : std::filesystem::recursive_directory_iterator("data/university")) {
        if (entry.is_regular_file()) before[entry.path()] = Read(entry.path());
      }
      Run(ScriptOf(call));
      EXPECT_EQ(Read(damage.file).rfind(before[damage.file], 0), 0u)
          << call.command() << " changed " << damage.file;
      for (const auto& [file, bytes] : before) EXPECT_TRUE(Exists(file)) << call.command() << file;
    }
  }
}

}  // namespace
}  // namespace linedb
