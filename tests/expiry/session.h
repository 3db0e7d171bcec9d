// Records that expire, and a day on which a test says what time it is.

#ifndef LINEDB_TESTS_EXPIRY_SESSION_H_
#define LINEDB_TESTS_EXPIRY_SESSION_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/history/feed_reader.h"
#include "engine/index_cursor.h"
#include "linedb/change_feed.h"
#include "linedb/describe.h"
#include "nlohmann/json.hpp"
#include "tests/engine/campus.h"

namespace linedb::testing {

// Somebody who is logged in. Its expiry stands in the middle of the line.
struct Session {
  std::optional<std::int64_t> id = std::nullopt;
  std::string token;
  std::optional<Timestamp> until = std::nullopt;
  std::string note = {};

  friend bool operator==(const Session&, const Session&) = default;
};

// A room held for a while; its expiry is the last column, and none is for ever.
struct Hold {
  std::int64_t room = 0;
  std::int64_t hour = 0;
  Timestamp until;

  friend bool operator==(const Hold&, const Hold&) = default;
};

}  // namespace linedb::testing

template <>
struct linedb::Describe<linedb::testing::Session> {
  using Session = linedb::testing::Session;
  static constexpr auto kTable =
      linedb::DescribeTable<"session">(linedb::Field<"id", &Session::id>().PrimaryKey(),
                                       linedb::Field<"token", &Session::token>().Unique(),
                                       linedb::Field<"until", &Session::until>().Expires(),
                                       linedb::Field<"note", &Session::note>().Indexed());
};

template <>
struct linedb::Describe<linedb::testing::Hold> {
  using Hold = linedb::testing::Hold;
  static constexpr auto kTable =
      linedb::DescribeTable<"hold">(linedb::Field<"room", &Hold::room>().PrimaryKey(),
                                    linedb::Field<"hour", &Hold::hour>().PrimaryKey(),
                                    linedb::Field<"until", &Hold::until>().Expires());
};

namespace linedb::testing {

// A minute of the day.
inline Timestamp Minute(int minute) {
  return std::chrono::sys_days(std::chrono::year(2026) / 1 / 22) + std::chrono::minutes(minute);
}

// The keys of the sessions that a walk along the index of notes shows, ascending.
inline std::vector<std::int64_t> KeysByNote(const Table<Session>& sessions, engine::View view) {
  auto cursor =
      engine::IndexCursor::Open(sessions.core(), view, 0, {}, engine::IndexOrder::kAscending);
  EXPECT_THAT(cursor, IsOk());
  std::vector<std::int64_t> keys;
  std::string_view key;
  for (std::string_view line; cursor->Next(&key, &line);) {
    keys.push_back(nlohmann::json::parse(line).at("id").get<std::int64_t>());
  }
  EXPECT_THAT(cursor->status(), IsOk());
  std::sort(keys.begin(), keys.end());
  return keys;
}

class ExpiryTest : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }

  Options OptionsOf() {
    Options options;
    options.maintenance = Maintenance::kManual;
    options.clock = [this] { return now.load(); };
    return options;
  }
  void Open() {
    ASSERT_THAT(campus.Open(OptionsOf()), IsOk());
    sessions.emplace(campus.TableOf<Session>());
  }
  void Login(std::int64_t id, const std::string& token, std::optional<int> until) {
    ASSERT_THAT(sessions->Insert(SessionOf(id, token, until)), IsOk());
  }
  static Session SessionOf(std::int64_t id, const std::string& token, std::optional<int> until) {
    Session session{.id = id, .token = token};
    if (until) session.until = Minute(*until);
    return session;
  }
  void At(int minute) { now = Minute(minute); }
  ReadTransaction Snapshot() {
    return ReadTransaction(campus.engine.get(), campus.engine->TakeSnapshot().value());
  }
  // The keys of those that are seen, "1 3".
  std::string Seen(engine::View view = {}) const {
    std::string text;
    engine::RecordCursor cursor = sessions->core().Scan(view).value();
    for (std::string_view line; cursor.Next(&line);) {
      absl::StrAppend(&text, text.empty() ? "" : " ",
                      nlohmann::json::parse(line).at("id").get<std::int64_t>());
    }
    EXPECT_THAT(cursor.status(), IsOk());
    return text;
  }
  // What the log says was done since the last call, or since the table was made: "DELETE 1".
  std::vector<std::string> Logged() {
    engine::FeedReader feed(*campus.disk, wal::DatabasePaths(kDirectory));
    EXPECT_THAT(feed.StartAt(position), IsOk());
    std::vector<std::string> operations;
    CommittedTransaction transaction;
    while (feed.Next({}, &transaction).value()) {
      for (const Change& change : transaction.changes) {
        if (change.kind >= ChangeKind::kCreateTable) continue;
        const std::string_view record = change.record.empty() ? change.old_record : change.record;
        operations.push_back(
            absl::StrCat(std::string(ChangeKindName(change.kind)), " ",
                         nlohmann::json::parse(record).at("id").get<std::int64_t>()));
      }
    }
    position = feed.position();
    return operations;
  }

  std::atomic<Timestamp> now = Minute(0);
  Campus campus;
  std::optional<Table<Session>> sessions;
  FeedPosition position;  // behind what Logged has told
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_EXPIRY_SESSION_H_
