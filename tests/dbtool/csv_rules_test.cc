// The rules of import (cli.md 14 to 21) for CSV, and for columns that the table lacks: what guards
// against a file that comes back otherwise than it went, and a failed import that leaves columns or
// a table behind. With files of people's own where shared/data is at hand.

#include <filesystem>

#include "tests/dbtool/dbtool_fixture.h"

namespace linedb {
namespace {

constexpr char kData[] = LINEDB_SOURCE_DIR "/../shared/data/";

class CsvRules : public DbtoolTest {
 protected:
  void SetUp() override {
    DbtoolTest::SetUp();
    MakeUniversity();
  }
  // The table exported in each format and imported into one of the same schema is the same.
  void ExpectRoundTrips(const std::string& table) {
    Out("dbtool schema data/university " + table + " >s.json");
    for (const std::string file : {"o.csv", "o.tsv", "o.jsonl", "o.json --format json"}) {
      Out("rm -rf again; dbtool init again -q; dbtool create again " + table +
          " --schema s.json -q");
      Out("dbtool export data/university " + table + " " + file + " --yes -q");
      Out("dbtool import again " + table + " " + file + " -q");
      Out("dbtool export data/university " + table +
          " a.jsonl --canonical --yes -q; "
          "dbtool export again " +
          table + " b.jsonl --canonical --yes -q; cmp a.jsonl b.jsonl");
    }
  }
  bool HasData() { return std::filesystem::exists(kData); }
};

// [cli-19] [cli-20]
TEST_F(CsvRules, WhatIsExportedIsImportedAsTheSame) {
  ExpectRoundTrips("student");
  ExpectRoundTrips("enrollment");
  EXPECT_EQ(
      Out("dbtool export data/university enrollment - --format csv --null NA --delimiter ';'"),
      Out("dbtool export data/university enrollment - --format csv --delimiter semicolon | "
          "sed 's/;$/;NA/'"));
}

// [cli-15] [cli-16] [cli-21]
TEST_F(CsvRules, RejectsAreMendedAndImportedAgain) {
  Write("s.csv", "id,name,gpa\n11,a,1.5\n12,b,x\n13,\"c,2\n14,\"d\ne\",\n2,Taken,\n");
  const Outcome outcome = Run("dbtool import data/university student s.csv --rejects bad.csv");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(Contains(outcome.err, "s.csv:3:6: student.gpa: expected float, found \"x\""))
      << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "s.csv:4:4: student: the closing quote is missing"));
  EXPECT_TRUE(Contains(outcome.err, "s.csv:7:1: student.id: value 2 is taken")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "read 5, inserted 2, replaced 0, skipped 0, rejected 3"));
  EXPECT_EQ(Read("bad.csv"), "id,name,gpa\n12,b,x\n13,\"c,2\n2,Taken,\n");
  Out("sed -i 's/,x/,2/; s/\"c/c/; s/^2,/15,/' bad.csv; "
      "dbtool import data/university student bad.csv -q");
  EXPECT_EQ(Out("dbtool cat data/university student --columns id | tail -5"),
            "{\"id\":11}\n{\"id\":14}\n{\"id\":12}\n{\"id\":13}\n{\"id\":15}\n");
}

// [cli-18]
TEST_F(CsvRules, ColumnsAreAddedAndTakenBackWithAnImportThatFails) {
  Write("wide.csv", "id,name,nick name,age\n21,a,Al,\n22,b,,30\n");
  const Outcome refused = Run("dbtool import data/university student wide.csv");
  EXPECT_EQ(refused.exit_code, 7);
  EXPECT_TRUE(Contains(refused.err, "wide.csv:1:9: student.nick name: there is no such column"));
  EXPECT_TRUE(Contains(refused.err, "unknown columns: nick name, age; --add-columns"));
  EXPECT_TRUE(Contains(Run("dbtool import data/university student wide.csv --add-columns "
                           "--dry-run")
                           .err,
                       "would add columns: nick name str, age int"));
  Write("bad.csv", Read("wide.csv") + "x,c,,\n");
  const std::string schema = Out("dbtool inspect data/university student --json | jq -c .columns");
  EXPECT_EQ(Run("dbtool import data/university student bad.csv --add-columns").exit_code, 7);
  EXPECT_EQ(Out("dbtool inspect data/university student --json | jq -c .columns"), schema);
  Out("dbtool import data/university student wide.csv --add-columns --type age=float");
  EXPECT_EQ(Out("dbtool get data/university student 22 | jq -c '[.[\"nick name\"],.age]'"),
            "[null,30]\n");
}

// [cli-15]
TEST_F(CsvRules, TenThousandBadRowsAreToldInOneRun) {
  Out("{ echo id,name; seq 10000 | sed 's/.*/x&,n/'; } >many.csv");
  const Outcome outcome =
      Run("dbtool import data/university student many.csv --max-errors 20000 --rejects r.csv");
  EXPECT_TRUE(
      Contains(outcome.err, "many.csv:10001:1: student.id: expected int, found \"x10000\""));
  EXPECT_EQ(Out("grep -c . r.csv; grep -c . r.csv.reasons"), "10001\n10000\n");
}

// [cli-20]
TEST_F(CsvRules, HeaderWithoutNamesCanBeGivenSome) {
  Write("pandas.csv", ",name\n0,a\n");
  const Outcome outcome = Run("dbtool import data/university p pandas.csv --create");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_TRUE(Contains(outcome.err, "pandas.csv:1:1: column 1 has no name")) << outcome.err;
  EXPECT_TRUE(Contains(outcome.err, "--columns")) << outcome.err;
  Out("dbtool import data/university p pandas.csv --create --columns id,name");
  Out("tail -1 pandas.csv | sed s/^0/1/ | dbtool import data/university p - --format csv "
      "--no-header");
  EXPECT_EQ(Out("dbtool export data/university p"),
            "{\"id\":0,\"name\":\"a\"}\n{\"id\":1,\"name\":\"a\"}\n");
  EXPECT_EQ(Run("dbtool import data/university p pandas.csv --delimiter xy").exit_code, 2);
  EXPECT_EQ(Run("dbtool import data/university p pandas.csv --type id=str").exit_code, 2);
}

// [cli-16] [cli-19]
TEST_F(CsvRules, PeoplesFilesComeInAndGoOutWhole) {
  if (!HasData()) GTEST_SKIP() << kData << " is not there";
  const std::string data = kData;
  Out("dbtool import data/university airport " + data + "airports.csv --create --primary-key iata");
  Out("dbtool import data/university zips " + data +
      "zipcodes.csv --create --primary-key zip_code");
  EXPECT_EQ(
      Out("dbtool inspect data/university --json | jq -c '[.tables[]|select(.table==\"airport\" "
          "or .table==\"zips\").records]'"),
      "[3376,42049]\n");
  EXPECT_TRUE(Contains(Out("dbtool get data/university zips '\"00501\"'"), "Holtsville"));
  ExpectRoundTrips("airport");
  ExpectRoundTrips("zips");
}

// [cli-15] [cli-16]
TEST_F(CsvRules, UntidyMoviesAreToldMendedAndAllIn) {
  if (!HasData()) GTEST_SKIP() << kData << " is not there";
  const Outcome outcome = Run(std::string("dbtool import data/university movie ") + kData +
                              "movies.json --create --type Title=str --rejects bad.json");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(Contains(outcome.err, "movies.json:23:15: movie.Title: expected str, found 1776"));
  EXPECT_TRUE(Contains(outcome.err, "inserted 3,192, replaced 0, skipped 0, rejected 9"));
  Out("jq -c '.Title|=tostring' bad.json | dbtool import data/university movie -");
  EXPECT_EQ(Out("dbtool inspect data/university movie --json | jq .records"), "3201\n");
  ExpectRoundTrips("movie");
}

}  // namespace
}  // namespace linedb
