// Guards against ways past the commits by which a reference could be broken without a word, or
// which references would stop though nothing is wrong: files edited by hand, repairs and slices.

#include <gtest/gtest.h>

#include <string>

#include "engine/adopt.h"
#include "engine/engine_repair.h"
#include "engine/engine_slice.h"
#include "linedb/repair.h"
#include "tests/references/linked_tables.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::IsOk;
using testing::kDirectory;
using testing::LinkedTables;
using testing::SchemaOf;
using testing::Tree;

constexpr char kAuthors[] = "data/author.records";
constexpr char kBooks[] = "data/book.records";

class ReferenceFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    tables.MakeAll({SchemaOf("author", R"("id": {"type":"int","primary_key":true})"),
                    SchemaOf("book", R"("id": {"type":"int","primary_key":true},)"
                                     R"("by": {"type":"int","nullable":true,"references":)"
                                     R"({"table":"author","on_delete":"cascade"}})")});
    ASSERT_THAT(tables.Commit(R"(+author {"id":1}
                                 +author {"id":2}
                                 +book {"id":10,"by":1}
                                 +book {"id":20,"by":2})"),
                IsOk());
  }

  Tree Closed() {
    EXPECT_THAT(tables.campus.engine->Checkpoint(), IsOk());
    EXPECT_THAT(tables.campus.Close(), IsOk());
    return tables.campus.Files();
  }
  // What adopting both tables says; "" if nothing.
  static std::string Adopt(Campus& campus, const AdoptOptions& options = {}) {
    const absl::StatusOr<EditReport> report =
        engine::AdoptTables(*campus.disk, kDirectory, {"author", "book"}, options);
    if (!report.ok()) return std::string(report.status().message());
    std::string text;
    for (const ImportProblem& problem : report->problems) text += problem.ToString() + "\n";
    EXPECT_EQ(report->committed, text.empty() && !options.dry_run);
    return text;
  }

  LinkedTables tables;
};

// [schema-10.21]
TEST_F(ReferenceFilesTest, AnAdoptedRecordThatReferencesNothingIsTold) {
  Tree tree = Closed();
  tree[kBooks] = "{\"id\":10,\"by\":1}\n{\"id\":20,\"by\":7}\n";
  for (const bool dry_run : {true, false}) {
    Campus campus(tree);
    EXPECT_EQ(Adopt(campus, {.dry_run = dry_run}),
              "data/book.records:2:1: book.by: value 7 references author 7, which does not exist; "
              "record {\"id\":20,\"by\":7}\n");
    EXPECT_EQ(testing::TreeDifference(tree, campus.Files()), "");
  }
}

// [schema-10.21]
TEST_F(ReferenceFilesTest, NothingFollowsARecordThatWasRemovedByHand) {
  Tree tree = Closed();
  tree[kAuthors] = "{\"id\":2}\n";
  Campus campus(tree);
  EXPECT_EQ(Adopt(campus),
            "book.by: value 1 references author 1, which does not exist; "
            "record {\"id\":10,\"by\":1}\n");
  EXPECT_EQ(testing::TreeDifference(tree, campus.Files()), "");
}

// [schema-10.21]
TEST_F(ReferenceFilesTest, TablesThatAreAdoptedTogetherMayChangeTogether) {
  Tree tree = Closed();
  tree[kAuthors] = "{\"id\":2}\n{\"id\":3}\n";
  tree[kBooks] = "{\"id\":10,\"by\":3}\n{\"id\":20,\"by\":2}\n";
  LinkedTables adopted;
  adopted.campus.engine.reset();
  adopted.campus.disk = testing::MakeDisk(tree);
  adopted.campus.through = adopted.campus.disk.get();
  EXPECT_EQ(Adopt(adopted.campus), "");
  ASSERT_THAT(adopted.campus.Open(), IsOk());
  EXPECT_EQ(adopted.State(), R"(author {"id":2} {"id":3}; book {"id":10,"by":3} {"id":20,"by":2})");
  adopted.Reopen();
}

TEST_F(ReferenceFilesTest, ARepairTellsWhatReferencesALostRecord) {
  Tree tree = Closed();
  for (auto file = tree.begin(); file != tree.end();) {
    // The log that had it, too.
    const bool is_archive = file->first.find("wal/transaction.2") == 0;
    file = is_archive ? tree.erase(file) : std::next(file);
  }
  tree[kAuthors][2] = '#';
  Campus campus(tree);
  const auto report = engine::RepairDirectory(*campus.disk, kDirectory, "repaired", {});
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->records, 3u);
  EXPECT_EQ(report->broken_references, 1u);
  const auto verified = engine::VerifyDatabase(*campus.disk, wal::DatabasePaths("repaired"));
  ASSERT_THAT(verified, IsOk());
  ASSERT_EQ(verified->problems.size(), 1u);
  EXPECT_EQ(verified->problems[0].kind, "reference");
  EXPECT_EQ(verified->problems[0].key, "10");
}

TEST_F(ReferenceFilesTest, VerifyBlamesDamageOnTheFileAndNotOnReferences) {
  Tree tree = Closed();
  tree[kAuthors][2] = '#';
  Campus campus(tree);
  EXPECT_THAT(campus.Problems(), ::testing::HasSubstr("data/author.records"));
  EXPECT_THAT(campus.Problems(), ::testing::Not(::testing::HasSubstr("reference")));
}

// A slice has the records that its transactions touch, and no others.
// [schema-10.17]
TEST_F(ReferenceFilesTest, ASliceNeedsNoneOfTheRecordsThatItsOwnReference) {
  ASSERT_THAT(tables.Commit(R"(+book {"id":30,"by":1})"), IsOk());
  const std::uint64_t lsn = tables.campus.engine->Stats().last_lsn;
  ASSERT_THAT(tables.Commit("-author 2"), IsOk());
  const std::uint64_t cascade = tables.campus.engine->Stats().last_lsn;
  Closed();
  SliceOptions options;
  options.first_lsn = lsn;
  options.last_lsn = cascade;
  const auto report = engine::SliceDirectory(*tables.campus.disk, kDirectory, "slice", options);
  ASSERT_THAT(report, IsOk());
  const auto engine = engine::Engine::Open(nullptr, *tables.campus.disk, "slice", {});
  ASSERT_THAT(engine, IsOk());
  EXPECT_EQ((*engine)->FindTable("book")->generation->published().live, 1u);
  EXPECT_EQ((*engine)->Stats().last_lsn, cascade);
  ASSERT_THAT((*engine)->Close(), IsOk());
}

}  // namespace
}  // namespace linedb
