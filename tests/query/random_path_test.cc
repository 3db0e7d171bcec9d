// The planner takes one way to a table's records; which one depends on guesses. So each way that it
// might take has to lead to the same records in the same order, or a better guess would change
// answers.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/query/access_path.h"
#include "engine/query/bound_query.h"
#include "engine/query/record_loader.h"
#include "engine/query/source_streams.h"
#include "linedb/database.h"
#include "linedb/json_query.h"
#include "tests/query/random_condition.h"
#include "tests/schema/random_seed.h"

namespace linedb::query_test {
namespace {

using engine::AccessPath;

std::string IdOf(std::string_view line) {
  return std::to_string(Json::parse(line).at("id").get<std::int64_t>());
}

class RandomPathTest : public testing::Test {
 protected:
  RandomPathTest() : random_(schema::TestSeed()), db_(*Database::OpenInMemory()) {
    EXPECT_TRUE(db_->CreateTable(ModelSchema("model", (1U << kIndexCount) - 1)).ok());
    table_.emplace(*JsonTable::Open(*db_, "model"));
    WriteTransaction writer = *db_->Begin();
    for (std::int64_t id = 0; id < 150; ++id) {
      EXPECT_TRUE(table_->Insert(writer, JsonOfRow(RandomRow(random_, id))).ok());
    }
    EXPECT_TRUE(writer.Commit().ok());
    for (int i = 0; i < 60; ++i) {
      const auto id = static_cast<std::int64_t>(Below(random_, 150));
      if (i % 4 == 0) {
        (void)table_->Erase(id);
      } else {
        (void)table_->Upsert(JsonOfRow(RandomRow(random_, id)));
      }
    }
  }

  std::string RandomOrder() {
    static const std::vector<std::string> kOrders = {
        "i",      "i desc", "nf",   "nf desc", "ns",   "nb, ni", "nb desc, ni desc",
        "nb",     "s desc", "s, d", "y desc",  "f, i", "f desc", "id",
        "u desc", "ni",     "i, ni"};
    return kOrders[Below(random_, kOrders.size())];
  }

  // The ids of what the path leads to, in the query's order, if it has one.
  std::string Walk(const engine::BoundQuery& query, const AccessPath& path, engine::View view) {
    const engine::RecordLoader loader(query.sources[0], {}, engine::RecordLoader::Columns::kAll);
    const auto stream = engine::OpenSource(query, 0, path, view, loader);
    EXPECT_TRUE(stream.ok()) << stream.status();
    std::vector<std::pair<std::vector<Value>, std::string>> rows;
    for (std::size_t part = 0; part < (*stream)->parts(); ++part) {
      const absl::Status walked = (*stream)->Walk(part, [&](engine::QueryRow& row) {
        std::vector<Value> order;
        for (const engine::BoundOrder& by : query.order) {
          order.push_back(schema::ToValue(query.values[by.by.number].Evaluate(row.slots)));
        }
        rows.emplace_back(std::move(order), IdOf(row.lines[0]));
        return true;
      });
      EXPECT_TRUE(walked.ok()) << walked;
    }
    if (!path.ordered) SortRows(query, &rows);
    std::string ids;
    for (const auto& [order, id] : rows) ids += id + " ";
    return ids;
  }
  template <class Rows>
  static void SortRows(const engine::BoundQuery& query, Rows* rows) {
    std::stable_sort(rows->begin(), rows->end(), [&](const auto& a, const auto& b) {
      for (std::size_t i = 0; i < query.order.size(); ++i) {
        const int compared = CompareModel(a.first[i], b.first[i]);
        if (compared != 0) return query.order[i].descending ? compared > 0 : compared < 0;
      }
      return false;
    });
  }

  void TryAllPaths(engine::View view) {
    JsonQuery query = table_->All();
    if (!OneIn(random_, 8)) query = query.Where(RandomCondition(random_, 1).text);
    if (OneIn(random_, 3)) query = query.Where(RandomCondition(random_, 0).text);
    const bool ordered = OneIn(random_, 2);
    if (ordered) query = query.OrderBy(RandomOrder());
    const auto bound = engine::BoundQuery::Bind(query.spec());
    ASSERT_TRUE(bound.ok()) << bound.status();
    engine::AccessFacts facts{.records = 1000, .order_matters = ordered};
    const std::string expected = Walk(*bound, {.kind = AccessPath::Kind::kScan}, view);
    for (const AccessPath& path : engine::FindAccessPaths(*bound, 0, facts)) {
      ++tried_[static_cast<int>(path.kind) + (path.ordered ? 100 : 0)];
      ASSERT_EQ(Walk(*bound, path, view), expected) << query.ToText() << "\n" << path.what;
    }
  }

  Random random_;
  std::unique_ptr<Database> db_;
  std::optional<JsonTable> table_;
  std::map<int, int> tried_;
};

TEST_F(RandomPathTest, AllLeadToTheSameRecordsInTheSameOrder) {
  const ReadTransaction snapshot = *db_->BeginRead();
  for (int i = 0; i < 1000; ++i) ASSERT_NO_FATAL_FAILURE(TryAllPaths(snapshot));
  WriteTransaction writer = *db_->Begin();
  for (std::int64_t id = 0; id < 40; ++id) {
    ASSERT_TRUE(table_->Upsert(writer, JsonOfRow(RandomRow(random_, id))).ok());
  }
  for (int i = 0; i < 500; ++i) ASSERT_NO_FATAL_FAILURE(TryAllPaths(writer));
  for (int i = 0; i < 500; ++i) ASSERT_NO_FATAL_FAILURE(TryAllPaths(snapshot));
  EXPECT_EQ(tried_.size(), 5U);  // nothing, keys, indexes, in their order, scans
}

}  // namespace
}  // namespace linedb::query_test
