// `dbtool sql` as scripts and people meet it: formats, errors, standard input, a prompt, Ctrl-C.

#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

class SqlRulesTest : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
  }
};

constexpr char kEndless[] =
    "\"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n\"";

// [cli-4]
TEST_F(SqlRulesTest, Rule04ResultsComeInEveryFormat) {
  const std::string query =
      "dbtool sql data/university 'SELECT name, gpa, email IS NULL AS none FROM student "
      "WHERE id > 1 ORDER BY id' --format ";
  EXPECT_EQ(
      Out(query + "jsonl"),
      "{\"name\":\"Bob\",\"gpa\":3.5,\"none\":0}\n{\"name\":\"Zoë\",\"gpa\":null,\"none\":1}\n");
  EXPECT_EQ(Out(query + "json"),
            "[\n{\"name\":\"Bob\",\"gpa\":3.5,\"none\":0},\n"
            "{\"name\":\"Zoë\",\"gpa\":null,\"none\":1}\n]\n");
  EXPECT_EQ(Out(query + "csv"), "name,gpa,none\r\nBob,3.5,0\r\nZoë,,1\r\n");
  EXPECT_EQ(Out(query + "table"), "name  gpa  none\nBob   3.5     0\nZoë           1\n");
  EXPECT_EQ(Out("dbtool sql data/university 'SELECT 1 AS a WHERE a = 2' --format csv"), "a\r\n");
  EXPECT_EQ(Out("dbtool sql data/university 'SELECT 1 AS a; SELECT 2 AS b' --format table"),
            "a\n1\n\nb\n2\n");
}

// [cli-5]
TEST_F(SqlRulesTest, Rule05ResultsAndErrorsAreObjects) {
  EXPECT_EQ(Out("dbtool sql data/university 'SELECT id FROM student WHERE gpa > 3.6' --json"),
            "{\"rows\":[\n{\"id\":1}\n],\"count\":1}\n");
  EXPECT_EQ(Out("dbtool sql data/university 'SELECT 1 AS a; SELECT 2 AS b' --json"),
            "{\"rows\":[\n{\"a\":1}\n],\"count\":1}\n{\"rows\":[\n{\"b\":2}\n],\"count\":1}\n");
  const Outcome syntax = Run("dbtool sql data/university 'SELECT * FORM student' --json");
  EXPECT_EQ(syntax.exit_code, 2);
  EXPECT_EQ(
      syntax.err,
      "{\"error\":{\"code\":\"USAGE\",\"message\":\"byte 9: near \\\"FORM\\\": syntax error\","
      "\"file\":null,\"line\":null,\"hint\":null}}\n");
  Write("ask.sql", "SELECT count(*)\nFROM student;\n\nSELECT nmae\nFROM student;\n");
  const Outcome script = Run("dbtool sql data/university --json < ask.sql");
  EXPECT_EQ(script.exit_code, 2);
  EXPECT_EQ(script.out, "{\"rows\":[\n{\"count(*)\":3}\n],\"count\":1}\n");
  EXPECT_TRUE(Contains(script.err,
                       "\"message\":\"<stdin>:4:8: no such column: nmae; did you mean "
                       "name?\",\"file\":\"<stdin>\",\"line\":4"))
      << script.err;
}

// [cli-2] [cli-7]
TEST_F(SqlRulesTest, Rule07MistypedNamesGetASuggestion) {
  ExpectFailure("dbtool sql data/university 'SELECT * FROM studnet'", 3,
                "there is no table \"studnet\"; did you mean \"student\"?");
  ExpectFailure("dbtool sql data/university 'SELECT nmae FROM student'", 2,
                "byte 7: no such column: nmae; did you mean name?");
  ExpectFailure("dbtool sql data/university 'DELETE FROM student'", 2, "only queries are run");
  ExpectFailure("dbtool sql data/university '.schema studnet'", 3, "did you mean \"student\"?");
  ExpectFailure("dbtool sql data/university .dump", 2, "there is no .dump");
  ExpectFailure("dbtool sql data/nothing 'SELECT 1'", 3, "data/nothing");
}

// [cli-6]
TEST_F(SqlRulesTest, Rule06StatementsComeFromStandardInput) {
  for (const char* word : {"", " -"}) {
    const std::string command = "dbtool sql data/university" + std::string(word);
    EXPECT_EQ(Out("echo 'SELECT 1 AS a; SELECT 2 AS a' | " + command), "{\"a\":1}\n{\"a\":2}\n");
    EXPECT_EQ(Out("printf '.tables\\nSELECT\\n\\n  3 AS a\\n;' | " + command),
              "{\"table\":\"enrollment\",\"columns\":3}\n{\"table\":\"student\",\"columns\":4}\n"
              "{\"a\":3}\n");
    EXPECT_EQ(Out(": | " + command), "");
  }
  EXPECT_EQ(Out("dbtool sql data/university \"SELECT ';' AS a -- ;\n\"  -q"), "{\"a\":\";\"}\n");
  ExpectFailure("dbtool sql data/university < data", 6, "read <stdin>");
}

// [cli-6]
TEST_F(SqlRulesTest, Rule06AClosedPipeEndsItAndSaysNothing) {
  const Outcome outcome =
      Run("{ dbtool sql data/university 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
          "FROM n) SELECT i FROM n'; echo $? >code; } | head -n 1");
  EXPECT_EQ(outcome.out, "{\"i\":1}\n");
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(Read("code"), "0\n");
}

// [cli-2]
TEST_F(SqlRulesTest, Rule02CtrlCEndsAQueryThatRuns) {
  const Outcome outcome =
      Run(std::string(kInterrupted) + "dbtool sql data/university " + std::string(kEndless));
  EXPECT_EQ(outcome.exit_code, 130);
  EXPECT_TRUE(Contains(outcome.err, "the query was interrupted")) << outcome.err;
  EXPECT_EQ(outcome.out, "");
}

// [cli-3] [cli-4]
TEST_F(SqlRulesTest, AtATerminalStatementsAreAskedForUntilTheEnd) {
  Write("typed",
        "SELECT name\nFROM student\nWHERE id = 1;\nSELECT nmae FROM student;\nSELECT 41 + 1;\n"
        ".quit\nSELECT 99;\n");
  const Outcome outcome = Run("script -qec 'dbtool sql data/university' /dev/null < typed");
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* part : {"sql> ", "...> ", "Alice", "did you mean name?", "42"}) {
    EXPECT_TRUE(Contains(outcome.out, part)) << part << '\n' << outcome.out;
  }
  EXPECT_FALSE(Contains(outcome.out, "{")) << "people get tables";
}

// [cli-10] [sql-5]
TEST_F(SqlRulesTest, Rule10ItReadsBesideAWriterAndWritesNothing) {
  MakeCrashed("crashed");
  const std::string before = TreeOf("crashed");
  const Outcome outcome = Run("dbtool sql crashed 'SELECT name FROM student WHERE id = 10'");
  EXPECT_EQ(outcome.out, "{\"name\":\"Hal\"}\n");
  EXPECT_TRUE(Contains(outcome.err, "nothing on disk was changed")) << outcome.err;
  EXPECT_EQ(TreeOf("crashed"), before);
}

// [cli-2]
TEST_F(SqlRulesTest, Rule02ADamagedTableIsToldAsDamage) {
  Out("dbtool checkpoint data/university -q");
  Out("sed -i s/Alice/Alicf/ data/university/data/student.records");
  const Outcome outcome = Run("dbtool sql data/university 'SELECT count(name) FROM student'");
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_TRUE(Contains(outcome.err, "student.records")) << outcome.err;
}

// [sql-4]
TEST_F(SqlRulesTest, VerboseTellsHowManyRecordsWereRead) {
  const Outcome outcome =
      Run("dbtool sql data/university 'SELECT * FROM student WHERE id = 2' --verbose");
  EXPECT_TRUE(Contains(outcome.err, "dbtool: 1 record read\n")) << outcome.err;
}

}  // namespace
}  // namespace linedb
