// The rules of import (cli.md 14 to 21) as far as the command adds to Import, whose own rows stand
// in tests/engine/exchange_import_test.cc.

#include "linedb/database.h"
#include "nlohmann/json.hpp"
#include "tests/dbtool/dbtool_fixture.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using nlohmann::json;

class ImportRules : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
    // Three bad records among two good ones.
    Write("mixed.jsonl",
          "{\"id\":11,\"name\":\"Good\"}\n"
          "{\"id\":12,\"name\":\"Bad\",\"gpa\":\"abc\"}\n"
          "{\"id\":13,\"name\":\"Torn\n"
          "{\"id\":2,\"name\":\"Taken\"}\n"
          "{\"id\":14,\"name\":\"Good, too\"}\n");
  }
  std::string Students() { return Out("dbtool cat data/university student --columns id"); }
};

constexpr char kThreeStudents[] = "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n";

// [cli-14]
TEST_F(ImportRules, Rule14ImportIsAtomicByDefault) {
  EXPECT_EQ(Run("dbtool import data/university student mixed.jsonl").exit_code, 7);
  EXPECT_EQ(Students(), kThreeStudents);
}

// [cli-14]
TEST_F(ImportRules, Rule14BatchKeepsTheBatchesBeforeTheError) {
  Write("batch.jsonl",
        "{\"id\":11,\"name\":\"a\"}\n{\"id\":12,\"name\":\"b\"}\n"
        "{\"id\":13,\"name\":\"c\"}\n{\"id\":14}\n{\"id\":15,\"name\":\"e\"}\n");
  const Outcome outcome = Run("dbtool import data/university student batch.jsonl --batch 2");
  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_EQ(Students(), std::string(kThreeStudents) + "{\"id\":11}\n{\"id\":12}\n");
  EXPECT_TRUE(Contains(outcome.err, "inserted 2")) << outcome.err;
}

// [cli-14]
TEST_F(ImportRules, Rule14MemoryDoesNotGrowWithALine) {
  // A line of 256 MiB between two good ones.
  const Outcome outcome = Run(
      "{ echo '{\"id\":21,\"name\":\"a\"}'; printf '{\"id\":22,\"name\":\"'; "
      "head -c 268435456 /dev/zero | tr '\\0' x; printf '\"}\\n{\"id\":23,\"name\":\"c\"}\\n'; } | "
      "dbtool import data/university student - --rejects rejects.jsonl");
  EXPECT_EQ(outcome.exit_code, 1) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "<stdin>:2:1: student: record of more than 16777215 bytes"))
      << outcome.err;
  EXPECT_EQ(Students(), std::string(kThreeStudents) + "{\"id\":21}\n{\"id\":23}\n");
  EXPECT_LT(outcome.memory_kib, (testing::kSanitized ? 160 : 96) * 1024);  // what they keep, too
}

// [cli-14]
TEST_F(ImportRules, Rule14ABatchOfNoneIsRefused) {
  const Outcome outcome = Run("dbtool import data/university student more.jsonl --batch 0");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(Contains(outcome.err, "leave --batch out for one transaction")) << outcome.err;
}

// What the input is cut off by is a reader that stops: the signal comes while it waits, once the
// shell finds `reached` true.
std::string InterruptedImport(const std::string& first, const std::string& flags,
                              const std::string& reached) {
  return "mkfifo pipe; { " + first +
         "; exec sleep 600; } >pipe & writer=$!; "
         "sh -c 'echo $$ >pid; exec dbtool import data/university student pipe " +
         flags + "' & import=$!; until " + reached +
         "; do kill -0 $import || break; done 2>/dev/null; kill -INT $(cat pid); wait $import; "
         "kill $writer && echo stopped while the input went on; rm pipe pid";
}
// That it would notice a signal, as kInterrupted, and has opened its input.
constexpr char kNotices[] =
    "{ grep -q '^SigCgt:.*[2367abef]$' /proc/$(cat pid)/status && "
    "ls -l /proc/$(cat pid)/fd | grep -q '/pipe$'; }";

// [cli-14]
TEST_F(ImportRules, Rule14AnInterruptSaysWhatIsInTheTable) {
  // A batch is committed when it is full, so two records of five are not there.
  const std::string few = "seq 21 22 | sed 's/.*/{\"id\":&,\"name\":\"x\"}/'";
  const Outcome none = Run(InterruptedImport(few, "--batch 5", kNotices));
  EXPECT_TRUE(Contains(none.err, "nothing of it is in the table")) << none.err;
  EXPECT_EQ(none.out, "stopped while the input went on\n");
  EXPECT_EQ(Students(), kThreeStudents);
  const std::string many = "seq 21 20000 | sed 's/.*/{\"id\":&,\"name\":\"x\"}/'";
  const std::string committed = "grep -q '\"id\":25,' data/university/data/student.records";
  const Outcome some = Run(InterruptedImport(many, "--batch 5", committed));
  EXPECT_TRUE(Contains(some.err, "the batches committed before are in the table")) << some.err;
  EXPECT_EQ(some.out, "stopped while the input went on\n");
  EXPECT_TRUE(Contains(Students(), "{\"id\":25}"));
  const Outcome all = Run(InterruptedImport(many, "--on-conflict skip", kNotices));
  EXPECT_TRUE(Contains(all.err, "nothing of it is in the table")) << all.err;
  EXPECT_EQ(all.out, "stopped while the input went on\n");
}

// [cli-15]
TEST_F(ImportRules, Rule15EveryErrorHasFileLineAndColumn) {
  const Outcome outcome = Run("dbtool import data/university student mixed.jsonl");
  EXPECT_TRUE(Contains(outcome.err, "mixed.jsonl:2:29: student.gpa: expected float, found \"abc\""))
      << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "mixed.jsonl:3:17: student.name: ")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err,
                       "mixed.jsonl:4:1: student.id: value 2 is taken by the record "
                       "{\"id\":2,\"name\":\"Bob\""))
      << outcome.err;
}

// [cli-15]
TEST_F(ImportRules, Rule15MaxErrorsLimitsWhatIsTold) {
  const Outcome outcome = Run("dbtool import data/university student mixed.jsonl --max-errors 1");
  EXPECT_FALSE(Contains(outcome.err, "mixed.jsonl:3:")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "2 more problems")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "rejected 3")) << outcome.err;
}

// [cli-2] It was chosen from those that were told.
TEST_F(ImportRules, Rule02MaxErrorsDoesNotChangeTheExitCode) {
  Write("none.jsonl", "{bad\n{worse\n");
  struct Row {
    const char* file;
    int exit_code;
  };
  for (const Row& row : {Row{"mixed.jsonl", 7}, Row{"none.jsonl", 1}, Row{"more.jsonl", 0}}) {
    for (const char* errors_max : {"0", "1", "2", "100"}) {
      const Outcome outcome =
          Run(std::string("dbtool import data/university student --dry-run --max-errors ") +
              errors_max + " " + row.file);
      EXPECT_EQ(outcome.exit_code, row.exit_code) << errors_max << '\n' << outcome.err;
    }
  }
  // The last of its problems is the only one that violates anything.
  Write("late.jsonl", "{bad\n{\"id\":1,\"name\":\"Taken\"}\n");
  const Outcome late = Run("dbtool import data/university student late.jsonl --max-errors 1");
  EXPECT_EQ(late.exit_code, 7) << late.err;
  EXPECT_TRUE(Contains(late.err, "--on-conflict skip leaves these out")) << late.err;
}

// [cli-16]
TEST_F(ImportRules, Rule16RejectsTakeTheUntouchedLinesAndTheReasons) {
  const std::string command =
      "dbtool import data/university student mixed.jsonl --rejects rejects.jsonl";
  EXPECT_EQ(Run(command).exit_code, 1);
  EXPECT_EQ(Read("rejects.jsonl"), Out("sed -n 2,4p mixed.jsonl"));
  EXPECT_EQ(Out("jq -c '[.line,.column,.kind]' rejects.jsonl.reasons"),
            "[2,29,\"constraint\"]\n[3,17,\"syntax\"]\n[4,1,\"clash\"]\n");
  EXPECT_EQ(Students(), std::string(kThreeStudents) + "{\"id\":11}\n{\"id\":14}\n");
  // Mended and imported again.
  Out("sed -i 's/\"abc\"/1.5/; s/Torn$/Mended\"}/; s/:2,/:15,/' rejects.jsonl");
  Out("dbtool import data/university student rejects.jsonl");
  EXPECT_EQ(Run(command).exit_code, 2) << "an older rejects file is not replaced";
}

// [cli-17]
TEST_F(ImportRules, Rule17DryRunChecksAndWritesNothing) {
  const std::string before = Read("data/university/wal/transaction.log");
  const Outcome good = Run("dbtool import data/university student more.jsonl --dry-run --json");
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_EQ(json::parse(good.out)["inserted"], 1);
  EXPECT_EQ(Run("dbtool import data/university student mixed.jsonl --dry-run").exit_code, 7);
  EXPECT_EQ(Run("dbtool import data/university new more.jsonl --create --dry-run").exit_code, 0);
  EXPECT_EQ(Students(), kThreeStudents);
  EXPECT_EQ(Read("data/university/wal/transaction.log"), before);
  EXPECT_EQ(Run("dbtool cat data/university new").exit_code, 3);
}

// [cli-16] `--rejects mixed.jsonl --yes` replaced the good records of mixed.jsonl by its bad ones.
TEST_F(ImportRules, Rule16RejectsReplaceNeitherTheInputNorTheDatabase) {
  Out("ln -s . there; ln mixed.jsonl second_name; ln -s data/university/data link.reasons");
  const std::string input = Read("mixed.jsonl");
  const std::string before = TreeOf("data/university");
  for (const char* file :
       {"mixed.jsonl", "./there/mixed.jsonl", "second_name", "link",
        "data/university/data/student.records", "there/data/../data/university/new"}) {
    const Outcome outcome = Run(
        std::string("dbtool import data/university/ student mixed.jsonl --yes --rejects ") + file);
    EXPECT_EQ(outcome.exit_code, 2) << file << '\n' << outcome.err;
    EXPECT_EQ(Read("mixed.jsonl"), input) << file;
    EXPECT_EQ(TreeOf("data/university"), before) << file;
  }
  EXPECT_EQ(Run("dbtool import data/university student - <mixed.jsonl --yes --rejects mixed.jsonl")
                .exit_code,
            2);
  EXPECT_EQ(Read("mixed.jsonl"), input);
}

// [cli-17] A dry run used to open for writing: it took the lock, recovered and converted.
TEST_F(ImportRules, Rule17DryRunLeavesEveryByteOfEveryKindOfDatabase) {
  MakeOriginal("original");
  MakeCrashed("crashed");
  Write("two.jsonl", "{\"id\":2,\"name\":\"Taken\"}\n{\"id\":30,\"name\":\"Free\"}\n");
  auto writer = Database::Open("data/university");
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (const std::string directory : {"original", "crashed", "data/university"}) {
    const std::string before = TreeOf(directory);
    const std::string import = "dbtool import " + directory;
    const Outcome clash = Run(import + " student two.jsonl --dry-run");
    EXPECT_EQ(clash.exit_code, 7) << directory << '\n' << clash.err;
    EXPECT_TRUE(Contains(clash.err, "two.jsonl:1:1: student.id: value 2 is taken")) << clash.err;
    const Outcome skip = Run(import + " student two.jsonl --dry-run --on-conflict skip --json");
    EXPECT_EQ(skip.exit_code, 0) << directory << '\n' << skip.err;
    EXPECT_EQ(json::parse(skip.out)["skipped"], 1);
    EXPECT_EQ(json::parse(skip.out)["inserted"], 1);
    EXPECT_EQ(json::parse(skip.out)["committed"], false);
    EXPECT_EQ(Run(import + " artist artist.jsonl --create --dry-run").exit_code, 0) << directory;
    EXPECT_EQ(Run(import + " STUDENT two.jsonl --create --dry-run").exit_code, 7) << directory;
    EXPECT_EQ(Run(import + " studnt two.jsonl --dry-run").exit_code, 3) << directory;
    EXPECT_EQ(TreeOf(directory), before) << directory;
  }
}

// [cli-17]
TEST_F(ImportRules, Rule17DryRunNeedsNoPermissionToWrite) {
  // No lock file either: opening for writing would have to make one.
  Out("rm data/university/LOCK; chmod -R a-w data/university");
  const Outcome outcome = Run("dbtool import data/university student more.jsonl --dry-run");
  Out("chmod -R u+w data/university");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "inserted 1")) << outcome.err;
  EXPECT_FALSE(Exists("data/university/LOCK"));
}

// [cli-17]
TEST_F(ImportRules, Rule17DryRunSeesTheRecordsOfATableWithoutKey) {
  Write("note.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
  Out("dbtool import data/university note note.jsonl --create --unique text -q");
  const Outcome outcome = Run("dbtool import data/university note note.jsonl --dry-run");
  EXPECT_EQ(outcome.exit_code, 7) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "note.jsonl:2:1: note.text: value \"b\" is taken"))
      << outcome.err;
}

// [cli-18]
TEST_F(ImportRules, Rule18OnConflictFailsSkipsOrReplaces) {
  Write("again.jsonl", "{\"id\":1,\"name\":\"Alicia\"}\n{\"id\":4,\"name\":\"Dan\"}\n");
  const std::string command = "dbtool import data/university student again.jsonl --json";
  EXPECT_EQ(Run(command).exit_code, 7);
  const json skipped = json::parse(Out(command + " --on-conflict skip"));
  EXPECT_EQ(skipped["skipped"], 1);
  EXPECT_EQ(skipped["inserted"], 1);
  EXPECT_TRUE(Contains(Out("dbtool get data/university student 1"), "Alice"));
  const json replaced = json::parse(Out(command + " --on-conflict replace"));
  EXPECT_EQ(replaced["replaced"], 2);
  EXPECT_TRUE(Contains(Out("dbtool get data/university student 1"), "Alicia"));
}

// [cli-18]
TEST_F(ImportRules, Rule18UnknownColumnsFailAndAreAllListed) {
  Write("wide.jsonl",
        "{\"id\":11,\"name\":\"a\",\"nick\":1}\n{\"id\":12,\"name\":\"b\",\"age\":2,"
        "\"nick\":3}\n");
  const Outcome outcome = Run("dbtool import data/university student wide.jsonl");
  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_TRUE(Contains(outcome.err, "unknown columns: nick, age")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "wide.jsonl:2:21: student.age")) << outcome.err;
  Out("dbtool import data/university student wide.jsonl --ignore-columns");
}

// [cli-19]
TEST_F(ImportRules, Rule19CsvKeepsTheZerosOfZipCodes) {
  Write("zip.csv", "zip,city,people\n01234,x,5\n98101,\"y, z\",\n");
  Out("dbtool import data/university zip zip.csv --create --primary-key zip");
  EXPECT_EQ(Out("dbtool export data/university zip"),
            "{\"zip\":\"01234\",\"city\":\"x\",\"people\":5}\n"
            "{\"zip\":\"98101\",\"city\":\"y, z\",\"people\":null}\n");
  // Of zip codes without leading zeros somebody has to say it.
  Write("zip2.csv", "zip\n98101\n");
  Out("dbtool import data/university zip2 zip2.csv --create --type zip=str");
  EXPECT_EQ(Out("dbtool export data/university zip2"), "{\"zip\":\"98101\"}\n");
}

// [cli-19] With --create it was said to be no record, and to be read as CSV instead.
TEST_F(ImportRules, Rule19AnOverlongRecordIsToldAsSuchByCreateToo) {
  Out("{ printf '{\"id\":1,\"v\":\"'; head -c 20000000 /dev/zero | tr '\\0' x; "
      "printf '\"}\\n'; } >long.jsonl");
  for (const char* table : {"student", "made --create", "made --create --dry-run"}) {
    const Outcome outcome =
        Run(std::string("dbtool import data/university ") + table + " long.jsonl");
    EXPECT_EQ(outcome.exit_code, 1) << table << '\n' << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, "long.jsonl:1:1: ")) << table << '\n' << outcome.err;
    EXPECT_TRUE(Contains(outcome.err, "record of more than 16777215 bytes")) << outcome.err;
    EXPECT_FALSE(Contains(outcome.err, "--format csv")) << outcome.err;
  }
  EXPECT_EQ(Run("dbtool cat data/university made").exit_code, 3);
}

// [cli-20]
TEST_F(ImportRules, Rule20CreateInfersASchemaAndShowsIt) {
  Write("city.jsonl",
        "{\"zip\":\"01234\",\"people\":5,\"area\":1}\n"
        "{\"zip\":\"01235\",\"people\":null,\"area\":1.5,\"mayor\":{\"name\":\"x\"}}\n");
  const Outcome outcome =
      Run("dbtool import data/university city city.jsonl --create "
          "--primary-key zip --unique people,area --unique people");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "\"table_name\": \"city\"")) << outcome.err;
  EXPECT_EQ(Out("dbtool inspect data/university city --json | "
                "jq -c '[.columns[] | [.column,.type,.primary_key,.unique,.nullable]], "
                ".unique_keys'"),
            "[[\"zip\",\"str\",true,false,false],[\"people\",\"int\",false,true,true],"
            "[\"area\",\"float\",false,false,false],[\"mayor\",\"json\",false,false,true]]\n"
            "[[\"people\",\"area\"]]\n");
}

// [cli-20]
TEST_F(ImportRules, Rule20CreateReadsAPipeOnceAndLeavesNoTableBehindAnError) {
  Out("cat artist.jsonl | dbtool import data/university artist - --create --primary-key ArtistId");
  EXPECT_EQ(Out("dbtool cat data/university artist"), "{\"ArtistId\":1,\"Name\":\"AC/DC\"}\n");
  EXPECT_EQ(Run("cat artist.jsonl artist.jsonl | dbtool import data/university twice - --create "
                "--primary-key ArtistId")
                .exit_code,
            7);
  EXPECT_EQ(Run("dbtool inspect data/university twice").exit_code, 3);
  EXPECT_EQ(Run("dbtool import data/university ../x artist.jsonl --create").exit_code, 2);
}

// [cli-20]
TEST_F(ImportRules, Rule20AFullDiskLeavesNoTable) {
  Out("seq 20000 | sed 's/.*/{\"n\":&}/' >number.jsonl");
  const Outcome outcome =
      Run("ulimit -f 100; dbtool import data/university number number.jsonl --create -q");
  EXPECT_EQ(outcome.exit_code, 6) << outcome.err;
  EXPECT_EQ(Run("dbtool cat data/university number -q").exit_code, 3);
}

// [cli-21]
TEST_F(ImportRules, Rule21EndsWithCountsAlsoAsJson) {
  EXPECT_TRUE(
      Contains(Run("dbtool import data/university student mixed.jsonl").err,
               "read 5, inserted 0, replaced 0, skipped 0, rejected 3: nothing was written"));
  const Outcome outcome = Run("dbtool import data/university student more.jsonl --json");
  const json report = json::parse(outcome.out);
  EXPECT_EQ(report["read"], 1);
  EXPECT_EQ(report["inserted"], 1);
  EXPECT_EQ(report["replaced"], 0);
  EXPECT_EQ(report["skipped"], 0);
  EXPECT_EQ(report["rejected"], 0);
  EXPECT_EQ(report["committed"], true);
}

// Who imported a file twice had every record twice, and was told nothing.
TEST_F(ImportRules, ATableWithoutPrimaryKeyIsNotMadeInSilence) {
  const char* hint = "hint: the table has no primary key, and gets none later; --primary-key";
  const std::string import = "dbtool import data/university artist artist.jsonl --create ";
  EXPECT_TRUE(Contains(Run(import + "--dry-run").err, hint));
  EXPECT_FALSE(Contains(Run(import + "--dry-run --primary-key ArtistId").err, "hint"));
  const Outcome made = Run(import);
  EXPECT_EQ(made.exit_code, 0) << made.err;
  EXPECT_TRUE(Contains(made.err, hint)) << made.err;
  const Outcome again = Run(import + "--type Name=json --unique Name");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_TRUE(Contains(again.err,
                       "dbtool: the table artist is there already: --create and --unique and "
                       "--type had no effect"))
      << again.err;
  EXPECT_TRUE(Contains(Run(import + "--dry-run").err, "already: --create had no effect"));
  EXPECT_FALSE(
      Contains(Run("dbtool import data/university artist artist.jsonl --dry-run").err, "already"));
}

TEST_F(ImportRules, AMissingTableIsToldHowToMakeIt) {
  for (const char* flags : {"", " --dry-run", " --add-columns --dry-run"}) {
    const Outcome outcome =
        Run(std::string("dbtool import data/university airport artist.jsonl") + flags);
    EXPECT_EQ(outcome.exit_code, 3) << flags;
    EXPECT_TRUE(Contains(outcome.err, "hint: --create makes it, of what the file has"))
        << flags << '\n'
        << outcome.err;
  }
  const Outcome slip = Run("dbtool import data/university studnet student.jsonl");
  EXPECT_TRUE(Contains(slip.err, "did you mean \"student\"?")) << slip.err;
  EXPECT_FALSE(Contains(slip.err, "--create")) << slip.err;
}

TEST_F(ImportRules, TakenKeysAreToldWithTheWayOut) {
  for (const char* flags : {"", " --dry-run", " --max-errors 1"}) {
    const Outcome outcome =
        Run(std::string("dbtool import data/university student student.jsonl") + flags);
    EXPECT_EQ(outcome.exit_code, 7) << flags;
    EXPECT_TRUE(Contains(outcome.err,
                         "hint: --on-conflict skip leaves these out, replace puts them in the "
                         "others' place"))
        << outcome.err;
  }
}

}  // namespace
}  // namespace linedb
