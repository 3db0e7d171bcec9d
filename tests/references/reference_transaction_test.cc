// Guards against a transaction that a reference changed, or refused, and that is then not what its
// log, its readers and the next transaction take it for.

#include <gtest/gtest.h>

#include <string>

#include "tests/references/linked_tables.h"

namespace linedb {
namespace {

using testing::Fails;
using testing::IsOk;
using testing::LinkedTables;
using testing::SchemaOf;

class ReferenceTransactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    tables.MakeAll({SchemaOf("author", R"("id": {"type":"int","primary_key":true})"),
                    SchemaOf("book", R"("id": {"type":"int","primary_key":true},)"
                                     R"("by": {"type":"int","references":)"
                                     R"({"table":"author","on_delete":"cascade"}})"),
                    SchemaOf("loan", R"("id": {"type":"int","primary_key":true},)"
                                     R"("of": {"type":"int","nullable":true,"references":)"
                                     R"({"table":"book","on_delete":"set null"}})"),
                    SchemaOf("prize", R"("id": {"type":"int","primary_key":true},)"
                                      R"("to": {"type":"int","references":{"table":"author"}})")});
    ASSERT_THAT(tables.Commit(R"(+author {"id":1}
                                 +author {"id":2}
                                 +book {"id":10,"by":1}
                                 +book {"id":20,"by":2}
                                 +loan {"id":100,"of":10}
                                 +prize {"id":5,"to":2})"),
                IsOk());
  }

  LinkedTables tables;
};

constexpr char kAfter[] =
    R"(author {"id":2}; book {"id":20,"by":2}; loan {"id":100,"of":null}; prize {"id":5,"to":2})";

// [schema-10.10]
TEST_F(ReferenceTransactionTest, WhatFollowsIsLoggedInTheSameTransaction) {
  ASSERT_THAT(tables.Commit("-author 1"), IsOk());
  const std::string log = tables.campus.Bytes("wal/transaction.log");
  std::vector<std::string> lines;
  std::istringstream stream(log);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  ASSERT_GE(lines.size(), 3u);
  lines.erase(lines.begin(), lines.end() - 3);
  const auto says = [&](std::size_t line, const std::string& words) {
    EXPECT_THAT(lines[line], ::testing::HasSubstr(words));
  };
  says(0, "\"DELETE\"");
  says(0, "\"table\":\"author\"");
  says(1, "\"DELETE\"");
  says(1, "\"table\":\"book\"");
  says(2, "\"UPDATE\"");
  says(2, R"("record":{"id":100,"of":null})");
  says(2, R"("old_record":{"id":100,"of":10})");
  says(2, "\"commit\":true");
  EXPECT_THAT(lines[0] + lines[1], ::testing::Not(::testing::HasSubstr("commit")));
}

TEST_F(ReferenceTransactionTest, WhatFollowedIsThereAfterReopeningAndAfterACrash) {
  ASSERT_THAT(tables.Commit("-author 1"), IsOk());
  LinkedTables crashed(tables.campus.Files());
  EXPECT_EQ(crashed.State(), kAfter);
  tables.Reopen();
  EXPECT_EQ(tables.State(), kAfter);
  ASSERT_THAT(tables.campus.engine->Checkpoint(), IsOk());
  tables.Reopen();
  EXPECT_EQ(tables.State(), kAfter);
  EXPECT_THAT(tables.Commit("-author 2"), Fails(absl::StatusCode::kFailedPrecondition, "prize"));
}

TEST_F(ReferenceTransactionTest, ReadersSeeAllOfWhatFollowsOrNothing) {
  const ReadTransaction before(tables.campus.engine.get(), *tables.campus.engine->TakeSnapshot());
  ASSERT_THAT(tables.Commit("-author 1"), IsOk());
  const ReadTransaction after(tables.campus.engine.get(), *tables.campus.engine->TakeSnapshot());
  for (const char* table : {"author", "book"}) {
    const engine::TableCore core(tables.campus.engine.get(),
                                 tables.campus.engine->FindTable(table));
    EXPECT_EQ(*core.record_count(before), 2u);
    EXPECT_EQ(*core.record_count(after), 1u);
  }
}

TEST_F(ReferenceTransactionTest, ARefusalTakesBackWhatHadFollowed) {
  const std::string before = tables.campus.State();
  EXPECT_THAT(tables.Commit(R"(-author 1
                               -author 2)"),
              Fails(absl::StatusCode::kFailedPrecondition, "author 2 is referenced by prize"));
  EXPECT_EQ(tables.campus.State(), before);
  EXPECT_THAT(tables.Commit("-author 1"), IsOk());
  EXPECT_EQ(tables.State(), kAfter);
}

TEST_F(ReferenceTransactionTest, ATransactionThatWasRefusedHasEnded) {
  WriteTransaction transaction = tables.campus.Begin();
  tables.DoAll(transaction, R"(+book {"id":30,"by":3})");
  EXPECT_THAT(transaction.Commit(), Fails(absl::StatusCode::kFailedPrecondition, "author 3"));
  EXPECT_FALSE(transaction.active());
  EXPECT_THAT(transaction.Commit(), Fails(absl::StatusCode::kFailedPrecondition, "has ended"));
}

TEST_F(ReferenceTransactionTest, RollingBackNeedsNoReferenceToHold) {
  const std::string before = tables.campus.State();
  WriteTransaction transaction = tables.campus.Begin();
  tables.DoAll(transaction, R"(+book {"id":30,"by":3}
                               -author 1)");
  transaction.Rollback();
  EXPECT_EQ(tables.campus.State(), before);
}

// [schema-10.11]
TEST_F(ReferenceTransactionTest, CheckingSaysWhatTheCommitWouldAndChangesNothing) {
  WriteTransaction transaction = tables.campus.Begin();
  tables.DoAll(transaction, R"(-author 1
                               +book {"id":30,"by":3})");
  for (int again = 0; again < 2; ++again) {
    EXPECT_THAT(transaction.CheckReferences(),
                Fails(absl::StatusCode::kFailedPrecondition, "author 3, which does not exist"));
  }
  // The book that goes with its author is there until the commit.
  tables.DoAll(transaction, R"(+author {"id":3}
                               ~book {"id":10,"by":3})");
  EXPECT_THAT(transaction.CheckReferences(), IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  EXPECT_EQ(tables.State(),
            R"(author {"id":2} {"id":3}; book {"id":10,"by":3} {"id":20,"by":2} {"id":30,"by":3}; )"
            R"(loan {"id":100,"of":10}; prize {"id":5,"to":2})");
  EXPECT_THAT(transaction.CheckReferences(), Fails(absl::StatusCode::kFailedPrecondition, "ended"));
}

// Behind a compaction and an index that is in files, too.
TEST_F(ReferenceTransactionTest, ReferencesHoldAcrossCheckpointsAndCompactions) {
  Options options;
  options.index_bytes_min = 1;
  options.compaction_bytes_small = 1;
  ASSERT_THAT(tables.campus.Close(), IsOk());
  ASSERT_THAT(tables.campus.Open(options), IsOk());
  for (int i = 0; i < 50; ++i) {
    ASSERT_THAT(tables.Commit(absl::StrCat("~loan {\"id\":100,\"of\":", i % 2 == 0 ? 10 : 20, "}")),
                IsOk());
    if (i % 10 == 0) {
      ASSERT_THAT(tables.campus.engine->Checkpoint(), IsOk());
    }
  }
  EXPECT_THAT(tables.Commit("~loan {\"id\":100,\"of\":11}"),
              Fails(absl::StatusCode::kFailedPrecondition, "book 11"));
  ASSERT_THAT(tables.Commit("~loan {\"id\":100,\"of\":10}"), IsOk());
  ASSERT_THAT(tables.campus.engine->Checkpoint(), IsOk());
  ASSERT_THAT(tables.Commit("-author 1"), IsOk());
  EXPECT_EQ(tables.State(), kAfter);
}

TEST_F(ReferenceTransactionTest, ManyRecordsFollowOne) {
  std::string words = "+author {\"id\":7}\n";
  for (int i = 1000; i < 3000; ++i) {
    absl::StrAppend(&words, "+book {\"id\":", i, ",\"by\":7}\n+loan {\"id\":", i, ",\"of\":", i,
                    "}\n");
  }
  ASSERT_THAT(tables.Commit(words), IsOk());
  ASSERT_THAT(tables.Commit("-author 7"), IsOk());
  EXPECT_EQ(tables.campus.engine->FindTable("book")->generation->published().live, 2u);
  EXPECT_EQ(tables.campus.engine->FindTable("loan")->generation->published().live, 2001u);
}

}  // namespace
}  // namespace linedb
