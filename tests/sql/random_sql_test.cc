// A condition that is looked up must be exactly the one that SQLite would have asked of each
// record, by its own rules: '01' is 1 beside a number and not beside a text, -0.0 is 0.0, a day
// stands before its hours. So random queries are asked three times: as they are, with all that is
// looked up taken from SQLite's hands, and of SQLite's own tables with the same rows.

#include <algorithm>
#include <map>

#include "tests/schema/random_seed.h"
#include "tests/sql/random_sql.h"

namespace linedb::sql_test {
namespace {

class RandomSqlTest : public SqlTest {
 protected:
  RandomSqlTest() : random_(schema::TestSeed()) {}

  void MakeTables() {
    database_ = *Database::OpenInMemory();
    mirror_ = SqlMirror();
    tables_.clear();
    for (const char* name : {"t", "u", "v"}) {
      tables_.push_back(MakeRandomTable(random_, *database_, name));
      mirror_.Load(tables_.back());
    }
    OpenSession();
  }

  // Every record is read, and SQLite alone decides.
  std::string WithoutLookups(const std::string& sql) const {
    std::string with = "WITH ";
    for (const RandomTable& table : tables_) {
      const std::string& name = table.schema.table_name;
      with += (with.size() > 5 ? ", " : "") + name + " AS MATERIALIZED (SELECT * FROM main." +
              name + ")";
    }
    return with + " " + sql;
  }

  // Both zeros are one number, and SQLite's own tables keep one of them.
  static std::string Told(Answer answer, bool ordered) {
    if (!answer.status.ok()) return "an error";
    if (!ordered) std::sort(answer.rows.begin(), answer.rows.end());
    std::string rows;
    for (const std::string& row : answer.rows) rows += row + "\n";
    return rows;
  }
  static Answer WithOneZero(Answer answer) {
    for (std::string& row : answer.rows) {
      for (std::size_t at = row.find("-0.0"); at != row.npos; at = row.find("-0.0", at + 1)) {
        const char behind = row[at + 4];
        if (behind == ',' || behind == ']') row.erase(at, 1);
      }
    }
    return answer;
  }

  void TryOne() {
    const RandomQuery query = RandomSql(random_, tables_).Next();
    const auto told = [&](Answer answer) {
      return Told(WithOneZero(std::move(answer)), query.ordered);
    };
    const Answer expected = mirror_.Ask(query.sql);
    const std::uint64_t before = session_->records_read();
    ASSERT_EQ(told(Ask(*session_, query.sql)), told(expected)) << Story(query.sql);
    const std::uint64_t between = session_->records_read();
    ASSERT_EQ(told(Ask(*session_, WithoutLookups(query.sql))), told(expected)) << Story(query.sql);
    if (query.one_table) {
      reads_ += between - before;
      reads_without_ += session_->records_read() - between;
    }
    for (const std::string& step : Ask(*session_, "EXPLAIN QUERY PLAN " + query.sql).rows) {
      for (const char* way :
           {":key", ":index", ":lookup", ":scan", ", descending", " is\"", ">=", " >"})
        if (step.find(way) != step.npos) ++ways_[way];
    }
    failed_ += expected.status.ok() ? 0 : 1;
    with_rows_ += expected.rows.empty() ? 0 : 1;
  }

  std::string Story(const std::string& sql) {
    std::string story = sql + "\n";
    for (const std::string& row : Ask(*session_, "EXPLAIN QUERY PLAN " + sql).rows) {
      story += row + "\n";
    }
    return story;
  }

  Random random_;
  std::vector<RandomTable> tables_;
  SqlMirror mirror_;
  std::map<std::string, int> ways_;
  std::uint64_t reads_ = 0;
  std::uint64_t reads_without_ = 0;
  int failed_ = 0;
  int with_rows_ = 0;
};

// [sql-4]
TEST_F(RandomSqlTest, WhatIsLookedUpIsWhatSqliteWouldHaveFound) {
#ifdef NDEBUG
  constexpr int kDatabases = 40;
#else
  constexpr int kDatabases = 12;
#endif
  constexpr int kQueries = 150;
  for (int i = 0; i < kDatabases; ++i) {
    ASSERT_NO_FATAL_FAILURE(MakeTables());
    for (int j = 0; j < kQueries; ++j) ASSERT_NO_FATAL_FAILURE(TryOne());
  }
  // Every way was gone, and each led to fewer records.
  EXPECT_EQ(ways_.size(), 8u);
  EXPECT_LT(reads_, reads_without_);
  EXPECT_GT(with_rows_, kDatabases * kQueries / 2);
  EXPECT_LT(failed_, kDatabases * kQueries / 20);
  std::cout << reads_ << " records read, " << reads_without_ << " without lookups, " << with_rows_
            << " answers with rows, " << failed_ << " errors" << std::endl;
  for (const auto& [way, count] : ways_) std::cout << way << " " << count << std::endl;
}

}  // namespace
}  // namespace linedb::sql_test
