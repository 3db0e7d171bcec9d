#include "tests/dbtool/every_command.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>

namespace linedb {
namespace {

namespace fs = std::filesystem;

constexpr char kBackupPath[] = "../as_made";

// $D is the database.
const CommandCall kCalls[] = {
    {"inspect", "$D", Does::kRead, "inspect DIR"},
    {"inspect", "$D student", Does::kRead, "inspect DIR TABLE"},
    {"schema", "$D student", Does::kRead},
    {"schema", "$D student --cpp", Does::kRead},
    {"schema", "$D student --json-schema", Does::kRead},
    {"stats", "$D", Does::kRead, "stats"},
    {"cat", "$D student", Does::kRead, "cat"},
    {"cat", "$D student --where 'gpa > 3' --order-by name:desc --limit 1", Does::kRead, "cat"},
    {"get", "$D student 1", Does::kRead, "get"},
    {"get", "$D enrollment '[1,101]'", Does::kRead, "get"},
    {"grep", "$D university.edu", Does::kRead, "grep"},
    {"grep", "$D Alice student", Does::kRead, "grep TABLE"},
    {"sql", "$D 'select id, name from student order by id'", Does::kRead, "sql"},
    {"ui", "$D", Does::kRead, "ui", 130},
    {"report", "$D -o report.html", Does::kRead, "report -o FILE", 0, "", "report.html"},
    {"report", "$D -o -", Does::kRead},
    {"export", "$D student", Does::kRead},
    {"export", "$D student - --format csv", Does::kRead},
    {"export", "$D student --canonical", Does::kRead},
    {"export", "$D student out.jsonl", Does::kRead, "export FILE", 0, "", "out.jsonl"},
    {"dump", "$D", Does::kRead},
    {"dump", "$D -o out.dump", Does::kRead, "dump -o FILE", 0, "", "out.dump"},
    {"log", "$D student 4", Does::kRead, "log"},
    {"wal", "$D", Does::kRead, "wal"},
    {"wal", "$D --table student --from 2 --to 9", Does::kRead, "wal"},
    {"tail", "$D", Does::kRead, "tail"},
    {"diff", "$D $D", Does::kRead, "diff"},
    {"diff", "$D --from 7", Does::kRead, "diff", 1},
    {"diff", "$D --from 7 --summary", Does::kRead, "diff --summary", 1},
    {"bisect", "$D --test '! dbtool get \"$DB\" student 3 >/dev/null 2>&1'", Does::kRead, "bisect"},
    {"slice", "$D --to cut --from 6 --through 7", Does::kRead, "slice", 0, "", "cut"},
    {"slice", "$D --to cut --from 6 --dry-run", Does::kRead, "slice"},
    {"backup", "$D copied", Does::kRead, "backup", 0, "", "copied"},
    {"restore", "$D restored --at 3", Does::kRead, "restore", 0, "", "restored"},
    {"restore", "$D restored --at 3 --dry-run", Does::kRead, "restore"},
    {"verify", "$D", Does::kRead, "verify"},
    {"verify", "$D --quick", Does::kRead, "verify"},
    {"repair", "$D --to mended", Does::kRead, "repair", 0, "", "mended"},
    {"repair", "$D --to mended --dry-run", Does::kRead, "repair"},
    {"checkpoint", "$D --dry-run", Does::kRead, "checkpoint"},
    {"checkpoint", "$D", Does::kWrite, "checkpoint"},
    {"compact", "$D --dry-run", Does::kRead, "compact"},
    {"compact", "$D", Does::kWrite, "compact"},
    {"create", "$D room --column id:int:primary_key", Does::kWrite, "create"},
    {"alter", "$D student --add-column level:int:nullable --dry-run", Does::kRead, "alter"},
    {"alter", "$D student --add-column level:int:nullable", Does::kWrite, "alter"},
    {"drop", "$D student --yes", Does::kWrite, "drop"},
    {"put", "$D student '{\"name\":\"Eve\"}'", Does::kWrite, "put"},
    {"delete", "$D student 3 --yes", Does::kWrite, "delete"},
    {"edit", "$D student", Does::kWrite, "edit", 0, "EDITOR='sed -i s/Bob/Robert/'"},
    {"edit", "$D student --file typed.jsonl --dry-run", Does::kRead, "edit", 0,
     "EDITOR='sed -i s/Bob/Robert/'", "typed.jsonl"},
    {"adopt", "$D student", Does::kWrite, "adopt", 0,
     "sed -i s/Zo/Ro/ data/university/data/student.records;"},
    {"adopt", "$D student --dry-run", Does::kRead, "adopt"},
    {"purge", "$D student 3 --dry-run", Does::kRead, "purge"},
    {"purge", "$D student 3 --yes", Does::kWrite, "purge"},
    {"import", "$D student new.jsonl --dry-run", Does::kRead, "import"},
    {"import", "$D student new.jsonl", Does::kWrite, "import"},
    {"import", "$D zip zip.csv --create --primary-key zip_code", Does::kWrite, "import"},
    {"import", "$D zip - --create <zip.csv", Does::kWrite, "import"},
    {"import", "$D student mixed.jsonl --rejects bad.jsonl", Does::kWrite, "import", 1, "",
     "bad.jsonl bad.jsonl.reasons"},
    {"init", "shop", Does::kMake, "init", 0, "", "shop"},
    {"load", "loaded university.dump", Does::kMake, "load", 0, "", "loaded"},
    {"help", "", Does::kTell},
    {"help", "import", Does::kTell},
    {"completion", "bash", Does::kTell},
    {"man", "", Does::kTell},
};

}  // namespace

std::vector<CommandCall> CallsOf(const std::vector<std::string>& names) {
  std::vector<CommandCall> calls;
  std::copy_if(std::begin(kCalls), std::end(kCalls), std::back_inserter(calls),
               [&names](const CommandCall& call) {
                 return std::find(names.begin(), names.end(), call.name) != names.end();
               });
  return calls;
}

std::set<std::string> WordsOf(const std::string& text) {
  std::istringstream words(text);
  return {std::istream_iterator<std::string>(words), {}};
}

void EveryCommandTest::SetUp() {
  DbtoolTest::SetUp();
  MakeUniversity();
  ::setenv("D", "data/university", 1);
  Out("dbtool import data/university student more.jsonl -q");
  Out("dbtool put data/university student -q --replace "
      "'{\"id\":4,\"name\":\"Dan\",\"email\":\"dan@university.edu\",\"gpa\":2.75}'");
  Out("dbtool dump data/university -o university.dump -q");
  Write("new.jsonl", "{\"id\":9,\"name\":\"Hal\"}\n");
  Write("mixed.jsonl", "{\"id\":9,\"name\":\"Hal\"}\n{\"id\":10}\n");
  fs::copy(".", kBackupPath, fs::copy_options::recursive);
}

void EveryCommandTest::TearDown() {
  for (const char* name : {"D", "TMPDIR"}) ::unsetenv(name);
  DbtoolTest::TearDown();
}

std::vector<std::string> EveryCommandTest::Names() {
  std::vector<std::string> names;
  std::istringstream help(Out("dbtool help"));
  bool in_family = false;
  for (std::string line; std::getline(help, line);) {
    if (line.rfind("Flags of all", 0) == 0) break;
    if (line.empty() || line[0] != ' ') in_family = !line.empty() && line.back() == ':';
    const bool is_item = in_family && line.size() > 2 && line[0] == ' ' && line[2] != ' ';
    if (is_item) names.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return names;
}

void EveryCommandTest::Restore() {
  for (const fs::directory_entry& entry : fs::directory_iterator(".")) fs::remove_all(entry.path());
  fs::copy(kBackupPath, ".", fs::copy_options::recursive);
}

std::string EveryCommandTest::ScriptOf(const CommandCall& call, const std::string& flags,
                                       const std::string& around) {
  // The page is served until somebody ends it.
  const std::string served =
      call.name == std::string("ui") ? "timeout --preserve-status -s INT 0.5 " : "";
  std::string words = call.words;
  std::string input;
  if (const std::size_t at = words.find(" <"); at != words.npos) {
    input = words.substr(at);
    words.resize(at);
  }
  return std::string(call.before) + " " + served + around + "dbtool " + call.name + " " + words +
         " " + flags + input;
}

Outcome EveryCommandTest::Call(const CommandCall& call, const std::string& flags,
                               const std::string& around) {
  Restore();
  return Run(ScriptOf(call, flags, around));
}

}  // namespace linedb
