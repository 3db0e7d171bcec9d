// What each command answers, beyond the rules that all share.

#include "nlohmann/json.hpp"
#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

using nlohmann::json;

class CommandTest : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
  }
};

TEST_F(CommandTest, GetFindsByEverySpellingOfAKey) {
  EXPECT_EQ(Out("dbtool get data/university enrollment '[2, 101]'"),
            "{\"student_id\":2,\"course_id\":101,\"grade\":null}\n");
  Out("dbtool create data/university word -q --column word:str:primary_key --column n:int");
  Write("word.jsonl", "{\"word\":\"a b\",\"n\":-5}\n{\"word\":\"7\",\"n\":7}\n");
  Out("dbtool import data/university word word.jsonl -q");
  EXPECT_EQ(Out("dbtool get data/university word 'a b'"),
            Out("dbtool get data/university word '\"a b\"'"));
  EXPECT_EQ(Out("dbtool get data/university word 7"), "{\"word\":\"7\",\"n\":7}\n");
  Write("minus.jsonl", "{\"id\":-5,\"name\":\"Below\"}\n");
  Out("dbtool import data/university student minus.jsonl -q");
  EXPECT_TRUE(Contains(Out("dbtool get data/university student -5"), "Below"));
  EXPECT_EQ(Run("dbtool get data/university student abc").exit_code, 2);
}

TEST_F(CommandTest, WhereComparesByTheColumnsType) {
  Out("dbtool create data/university kind -q --column id:int:primary_key --column f:float:nullable "
      "--column s:str:nullable --column b:bool:nullable --column t:timestamp:nullable "
      "--column d:date:nullable --column '\"odd name\":int:nullable'");
  Write("kind.jsonl",
        "{\"id\":1,\"f\":9.5,\"s\":\"it's\",\"b\":true,\"t\":\"2026-01-02T03:04:05Z\","
        "\"d\":\"2026-01-02\",\"odd name\":1}\n"
        "{\"id\":2,\"f\":10.25,\"s\":\"B\",\"b\":false,\"t\":\"2026-01-03T00:00:00Z\","
        "\"d\":\"2025-12-31\"}\n"
        "{\"id\":10}\n");
  Out("dbtool import data/university kind kind.jsonl -q");
  struct Row {
    const char* where;
    const char* ids;
  };
  const Row rows[] = {{"id > 2", "10"},
                      {"id >= 1.5 and id < 10", "2"},
                      {"f > 9.75", "2"},
                      {"f != 9.5", "2"},
                      {"f is null", "10"},
                      {"f is not null and b = true", "1"},
                      {"s = 'it''s'", "1"},
                      {"s < 'C'", "2"},
                      {"b = false", "2"},
                      {"t >= '2026-01-03'", "2"},
                      {"t < '2026-01-02T03:04:05.5Z'", "1"},
                      {"t = '2026-01-02T04:04:05+01:00'", "1"},
                      {"d > '2025-12-31'", "1"},
                      {"\"odd name\" = 1", "1"},
                      {"ID = 1", ""},
                      {"id = -1", ""},
                      {"id = 1 AND s IS NOT NULL", "1"},
                      {"id = 1 or id = 2", "1,2"},
                      {"(id = 1)", "1"},
                      {"not (id < 10 and f > 0)", "10"},
                      {"id in (2, 10) and id % 5 = 2", "2"},
                      {"t between '2026-01-03' and '2026-01-04'", "2"},
                      {"t in ('2026-01-03')", "2"},
                      {"starts_with(s, 'it') or length(s) = 1", "1,2"},
                      {"kind.id = 2", "2"},
                      {"b", "1"}};
  for (const Row& row : rows) {
    Write("where", row.where);
    const Outcome outcome =
        Run("dbtool cat data/university kind --columns id --where \"$(cat where)\" | jq -r .id | "
            "paste -sd,");
    EXPECT_EQ(outcome.out, row.ids + std::string("\n")) << row.where;
  }
  for (const char* where : {"id", "id =", "id = 'x'", "id = 1 and", "id = 1 or id", "id = null",
                            "id between null and 3", "s = 5", "b = 1", "(id = 1", "s = 'x",
                            "id is 5", "t = '2026-13-01'", "t = '2026-02-30'"}) {
    Write("where", where);
    EXPECT_EQ(Run("dbtool cat data/university kind --where \"$(cat where)\"").exit_code, 2)
        << where;
  }
}

TEST_F(CommandTest, OrderByPutsNullFirstAndKeepsEqualsInPlace) {
  const std::string command = "dbtool cat data/university student --columns id --format csv";
  EXPECT_EQ(Out(command + " --order-by gpa"), "id\r\n3\r\n2\r\n1\r\n");
  EXPECT_EQ(Out(command + " --order-by gpa:desc,id --limit 2"), "id\r\n1\r\n2\r\n");
  EXPECT_EQ(Out(command + " --order-by name:desc"), "id\r\n3\r\n2\r\n1\r\n");
  EXPECT_EQ(Out(command + " --order-by 'length(name) desc, name:desc'"), "id\r\n1\r\n3\r\n2\r\n");
  EXPECT_EQ(Out(command + " --order-by 'gpa desc' --limit 1"), "id\r\n1\r\n");
  for (const char* order : {"", "nmae", "gpa:down", "count(*)", "gpa desc desc", "gpa,"}) {
    EXPECT_EQ(Run(command + " --order-by '" + order + "'").exit_code, 2) << order;
  }
  Out("dbtool create data/university odd -q --column '\"odd, name\":int' --column j:json");
  Out("dbtool put data/university odd '{\"odd, name\":2,\"j\":[]}' -q");
  Out("dbtool put data/university odd '{\"odd, name\":1,\"j\":{}}' -q");
  EXPECT_EQ(
      Out("dbtool cat data/university odd --order-by '\"odd, name\":desc' --limit 1 | jq -c .j"),
      "[]\n");
  ExpectFailure("dbtool cat data/university odd --order-by j", 2, "json has no order");
}

// One key among a million is no walk along a million lines.
TEST_F(CommandTest, WhereUsesTheTablesIndexes) {
  EXPECT_TRUE(Contains(Run("dbtool cat -v data/university student --where 'id = 2'").err,
                       "key id, by id = 2"));
}

TEST_F(CommandTest, GrepSeesLiveRecordsOnly) {
  Write("changed.jsonl", "{\"id\":1,\"name\":\"Alicia\",\"email\":\"alice@university.edu\"}\n");
  Out("dbtool import data/university student changed.jsonl --on-conflict replace -q");
  EXPECT_EQ(Out("dbtool grep data/university Alice student"), "");
  EXPECT_TRUE(Contains(Read("data/university/data/student.records"), "Alice\""));
  EXPECT_EQ(Out("dbtool grep data/university -i 'ALIC(E|IA)\"' | jq -c '[.table,.record.id]'"),
            "[\"student\",1]\n");
  EXPECT_EQ(Out("dbtool grep data/university '\"course_id\":101' enrollment | wc -l"), "2\n");
  EXPECT_EQ(Run("dbtool grep data/university '(' student").exit_code, 2);
}

TEST_F(CommandTest, GrepStandsALongLine) {
  Write("long.jsonl", "{\"id\":9,\"name\":\"" + std::string(1 << 20, 'x') + "END\"}\n");
  Out("dbtool import data/university student long.jsonl -q");
  EXPECT_EQ(Out("dbtool grep data/university 'x+END' student | wc -l"), "1\n");
}

TEST_F(CommandTest, CreateRefusesWhatIsNoTable) {
  for (const char* flags :
       {"", "--column a", "--column a:itn", "--column a:int --column a:int", "--column :int",
        "--column a:int --schema x", "--column a:int --primary-key b", "--column a:int:default=x",
        "--column a:int:check=b>1", "--column a:int --check 'a >'", "--column a:int --check a"}) {
    const Outcome outcome = Run(std::string("dbtool create data/university t ") + flags);
    EXPECT_EQ(outcome.exit_code, 2) << flags << '\n' << outcome.err;
  }
  EXPECT_EQ(Run("dbtool create data/university ../x --column a:int").exit_code, 2);
  EXPECT_EQ(Run("dbtool inspect data/university t").exit_code, 3);
}

TEST_F(CommandTest, ChecksAreCreatedShownAndHeld) {
  Out("dbtool create data/university room -q --column id:int:primary_key "
      "--column 'seats:int:nullable:check=seats between 1 and 500' --column 'opens:timestamp' "
      "--check \"opens > timestamp '2000-01-01T00:00:00Z'\" --check 'id > 0'");
  const json schema = json::parse(Out("dbtool schema data/university room"));
  EXPECT_EQ(schema["format"], 2);
  EXPECT_EQ(schema["schema"]["seats"]["check"], "seats between 1 and 500");
  EXPECT_EQ(schema["checks"], json({"opens > timestamp '2000-01-01T00:00:00Z'", "id > 0"}));
  EXPECT_TRUE(Contains(Out("dbtool inspect data/university room --format table"),
                       "nullable check=seats between 1 and 500"));
  const json inspected = json::parse(Out("dbtool inspect data/university room --json"));
  EXPECT_EQ(inspected["columns"][1]["check"], "seats between 1 and 500");
  EXPECT_EQ(inspected["checks"].size(), 2u);
  EXPECT_EQ(
      json::parse(Out("dbtool schema data/university room --json-schema"))["x-linedb"]["checks"]
          .size(),
      3u);
  Write("rooms.jsonl",
        "{\"id\":1,\"seats\":20,\"opens\":\"2026-01-22T08:00:00Z\"}\n"
        "{\"id\":2,\"seats\":0,\"opens\":\"2026-01-22T08:00:00Z\"}\n");
  const Outcome imported = Run("dbtool import data/university room rooms.jsonl");
  EXPECT_NE(imported.exit_code, 0);
  EXPECT_TRUE(Contains(imported.err,
                       "rooms.jsonl:2:1: room.seats: check \"seats between 1 and 500\" is false"))
      << imported.err;
  EXPECT_EQ(Out("dbtool export data/university room"), "");
}

TEST_F(CommandTest, InspectTellsATablesIndexesAndTheirSizes) {
  Write("book.schema.json",
        R"({"format":2,"table_name":"book","schema":{"id":{"type":"int","primary_key":true},)"
        R"("title":{"type":"str"},"year":{"type":"int"}},)"
        R"("indexes":[{"columns":["title","year"]},{"columns":["year"],"unique":true}]})");
  Out("dbtool create data/university book --schema book.schema.json");
  Write("books.jsonl", "{\"id\":1,\"title\":\"a\",\"year\":2000}\n");
  Out("dbtool import data/university book books.jsonl -q");
  const json indexes = json::parse(Out("dbtool inspect data/university book --json"))["indexes"];
  ASSERT_EQ(indexes.size(), 2U);
  EXPECT_EQ(indexes[0]["index"], "title,year");
  EXPECT_EQ(indexes[0]["unique"], false);
  EXPECT_EQ(indexes[0]["entries"], 1);
  EXPECT_EQ(indexes[1]["index"], "year");
  EXPECT_EQ(indexes[1]["unique"], true);
  const std::string table = Out("dbtool inspect data/university book --format table");
  EXPECT_TRUE(Contains(table, "title,year")) << table;
}

TEST_F(CommandTest, SchemaIsWhatTheFileHolds) {
  EXPECT_EQ(Out("dbtool schema data/university student"),
            Read("data/university/schema/student.schema.json"));
  const json schema = json::parse(Out("dbtool schema data/university student --json-schema"));
  EXPECT_EQ(schema["required"], json({"name"}));
  EXPECT_EQ(schema["properties"]["gpa"]["type"], json({"number", "null"}));
  EXPECT_EQ(schema["x-linedb"]["primary_key"], json({"id"}));
}

TEST_F(CommandTest, CreateSaysWhatHoldsOfRecordsAsAWhole) {
  Out("dbtool create data/university pass -q --column id:int:primary_key --column holder:int "
      "--column until:timestamp:nullable --index holder,until --index until:unique "
      "--reference holder:student:cascade --expires until --unique holder,id");
  EXPECT_EQ(Out("dbtool schema data/university pass --json | jq -c '[.indexes,.expires,"
                ".unique_keys,.schema.holder.references]'"),
            "[[{\"columns\":[\"holder\",\"until\"],\"unique\":false},{\"columns\":[\"until\"],"
            "\"unique\":true}],"
            "\"until\",[[\"holder\",\"id\"]],{\"table\":\"student\",\"on_delete\":\"cascade\"}]\n");
  ExpectFailure("dbtool create data/university t --column a:int --expires b", 2, "no column");
}

TEST_F(CommandTest, SchemaAsCppCompiles) {
  Out("dbtool create data/university order_line -q --column order:int:primary_key "
      "--column class:str:default=new --column 'unit price:float:default=0.5' "
      "--column when:timestamp --column day:date:nullable --column raw:bytes:nullable "
      "--column more:json:nullable --column done:bool:default=false --unique 'class,when' "
      "--column 'pieces:int:check=pieces > 0' --check '\"unit price\" >= 0 or done' "
      "--index when,class --index day:unique");
  Write("main.cc", Out("dbtool schema data/university order_line --cpp") +
                       "#include \"linedb/database.h\"\n"
                       "auto Open(linedb::Database& db) { return db.OpenTable<OrderLine>(); }\n");
  const std::string source = LINEDB_SOURCE_DIR;
  const Outcome compiled = Run("c++ -std=c++20 -fsyntax-only -I" + source + "/schema/include -I" +
                               source + "/engine/include main.cc");
  EXPECT_EQ(compiled.exit_code, 0) << Read("main.cc") << compiled.err;
}

TEST_F(CommandTest, WalShowsArchivesAndMarksWhatIsNotCheckpointed) {
  const std::string marks =
      "dbtool wal data/university --table student | jq -c .checkpointed | uniq";
  EXPECT_EQ(Out(marks), "false\n");
  Out("dbtool checkpoint data/university");
  EXPECT_EQ(Out(marks), "true\n");
  Out("dbtool import data/university student more.jsonl -q");
  EXPECT_EQ(Out(marks), "true\nfalse\n");
  EXPECT_EQ(Out("dbtool wal data/university | jq .lsn | sort -n | uniq -d"), "");
  EXPECT_EQ(Out("dbtool wal data/university --from 2 --to 4 | jq .lsn"), "2\n3\n4\n");
}

TEST_F(CommandTest, CheckpointReportsBeforeAndAfter) {
  Out("dbtool import data/university student student.jsonl --on-conflict replace -q");
  const json plan = json::parse(Out("dbtool checkpoint data/university --dry-run --json"));
  EXPECT_EQ(plan["needed"], true);
  const json done = json::parse(Out("dbtool checkpoint data/university --json"));
  EXPECT_GT(done["log_bytes_before"], done["log_bytes_after"]);
  EXPECT_EQ(done["lines_dropped"], 3);
  EXPECT_EQ(Out("wc -l <data/university/data/student.records"), "3\n");
  EXPECT_EQ(json::parse(Out("dbtool checkpoint data/university --json"))["needed"], false);
}

TEST_F(CommandTest, VerifyNamesFileLineAndByteOfDamage) {
  Out("dbtool checkpoint data/university");
  std::string records = Read("data/university/data/student.records");
  const std::size_t at = records.find("Bob");
  records[at] = 'R';
  Write("data/university/data/student.records", records);
  const Outcome outcome = Run("dbtool verify data/university");
  EXPECT_EQ(outcome.exit_code, 1);
  const json problem = json::parse(outcome.out.substr(0, outcome.out.find('\n')));
  EXPECT_EQ(problem["file"], "data/student.records") << outcome.out;
  EXPECT_EQ(problem["kind"], "checksum") << outcome.out;
}

TEST_F(CommandTest, VerifyTellsPeopleEveryPlaceToo) {
  Out("dbtool checkpoint data/university");
  Out("sed -i -e s/Bob/Rob/ -e '$d' data/university/data/student.records");
  Out("rm data/university/data/enrollment.records");
  const std::string command = "dbtool verify data/university -q";
  EXPECT_EQ(Run(command + " | jq -r '\"\\(.file) \\(.line) \\(.byte) \\(.kind) \\(.key)\"' > json"
                          " && test -s json")
                .exit_code,
            0);
  // file line N byte M: … [kind] key K; of a file as a whole without line and byte
  Out("{ " + command + " --format table || true; } > table");
  EXPECT_EQ(Out("wc -l < table"), Out("wc -l < json"));
  EXPECT_EQ(
      Out("sed -E -e 's/^([^ ]*) line ([0-9]+) byte ([0-9]+): .* \\[([a-z_]+)\\]/\\1 \\2 \\3 \\4/'"
          " -e 's/^([^ ]*): .* \\[([a-z_]+)\\]/\\1 0 0 \\2/'"
          " -e '/ key /!s/$/ null/' -e 's/ key (.*)$/ \\1/' table"),
      Read("json"))
      << Read("table");
}

TEST_F(CommandTest, TableWithoutKeyHidesItsRowNumber) {
  Write("log.jsonl", "{\"n\":1}\n{\"n\":1}\n");
  Out("dbtool import data/university log log.jsonl --create -q");
  EXPECT_EQ(Out("dbtool cat data/university log"), Read("log.jsonl"));
  EXPECT_EQ(Out("dbtool export data/university log"), Read("log.jsonl"));
  EXPECT_EQ(Out("dbtool grep data/university 1 log"), Read("log.jsonl"));
  EXPECT_EQ(Out("dbtool get data/university log 2"), "{\"n\":1}\n");
}

TEST_F(CommandTest, ControlCharactersDoNotReachTheTerminal) {
  Write("evil.jsonl", "{\"id\":9,\"name\":\"a\\u001b[2Jb\\nc\"}\n");
  Out("dbtool import data/university student evil.jsonl -q");
  const std::string shown = RunOnTerminal("dbtool get data/university student 9 --color never").out;
  EXPECT_FALSE(Contains(shown, "\033[2J"));
  EXPECT_TRUE(Contains(shown, "a\\u001b[2Jb\\nc"));
}

TEST_F(CommandTest, TableMayBeNamedLikeACommand) {
  Out("dbtool create data/university cat -q --column a:int");
  EXPECT_EQ(Out("dbtool cat data/university cat"), "");
}

TEST_F(CommandTest, WhereFindsATextInAJsonColumn) {
  Out("dbtool create data/university film -q --column id:int:primary_key --column "
      "Title:json:nullable");
  Write("film.jsonl",
        "{\"id\":1,\"Title\":\"The Land Girls\"}\n{\"id\":2,\"Title\":1984}\n"
        "{\"id\":3,\"Title\":\"1984\"}\n{\"id\":4,\"Title\":{\"en\":\"Alien\"}}\n"
        "{\"id\":5,\"Title\":\"[draft]\"}\n{\"id\":6,\"Title\":true}\n");
  Out("dbtool import data/university film film.jsonl -q");
  struct Row {
    const char* where;
    const char* id;
  };
  const Row rows[] = {{"Title = 'The Land Girls'", "1"},
                      {"Title = '\"The Land Girls\"'", "1"},
                      {"Title = 1984", "2"},
                      {"Title = '1984'", "3"},
                      {"Title = '{\"en\":\"Alien\"}'", "4"},
                      {"Title = '[draft]'", "5"},
                      {"Title = true", "6"},
                      {"Title in ('1984', 'Alien')", "3"},
                      {"json '1984' = Title", "2"},
                      {"'[draft]' = Title", "5"},
                      {"Title = 'nowhere'", ""}};
  for (const Row& row : rows) {
    Write("where", row.where);
    const Outcome outcome =
        Run("dbtool cat data/university film --columns id --where \"$(cat where)\" | jq .id");
    EXPECT_EQ(outcome.out, row.id[0] == '\0' ? "" : row.id + std::string("\n")) << row.where;
    EXPECT_EQ(outcome.err, "") << row.where;
  }
}

TEST_F(CommandTest, ABadSchemaOnStdinIsTheCallersMistake) {
  const Outcome outcome =
      Run("echo '{\"table_name\":' | dbtool create data/university t --schema -");
  EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "<stdin>: ")) << outcome.err;
  EXPECT_FALSE(Contains(outcome.err, "verify")) << outcome.err;
}

TEST_F(CommandTest, WalOfATableThatNobodyKnowsIsNotFound) {
  Out("dbtool create data/university empty -q --column id:int");
  Out("dbtool wal data/university --table empty");
  const Outcome outcome = Run("dbtool wal data/university --table studnet");
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_TRUE(Contains(outcome.err, "did you mean \"student\"?")) << outcome.err;
  EXPECT_EQ(Run("dbtool wal data/university --table nope").exit_code, 3);
  // Of a table that was dropped the log still tells.
  MakeOriginal("original");
  Out("sed -i 's/student/dropped/' original/wal/transaction.log");
  EXPECT_TRUE(Contains(Out("dbtool wal original --table dropped"), "Bob"));
}

}  // namespace
}  // namespace linedb
