// A canonical export is kept in git and compared line by line: if it depended on anything but the
// records, each commit would show changes that nobody made.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/transaction/canonical_order.h"
#include "linedb/exchange.h"
#include "linedb/json_table.h"
#include "schema/record_layout.h"

namespace linedb {
namespace {

std::unique_ptr<Database> NewDatabase(const TableSchema& schema) {
  auto opened = Database::OpenInMemory();
  EXPECT_TRUE(opened.ok()) << opened.status();
  EXPECT_TRUE((*opened)->CreateTable(schema).ok());
  return *std::move(opened);
}

TableSchema Keyed(Type type) {
  return {.table_name = "t",
          .columns = {{.name = "v", .type = Type::kString, .nullable = true},
                      {.name = "k", .type = type, .primary_key = true}}};
}

std::string Canonical(Database& database) {
  std::ostringstream output;
  const auto count = ExportCanonical(database, "t", output);
  EXPECT_TRUE(count.ok()) << count.status();
  const std::string text = output.str();
  EXPECT_EQ(*count, static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
  return text;
}

// The keys of the export, each followed by a space.
std::string KeysOf(const std::vector<std::string>& keys, Type type) {
  const auto database = NewDatabase(Keyed(type));
  const JsonTable table = JsonTable::Open(*database, "t").value();
  for (const std::string& key : keys) {
    EXPECT_TRUE(table.Insert({{"k", Json::parse(key)}}).ok()) << key;
  }
  std::istringstream lines(Canonical(*database));
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    const std::string begin = R"({"v":null,"k":)";
    EXPECT_EQ(line.substr(0, begin.size()), begin);
    found += line.substr(begin.size(), line.size() - begin.size() - 1) + " ";
  }
  return found;
}

// [engine-11.1]
TEST(CanonicalExportTest, KeysStandInTheOrderOfTheirValues) {
  struct Row {
    Type type;
    std::vector<std::string> keys;
    std::string order;
  };
  const Row rows[] = {{Type::kInt,
                       {"10", "9", "-1", "-9223372036854775808", "9223372036854775807", "0"},
                       "-9223372036854775808 -1 0 9 10 9223372036854775807 "},
                      {Type::kFloat,
                       {"10.0", "9.5", "-1e300", "-0.5", "0.0", "1e-300"},
                       "-1e+300 -0.5 0.0 1e-300 9.5 10.0 "},
                      {Type::kString,
                       {R"("b")", R"("ab")", R"("a")", R"("a!")", R"("a\u0001")", R"("")", R"("é")",
                        R"("z")", R"("a\"")"},
                       R"("" "a" "a\u0001" "a!" "a\"" "ab" "b" "z" "é" )"},
                      {Type::kString,
                       {R"("same first bytes 2")", R"("same first bytes 10")", R"("same first")"},
                       R"("same first" "same first bytes 10" "same first bytes 2" )"},
                      {Type::kBool, {"true", "false"}, "false true "},
                      {Type::kDate,
                       {R"("2026-01-10")", R"("2025-12-31")", R"("2026-01-09")"},
                       R"("2025-12-31" "2026-01-09" "2026-01-10" )"}};
  for (const Row& row : rows) EXPECT_EQ(KeysOf(row.keys, row.type), row.order);
}

// [engine-11.1]
TEST(CanonicalExportTest, EqualStatesGiveEqualBytesWhateverTheirHistory) {
  const TableSchema schema = {.table_name = "t",
                              .columns = {{.name = "a", .type = Type::kString, .primary_key = true},
                                          {.name = "b", .type = Type::kInt, .primary_key = true},
                                          {.name = "c", .type = Type::kJson, .nullable = true}}};
  std::mt19937 random(11);
  std::string first;
  for (int round = 0; round < 4; ++round) {
    const auto database = NewDatabase(schema);
    const JsonTable table = JsonTable::Open(*database, "t").value();
    std::vector<int> order(200);
    for (int i = 0; i < 200; ++i) order[static_cast<std::size_t>(i)] = i;
    std::shuffle(order.begin(), order.end(), random);
    for (const int i : order) {
      const Json record = {{"a", absl::StrCat("k", i % 7)}, {"b", i}, {"c", {{"n", i}}}};
      if (random() % 3 == 0) {
        Json other = record;
        other["c"] = nullptr;
        ASSERT_TRUE(table.Insert(other).ok());
        ASSERT_TRUE(table.Update(record).ok());
      } else {
        ASSERT_TRUE(table.Insert(record).ok());
      }
    }
    ASSERT_TRUE(table.Insert({{"a", "gone"}, {"b", round}}).ok());
    ASSERT_TRUE(table.Erase(Json::array({"gone", round})).ok());
    if (round % 2 == 1) {
      ASSERT_TRUE(database->Checkpoint().ok());
    }
    const std::string text = Canonical(*database);
    if (round == 0) first = text;
    EXPECT_EQ(text, first) << round;
  }
  EXPECT_EQ(first.substr(0, first.find('\n')), R"({"a":"k0","b":0,"c":{"n":0}})");
}

TEST(CanonicalExportTest, TableWithoutKeyGoesByAllItsColumns) {
  const TableSchema schema = {.table_name = "t",
                              .columns = {{.name = "n", .type = Type::kInt, .nullable = true},
                                          {.name = "s", .type = Type::kString}}};
  const auto database = NewDatabase(schema);
  const JsonTable table = JsonTable::Open(*database, "t").value();
  for (const Json& record : {Json{{"n", 10}, {"s", "b"}}, Json{{"n", 9}, {"s", "x"}},
                             Json{{"n", nullptr}, {"s", "y"}}, Json{{"n", 10}, {"s", "a"}}}) {
    ASSERT_TRUE(table.Insert(record).ok());
  }
  EXPECT_EQ(Canonical(*database),
            "{\"n\":null,\"s\":\"y\"}\n{\"n\":9,\"s\":\"x\"}\n"
            "{\"n\":10,\"s\":\"a\"}\n{\"n\":10,\"s\":\"b\"}\n");
}

TEST(CanonicalExportTest, OneChangedRecordIsOneChangedLine) {
  const auto database = NewDatabase(Keyed(Type::kInt));
  const JsonTable table = JsonTable::Open(*database, "t").value();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(table.Insert({{"k", i}, {"v", "old"}}).ok());
  const std::string before = Canonical(*database);
  ASSERT_TRUE(table.Update({{"k", 50}, {"v", "new"}}).ok());
  std::string expected = before;
  const std::string old_line = R"({"v":"old","k":50})";
  expected.replace(expected.find(old_line), old_line.size(), R"({"v":"new","k":50})");
  EXPECT_EQ(Canonical(*database), expected);
}

TEST(CanonicalExportTest, InterruptedExportSaysThatItWas) {
  const auto database = NewDatabase(Keyed(Type::kInt));
  ASSERT_TRUE(JsonTable::Open(*database, "t")->Insert({{"k", 1}}).ok());
  std::ostringstream output;
  CanonicalExportOptions options;
  options.progress = [](std::uint64_t) { return false; };
  EXPECT_EQ(ExportCanonical(*database, "t", output, options).status().code(),
            absl::StatusCode::kCancelled);
}

// Whatever the values: the first bytes by which most are sorted never contradict the whole.
TEST(CanonicalExportTest, PrefixNeverContradictsTheOrder) {
  struct Row {
    Type type;
    std::vector<std::string> values;
  };
  const Row rows[] = {
      {Type::kInt, {"-9223372036854775808", "-2", "-1", "0", "1", "9223372036854775807"}},
      {Type::kFloat, {"-1e+300", "-1.5", "-0.0", "0.0", "5e-324", "1.5", "1e+300"}},
      {Type::kString,
       {R"("")", R"("\u0000")", R"("\t")", R"("\"")", R"("a")", R"("a\u0000")", R"("abcdefgh")",
        R"("abcdefghi")", R"("ü")", R"("😀")"}},
      {Type::kBool, {"false", "true"}},
      {Type::kTimestamp, {R"("2026-01-22T20:31:17.592171Z")", R"("2026-01-22T20:31:17.592172Z")"}}};
  for (const Row& row : rows) {
    const auto layout = schema::RecordLayout::Create(Keyed(row.type));
    ASSERT_TRUE(layout.ok());
    const engine::CanonicalOrder order(*layout);
    for (const std::string& a : row.values) {
      for (const std::string& b : row.values) {
        const int compared = order.Compare({a}, {b});
        EXPECT_EQ(compared, -order.Compare({b}, {a}));
        EXPECT_EQ(compared == 0, a == b) << a << " " << b;
        if (compared < 0) {
          EXPECT_LE(order.PrefixOf({a}), order.PrefixOf({b})) << a << " " << b;
        }
        // They are listed in order.
        EXPECT_EQ(compared < 0, &a < &b) << a << " " << b;
      }
    }
  }
}

}  // namespace
}  // namespace linedb
