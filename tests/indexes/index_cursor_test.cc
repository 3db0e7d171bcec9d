// Guards against a cursor over an index that shows a state nobody ever had: it walks one moment,
// however long it takes and whatever others, or its own transaction, do meanwhile.

#include "engine/index_cursor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/indexes/library.h"

namespace linedb {
namespace {

using engine::IndexCursor;
using engine::IndexOrder;
using engine::IndexRange;
using testing::Book;
using testing::Campus;
using testing::CoreOf;
using testing::Fails;
using testing::IsOk;
using testing::Lines;
using testing::SortedScan;
using testing::Walk;

constexpr int kBooks = 1000;

class IndexCursorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.maintenance = Maintenance::kManual;
    options.index_bytes_min = 1;
    ASSERT_THAT(campus.Open(options), IsOk());
    std::vector<Book> many;
    for (int i = 0; i < kBooks; ++i) {
      many.push_back({.title = absl::StrCat("title ", i % 7), .year = i * 7919 % kBooks});
    }
    ASSERT_THAT(books().InsertAll(many), IsOk());
  }
  Table<Book> books() { return campus.TableOf<Book>(); }
  IndexCursor Open(engine::View view, IndexOrder order = IndexOrder::kAscending) {
    return IndexCursor::Open(CoreOf(campus), view, 0, IndexRange(), order).value();
  }
  static Lines Rest(IndexCursor& cursor) {
    Lines lines;
    std::string_view key;
    for (std::string_view line; cursor.Next(&key, &line);) lines.emplace_back(line);
    EXPECT_THAT(cursor.status(), IsOk());
    return lines;
  }
  // Enough for what a walk holds to be forgotten if it is not held.
  void RewriteAll(std::int64_t salt) {
    for (int id = 1; id <= kBooks; ++id) {
      ASSERT_THAT(books().UpdateOf<&Book::year>(id, (id * 31 + salt) % kBooks), IsOk());
    }
  }

  Campus campus;
};

// [engine-16.5]
TEST_F(IndexCursorTest, WalksTheMomentItWasOpenedThoughEverythingChangesMeanwhile) {
  for (const IndexOrder order : {IndexOrder::kAscending, IndexOrder::kDescending}) {
    const Lines expected = SortedScan(CoreOf(campus), {}, 0, {}, order);
    IndexCursor cursor = Open({}, order);
    Lines seen;
    std::string_view key;
    std::string_view line;
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(cursor.Next(&key, &line));
      seen.emplace_back(line);
    }
    ASSERT_NO_FATAL_FAILURE(RewriteAll(1));
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    ASSERT_NO_FATAL_FAILURE(RewriteAll(2));
    for (std::string& rest : Rest(cursor)) seen.push_back(std::move(rest));
    EXPECT_EQ(seen, expected);
  }
}

// [engine-16.5]
TEST_F(IndexCursorTest, AWritersWalkDoesNotMeetWhatItWritesMeanwhile) {
  WriteTransaction transaction = campus.Begin();
  ASSERT_THAT(books().Insert(transaction, {.title = "new", .year = -5}), IsOk());
  const Lines expected = SortedScan(CoreOf(campus), transaction, 0, {}, IndexOrder::kAscending);
  IndexCursor cursor = Open(transaction);
  std::size_t count = 0;
  std::string_view key;
  for (std::string_view line; cursor.Next(&key, &line); ++count) {
    ASSERT_EQ(line, expected[count]);
    // Each moves ahead of the walk, and would be met again.
    const Book book =
        books().Get(transaction, static_cast<std::int64_t>(count % kBooks) + 1).value();
    ASSERT_THAT(books().UpdateOf<&Book::year>(transaction, *book.id, *book.year + kBooks), IsOk());
    ASSERT_EQ(line, expected[count]);
  }
  ASSERT_THAT(cursor.status(), IsOk());
  EXPECT_EQ(count, expected.size());
}

// [engine-16.6]
TEST_F(IndexCursorTest, AWritersWalkEndsWhereWhatItSawIsTakenBack) {
  WriteTransaction transaction = campus.Begin();
  const Savepoint before = transaction.SetSavepoint().value();
  ASSERT_THAT(books().Insert(transaction, {.title = "a", .year = 1}), IsOk());
  const Savepoint after = transaction.SetSavepoint().value();
  IndexCursor cursor = Open(transaction);
  IndexCursor other = Open(transaction);
  ASSERT_THAT(books().Insert(transaction, {.title = "b", .year = 2}), IsOk());
  ASSERT_THAT(transaction.RollbackTo(after), IsOk());
  EXPECT_EQ(Rest(cursor).size(), kBooks + 1U);
  ASSERT_THAT(transaction.RollbackTo(before), IsOk());
  ASSERT_THAT(books().Insert(transaction, {.title = "c", .year = 3}), IsOk());
  std::string_view key;
  std::string_view line;
  while (other.Next(&key, &line)) {
  }
  EXPECT_THAT(other.status(), Fails(absl::StatusCode::kFailedPrecondition, "savepoint"));
}

// [engine-16.6]
TEST_F(IndexCursorTest, EndsWithItsTransaction) {
  WriteTransaction transaction = campus.Begin();
  IndexCursor cursor = Open(transaction);
  ASSERT_THAT(transaction.Commit(), IsOk());
  std::string_view key;
  std::string_view line;
  while (cursor.Next(&key, &line)) {
  }
  EXPECT_THAT(cursor.status(), Fails(absl::StatusCode::kFailedPrecondition, "has ended"));
  EXPECT_THAT(
      IndexCursor::Open(CoreOf(campus), transaction, 0, {}, IndexOrder::kAscending).status(),
      Fails(absl::StatusCode::kFailedPrecondition, "has ended"));
}

TEST_F(IndexCursorTest, ATableDroppedMeanwhileIsWalkedToItsEndAndNotAgain) {
  const Lines expected = SortedScan(CoreOf(campus), {}, 0, {}, IndexOrder::kAscending);
  const engine::TableCore core = CoreOf(campus);
  IndexCursor cursor = Open({});
  ASSERT_THAT(campus.engine->DropTable("book"), IsOk());
  EXPECT_EQ(Rest(cursor), expected);
  EXPECT_THAT(IndexCursor::Open(core, {}, 0, {}, IndexOrder::kAscending).status(),
              Fails(absl::StatusCode::kFailedPrecondition));
}

TEST_F(IndexCursorTest, OffsetsTellRecordsApart) {
  IndexCursor cursor = Open({});
  std::string_view key;
  std::set<std::uint64_t> offsets;
  for (std::string_view line; cursor.Next(&key, &line);) offsets.insert(cursor.offset());
  EXPECT_EQ(offsets.size(), static_cast<std::size_t>(kBooks));
}

TEST_F(IndexCursorTest, AnEstimateIsExactInAFreshTable) {
  for (const bool written : {false, true}) {
    if (written) {
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    }
    std::string low;
    std::string high;
    schema::AppendOrderKey(Value::Int(100), &low);
    schema::AppendOrderKey(Value::Int(350), &high);
    EXPECT_EQ(engine::EstimateEntries(CoreOf(campus), 0, {low, high}), 250U);
    EXPECT_EQ(engine::EstimateEntries(CoreOf(campus), 0, {high, low}), 0U);
    EXPECT_EQ(engine::EstimateEntries(CoreOf(campus), 0, {}), static_cast<std::uint64_t>(kBooks));
  }
}

// Each round moves all books from one year to the next in one transaction: a walk that sees two
// years saw two moments.
// [engine-16.5]
TEST_F(IndexCursorTest, BesideWritersEveryWalkSeesOneMoment) {
  constexpr int kRounds = 30;
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int round = 1; round <= kRounds; ++round) {
      WriteTransaction transaction = campus.Begin();
      for (int id = 1; id <= 300; ++id) {
        EXPECT_THAT(books().UpdateOf<&Book::price>(transaction, id, round), IsOk());
      }
      EXPECT_THAT(transaction.Commit(), IsOk());
      if (round % 7 == 0) {
        EXPECT_THAT(campus.engine->Checkpoint(), IsOk());
      }
    }
    done = true;
  });
  const engine::TableCore core = CoreOf(campus);
  std::uint64_t walks = 0;
  do {
    std::vector<std::string> keys;
    IndexCursor cursor = IndexCursor::Open(core, {}, 2, {}, IndexOrder::kDescending).value();
    std::string_view key;
    for (std::string_view line; cursor.Next(&key, &line);) keys.emplace_back(key);
    ASSERT_THAT(cursor.status(), IsOk());
    ASSERT_EQ(keys.size(), static_cast<std::size_t>(kBooks));
    ASSERT_EQ(keys[0], keys[299]);
    ++walks;
  } while (!done);
  writer.join();
  EXPECT_GT(walks, 0U);
}

}  // namespace
}  // namespace linedb
