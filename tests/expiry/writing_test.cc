// A key that nobody can see and nobody can use: a user who cannot log in again because the session
// that ended still has the token. And its other side: a log in which a record was overwritten that
// nothing says was gone.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "tests/expiry/session.h"

namespace linedb {
namespace {

using ::testing::ElementsAre;
using testing::ExpiryTest;
using testing::Fails;
using testing::IsOk;
using testing::Minute;
using testing::Session;

constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kNotFound = absl::StatusCode::kNotFound;
constexpr auto kAlreadyExists = absl::StatusCode::kAlreadyExists;

class ExpiryWritingTest : public ExpiryTest {
 protected:
  void SetUp() override {
    ExpiryTest::SetUp();
    Login(1, "a", 10);
    Login(2, "b", 20);
    Login(3, "c", std::nullopt);
    Logged();
  }
  struct Row {
    const char* what;
    std::function<absl::Status(const Table<Session>&)> write;
    absl::StatusCode code;
    std::vector<std::string> logged;
    std::string seen;
  };
  // Each by itself, when 1 has expired; 2 and 3 are there.
  void ExpectEach(const std::vector<Row>& rows) {
    const testing::Tree before = campus.Files();
    const FeedPosition begin = position;
    ASSERT_THAT(campus.Close(), IsOk());
    At(10);
    for (const Row& row : rows) {
      SCOPED_TRACE(row.what);
      campus.disk = testing::MakeDisk(before);
      campus.through = campus.disk.get();
      position = begin;
      Open();
      ASSERT_EQ(Seen(), "2 3");
      const absl::Status written = row.write(*sessions);
      EXPECT_EQ(written.code(), row.code) << written;
      EXPECT_EQ(Logged(), row.logged);
      ExpectWhole(row.seen);
      ASSERT_THAT(campus.Close(), IsOk());
    }
  }
  void ExpectWhole(const std::string& seen) {
    EXPECT_EQ(Seen(), seen);
    EXPECT_EQ(campus.Problems(), "");
    ASSERT_THAT(campus.Close(), IsOk());
    Open();
    EXPECT_EQ(Seen(), seen) << "after opening again";
    EXPECT_EQ(campus.Problems(), "");
  }
};

using Rows = std::vector<std::tuple<std::int64_t, std::string>>;

// [schema-12.4] [schema-12.5]
TEST_F(ExpiryWritingTest, InsertTakesWhatAnExpiredRecordHad) {
  ExpectEach({
      {"its key",
       [](auto& t) { return t.Insert(SessionOf(1, "z", 90)).status(); },
       kOk,
       {"DELETE 1", "INSERT 1"},
       "2 3 1"},
      {"its token",
       [](auto& t) { return t.Insert(SessionOf(4, "a", 90)).status(); },
       kOk,
       {"DELETE 1", "INSERT 4"},
       "2 3 4"},
      {"both",
       [](auto& t) { return t.Insert(SessionOf(1, "a", 90)).status(); },
       kOk,
       {"DELETE 1", "INSERT 1"},
       "2 3 1"},
      {"neither",
       [](auto& t) { return t.Insert(SessionOf(4, "d", 90)).status(); },
       kOk,
       {"INSERT 4"},
       "2 3 4"},
      {"expired already",
       [](auto& t) { return t.Insert(SessionOf(4, "d", 5)).status(); },
       kOk,
       {"INSERT 4"},
       "2 3"},
      {"a token in use",
       [](auto& t) { return t.Insert(SessionOf(1, "b", 90)).status(); },
       kAlreadyExists,
       {},
       "2 3"},
  });
}

// [schema-12.4] [schema-12.5]
TEST_F(ExpiryWritingTest, UpsertAndUpdateTreatAnExpiredRecordAsGone) {
  ExpectEach({
      {"upsert",
       [](auto& t) { return t.Upsert(SessionOf(1, "z", 90)).status(); },
       kOk,
       {"DELETE 1", "INSERT 1"},
       "2 3 1"},
      {"upsert of another",
       [](auto& t) { return t.Upsert(SessionOf(2, "a", 90)).status(); },
       kOk,
       {"DELETE 1", "UPDATE 2"},
       "3 2"},
      {"update", [](auto& t) { return t.Update(SessionOf(1, "z", 90)); }, kNotFound, {}, "2 3"},
      {"update of another",
       [](auto& t) { return t.Update(SessionOf(3, "a", 90)); },
       kOk,
       {"DELETE 1", "UPDATE 3"},
       "2 3"},
      {"update to a token in use",
       [](auto& t) { return t.Update(SessionOf(3, "b", 90)); },
       kAlreadyExists,
       {},
       "2 3"},
      {"update to a time gone by",
       [](auto& t) { return t.Update(SessionOf(2, "b", 5)); },
       kOk,
       {"UPDATE 2"},
       "3"},
      {"erase", [](auto& t) { return t.Erase(1); }, kNotFound, {}, "2 3"},
  });
}

// [schema-12.4] [schema-12.5]
TEST_F(ExpiryWritingTest, UpdatesOfColumnsTreatAnExpiredRecordAsGone) {
  ExpectEach({
      {"its own",
       [](auto& t) { return t.template UpdateOf<&Session::until>(1, Minute(90)); },
       kNotFound,
       {},
       "2 3"},
      {"another's",
       [](auto& t) { return t.template UpdateOf<&Session::token>(2, std::string("a")); },
       kOk,
       {"DELETE 1", "UPDATE 2"},
       "3 2"},
      {"several, one its own",
       [](auto& t) {
         return t.template UpdateAllOf<&Session::note>(Rows{{2, "x"}, {1, "y"}});
       },
       kNotFound,
       {},
       "2 3"},
      {"several others",
       [](auto& t) {
         return t.template UpdateAllOf<&Session::token>(Rows{{3, "d"}, {2, "a"}});
       },
       kOk,
       {"UPDATE 3", "DELETE 1", "UPDATE 2"},
       "3 2"},
  });
}

// [schema-12.4]
TEST_F(ExpiryWritingTest, InsertsOfManyTakeWhatExpiredRecordsHad) {
  const auto inserts = [](Session first, Session second) {
    return [=](const Table<Session>& t) { return t.InsertAll(std::vector{first, second}); };
  };
  ExpectEach({
      {"over it",
       inserts(SessionOf(4, "d", 90), SessionOf(1, "a", 90)),
       kOk,
       {"INSERT 4", "DELETE 1", "INSERT 1"},
       "2 3 4 1"},
      {"over it and one that is there",
       inserts(SessionOf(1, "a", 90), SessionOf(2, "e", 90)),
       kAlreadyExists,
       {},
       "2 3"},
      {"over each other",
       inserts(SessionOf(4, "d", 5), SessionOf(4, "d", 6)),
       kOk,
       {"INSERT 4", "DELETE 4", "INSERT 4"},
       "2 3"},
  });
}

// What a failed call had erased to make way comes back with it.
TEST_F(ExpiryWritingTest, FailedCallLeavesItsTransactionAsItWas) {
  At(10);
  WriteTransaction transaction = campus.Begin();
  ASSERT_THAT(sessions->Insert(transaction, SessionOf(4, "d", 90)), IsOk());
  EXPECT_THAT(sessions->Insert(transaction, SessionOf(1, "b", 90)), Fails(kAlreadyExists, "token"));
  EXPECT_THAT(sessions->Update(transaction, SessionOf(1, "a", 90)), Fails(kNotFound));
  EXPECT_THAT(sessions->Update(transaction, SessionOf(7, "a", 90)), Fails(kNotFound));
  ASSERT_THAT(transaction.Commit(), IsOk());
  EXPECT_THAT(Logged(), ElementsAre("INSERT 4"));
  ExpectWhole("2 3 4");
}

TEST_F(ExpiryWritingTest, RollingBackBringsBackWhatMadeWay) {
  At(10);
  WriteTransaction transaction = campus.Begin();
  const Savepoint before = transaction.SetSavepoint().value();
  ASSERT_THAT(sessions->Insert(transaction, SessionOf(1, "a", 90)), IsOk());
  EXPECT_EQ(Seen(transaction), "2 3 1");
  ASSERT_THAT(transaction.RollbackTo(before), IsOk());
  EXPECT_EQ(Seen(transaction), "2 3");
  transaction.Rollback();
  At(0);
  EXPECT_EQ(Seen(), "1 2 3");
}

// [schema-12.4]
TEST_F(ExpiryWritingTest, DeletedRecordIsInTheLogAsItWas) {
  At(10);
  ASSERT_THAT(sessions->Insert(SessionOf(1, "z", 90)), IsOk());
  const std::string log = campus.Bytes("wal/transaction.log");
  EXPECT_NE(log.find(R"("old_record":{"id":1,"token":"a","until":"2026-01-22T00:10:00.000000Z")"),
            std::string::npos)
      << log;
}

TEST_F(ExpiryWritingTest, AssignedKeysAreNotGivenAgain) {
  At(10);
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const auto next = sessions->Insert({.token = "d"});
  ASSERT_THAT(next, IsOk());
  EXPECT_EQ(*next, 4);
}

TEST_F(ExpiryWritingTest, AlteredTableHasNoExpiredRecords) {
  At(10);
  TableSchema altered = sessions->schema();
  ASSERT_THAT(sessions->Insert(SessionOf(4, "d", 90)), IsOk());
  altered.columns.push_back({.name = "more", .type = Type::kString, .nullable = true});
  ASSERT_THAT(campus.engine->AlterTable(altered), IsOk());
  EXPECT_EQ(campus.Bytes("data/session.records").find("\"token\":\"a\""), std::string::npos);
  EXPECT_EQ(campus.Problems(), "");
}

// What is forgotten for good is not left in the file because nobody sees it.
TEST_F(ExpiryWritingTest, PurgeFindsAnExpiredRecord) {
  At(10);
  const auto report = campus.engine->Purge("session", {"1"}, {});
  ASSERT_THAT(report, IsOk());
  EXPECT_TRUE(report->records.at(0).live);
  for (const auto& [path, bytes] : campus.Files()) {
    EXPECT_EQ(bytes.find("\"token\":\"a\""), std::string::npos) << path;
  }
  EXPECT_EQ(campus.Problems(), "");
}

}  // namespace
}  // namespace linedb
