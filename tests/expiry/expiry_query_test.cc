// A query that comes to a record by a way that nobody thought of shows what has expired. Each way
// is told by Explain, asked before and after expiries, and compared with a plain loop.

#include <gmock/gmock.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "linedb/columnar.h"
#include "linedb/database.h"
#include "linedb/json_query.h"
#include "linedb/query.h"
#include "tests/expiry/session.h"

namespace linedb {
namespace {

using testing::ExpiryTest;
using ::testing::HasSubstr;
using testing::Hold;
using testing::IsOk;
using testing::Minute;
using testing::Session;

using Keys = std::vector<std::int64_t>;
constexpr int kSessions = 1000;

class ExpiryQueryTest : public ExpiryTest {
 protected:
  void SetUp() override {
    ExpiryTest::SetUp();
    holds.emplace(campus.TableOf<Hold>());
    std::vector<Hold> rooms;
    for (int i = 1; i <= kSessions; ++i) {
      const int end = i % 20;
      all.push_back(
          SessionOf(i, absl::StrCat("t", i), end == 0 ? std::nullopt : std::optional<int>(end)));
      all.back().note = absl::StrCat("n", i % 90);
      rooms.push_back({.room = i, .hour = 1, .until = Minute(i % 15)});
    }
    At(-1);
    ASSERT_THAT(sessions->InsertAll(all), IsOk());
    ASSERT_THAT(holds->InsertAll(rooms), IsOk());
  }
  static bool Lives(const Session& session, int minute) {
    return !session.until || *session.until > Minute(minute);
  }
  Keys Living(int minute, const std::function<bool(const Session&)>& holds_for) const {
    Keys keys;
    for (const Session& session : all) {
      if (Lives(session, minute) && holds_for(session)) keys.push_back(*session.id);
    }
    return keys;
  }
  // Of `query` in `view`, taken by that way.
  static Keys KeysOf(const Query<Session>& query, engine::View view, const std::string& way) {
    EXPECT_THAT(*query.Explain(view), HasSubstr(way));
    Keys keys;
    EXPECT_THAT(query.ForEach(view, [&](const Session& s) { keys.push_back(*s.id); }), IsOk());
    EXPECT_EQ(*query.Count(view), keys.size());
    return keys;
  }
  void ExpectRecords(int minute, engine::View view, const std::string& scan) {
    SCOPED_TRACE(absl::StrCat("minute ", minute));
    EXPECT_EQ(KeysOf(sessions->All(), view, scan),
              Living(minute, [](const Session&) { return true; }));
    for (const std::int64_t id : {17, 18, 20}) {
      const auto is = [id](const Session& session) { return session.id == id; };
      EXPECT_EQ(KeysOf(sessions->Where(Column<&Session::id> == id), view, "key id"),
                Living(minute, is));
      const std::string token = absl::StrCat("t", id);
      EXPECT_EQ(KeysOf(sessions->Where(Column<&Session::token> == token), view, "key token"),
                Living(minute, is));
    }
    const auto noted = sessions->Where(Column<&Session::note> == "n7");
    EXPECT_EQ(KeysOf(noted, view, "index note"),
              Living(minute, [](const Session& session) { return session.note == "n7"; }));
  }
  void ExpectOrder(int minute, engine::View view) {
    const auto first = sessions->All().OrderBy(Column<&Session::note>).Limit(3);
    Keys expected;
    for (const std::string note : {"n0", "n1"}) {
      for (const std::int64_t id :
           Living(minute, [&](const Session& session) { return session.note == note; })) {
        expected.push_back(id);
      }
    }
    expected.resize(3);
    Keys keys;
    EXPECT_THAT(first.ForEach(view, [&](const Session& s) { keys.push_back(*s.id); }), IsOk());
    EXPECT_EQ(keys, expected);
  }
  void ExpectAggregates(int minute, engine::View view) {
    std::map<std::string, std::int64_t> groups;
    std::int64_t sum = 0;
    std::optional<Timestamp> latest;
    for (const Session& session : all) {
      if (!Lives(session, minute)) continue;
      ++groups[session.note];
      sum += *session.id;
      if (session.until && (!latest || *session.until > *latest)) latest = session.until;
    }
    std::map<std::string, std::int64_t> found;
    EXPECT_THAT(sessions->All()
                    .GroupBy<&Session::note>()
                    .Select(Column<&Session::note>, Count())
                    .ForEach(view, [&](const std::string& note,
                                       std::int64_t count) { found[note] = count; }),
                IsOk());
    EXPECT_EQ(found, groups);
    EXPECT_EQ(*sessions->All().Sum<&Session::id>(view), sum);
    EXPECT_EQ(*sessions->All().Max<&Session::until>(view), latest);
  }
  // Both tables' records expire.
  void ExpectPairs(int minute, engine::View view) {
    Keys expected;
    for (const Session& session : all) {
      const bool held = *session.id % 15 > minute;
      if (held && Lives(session, minute)) expected.push_back(*session.id);
    }
    Keys pairs;
    EXPECT_THAT(
        holds->All()
            .Join<&Hold::room>(sessions->All())
            .ForEach(view, [&](const Hold& hold, const Session&) { pairs.push_back(hold.room); }),
        IsOk());
    EXPECT_EQ(pairs, expected);
    EXPECT_EQ(*holds->All().WhereExists<&Hold::room>(sessions->All()).Count(view), expected.size());
  }
  void ExpectAll(int minute, engine::View view, const std::string& scan) {
    ExpectRecords(minute, view, scan);
    ExpectOrder(minute, view);
    ExpectAggregates(minute, view);
    ExpectPairs(minute, view);
  }

  std::vector<Session> all;
  std::optional<Table<Hold>> holds;
};

// [schema-12.2]
TEST_F(ExpiryQueryTest, QueryShowsNoExpiredRecordWhicheverWayItGoes) {
  for (const bool compacted : {false, true}) {
    for (const int minute : {-1, 0, 7, 18, 19}) {
      At(minute);
      ExpectAll(minute, {}, "scan");
    }
    At(-1);
    if (!compacted) {
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    }
  }
}

// [schema-12.2] [schema-12.3]
TEST_F(ExpiryQueryTest, SnapshotsAndWritersQueriesKeepTheirMoment) {
  At(7);
  const ReadTransaction then = Snapshot();
  WriteTransaction writer = campus.Begin();
  At(18);
  ExpectAll(7, then, "scan");
  ExpectAll(7, writer, "scan");
  writer.Rollback();
  ExpectAll(18, {}, "scan");
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  ExpectAll(7, then, "scan");
}

// [schema-12.2]
TEST_F(ExpiryQueryTest, QueryByColumnsInMemoryShowsNoExpiredRecord) {
  const auto columns = sessions->Columns<&Session::id, &Session::note>();
  ASSERT_THAT(columns, IsOk());
  for (const int minute : {-1, 7, 18, 7}) {
    At(minute);
    const auto numbers = sessions->Where(Column<&Session::id> > 0).Select<&Session::id>();
    ASSERT_THAT(*numbers.Explain(), HasSubstr("columns"));
    Keys keys;
    ASSERT_THAT(numbers.ForEach([&](std::optional<std::int64_t> id) { keys.push_back(*id); }),
                IsOk());
    EXPECT_EQ(keys, Living(minute, [](const Session&) { return true; }));
    ExpectAggregates(minute, {});
  }
}

// [schema-12.5]
TEST_F(ExpiryQueryTest, UpdatingAndErasingByQueryMeetNoExpiredRecord) {
  At(10);
  const std::uint64_t living = Living(10, [](const Session&) { return true; }).size();
  EXPECT_EQ(*sessions->All().Update(Column<&Session::note>.Set("seen")), living);
  EXPECT_EQ(*sessions->Where(Column<&Session::note> == "seen").Count(), living);
  EXPECT_EQ(*sessions->All().Erase(), living);
  EXPECT_EQ(sessions->size(), 0u);
  At(9);
  const auto ended_at_10 = [](const Session& session) { return session.until == Minute(10); };
  EXPECT_EQ(KeysOf(sessions->All(), {}, "session"), Living(9, ended_at_10));
}

// [schema-12.2]
TEST_F(ExpiryQueryTest, QueryByNamesShowsNoExpiredRecord) {
  const auto database = Database::OpenInMemory(OptionsOf()).value();
  const auto table = database->OpenTable<Session>().value();
  ASSERT_THAT(table.InsertAll(all), IsOk());
  const JsonTable json = JsonTable::Open(*database, "session").value();
  for (const int minute : {-1, 7, 19}) {
    At(minute);
    const auto noted = [](const Session& session) { return session.note == "n7"; };
    const Keys expected = Living(minute, noted);
    const auto rows = json.Where("note = 'n7'")->Select("id").Rows();
    ASSERT_THAT(rows, IsOk());
    Keys keys;
    for (const Json& row : *rows) keys.push_back(row.at("id").get<std::int64_t>());
    EXPECT_EQ(keys, expected);
    EXPECT_EQ(*json.All().Count(), Living(minute, [](const Session&) { return true; }).size());
  }
}

}  // namespace
}  // namespace linedb
