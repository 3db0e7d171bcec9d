// A library's books, in the order of several ordered indexes, and what a walk along one of them
// must yield.

#ifndef LINEDB_TESTS_INDEXES_LIBRARY_H_
#define LINEDB_TESTS_INDEXES_LIBRARY_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/index_cursor.h"
#include "schema/order_key.h"
#include "schema/record_codec.h"
#include "tests/engine/campus.h"

namespace linedb::testing {

struct Book {
  std::optional<std::int64_t> id = std::nullopt;
  std::string title = {};
  std::optional<std::int64_t> year = std::nullopt;
  double price = 0;
  std::string note = {};

  friend bool operator==(const Book&, const Book&) = default;
};

}  // namespace linedb::testing

template <>
struct linedb::Describe<linedb::testing::Book> {
  using Book = linedb::testing::Book;
  static constexpr auto kTable = linedb::DescribeTable<"book">(
      linedb::Field<"id", &Book::id>().PrimaryKey(), linedb::Field<"title", &Book::title>(),
      linedb::Field<"year", &Book::year>().Indexed(), linedb::Field<"price", &Book::price>(),
      linedb::Field<"note", &Book::note>(), linedb::Index<"title", "year">(),
      linedb::Index<"price">());
};

namespace linedb::testing {

inline engine::TableCore CoreOf(Campus& campus, std::string_view table = "book") {
  return {campus.engine.get(), campus.engine->FindTable(table)};
}

inline std::string OrderKeyOf(const schema::RecordLayout& layout, int index,
                              std::string_view line) {
  std::vector<schema::FieldSpan> spans(static_cast<std::size_t>(layout.column_count()));
  EXPECT_TRUE(schema::SplitCanonical(layout, line, layout.column_count() - 1, spans.data()));
  std::string key;
  schema::AppendOrderKeyOf(layout, layout.indexes()[static_cast<std::size_t>(index)], line,
                           spans.data(), &key);
  return key;
}

using Lines = std::vector<std::string>;

// What the walk must yield: the lines of a scan, sorted.
inline Lines SortedScan(const engine::TableCore& core, engine::View view, int index,
                        const engine::IndexRange& range, engine::IndexOrder order) {
  std::vector<std::pair<std::string, std::string>> keyed;
  engine::RecordCursor cursor = core.Scan(view).value();
  for (std::string_view line; cursor.Next(&line);) {
    std::string key = OrderKeyOf(core.table()->layout(), index, line);
    if (key < range.low || (range.high && key >= *range.high)) continue;
    keyed.emplace_back(std::move(key), line);
  }
  EXPECT_THAT(cursor.status(), IsOk());
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Lines lines;
  for (auto& [key, line] : keyed) lines.push_back(std::move(line));
  if (order == engine::IndexOrder::kDescending) std::reverse(lines.begin(), lines.end());
  return lines;
}

inline Lines Walk(const engine::TableCore& core, engine::View view, int index,
                  const engine::IndexRange& range = {},
                  engine::IndexOrder order = engine::IndexOrder::kAscending) {
  absl::StatusOr<engine::IndexCursor> cursor =
      engine::IndexCursor::Open(core, view, index, range, order);
  EXPECT_THAT(cursor, IsOk());
  Lines lines;
  if (!cursor.ok()) return lines;
  std::string_view key;
  for (std::string_view line; cursor->Next(&key, &line);) {
    EXPECT_EQ(key, OrderKeyOf(core.table()->layout(), index, line));
    lines.emplace_back(line);
  }
  EXPECT_THAT(cursor->status(), IsOk());
  return lines;
}

// Every index, in both directions.
inline void ExpectIndexesAgree(const engine::TableCore& core, engine::View view,
                               const std::string& what) {
  for (int index = 0; index < static_cast<int>(core.table()->layout().indexes().size()); ++index) {
    for (const auto order : {engine::IndexOrder::kAscending, engine::IndexOrder::kDescending}) {
      ASSERT_EQ(Walk(core, view, index, {}, order), SortedScan(core, view, index, {}, order))
          << what << ", index " << index;
    }
  }
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_INDEXES_LIBRARY_H_
