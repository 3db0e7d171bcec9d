// Guards against what no single test thinks of: an index that drifts away from its table under
// random inserts, updates, deletions, savepoints, rollbacks, checkpoints, compactions, reopenings
// and crashes. A walk along it is always the sorted scan, whoever looks.

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "tests/faults/sanitized.h"
#include "tests/indexes/library.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using engine::IndexOrder;
using engine::IndexRange;
using testing::Book;
using testing::Campus;
using testing::CoreOf;
using testing::ExpectIndexesAgree;
using testing::IsOk;
using testing::Lines;
using testing::SortedScan;
using testing::Tree;
using testing::Walk;

constexpr int kSteps = testing::kSanitized ? 60 : 160;
constexpr int kKeys = 120;

class IndexModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    random.seed(schema::TestSeed());
    options.maintenance = Maintenance::kManual;
    options.index_bytes_min = 1;
    options.compaction_bytes_small = 3000;
    ASSERT_THAT(campus.Open(options), IsOk());
    campus.TableOf<Book>();
  }
  int Pick(int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); }

  Book AnyBook(std::optional<std::int64_t> id) {
    Book book{.id = id};
    book.title = std::string(static_cast<std::size_t>(Pick(3)), 'a') +
                 std::string(Pick(6) == 0 ? 40 : 0, 'b') + std::string(1, "cd\0"[Pick(3)]);
    if (Pick(4) > 0) book.year = Pick(12) - 4;
    book.price = Pick(9) / 4.0 - 1;
    if (Pick(3) == 0) book.note = std::string(static_cast<std::size_t>(Pick(200)), 'n');
    return book;
  }

  // Whether it is possible does not matter here; other tests ask for that.
  void ChangeOne(WriteTransaction& transaction) {
    const Table<Book> books = campus.TableOf<Book>();
    const std::int64_t key = Pick(kKeys) + 1;
    switch (Pick(7)) {
      case 0:
        books.Insert(transaction, AnyBook(std::nullopt)).IgnoreError();
        return;
      case 1:
      case 2:
        ASSERT_THAT(books.Upsert(transaction, AnyBook(key)), IsOk());
        return;
      case 3:
        static_cast<void>(books.Erase(transaction, key));
        return;
      case 4:
        static_cast<void>(books.UpdateOf<&Book::year>(transaction, key, Pick(12) - 4));
        return;
      case 5:
        static_cast<void>(books.UpdateOf<&Book::note>(transaction, key, std::string("new")));
        return;
      default: {
        if (books.size() > 400) {
          for (std::int64_t id = 1; id < 5000; id += 1 + Pick(3)) {
            static_cast<void>(books.Erase(transaction, id));
          }
        }
        std::vector<Book> many;
        for (int i = Pick(50); i >= 0; --i) many.push_back(AnyBook(std::nullopt));
        if (Pick(2) == 0) many.push_back(AnyBook(key));  // which may exist already
        static_cast<void>(books.InsertAll(transaction, many));
      }
    }
  }

  void WriteSomething() {
    WriteTransaction transaction = campus.Begin();
    std::vector<Savepoint> savepoints;
    for (int i = Pick(8); i >= 0; --i) {
      ASSERT_NO_FATAL_FAILURE(ChangeOne(transaction));
      if (Pick(3) == 0) savepoints.push_back(transaction.SetSavepoint().value());
      if (!savepoints.empty() && Pick(5) == 0) {
        ASSERT_THAT(transaction.RollbackTo(savepoints.back()), IsOk());
      }
    }
    if (Pick(4) == 0) ExpectIndexesAgree(CoreOf(campus), transaction, "its own writes");
    if (Pick(4) == 0) ExpectIndexesAgree(CoreOf(campus), {}, "beside a writer");
    if (Pick(4) == 0) return;  // rolled back
    ASSERT_THAT(transaction.Commit(), IsOk());
  }

  void TakeSnapshot() {
    ReadTransaction snapshot(campus.engine.get(), campus.engine->TakeSnapshot().value());
    std::vector<Lines> seen;
    for (int index = 0; index < 3; ++index) seen.push_back(Walk(CoreOf(campus), snapshot, index));
    snapshots.push_back({std::move(snapshot), std::move(seen)});
    if (snapshots.size() > 3) snapshots.pop_front();
  }
  void ExpectSnapshotsStay() {
    for (const auto& [snapshot, seen] : snapshots) {
      for (int index = 0; index < 3; ++index) {
        ASSERT_EQ(Walk(CoreOf(campus), snapshot, index), seen[static_cast<std::size_t>(index)]);
      }
    }
  }

  void Reopen() {
    snapshots.clear();
    if (Pick(2) == 0) {
      ASSERT_THAT(campus.Close(), IsOk());
    } else {
      campus.engine.reset();
    }
    if (Pick(3) == 0) {  // an index is a cache: any of its files may be gone
      for (const auto& [name, bytes] : campus.Files()) {
        if (!name.starts_with("index/") || Pick(2) == 0) continue;
        ASSERT_THAT(campus.disk->Remove(absl::StrCat(testing::kDirectory, "/", name)), IsOk());
      }
    }
    Campus reader(campus.Files());
    Options reading = options;
    reading.access = Access::kReadOnly;
    ASSERT_THAT(reader.Open(reading), IsOk());
    ExpectIndexesAgree(CoreOf(reader), {}, "read only");
    options.index_bytes_min = Pick(3) == 0 ? 1 << 20 : 1;
    ASSERT_THAT(campus.Open(options), IsOk());
  }

  void ExpectRangesAgree() {
    const engine::TableCore core = CoreOf(campus);
    for (int i = 0; i < 6; ++i) {
      const int index = Pick(3);
      const Lines all = Walk(core, {}, index);
      if (all.empty()) return;
      const auto any_key = [&] {
        return testing::OrderKeyOf(
                   core.table()->layout(), index,
                   all[static_cast<std::size_t>(Pick(static_cast<int>(all.size())))])
            .substr(0, static_cast<std::size_t>(Pick(14)));
      };
      IndexRange range{any_key(), std::nullopt};
      if (Pick(4) > 0) range.high = any_key();
      const auto order = Pick(2) == 0 ? IndexOrder::kAscending : IndexOrder::kDescending;
      const Lines found = Walk(core, {}, index, range, order);
      ASSERT_EQ(found, SortedScan(core, {}, index, range, order));
      // Of more it is a guess.
      ASSERT_GE(engine::EstimateEntries(core, index, range),
                std::min<std::size_t>(found.size(), 1000));
    }
  }

  std::mt19937_64 random;
  Options options;
  Campus campus;
  struct Held {
    ReadTransaction snapshot;
    std::vector<Lines> seen;
  };
  std::deque<Held> snapshots;
};

// [engine-16.4] [engine-16.5]
TEST_F(IndexModelTest, AWalkIsTheSortedScanWhateverHappened) {
  for (int step = 0; step < kSteps; ++step) {
    SCOPED_TRACE(step);
    const int what = Pick(20);
    if (what < 13) {
      ASSERT_NO_FATAL_FAILURE(WriteSomething());
    } else if (what < 16) {
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    } else if (what < 18) {
      TakeSnapshot();
    } else if (what == 18) {
      ASSERT_NO_FATAL_FAILURE(Reopen());
    }
    ASSERT_NO_FATAL_FAILURE(ExpectIndexesAgree(CoreOf(campus), {}, "committed"));
    ASSERT_NO_FATAL_FAILURE(ExpectRangesAgree());
    ASSERT_NO_FATAL_FAILURE(ExpectSnapshotsStay());
  }
}

}  // namespace
}  // namespace linedb
