// Somebody keeps an index, a cache or a screen in step with a table by what a watch tells. A change
// that is not told, told twice, told before it is there or with the wrong old record puts it out of
// step, and nobody notices until much later.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/engine/ruled_disk.h"
#include "tests/references/linked_tables.h"
#include "tests/watch/told.h"

namespace linedb {
namespace {

using testing::Campus;
using ::testing::ElementsAre;
using testing::Enrollment;
using testing::Fails;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Student;
using testing::TextOf;
using testing::Visit;
using testing::WatchTest;

// [engine-17.1]
TEST_F(WatchTest, EachChangeIsToldOnceWithTheRecordAsItWasAndIs) {
  const auto watch = WatchTable(*students, Note<Student>());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice", .gpa = 3}), IsOk());
  ASSERT_THAT(enrollments->Insert({.student_id = 1, .course_id = 2}), IsOk());
  WriteTransaction both = database->Begin().value();
  ASSERT_THAT(students->Update(both, {.id = 1, .name = "Alice", .gpa = 4}), IsOk());
  ASSERT_THAT(enrollments->Erase(both, {1, 2}), IsOk());
  ASSERT_THAT(students->UpdateOf<&Student::name>(both, 1, "Alicia"), IsOk());
  ASSERT_THAT(students->Insert(both, {.name = "Bob"}), IsOk());
  ASSERT_THAT(both.Commit(), IsOk());
  ASSERT_THAT(students->Erase(1), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Alice=3", "changed Alice=3 Alice=4",
                                "changed Alice=4 Alicia=4", "entered - Bob=0", "left Alicia=4 -"));
  EXPECT_THAT(watch->status(), IsOk());
}

// [engine-17.1]
TEST_F(WatchTest, WhatWasRolledBackIsNeverTold) {
  const auto watch = WatchTable(*students, Note<Student>());
  ASSERT_THAT(watch, IsOk());
  {
    WriteTransaction dropped = database->Begin().value();
    ASSERT_THAT(students->Insert(dropped, {.name = "Alice"}), IsOk());
  }
  WriteTransaction partly = database->Begin().value();
  const Savepoint before = partly.SetSavepoint().value();
  ASSERT_THAT(students->Insert(partly, {.name = "Bob"}), IsOk());
  ASSERT_THAT(partly.RollbackTo(before), IsOk());
  ASSERT_THAT(students->Insert(partly, {.name = "Carol"}), IsOk());
  ASSERT_THAT(partly.Commit(), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Carol=0"));
}

// [engine-17.1]
TEST_F(WatchTest, CommitWhoseSyncFailedIsNotTold) {
  Campus campus;
  testing::RuledDisk disk(*campus.disk);
  campus.through = &disk;
  Options options;
  options.maintenance = Maintenance::kManual;
  ASSERT_THAT(campus.Open(options), IsOk());
  const Table<Student> table = campus.students();
  const auto watch = WatchTable(table, Note<Student>());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(table.Insert({.name = "Alice"}), IsOk());
  disk.SetRule([](std::string_view operation, const std::string& path) {
    const bool fails = operation == "sync" && path.ends_with("wal/transaction.log");
    return fails ? absl::InternalError("planned fault") : absl::OkStatus();
  });
  EXPECT_THAT(table.Insert({.name = "Bob"}), Fails(absl::StatusCode::kInternal));
  disk.SetRule(nullptr);
  EXPECT_FALSE(campus.Close().ok());
  EXPECT_THAT(told, ElementsAre("entered - Alice=0"));
  EXPECT_THAT(watch->status(), IsOk());
}

// [engine-17.1]
TEST_F(WatchTest, CascadesAreToldLikeOtherChanges) {
  const std::string key = R"("id":{"type":"int","primary_key":true})";
  ASSERT_THAT(database->CreateTable(testing::SchemaOf("artist", key)), IsOk());
  ASSERT_THAT(database->CreateTable(
                  testing::SchemaOf("album", key + R"(,"by":{"type":"int","references":)"
                                                   R"({"table":"artist","on_delete":"cascade"}})")),
              IsOk());
  const JsonTable artists = JsonTable::Open(*database, "artist").value();
  const JsonTable albums = JsonTable::Open(*database, "album").value();
  ASSERT_THAT(artists.Insert({{"id", 1}}), IsOk());
  for (const int id : {1, 2}) ASSERT_THAT(albums.Insert({{"id", id}, {"by", 1}}), IsOk());
  const auto watch = WatchTable(albums, Note<Json>());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(artists.Erase(1), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre(R"(left {"id":1,"by":1} -)", R"(left {"id":2,"by":1} -)"));
}

// [engine-17.1]
TEST_F(WatchTest, TableWithoutAKeyIsWatched) {
  const Table<Visit> visits = database->OpenTable<Visit>().value();
  std::vector<std::string> who;
  const auto watch = WatchTable(visits, [&](const RecordChange<Visit>& change) {
    who.push_back(change.after ? "+" + change.after->who : "-" + change.before->who);
  });
  const auto json = WatchTable(JsonTable::Open(*database, "visit").value(), Note<Json>());
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(json, IsOk());
  ASSERT_THAT(visits.Insert({.who = "Alice", .hour = 3}), IsOk());
  ASSERT_THAT(visits.Where(Column<&Visit::hour> == 3).Erase(), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(who, ElementsAre("+Alice", "-Alice"));
  EXPECT_THAT(told, ElementsAre(R"(entered - {"who":"Alice","hour":3})",
                                R"(left {"who":"Alice","hour":3} -)"));
}

// [engine-17.1]
TEST_F(WatchTest, WatchesOfSeveralTablesHearEachItsOwnInOrder) {
  constexpr int kCommits = 100;
  std::vector<std::int64_t> of_students;
  std::vector<std::int64_t> of_enrollments;
  std::vector<std::uint64_t> lsns;
  const auto first = WatchTable(*students, [&](const RecordChange<Student>& change) {
    of_students.push_back(*change.after->id);
    lsns.push_back(change.lsn);
    EXPECT_THAT(students->Get(*change.after->id), IsOk());
  });
  const auto second = WatchTable(*enrollments, [&](const RecordChange<Enrollment>& change) {
    of_enrollments.push_back(change.after->course_id);
    EXPECT_FALSE(change.timestamp.empty());
  });
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  std::thread other([&] {
    for (int i = 1; i <= kCommits; ++i) {
      EXPECT_THAT(enrollments->Insert({.student_id = 1, .course_id = i}), IsOk());
    }
  });
  for (int i = 0; i < kCommits; ++i) {
    ASSERT_THAT(students->Insert({.name = "n"}), IsOk());
    if (i % 25 == 0) {
      ASSERT_THAT(database->Checkpoint(), IsOk());
    }
  }
  other.join();
  ASSERT_THAT(database->Close(), IsOk());
  ASSERT_EQ(of_students.size(), kCommits);
  ASSERT_EQ(of_enrollments.size(), kCommits);
  for (int i = 0; i < kCommits; ++i) {
    EXPECT_EQ(of_students[static_cast<std::size_t>(i)], i + 1);
    EXPECT_EQ(of_enrollments[static_cast<std::size_t>(i)], i + 1);
  }
  EXPECT_TRUE(std::is_sorted(lsns.begin(), lsns.end()));
}

// [engine-17.6]
TEST_F(WatchTest, SlowCallHoldsUpNoCommitAndMissesNone) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::atomic<int> calls = 0;
  const auto watch = WatchTable(*students, [&](const RecordChange<Student>&) {
    released.wait();
    ++calls;
  });
  ASSERT_THAT(watch, IsOk());
  for (int i = 0; i < 20; ++i) ASSERT_THAT(students->Insert({.name = "n"}), IsOk());
  EXPECT_EQ(calls, 0);
  release.set_value();
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(calls, 20);
}

// [engine-17.6]
TEST_F(WatchTest, CallMayWriteAndIsToldOfThatToo) {
  std::promise<void> done;
  const auto watch = WatchTable(*students, [&](const RecordChange<Student>& change) {
    told.push_back(TextOf(change));
    if (change.event == WatchEvent::kChanged) return done.set_value();
    EXPECT_THAT(students->UpdateOf<&Student::gpa>(*change.after->id, 1.0), IsOk());
  });
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  done.get_future().wait();
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Alice=0", "changed Alice=0 Alice=1"));
}

// [engine-17.6]
TEST_F(WatchTest, EndedWatchIsToldNothingMore) {
  auto watch = WatchTable(*students, Note<Student>());
  ASSERT_THAT(watch, IsOk());
  watch->End();
  const std::size_t before = told.size();
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_EQ(told.size(), before);
}

// [engine-17.6]
TEST_F(WatchTest, CallThatEndsItsWatchIsTheLastWithinATransactionToo) {
  std::optional<CommitSubscription> watch;
  std::promise<void> ended;
  auto begun = WatchTable(*students, [&](const RecordChange<Student>& change) {
    told.push_back(TextOf(change));
    watch->End();
    ended.set_value();
  });
  ASSERT_THAT(begun, IsOk());
  watch = *std::move(begun);
  const FeedPosition before = watch->position();
  const std::vector<Student> three = {{.name = "Alice"}, {.name = "Bob"}, {.name = "Carol"}};
  ASSERT_THAT(students->InsertAll(three), IsOk());
  ended.get_future().wait();
  watch->End();
  EXPECT_THAT(told, ElementsAre("entered - Alice=0"));
  EXPECT_EQ(watch->position(), before);  // the transaction was not dealt with
  EXPECT_THAT(watch->status(), IsOk());
  SubscribeOptions from;
  from.position = watch->position();
  told.clear();
  const auto again = WatchTable(*students, Note<Student>(), from);
  ASSERT_THAT(again, IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Alice=0", "entered - Bob=0", "entered - Carol=0"));
}

// [engine-17.5]
TEST_F(WatchTest, LastChangeOfEachTransactionSaysThatItIs) {
  const auto watch = WatchTable(*students, NoteEnds());
  ASSERT_THAT(watch, IsOk());
  {
    WriteTransaction mixed = database->Begin().value();
    ASSERT_THAT(students->Insert(mixed, {.name = "Alice"}), IsOk());
    ASSERT_THAT(students->Insert(mixed, {.name = "Bob"}), IsOk());
    ASSERT_THAT(enrollments->Insert(mixed, {.student_id = 1, .course_id = 2}), IsOk());
    ASSERT_THAT(mixed.Commit(), IsOk());
  }
  ASSERT_THAT(students->Erase(1), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Alice=0", "entered - Bob=0.", "left Alice=0 -."));
}

// [engine-17.5]
TEST_F(WatchTest, LastOfTransactionIsTheLastThatIsTold) {
  const auto watch = WatchWhere(*students, Best(), NoteEnds());
  ASSERT_THAT(watch, IsOk());
  const std::vector<Student> four = {{.name = "Alice", .gpa = 1},
                                     {.name = "Bob", .gpa = 4},
                                     {.name = "Carol", .gpa = 4},
                                     {.name = "Dave", .gpa = 1}};
  ASSERT_THAT(students->InsertAll(four), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Bob=4", "entered - Carol=4."));
}

// [engine-17.5]
TEST_F(WatchTest, WatchGoesOnBehindAPosition) {
  ASSERT_THAT(students->Insert({.name = "Alice"}), IsOk());
  SubscribeOptions from;
  from.position = FeedPosition{database->Stats().last_lsn};
  ASSERT_THAT(students->Insert({.name = "Bob"}), IsOk());
  ASSERT_THAT(database->Checkpoint(), IsOk());
  const auto watch = WatchTable(*students, Note<Student>(), from);
  ASSERT_THAT(watch, IsOk());
  ASSERT_THAT(students->Insert({.name = "Carol"}), IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Bob=0", "entered - Carol=0"));
}

// [engine-17.5]
TEST_F(WatchTest, PositionOfAChangeIsBehindItsTransaction) {
  std::vector<FeedPosition> positions;
  auto first = WatchTable(*students, [&](const RecordChange<Student>& change) {
    positions.push_back(change.position);
  });
  ASSERT_THAT(first, IsOk());
  const std::vector<Student> two = {{.name = "Alice"}, {.name = "Bob"}};
  ASSERT_THAT(students->InsertAll(two), IsOk());
  ASSERT_THAT(students->Insert({.name = "Carol"}), IsOk());
  std::promise<void> heard;
  const auto waits = WatchWhere(*students, Column<&Student::name> == "Dave",
                                [&](const RecordChange<Student>&) { heard.set_value(); });
  ASSERT_THAT(students->Insert({.name = "Dave"}), IsOk());
  heard.get_future().wait();
  while (first->position().lsn < database->Stats().last_lsn) std::this_thread::yield();
  first->End();
  ASSERT_EQ(positions.size(), 4u);
  EXPECT_EQ(positions[0], positions[1]);
  SubscribeOptions from;
  from.position = positions[1];
  EXPECT_TRUE(from.position->checksum.has_value());
  const auto second = WatchTable(*students, Note<Student>(), from);
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(database->Close(), IsOk());
  EXPECT_THAT(told, ElementsAre("entered - Carol=0", "entered - Dave=0"));
}

}  // namespace
}  // namespace linedb
