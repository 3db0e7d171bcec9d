// A session that has ended and still opens doors: one way of reading that forgets to look at the
// clock is enough. Every way is asked at the moments before, at and after an expiry.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "linedb/columnar.h"
#include "linedb/database.h"
#include "linedb/exchange.h"
#include "linedb/json_table.h"
#include "linedb/query.h"
#include "tests/expiry/session.h"

namespace linedb {
namespace {

using testing::ExpiryTest;
using testing::Fails;
using testing::Hold;
using testing::IsOk;
using testing::Minute;
using testing::Session;

constexpr auto kNotFound = absl::StatusCode::kNotFound;
using Ways = std::map<std::string, std::string>;  // of reading, and the keys that each shows

void Note(Ways& seen, const std::string& way, std::int64_t id) {
  std::string& keys = seen[way];
  absl::StrAppend(&keys, keys.empty() ? "" : " ", id);
}

// By Table's methods; `reader` is a transaction, or nothing.
template <class... Reader>
Ways WaysOf(const Table<Session>& sessions, const Reader&... reader) {
  Ways seen = {{"get", ""}, {"find", ""}, {"get many", ""}, {"find many", ""}, {"walk", ""}};
  const std::vector<std::int64_t> ids = {1, 2, 3};
  const std::vector<std::string> tokens = {"a", "b", "c"};
  const auto many = sessions.GetMany(reader..., ids).value();
  const auto by_token = sessions.FindManyBy<&Session::token>(reader..., tokens).value();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto got = sessions.Get(reader..., ids[i]);
    if (got.ok()) Note(seen, "get", *got->id);
    if (!got.ok()) {
      EXPECT_THAT(got, Fails(kNotFound, "session: no record with id"));
    }
    const auto found = sessions.FindBy<&Session::token>(reader..., tokens[i]);
    if (found.ok()) Note(seen, "find", *found->id);
    if (many[i]) Note(seen, "get many", *many[i]->id);
    if (by_token[i]) Note(seen, "find many", *by_token[i]->id);
  }
  const auto note = [&seen](const Session& session) { Note(seen, "walk", *session.id); };
  EXPECT_THAT(sessions.ForEach(reader..., note), IsOk());
  std::vector<std::int64_t> walked;
  for (const char c : seen["walk"]) {
    if (c != ' ') walked.push_back(c - '0');
  }
  std::sort(walked.begin(), walked.end());
  EXPECT_EQ(testing::KeysByNote(sessions, engine::View(reader...)), walked);
  return seen;
}

template <class... Reader>
Ways ManyRecordWaysOf(const Table<Session>& sessions, const Reader&... reader) {
  Ways seen = {{"walk of", ""}, {"reduce", ""}, {"columns", ""}};
  EXPECT_THAT(sessions.ForEachOf<&Session::id>(
                  reader..., [&](std::optional<std::int64_t> id) { Note(seen, "walk of", *id); }),
              IsOk());
  const auto add = [](std::string& keys, std::optional<std::int64_t> id) {
    absl::StrAppend(&keys, keys.empty() ? "" : " ", *id);
  };
  const auto merge = [](std::string& keys, std::string&& more) { keys += more; };
  seen["reduce"] =
      sessions.Reduce<&Session::id>(reader..., ScanOptions{}, std::string(), add, merge).value();
  const auto columns = sessions.Columns<&Session::id, &Session::until>().value();
  const auto view = columns.View(reader...).value();
  std::uint64_t count = 0;
  view.ForEachBatch([&](const auto& id, const auto&) {
    for (std::size_t row = 0; row < id.size(); ++row) {
      if (!id.IsLive(row)) continue;
      Note(seen, "columns", id[row]);
      ++count;
    }
  });
  EXPECT_EQ(view.size(), count);
  return seen;
}

// In whatever order.
std::string Sorted(const std::string& keys) {
  std::vector<std::string> sorted = absl::StrSplit(keys, ' ', absl::SkipEmpty());
  std::sort(sorted.begin(), sorted.end());
  return absl::StrJoin(sorted, " ");
}

void ExpectSeen(const Ways& ways, const std::string& keys) {
  for (const auto& [way, seen] : ways) EXPECT_EQ(Sorted(seen), Sorted(keys)) << way;
}

class ExpiryReadingTest : public ExpiryTest {
 protected:
  void SetUp() override {
    ExpiryTest::SetUp();
    Login(1, "a", 10);
    Login(2, "b", std::nullopt);
    Login(3, "c", 20);
  }
  void ExpectSeenNow(const std::string& keys) {
    ExpectSeen(WaysOf(*sessions), keys);
    ExpectSeen(ManyRecordWaysOf(*sessions), keys);
    EXPECT_EQ(Seen(), keys);
    EXPECT_EQ(sessions->size(), (keys.size() + 1) / 2);
    EXPECT_EQ(*sessions->size(Snapshot()), (keys.size() + 1) / 2);
  }
};

// [schema-12.1] [schema-12.2]
TEST_F(ExpiryReadingTest, RecordIsSeenByNoWayOfReadingFromItsExpiryOn) {
  struct Row {
    Timestamp now;
    std::string seen;
  };
  constexpr auto kTick = std::chrono::microseconds(1);
  const std::vector<Row> rows = {
      {Timestamp::min(), "1 2 3"},
      {Minute(0), "1 2 3"},
      {Minute(10) - kTick, "1 2 3"},
      {Minute(10), "2 3"},
      {Minute(19), "2 3"},
      {Minute(20) - kTick, "2 3"},
      {Minute(20), "2"},
      {Minute(21), "2"},
      {Timestamp::max(), "2"},
      {Minute(20) - kTick - kTick, "2 3"},  // a clock that goes back shows it again
  };
  for (const Row& row : rows) {
    now = row.now;
    SCOPED_TRACE(row.now.time_since_epoch().count());
    ExpectSeenNow(row.seen);
  }
  EXPECT_EQ(campus.Problems(), "");
}

// [schema-12.3]
TEST_F(ExpiryReadingTest, SnapshotSeesTheMomentWhenItWasTaken) {
  At(9);
  const ReadTransaction before = Snapshot();
  At(10);
  const ReadTransaction after = Snapshot();
  At(30);
  for (int i = 0; i < 2; ++i) {  // columns of one are not those of the other
    ExpectSeen(WaysOf(*sessions, before), "1 2 3");
    ExpectSeen(ManyRecordWaysOf(*sessions, before), "1 2 3");
    ExpectSeen(WaysOf(*sessions, after), "2 3");
    ExpectSeen(ManyRecordWaysOf(*sessions, after), "2 3");
    ExpectSeenNow("2");
    EXPECT_EQ(*sessions->size(before), 3u);
    EXPECT_EQ(*sessions->size(after), 2u);
  }
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ExpectSeen(WaysOf(*sessions, before), "1 2 3");
  ExpectSeen(ManyRecordWaysOf(*sessions, before), "1 2 3");
}

// [schema-12.3]
TEST_F(ExpiryReadingTest, WriterSeesTheMomentWhenItBegan) {
  At(9);
  WriteTransaction transaction = campus.Begin();
  At(30);
  ExpectSeen(WaysOf(*sessions, transaction), "1 2 3");
  EXPECT_EQ(Seen(transaction), "1 2 3");
  Session renewed = SessionOf(1, "a", 40);
  ASSERT_THAT(sessions->Update(transaction, renewed), IsOk());
  ASSERT_THAT(transaction.Commit(), IsOk());
  ExpectSeenNow("2 1");
  WriteTransaction next = campus.Begin();
  ExpectSeen(WaysOf(*sessions, next), "1 2");
}

TEST_F(ExpiryReadingTest, ExpiryInTheLastColumnOfACompoundKeyCounts) {
  const Table<Hold> holds = campus.TableOf<Hold>();
  ASSERT_THAT(holds.Insert({.room = 1, .hour = 8, .until = Minute(10)}), IsOk());
  ASSERT_THAT(holds.Insert({.room = 1, .hour = 9, .until = Minute(20)}), IsOk());
  At(10);
  EXPECT_THAT(holds.Get({1, 8}), Fails(kNotFound));
  EXPECT_THAT(holds.Get({1, 9}), IsOk());
}

TEST_F(ExpiryReadingTest, AnotherHandleReadsByItsOwnClock) {
  ASSERT_THAT(campus.Close(), IsOk());
  Options options = OptionsOf();
  options.access = Access::kReadOnly;
  ASSERT_THAT(campus.Open(options), IsOk());
  sessions.emplace(campus.TableOf<Session>());
  At(10);
  ExpectSeenNow("2 3");
  ASSERT_THAT(campus.engine->Refresh(), IsOk());
  ExpectSeen(WaysOf(*sessions, Snapshot()), "2 3");
}

TEST_F(ExpiryReadingTest, WithoutAClockTheSystemsTellsTheTime) {
  ASSERT_THAT(campus.Close(), IsOk());
  ASSERT_THAT(campus.Open({}), IsOk());
  sessions.emplace(campus.TableOf<Session>());
  ExpectSeenNow("2");  // the others were of January 2026
}

// [schema-12.2]
TEST_F(ExpiryReadingTest, JsonTableExportAndDumpShowNoExpiredRecord) {
  Options options = OptionsOf();
  const auto database = Database::OpenInMemory(options).value();
  const auto table = database->OpenTable<Session>().value();
  ASSERT_THAT(table.Insert(SessionOf(1, "a", 10)), IsOk());
  ASSERT_THAT(table.Insert(SessionOf(2, "b", 20)), IsOk());
  const JsonTable json = JsonTable::Open(*database, "session").value();
  At(10);
  EXPECT_THAT(json.Get(1), Fails(kNotFound));
  EXPECT_THAT(json.FindBy("token", "a"), Fails(kNotFound));
  EXPECT_THAT(json.Get(2), IsOk());
  int walked = 0;
  ASSERT_THAT(json.ForEach([&](const Json& record) { return ++walked, record.at("id") == 2; }),
              IsOk());
  EXPECT_EQ(walked, 1);
  const std::string line =
      R"({"id":2,"token":"b","until":"2026-01-22T00:20:00.000000Z","note":""})";
  std::stringstream plain;
  EXPECT_EQ(*Export(*database, "session", FileFormat::kJsonLines, plain), 1u);
  EXPECT_EQ(plain.str(), line + "\n");
  std::stringstream canonical;
  EXPECT_EQ(*ExportCanonical(*database, "session", canonical), 1u);
  std::stringstream dump;
  ASSERT_THAT(database->Dump(dump), IsOk());
  EXPECT_NE(dump.str().find(line), std::string::npos);
  EXPECT_EQ(dump.str().find("\"token\":\"a\""), std::string::npos);
}

TEST_F(ExpiryReadingTest, ProgressOfADumpCountsNoExpiredRecord) {
  constexpr std::uint64_t kSeen = 20000;  // it is told of now and then
  const auto database = Database::OpenInMemory(OptionsOf()).value();
  std::vector<Session> many = {SessionOf(1, "expired", 10)};
  for (std::uint64_t i = 2; i <= kSeen + 1; ++i) {
    many.push_back(SessionOf(static_cast<std::int64_t>(i), absl::StrCat(i), 20));
  }
  ASSERT_THAT(database->OpenTable<Session>()->InsertAll(many), IsOk());
  At(10);
  std::uint64_t calls = 0;
  DumpOptions counting;
  counting.progress = [&calls](const std::string&, std::uint64_t, std::uint64_t total) {
    ++calls;
    return total == kSeen;
  };
  std::stringstream dump;
  EXPECT_THAT(database->Dump(dump, counting).status(), IsOk());
  EXPECT_GT(calls, 0u);
}

// [schema-12.11]
TEST_F(ExpiryReadingTest, TablesWithoutExpiryAskNoClock) {
  testing::Campus plain;
  Options options;
  options.maintenance = Maintenance::kManual;
  int asked = 0;
  options.clock = [&] { return ++asked, Minute(0); };
  ASSERT_THAT(plain.Open(options), IsOk());
  ASSERT_THAT(plain.students().Insert({.name = "Alice"}), IsOk());
  EXPECT_THAT(plain.students().Get(1), IsOk());
  EXPECT_EQ(plain.students().size(), 1u);
  EXPECT_EQ(*plain.students().All().Count(), 1u);
  plain.engine->TakeSnapshot().IgnoreError();
  ASSERT_THAT(plain.engine->Checkpoint(), IsOk());
  EXPECT_EQ(plain.State(),
            "student (next 2)\n  {\"id\":1,\"name\":\"Alice\",\"email\":null,\"gpa\":0.0}\n");
  EXPECT_EQ(asked, 0);
}

}  // namespace
}  // namespace linedb
