// A query's answer must not depend on how it is run. Each wrong turn of the planner, each index
// that is read in another order than the file's, each null that is taken for a value would show as
// an answer that is not that of a plain loop over the same rows; and where both the loop and the
// engine are wrong about what SQL's operators mean, as one that is not SQLite's.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "linedb/columnar.h"
#include "linedb/database.h"
#include "tests/faults/sanitized.h"
#include "tests/query/random_query.h"
#include "tests/query/sqlite_mirror.h"
#include "tests/schema/random_seed.h"

namespace linedb::query_test {
namespace {

std::size_t QueryCount() {
  const char* given = std::getenv("LINEDB_TEST_QUERIES");
  return given != nullptr ? std::stoull(given) : 1500;
}

// Two tables with any combination of indexes, in the engine, in the model and in SQLite.
class World {
 public:
  World(Random& random, unsigned combination, std::size_t rows_max)
      : random_(random), db_(*Database::OpenInMemory()) {
    Fill("model", combination, rows_max, &model_.rows);
    Fill("other", static_cast<unsigned>(Below(random_, 1U << kIndexCount)), rows_max,
         &model_.others);
    table_.emplace(*JsonTable::Open(*db_, "model"));
    other_.emplace(*JsonTable::Open(*db_, "other"));
    if (OneIn(random_, 3)) HoldColumns();
  }

  void Ask() {
    const RandomQuestion question = MakeQuestion(random_, *table_, *other_, model_);
    const JsonQuery& query = question.query;
    const std::vector<Json> expected = JsonOfAnswer(query, question.answer);
    const absl::StatusOr<std::vector<Json>> rows = RunSomewhere(query);
    ASSERT_TRUE(rows.ok()) << rows.status() << "\n" << query.ToText();
    ASSERT_EQ(*rows, expected) << query.ToText() << "\n" << *query.Explain();
    if (OneIn(random_, 4)) {
      ASSERT_EQ(*query.Count(), expected.size()) << query.ToText();
    }
    NotePlan(*query.Explain());
    AskSqlite(query, question.answer);
  }

  // Changes some records in a transaction, which is rolled back.
  void Change() {
    const ModelCondition condition = RandomCondition(random_);
    WriteTransaction writer = *db_->Begin();
    const JsonQuery query = table_->All().Where(condition.text);
    std::vector<ModelRow> kept;
    std::vector<ModelRow> found;
    for (const ModelRow& row : model_.rows) {
      (condition.holds(row) == Tri(true) ? found : kept).push_back(row);
    }
    if (OneIn(random_, 2)) {
      ASSERT_EQ(*query.Erase(writer), found.size()) << query.ToText();
    } else {
      ASSERT_EQ(*query.Update(writer, "i = id + 1, nf = f, ns = 'x', d = null"), found.size());
      for (ModelRow row : found) {
        row[static_cast<std::size_t>(ColumnNamed("i"))] = Value::Int(row[0].as_int() + 1);
        row[static_cast<std::size_t>(ColumnNamed("nf"))] =
            row[static_cast<std::size_t>(ColumnNamed("f"))];
        row[static_cast<std::size_t>(ColumnNamed("ns"))] = Value::String("x");
        row[static_cast<std::size_t>(ColumnNamed("d"))] = Value();
        kept.push_back(std::move(row));
      }
    }
    std::vector<Json> expected;
    for (const ModelRow& row : kept) expected.push_back(JsonOfRow(row));
    ASSERT_EQ(*table_->All().Rows(writer), expected) << query.ToText();
    const Json first = expected.empty() ? Json() : expected.front();
    const auto ordered = *table_->All().OrderBy("i").Rows(writer);
    std::stable_sort(expected.begin(), expected.end(), [](const Json& a, const Json& b) {
      return a.at("i").get<std::int64_t>() < b.at("i").get<std::int64_t>();
    });
    ASSERT_EQ(ordered, expected);
  }

  static std::map<std::string, int>& plans() {
    static std::map<std::string, int>& plans = *new std::map<std::string, int>;
    return plans;
  }
  static int& asked_of_sqlite() {
    static int asked = 0;
    return asked;
  }

 private:
  void Fill(const std::string& name, unsigned combination, std::size_t rows_max,
            std::vector<ModelRow>* rows) {
    ASSERT_TRUE(db_->CreateTable(ModelSchema(name, combination)).ok());
    const JsonTable table = *JsonTable::Open(*db_, name);
    const std::size_t count = Below(random_, rows_max + 1);
    WriteTransaction writer = *db_->Begin();
    for (std::size_t i = 0; i < count; ++i) {
      rows->push_back(RandomRow(random_, static_cast<std::int64_t>(i)));
      ASSERT_TRUE(table.Insert(writer, JsonOfRow(rows->back())).ok());
    }
    ASSERT_TRUE(writer.Commit().ok());
    for (std::size_t i = count / 4; i > 0; --i) Move(table, rows);
    sqlite_.Load(name, *rows);
  }
  // A record that is changed, or removed, leaves its place.
  void Move(const JsonTable& table, std::vector<ModelRow>* rows) {
    const auto place = rows->begin() + static_cast<std::ptrdiff_t>(Below(random_, rows->size()));
    ModelRow row = RandomRow(random_, (*place)[0].as_int());
    rows->erase(place);
    if (OneIn(random_, 4) && !rows->empty()) {
      ASSERT_TRUE(table.Erase(JsonOfValue(row[0])).ok());
      return;
    }
    ASSERT_TRUE(table.Update(JsonOfRow(row)).ok());
    rows->push_back(std::move(row));
  }
  void HoldColumns() {
    std::vector<std::string_view> names;
    for (const ColumnSchema& column : ModelColumns()) {
      if (column.type != Type::kJson && !OneIn(random_, 8)) names.push_back(column.name);
    }
    held_.push_back(*engine::HoldColumns(table_->core(), names));
    held_.push_back(*engine::HoldColumns(other_->core(), names));
  }

  absl::StatusOr<std::vector<Json>> RunSomewhere(const JsonQuery& query) {
    switch (Below(random_, 4)) {
      case 0: {
        const WriteTransaction writer = *db_->Begin();
        return query.Rows(writer);
      }
      case 1: {
        const ReadTransaction snapshot = *db_->BeginRead();
        return query.Rows(snapshot);
      }
      default:
        return query.Rows();
    }
  }

  void NotePlan(const std::string& explained) {
    for (const std::string word :
         {": scan:", ": key ", ": index ", ": columns in memory:", "in its order", ": nothing",
          "join: hash", "looked up by key", "looked up by index", "the semi-join's values"}) {
      if (explained.find(word) != std::string::npos) ++plans()[word];
    }
  }

  void AskSqlite(const JsonQuery& query, const RandomAnswer& answer) {
    if (!answer.sql.has_value()) return;
    const auto theirs = sqlite_.Ask(*answer.sql);
    if (!theirs.has_value()) return;
    ++asked_of_sqlite();
    ASSERT_EQ(theirs->size(), answer.rows.size()) << query.ToText() << "\n" << *answer.sql;
    for (std::size_t i = 0; i < theirs->size(); ++i) {
      for (std::size_t column = 0; column < answer.rows[i].size(); ++column) {
        ASSERT_TRUE(IsSameInSqlite(answer.rows[i][column], (*theirs)[i][column]))
            << "row " << i << " column " << column << "\n"
            << query.ToText() << "\n"
            << *answer.sql;
      }
    }
  }

  Random& random_;
  std::unique_ptr<Database> db_;
  ModelTables model_;
  std::optional<JsonTable> table_;
  std::optional<JsonTable> other_;
  std::vector<std::shared_ptr<engine::ColumnHold>> held_;
  SqliteMirror sqlite_;
};

TEST(RandomQueryTest, AnswersAreThoseOfAPlainLoopAndOfSqlite) {
  Random random(schema::TestSeed());
  const std::size_t queries = QueryCount();
  const std::size_t combinations = 1U << kIndexCount;
  const std::size_t worlds = std::min(combinations, queries / 25 + 1);
  const std::size_t each = queries / worlds + 1;
  std::size_t asked = 0;
  for (std::size_t world = 0; world < worlds; ++world) {
    const auto combination =
        static_cast<unsigned>(worlds == combinations ? world : Below(random, combinations));
    World tables(random, combination, 90);
    for (std::size_t i = 0; i < each; ++i, ++asked) {
      ASSERT_NO_FATAL_FAILURE(tables.Ask()) << "indexes " << combination;
      if (!OneIn(random, 10)) continue;
      ASSERT_NO_FATAL_FAILURE(tables.Change()) << "indexes " << combination;
    }
  }
  std::cout << asked << " queries over tables with " << worlds << " combinations of indexes, "
            << World::asked_of_sqlite() << " of them asked of SQLite, too\n";
  for (const auto& [plan, count] : World::plans())
    std::cout << "  " << plan << " " << count << "\n";
  EXPECT_EQ(World::plans().size(), 10U) << "not each way was gone";
}

// Tables of several pieces, which threads share.
TEST(RandomQueryTest, AnswersOfLargerTablesAreThoseOfAPlainLoopToo) {
  Random random(schema::TestSeed());
  for (int world = 0; world < 2; ++world) {
    World large(random, static_cast<unsigned>(Below(random, 1U << kIndexCount)), 9000);
    // A plain loop over a join takes seconds, as some seeds have many of.
    const int queries = testing::kSanitized ? 4 : 15;
    for (int i = 0; i < queries; ++i) ASSERT_NO_FATAL_FAILURE(large.Ask());
  }
}

}  // namespace
}  // namespace linedb::query_test
