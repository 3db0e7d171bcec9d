// Guards against references that hold in tables made for them and not in a database that people
// use: Chinook, declared with all its keys and references, loads clean, and each reference that is
// broken, one at a time, is refused with both records named. With a few records of each table, and
// with all of them where shared/data/chinook is at hand.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "linedb/exchange.h"
#include "linedb/json_table.h"
#include "linedb/references.h"
#include "tests/references/chinook.h"

namespace linedb {
namespace {

using testing::ChinookSampleOf;
using testing::ChinookSchemas;
using testing::Fails;
using testing::IsOk;

constexpr char kData[] = LINEDB_SOURCE_DIR "/../shared/data/chinook/";
constexpr std::int64_t kNowhere = 999999;

enum class Extent { kSample, kWhole };

// Each reference of each table.
std::vector<ReferenceSchema> References(const TableSchema& schema) { return AllReferences(schema); }

class ChinookTest : public ::testing::TestWithParam<Extent> {
 protected:
  void SetUp() override {
    if (GetParam() == Extent::kWhole && !std::filesystem::exists(kData)) {
      GTEST_SKIP() << kData << " is not there";
    }
    database = *Database::OpenInMemory();
    for (const TableSchema& schema : ChinookSchemas()) {
      ASSERT_THAT(database->CreateTable(schema), IsOk());
    }
    for (const TableSchema& schema : ChinookSchemas()) Load(schema);
  }

  void Load(const TableSchema& schema) {
    std::stringstream text;
    if (GetParam() == Extent::kSample) {
      text << ChinookSampleOf(schema);
    } else {
      text << std::ifstream(kData + schema.table_name + ".jsonl").rdbuf();
    }
    const absl::StatusOr<ImportReport> report = Import(*database, schema.table_name, text);
    ASSERT_THAT(report, IsOk());
    for (const ImportProblem& problem : report->problems) ADD_FAILURE() << problem.ToString();
    ASSERT_TRUE(report->committed);
    records += report->inserted;
  }

  JsonTable TableOf(const std::string& name) { return *JsonTable::Open(*database, name); }

  // The first record that references something, and what it references.
  struct Pair {
    Json record;
    Json referenced;
  };
  Pair PairOf(const TableSchema& schema, const ReferenceSchema& reference) {
    Pair pair;
    EXPECT_THAT(TableOf(schema.table_name).ForEach([&](const Json& record) {
      pair.record = record;
      return record[reference.columns[0]].is_null();
    }),
                IsOk());
    pair.referenced = *TableOf(reference.table).Get(pair.record[reference.columns[0]]);
    return pair;
  }

  // Whether one of the references told is this one, with both records in its words.
  static bool Tells(const absl::Status& status, const TableSchema& schema,
                    const ReferenceSchema& reference, const std::string& named) {
    for (const BrokenReference& broken : BrokenReferencesIn(status)) {
      const bool is_it = broken.table == schema.table_name &&
                         broken.columns == reference.columns[0] &&
                         broken.referenced_table == reference.table;
      if (is_it && broken.message.find(broken.record) != std::string::npos &&
          broken.message.find(named) != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  std::string Counts() {
    std::string text;
    for (const std::string& name : database->TableNames()) {
      absl::StrAppend(&text, name, " ", TableOf(name).size(), "\n");
    }
    return text;
  }

  std::unique_ptr<Database> database;
  std::uint64_t records = 0;
};

// [schema-10.20]
TEST_P(ChinookTest, LoadsCleanWithAllItsReferences) {
  EXPECT_EQ(database->TableNames().size(), 11u);
  EXPECT_EQ(records, GetParam() == Extent::kWhole ? 15607u : 27u);
}

// [schema-10.20]
TEST_P(ChinookTest, AValueThatReferencesNothingIsRefusedInEachColumn) {
  const std::string before = Counts();
  int tried = 0;
  for (const TableSchema& schema : ChinookSchemas()) {
    for (const ReferenceSchema& reference : References(schema)) {
      SCOPED_TRACE(absl::StrCat(schema.table_name, ".", reference.columns[0]));
      Json record = PairOf(schema, reference).record;
      record[reference.columns[0]] = kNowhere;
      WriteTransaction transaction = *database->Begin();
      const JsonTable table = TableOf(schema.table_name);
      // The columns of PlaylistTrack are its key: there it is a new record.
      ASSERT_THAT(table.Upsert(transaction, record), IsOk());
      const absl::Status done = transaction.Commit();
      EXPECT_THAT(done,
                  Fails(absl::StatusCode::kFailedPrecondition,
                        absl::StrCat(reference.table, " ", kNowhere, ", which does not exist"),
                        record.dump()));
      EXPECT_TRUE(Tells(done, schema, reference, absl::StrCat(reference.table, " ", kNowhere)));
      ++tried;
    }
  }
  EXPECT_EQ(tried, 11);
  EXPECT_EQ(Counts(), before);
}

// [schema-10.20]
TEST_P(ChinookTest, ARecordThatIsReferencedIsKeptByEachColumn) {
  const std::string before = Counts();
  for (const TableSchema& schema : ChinookSchemas()) {
    for (const ReferenceSchema& reference : References(schema)) {
      SCOPED_TRACE(absl::StrCat(schema.table_name, ".", reference.columns[0]));
      const Pair pair = PairOf(schema, reference);
      const Json key = pair.record[reference.columns[0]];
      const absl::Status done = TableOf(reference.table).Erase(key);
      EXPECT_THAT(done, Fails(absl::StatusCode::kFailedPrecondition,
                              absl::StrCat(reference.table, " ", key.dump(), " is referenced by")));
      EXPECT_TRUE(Tells(done, schema, reference, pair.referenced.dump())) << done;
    }
  }
  EXPECT_EQ(Counts(), before);
}

// [schema-10.20]
TEST_P(ChinookTest, AnImportedLineThatReferencesNothingIsTold) {
  for (const TableSchema& schema : ChinookSchemas()) {
    for (const ReferenceSchema& reference : References(schema)) {
      SCOPED_TRACE(absl::StrCat(schema.table_name, ".", reference.columns[0]));
      const Json good = PairOf(schema, reference).record;
      Json record = good;
      record[reference.columns[0]] = kNowhere;
      std::istringstream text("\n" + record.dump() + "\n");
      const absl::StatusOr<ImportReport> report =
          Import(*database, schema.table_name, text, {.on_conflict = OnConflict::kReplace});
      ASSERT_THAT(report, IsOk());
      ASSERT_EQ(report->problems.size(), 1u);
      EXPECT_FALSE(report->committed);
      EXPECT_EQ(report->problems[0].ToString(),
                absl::StrCat("<input>:2:1: ", schema.table_name, ".", reference.columns[0],
                             ": value ", kNowhere, " references ", reference.table, " ", kNowhere,
                             ", which does not exist; record ", record.dump()));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Extents, ChinookTest, ::testing::Values(Extent::kSample, Extent::kWhole),
                         [](const auto& given) {
                           return given.param == Extent::kSample ? "ASample" : "TheWhole";
                         });

}  // namespace
}  // namespace linedb
