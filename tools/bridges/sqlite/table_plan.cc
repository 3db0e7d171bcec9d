#include "tools/bridges/sqlite/table_plan.h"

#include <optional>
#include <string_view>
#include <utility>

#include "schema/order_key.h"

namespace linedb::sqlite {
namespace {

std::string_view SignOf(Bound bound) {
  switch (bound) {
    case Bound::kEqual:
      return " =";
    case Bound::kIs:
      return " is";
    case Bound::kLow:
      return " >=";
    case Bound::kAbove:
      return " >";
    case Bound::kHigh:
      return " <=";
    case Bound::kBelow:
      break;
  }
  return " <";
}

std::string WayOf(const TablePlan& plan, const schema::RecordLayout& layout) {
  const auto number = static_cast<std::size_t>(plan.number);
  switch (plan.kind) {
    case TablePlan::Kind::kKey:
      return "key " + layout.keys()[number].name;
    case TablePlan::Kind::kIndex:
      return "index " + layout.indexes()[number].name;
    case TablePlan::Kind::kLookup:
      return "lookup";
    case TablePlan::Kind::kScan:
      break;
  }
  return "scan";
}

// All that begin with it.
engine::IndexRange RangeOfPrefix(const std::string& prefix) {
  return {prefix, prefix.empty() ? std::nullopt : schema::OrderKeyEnd(prefix)};
}

std::string BeginOf(std::string key, const Value& value) {
  schema::AppendOrderKey(value, &key);
  return key;
}

// Behind all with this value.
std::optional<std::string> EndOf(const std::string& prefix, const Value& value) {
  return schema::OrderKeyEnd(BeginOf(prefix, value));
}

void Narrow(const std::string& prefix, Bound bound, const Comparand& value,
            engine::IndexRange* range) {
  if (bound == Bound::kAbove && value.exact) {
    range->low = EndOf(prefix, value.value).value_or(range->low);
  } else if (bound == Bound::kAbove || bound == Bound::kLow) {
    range->low = BeginOf(prefix, value.value);
  } else if (bound == Bound::kBelow && value.exact) {
    range->high = BeginOf(prefix, value.value);
  } else {
    range->high = EndOf(prefix, value.value);
  }
}

}  // namespace

std::string TextOf(const TablePlan& plan, const schema::RecordLayout& layout) {
  std::string text = WayOf(plan, layout);
  const char* word = " by ";
  for (const TablePlan::Argument& argument : plan.arguments) {
    text += word + layout.columns()[static_cast<std::size_t>(argument.column)].name;
    text += SignOf(argument.bound);
    word = " and ";
  }
  return plan.descending ? text + ", descending" : text;
}

engine::IndexRange RangeOf(const TablePlan& plan, const std::vector<Comparand>& values) {
  std::string prefix;
  std::size_t i = 0;
  for (; i < values.size() && IsEquality(plan.arguments[i].bound); ++i) {
    if (!values[i].is_value()) return RangeOfPrefix(prefix);
    schema::AppendOrderKey(values[i].value, &prefix);
  }
  engine::IndexRange range = RangeOfPrefix(prefix);
  if (i == values.size()) return range;
  // Nulls come first, and no comparison lets them pass.
  range.low = EndOf(prefix, Value()).value_or(prefix);
  for (; i < values.size(); ++i) {
    if (values[i].is_value()) Narrow(prefix, plan.arguments[i].bound, values[i], &range);
  }
  if (range.high.has_value() && *range.high < range.low) range.high = range.low;
  return range;
}

}  // namespace linedb::sqlite
