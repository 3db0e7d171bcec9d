// The tables of the model tests. `item` and `mirror` are a pair: whatever happens to an item
// happens to its mirror in the same transaction, so half a transaction shows. `moment` holds one
// record that every transaction increments: it tells which moment of the history a reader sees.

#ifndef LINEDB_TESTS_MODEL_MODEL_RECORDS_H_
#define LINEDB_TESTS_MODEL_MODEL_RECORDS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "linedb/describe.h"

namespace linedb::model {

struct Item {
  std::optional<std::int64_t> id = std::nullopt;
  std::optional<std::string> tag = std::nullopt;
  std::int64_t value = 0;
  std::string text = {};

  friend bool operator==(const Item&, const Item&) = default;
};

struct Mirror {
  std::int64_t item = 0;
  std::string code = {};
  std::int64_t value = 0;

  friend bool operator==(const Mirror&, const Mirror&) = default;
};

struct Moment {
  std::int64_t id = 0;
  std::int64_t number = 0;
  std::int64_t attempt = 0;  // which attempt at that number it was; none has the same
};

inline constexpr std::int64_t kMomentId = 1;

inline Mirror MirrorOf(const Item& item) {
  return {.item = *item.id,
          .code = item.tag ? *item.tag : "none of " + std::to_string(*item.id),
          .value = item.value};
}

}  // namespace linedb::model

template <>
struct linedb::Describe<linedb::model::Item> {
  using Item = linedb::model::Item;
  static constexpr auto kTable = linedb::DescribeTable<"item">(
      linedb::Field<"id", &Item::id>().PrimaryKey(), linedb::Field<"tag", &Item::tag>().Unique(),
      linedb::Field<"value", &Item::value>(), linedb::Field<"text", &Item::text>());
};

template <>
struct linedb::Describe<linedb::model::Mirror> {
  using Mirror = linedb::model::Mirror;
  static constexpr auto kTable = linedb::DescribeTable<"mirror">(
      linedb::Field<"item", &Mirror::item>().PrimaryKey(),
      linedb::Field<"code", &Mirror::code>().Unique(), linedb::Field<"value", &Mirror::value>());
};

template <>
struct linedb::Describe<linedb::model::Moment> {
  using Moment = linedb::model::Moment;
  static constexpr auto kTable = linedb::DescribeTable<"moment">(
      linedb::Field<"id", &Moment::id>().PrimaryKey(), linedb::Field<"number", &Moment::number>(),
      linedb::Field<"attempt", &Moment::attempt>());
};

#endif  // LINEDB_TESTS_MODEL_MODEL_RECORDS_H_
