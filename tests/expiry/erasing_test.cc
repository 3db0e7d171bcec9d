// Expired records that nobody erases fill the disk in silence; erased wrongly, they take with them
// one that was renewed a moment before, or go from the file without the log's knowing, and the next
// opening finds a table that is not the one the log tells of.

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "engine/engine_history.h"
#include "linedb/database.h"
#include "linedb/json_table.h"
#include "tests/expiry/session.h"
#include "tests/faults/sanitized.h"

namespace linedb {
namespace {

using testing::Campus;
using ::testing::ElementsAre;
using testing::ExpiryTest;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::kSanitized;
using testing::Minute;
using testing::Session;

class ExpiryErasingTest : public ExpiryTest {
 protected:
  CheckpointReport Checkpoint() { return campus.engine->Checkpoint().value(); }
  bool FileHas(const std::string& token) {
    const std::string records = campus.Bytes("data/session.records");
    return records.find("\"token\":\"" + token + "\"") != std::string::npos;
  }
};

// [schema-12.6]
TEST_F(ExpiryErasingTest, CheckpointErasesWhatHasExpiredAndItsLinesGo) {
  Login(1, "a", 10);
  Login(2, "b", 20);
  Login(3, "c", std::nullopt);
  Logged();
  At(10);
  EXPECT_EQ(sessions->size(), 2u);
  EXPECT_EQ(campus.engine->Stats().tables.at(0).records, 3u);
  const CheckpointReport report = Checkpoint();
  EXPECT_THAT(report.tables_compacted, ElementsAre("session"));
  EXPECT_THAT(Logged(), ElementsAre("DELETE 1"));
  EXPECT_FALSE(FileHas("a"));
  EXPECT_EQ(sessions->size(), 2u);
  EXPECT_EQ(Seen(), "2 3");
  EXPECT_EQ(campus.Problems(), "");
  At(0);
  EXPECT_EQ(Seen(), "2 3");  // an erased one does not come back with the clock
}

// [schema-12.6]
TEST_F(ExpiryErasingTest, CheckpointOfAnIdleDatabaseErasesToo) {
  Login(1, "a", 10);
  Checkpoint();
  EXPECT_FALSE(Checkpoint().needed);
  At(10);
  EXPECT_TRUE(Checkpoint().needed);
  EXPECT_FALSE(FileHas("a"));
  EXPECT_FALSE(Checkpoint().needed);
}

// [schema-12.6]
TEST_F(ExpiryErasingTest, LargeTableIsErasedInSeveralTransactions) {
  constexpr int kSessions = 2000;
  std::vector<Session> many;
  for (int i = 1; i <= kSessions; ++i) many.push_back(SessionOf(i, absl::StrCat(i), i % 10));
  ASSERT_THAT(sessions->InsertAll(many), IsOk());
  const std::uint64_t commits = campus.engine->Stats().commits;
  At(8);
  Checkpoint();
  EXPECT_EQ(sessions->size(), kSessions / 10u);
  EXPECT_GT(campus.engine->Stats().commits, commits + 2);
  EXPECT_EQ(campus.Problems(), "");
}

TEST_F(ExpiryErasingTest, EarliestExpiryFollowsEveryWriteAndEveryErasure) {
  Login(1, "a", 30);
  Checkpoint();  // the first one looks, whatever there is
  engine::TableState& table = *campus.engine->FindTable("session");
  EXPECT_EQ(table.earliest_expiry.time(), Minute(30));
  Login(2, "b", 20);
  EXPECT_EQ(table.earliest_expiry.time(), Minute(20));
  {
    WriteTransaction transaction = campus.Begin();
    ASSERT_THAT(sessions->UpdateOf<&Session::until>(transaction, 2, Minute(10)), IsOk());
    EXPECT_EQ(table.earliest_expiry.time(), Minute(20)) << "nobody sees it yet";
    ASSERT_THAT(transaction.Commit(), IsOk());
  }
  EXPECT_EQ(table.earliest_expiry.time(), Minute(10));
  At(15);
  Checkpoint();
  EXPECT_EQ(table.earliest_expiry.time(), Minute(30));
  EXPECT_EQ(Seen(), "1");
}

// [schema-12.6]
TEST_F(ExpiryErasingTest, RecordsWithoutAPrimaryKeyAreErasedToo) {
  const auto database = Database::OpenInMemory(OptionsOf()).value();
  TableSchema visit;
  visit.table_name = "visit";
  visit.columns = {{.name = "who"}, {.name = "until", .type = Type::kTimestamp, .nullable = true}};
  visit.expires = "until";
  ASSERT_THAT(database->CreateTable(visit), IsOk());
  const JsonTable visits = JsonTable::Open(*database, "visit").value();
  for (const char* who : {"Ann", "Bob", "Ann"}) {
    ASSERT_THAT(visits.Insert({{"who", who}, {"until", "2026-01-22T00:10:00Z"}}), IsOk());
  }
  ASSERT_THAT(visits.Insert({{"who", "Eve"}}), IsOk());
  At(10);
  EXPECT_EQ(visits.size(), 1u);
  EXPECT_EQ(database->Checkpoint()->lines_dropped, 6u);  // of records, and of their deletions
  At(0);
  EXPECT_EQ(visits.size(), 1u);
}

TEST_F(ExpiryErasingTest, SnapshotKeepsWhatIsErasedMeanwhile) {
  Login(1, "a", 10);
  const ReadTransaction before = Snapshot();
  At(10);
  Checkpoint();
  EXPECT_FALSE(FileHas("a"));
  EXPECT_EQ(Seen(before), "1");
  EXPECT_THAT(sessions->Get(before, 1), IsOk());
  EXPECT_EQ(Seen(Snapshot()), "");
}

// [schema-12.7]
TEST_F(ExpiryErasingTest, EarlierMomentHasWhatHadNotBeenErased) {
  Login(1, "a", 10);
  const std::uint64_t lsn = campus.engine->Stats().last_lsn;
  At(10);
  Checkpoint();
  RestoreOptions options;
  options.target = AtLsn{lsn};
  ASSERT_THAT(engine::RestoreDirectory(*campus.disk, testing::kDirectory, "restored", options),
              IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  auto restored = engine::Engine::Open(nullptr, *campus.disk, "restored", OptionsOf());
  ASSERT_THAT(restored, IsOk());
  EXPECT_EQ((*restored)->Stats().last_lsn, lsn);
  const Table<Session> then(engine::TableCore(restored->get(), (*restored)->FindTable("session")),
                            true);
  EXPECT_THAT(then.Get(1), testing::Fails(absl::StatusCode::kNotFound));
  At(9);
  EXPECT_THAT(then.Get(1), IsOk());
}

TEST_F(ExpiryErasingTest, DamagedTableDoesNotStopTheCheckpoint) {
  Options options = OptionsOf();
  options.index_bytes_min = 1;  // opening does not read the table
  ASSERT_THAT(campus.Open(options), IsOk());
  sessions.emplace(campus.TableOf<Session>());
  std::vector<Session> many;  // of several blocks: opening compares the last
  for (int i = 1; i <= 3000; ++i) many.push_back(SessionOf(i, absl::StrCat("t", i), 10));
  ASSERT_THAT(sessions->InsertAll(many), IsOk());
  Checkpoint();
  ASSERT_THAT(campus.students().Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(campus.Close(), IsOk());
  testing::Tree files = campus.Files();
  files.at("data/session.records").at(30) ^= 1;
  campus.disk = testing::MakeDisk(files);
  campus.through = campus.disk.get();
  std::string failures;
  options.maintenance_failed = [&](const absl::Status& why) { failures += why.ToString(); };
  ASSERT_THAT(campus.Open(options), IsOk());
  At(10);
  EXPECT_TRUE(Checkpoint().needed);
  EXPECT_NE(failures.find("data/session.records"), std::string::npos) << failures;
}

// Somebody renews a session while a checkpoint looks for those that have ended.
TEST_F(ExpiryErasingTest, SessionsRenewedBesideCheckpointsAreNeverLost) {
  constexpr int kSessions = 300;
  const int rounds = kSanitized ? 20 : 100;
  std::vector<Session> many;
  for (int i = 1; i <= kSessions; ++i) many.push_back(SessionOf(i, absl::StrCat(i), 2));
  ASSERT_THAT(sessions->InsertAll(many), IsOk());
  std::atomic<bool> stop = false;
  std::thread checkpoints([&] {
    while (!stop) EXPECT_THAT(campus.engine->Checkpoint(), IsOk());
  });
  for (int round = 1; round <= rounds; ++round) {
    At(round);
    for (int id = 1 + round % 7; id <= kSessions; id += 7) {
      // Each is renewed in every seventh round, for nine.
      const Session renewed = SessionOf(id, absl::StrCat(id), round + 9);
      ASSERT_THAT(sessions->Upsert(renewed), IsOk());
      EXPECT_THAT(sessions->Get(id), IsOk());
    }
    if (round < 8) continue;
    int seen = 0;
    ASSERT_THAT(sessions->ForEach([&](const Session&) { ++seen; }), IsOk());
    ASSERT_EQ(seen, kSessions) << "in round " << round;
  }
  stop = true;
  checkpoints.join();
  EXPECT_EQ(campus.Problems(), "");
}

// Somebody lets sessions end, and others begin, while checkpoints look: none is overlooked for
// ever.
TEST_F(ExpiryErasingTest, SessionsWrittenBesideCheckpointsAreErasedInTheEnd) {
  const int rounds = kSanitized ? 100 : 1000;
  std::atomic<bool> stop = false;
  std::thread checkpoints([&] {
    while (!stop) EXPECT_THAT(campus.engine->Checkpoint(), IsOk());
  });
  for (int round = 1; round <= rounds; ++round) {
    ASSERT_THAT(sessions->Insert(SessionOf(round, absl::StrCat(round), round + 10)), IsOk());
  }
  stop = true;
  checkpoints.join();
  At(rounds + 10);
  Checkpoint();
  EXPECT_EQ(sessions->size(), 0u);
}

}  // namespace
}  // namespace linedb
