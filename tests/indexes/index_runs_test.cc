// Guards against the danger of every cache: that what the files of an ordered index say is not what
// the records say. Lost, damaged or of another time, no walk notices.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tests/indexes/library.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::Book;
using testing::Campus;
using testing::CoreOf;
using testing::ExpectIndexesAgree;
using testing::IsOk;
using testing::Tree;

constexpr int kBooks = 400;

Options SmallIndexes() {
  Options options;
  options.index_bytes_min = 1;
  options.maintenance = Maintenance::kManual;
  options.compaction_bytes_small = 0;
  options.compaction_share_min = 2.0;  // never
  return options;
}

Book BookOf(std::int64_t id, int version) {
  return {.id = id,
          .title = absl::StrCat("a title of some length ", id % 10),
          .year = id * 37 % 50 + version,
          .price = static_cast<double>(version),
          .note = std::string(120, '.')};
}

class IndexRunsTest : public ::testing::Test {
 protected:
  static void Fill(Campus& campus) {
    const Table<Book> books = campus.TableOf<Book>();
    for (int checkpoint = 0; checkpoint < 3; ++checkpoint) {
      for (std::int64_t id = 1 + checkpoint; id <= kBooks; id += 3) {
        ASSERT_THAT(books.Insert(BookOf(id, 0)), IsOk());
        if (id > 6) {
          ASSERT_THAT(books.Upsert(BookOf(id - 3, checkpoint + 1)), IsOk());
        }
        if (id % 11 == 0) {
          ASSERT_THAT(books.Erase(id), IsOk());
        }
      }
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    }
    ASSERT_THAT(books.Insert(BookOf(kBooks + 1, 0)), IsOk());
  }
  static Tree Filled() {
    Campus campus;
    EXPECT_THAT(campus.Open(SmallIndexes()), IsOk());
    Fill(campus);
    return campus.Files();
  }
  static std::vector<std::string> OrderFiles(const Tree& tree) {
    std::vector<std::string> names;
    for (const auto& [name, bytes] : tree) {
      if (name.find(".order") != name.npos) names.push_back(name);
    }
    return names;
  }
  static void ExpectGood(const Tree& tree, const std::string& what) {
    for (const Access access : {Access::kReadOnly, Access::kReadWrite}) {
      Campus campus(tree);
      Options options = SmallIndexes();
      options.access = access;
      ASSERT_THAT(campus.Open(options), IsOk()) << what;
      ASSERT_NO_FATAL_FAILURE(ExpectIndexesAgree(CoreOf(campus), {}, what));
      if (access == Access::kReadOnly) continue;
      ASSERT_THAT(campus.TableOf<Book>().Insert(BookOf(kBooks + 9, 5)), IsOk());
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
      ASSERT_NO_FATAL_FAILURE(ExpectIndexesAgree(CoreOf(campus), {}, what));
      ASSERT_EQ(OrderFiles(campus.Files()).empty(), false) << what;
      ASSERT_EQ(campus.Problems(), "") << what;
    }
  }
};

// [engine-16.8]
TEST_F(IndexRunsTest, OpeningTakesTheRunsFromTheirFiles) {
  const Tree tree = Filled();
  ASSERT_GE(OrderFiles(tree).size(), 3U);
  Campus campus(tree);
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  const engine::TableGeneration& books = *campus.engine->FindTable("book")->generation;
  for (const engine::OrderedIndex& index : books.ordered) {
    EXPECT_FALSE(index.runs().empty());
    EXPECT_FALSE(index.in_memory());
    EXPECT_LE(index.active().size(), 5U);  // what the log has
  }
  EXPECT_NO_FATAL_FAILURE(ExpectIndexesAgree(CoreOf(campus), {}, "opened"));
}

// [engine-16.8]
TEST_F(IndexRunsTest, SmallRunsAreMergedAndOldFilesGo) {
  Campus campus;
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  Fill(campus);
  for (int i = 0; i < 20; ++i) {
    ASSERT_THAT(campus.TableOf<Book>().Insert(BookOf(1000 + i, 0)), IsOk());
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  }
  EXPECT_EQ(OrderFiles(campus.Files()).size(), 3U);
  EXPECT_NO_FATAL_FAILURE(ExpectIndexesAgree(CoreOf(campus), {}, "merged"));
}

// [engine-16.9]
TEST_F(IndexRunsTest, LostFilesAreMadeAnew) {
  const Tree tree = Filled();
  Tree bare = tree;
  for (const std::string& name : OrderFiles(tree)) {
    Tree without = tree;
    without.erase(name);
    ASSERT_NO_FATAL_FAILURE(ExpectGood(without, name));
    bare.erase(name);
  }
  ASSERT_NO_FATAL_FAILURE(ExpectGood(bare, "none"));
}

// [engine-16.9]
TEST_F(IndexRunsTest, FilesOfAnotherTableOrTimeAreNotTaken) {
  const Tree tree = Filled();
  Campus campus(tree);
  ASSERT_THAT(campus.Open(SmallIndexes()), IsOk());
  ASSERT_THAT(campus.TableOf<Book>().Upsert(BookOf(5, 9)), IsOk());
  ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
  const Tree later = campus.Files();
  for (const std::string& name : OrderFiles(later)) {
    for (const std::string& other : OrderFiles(tree)) {
      Tree swapped = later;
      swapped[name] = tree.at(other);
      ASSERT_NO_FATAL_FAILURE(ExpectGood(swapped, name + " is " + other));
    }
  }
}

// [engine-16.7]
TEST_F(IndexRunsTest, DamagedFilesAreMadeAnew) {
  std::mt19937_64 random(schema::TestSeed());
  const Tree tree = Filled();
  for (const std::string& name : OrderFiles(tree)) {
    const std::string& whole = tree.at(name);
    for (int i = 0; i < 12; ++i) {
      Tree damaged = tree;
      const std::size_t byte = random() % whole.size();
      damaged[name][byte] = static_cast<char>(whole[byte] ^ 0x20);
      ASSERT_NO_FATAL_FAILURE(ExpectGood(damaged, absl::StrCat(name, " byte ", byte)));
    }
    Tree cut = tree;
    cut[name].resize(whole.size() / 2);
    ASSERT_NO_FATAL_FAILURE(ExpectGood(cut, name + " cut"));
  }
}

// [engine-16.7]
TEST_F(IndexRunsTest, VerifyNamesADamagedFile) {
  Tree tree = Filled();
  const std::string name = OrderFiles(tree).front();
  tree[name][100] = static_cast<char>(tree[name][100] ^ 1);
  Campus campus(tree);
  EXPECT_THAT(campus.Problems(), ::testing::HasSubstr(name));
}

// [engine-16.7]
TEST_F(IndexRunsTest, DamagedRecordsAreNeverGivenOut) {
  Tree tree = Filled();
  std::string& records = tree["data/book.records"];
  const std::size_t at = records.find("a title of some length 7");
  records[at + 2] = 'T';
  Campus campus(tree);
  Options options = SmallIndexes();
  options.access = Access::kReadOnly;
  ASSERT_THAT(campus.Open(options), IsOk());
  auto cursor =
      engine::IndexCursor::Open(CoreOf(campus), {}, 0, {}, engine::IndexOrder::kAscending);
  ASSERT_THAT(cursor, IsOk());
  std::string_view key;
  for (std::string_view line; cursor->Next(&key, &line);) {
    EXPECT_EQ(line.find("a tiTle"), line.npos);
    EXPECT_EQ(line.find("a Title"), line.npos);
  }
  EXPECT_THAT(cursor->status(), testing::Fails(absl::StatusCode::kDataLoss, "data/book.records"));
}

}  // namespace
}  // namespace linedb
