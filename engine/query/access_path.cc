#include "engine/query/access_path.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/query/access_costs.h"
#include "engine/query/column_bounds.h"
#include "linedb/text_writer.h"
#include "schema/order_key.h"

namespace linedb::engine {
namespace {

constexpr std::size_t kLookupsMax = 1000;  // keys or ranges of one path

class PathFinder {
 public:
  PathFinder(const BoundQuery& query, std::size_t source, const AccessFacts& facts)
      : query_(query), source_(query.sources[source]), facts_(facts) {
    if (source_.spec->where.has_value()) {
      bounds_ = BoundsOf(*source_.spec->where, *source_.layout, source_.spec->name);
      selectivity_ = SelectivityOf(*source_.spec->where);
    }
    for (const ExistsSpec& exists : source_.spec->exists)
      selectivity_ *= exists.negated ? 0.9 : 0.5;
    for (const MatchedValues& match : facts.matches) AddMatch(match);
  }

  std::vector<AccessPath> Find() {
    if (bounds_.nothing) {
      Add({.kind = AccessPath::Kind::kNothing, .what = "nothing: no record can pass the filter"});
      return std::move(paths_);
    }
    AddScan();
    for (int key = 0; key < static_cast<int>(layout().keys().size()); ++key) AddKey(key);
    for (int index = 0; index < static_cast<int>(layout().indexes().size()); ++index) {
      AddIndex(index);
    }
    std::stable_sort(paths_.begin(), paths_.end(), [](const AccessPath& a, const AccessPath& b) {
      return a.nanoseconds < b.nanoseconds;
    });
    return std::move(paths_);
  }

 private:
  const schema::RecordLayout& layout() const { return *source_.layout; }

  // A semi-join's values are as good as a list in the condition.
  void AddMatch(const MatchedValues& match) {
    if (match.column < 0 || match.count > static_cast<double>(kLookupsMax)) return;
    ColumnBounds& bounds = bounds_.columns[match.column];
    if (bounds.equals.has_value()) return;
    bounds.equals = match.known;
    unknown_[match.column] = match.known.empty() ? match.count : 0;
    bounds.texts.push_back("the semi-join's values");
  }
  double CountOf(int column, const ColumnBounds& bounds) const {
    const auto unknown = unknown_.find(column);
    const double expected = unknown != unknown_.end() ? unknown->second : 0;
    return std::max(expected, static_cast<double>(bounds.equals->size()));
  }

  void Add(AccessPath path) {
    const double kept = facts_.rows_wanted.value_or(path.rows);
    if (facts_.order_matters && !path.ordered && path.rows > 1) {
      path.nanoseconds +=
          path.rows * std::log2(std::max(2.0, std::min(kept, path.rows))) * kSortNanoseconds;
    }
    paths_.push_back(std::move(path));
  }

  void AddScan() {
    const bool columns = facts_.columns_in_memory;
    AccessPath path{.kind = columns ? AccessPath::Kind::kColumns : AccessPath::Kind::kScan,
                    .what = columns ? "columns in memory" : "scan"};
    path.records = facts_.records;
    path.rows = facts_.records * selectivity_;
    if (!facts_.order_matters && facts_.rows_wanted.has_value() && selectivity_ > 0) {
      path.records = std::min(path.records, *facts_.rows_wanted / selectivity_);
    }
    path.nanoseconds = path.records * (columns ? kColumnNanoseconds : kScanNanoseconds);
    Add(std::move(path));
  }

  void AddKey(int number) {
    const schema::KeyLayout& key = layout().keys()[static_cast<std::size_t>(number)];
    double count = 1;
    std::vector<std::string> texts = {""};
    std::vector<std::string> by;
    for (const int column : key.columns) {
      const auto found = bounds_.columns.find(column);
      if (found == bounds_.columns.end() || !found->second.equals.has_value()) return;
      count *= CountOf(column, found->second);
      if (count > static_cast<double>(kLookupsMax)) return;
      texts = Extended(texts, *found->second.equals);
      by.insert(by.end(), found->second.texts.begin(), found->second.texts.end());
    }
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    AccessPath path{.kind = AccessPath::Kind::kKey, .number = number, .keys = std::move(texts)};
    path.records = std::min(count, facts_.records);
    path.rows = path.records;
    path.nanoseconds = count * kKeyNanoseconds;
    path.what = absl::StrCat("key ", key.name, ", by ", absl::StrJoin(by, " and "));
    Add(std::move(path));
  }
  // Each text with each value behind it. Both zeros are equal, and each has a text.
  static std::vector<std::string> Extended(const std::vector<std::string>& texts,
                                           const std::vector<Value>& values) {
    std::vector<std::string> extended;
    const auto add = [&extended](const std::string& text, const Value& value) {
      schema::TextWriter writer;
      if (WriteValueText(value, &writer) != nullptr) return;  // then no record has it
      extended.push_back(absl::StrCat(text, text.empty() ? "" : ",", std::string(writer.text())));
    };
    for (const std::string& text : texts) {
      for (const Value& value : values) {
        add(text, value);
        if (value.type() == Type::kFloat && value.as_float() == 0) {
          add(text, Value::Float(-value.as_float()));
        }
      }
    }
    return extended;
  }

  // What the filter says about an index's first columns.
  struct Prefix {
    std::vector<std::string> keys = {""};
    std::size_t columns = 0;  // that have one value, or one of a list
    bool one_value = true;    // of each
    double unknown = 1;       // so many times more ranges are expected
    std::vector<std::string> by = {};
  };
  Prefix PrefixOf(const schema::IndexLayout& index) const {
    Prefix prefix;
    for (const int column : index.columns) {
      const auto found = bounds_.columns.find(column);
      if (found == bounds_.columns.end()) break;
      const ColumnBounds& bounds = found->second;
      if (!bounds.equals.has_value() && !bounds.is_null) break;
      const double count = bounds.is_null ? 1 : CountOf(column, bounds);
      if (count * static_cast<double>(prefix.keys.size()) > static_cast<double>(kLookupsMax)) break;
      prefix.one_value = prefix.one_value && count <= 1;
      std::vector<std::string> keys;
      for (const std::string& key : prefix.keys) {
        for (const Value& value : bounds.is_null ? std::vector<Value>{Value()} : *bounds.equals) {
          schema::AppendOrderKey(value, &keys.emplace_back(key));
        }
      }
      if (!bounds.is_null && bounds.equals->empty()) prefix.unknown *= count;
      prefix.keys = std::move(keys);
      prefix.by.insert(prefix.by.end(), bounds.texts.begin(), bounds.texts.end());
      ++prefix.columns;
    }
    return prefix;
  }

  void AddIndex(int number) {
    const schema::IndexLayout& index = layout().indexes()[static_cast<std::size_t>(number)];
    Prefix prefix = PrefixOf(index);
    const ColumnBounds* range = nullptr;
    if (prefix.columns < index.columns.size()) {
      const auto found = bounds_.columns.find(index.columns[prefix.columns]);
      if (found != bounds_.columns.end() && found->second.is_range()) range = &found->second;
    }
    if (range != nullptr) {
      prefix.by.insert(prefix.by.end(), range->texts.begin(), range->texts.end());
    }
    AccessPath path{.kind = AccessPath::Kind::kIndex, .number = number};
    for (const std::string& key : prefix.keys) {
      IndexRange made = RangeOf(key, range);
      if (!made.high.has_value() || made.low < *made.high) path.ranges.push_back(std::move(made));
    }
    if (path.ranges.empty() && !prefix.keys.empty()) {
      Add({.kind = AccessPath::Kind::kNothing, .what = "nothing: no value is in that range"});
      return;
    }
    std::sort(path.ranges.begin(), path.ranges.end(),
              [](const IndexRange& a, const IndexRange& b) { return a.low < b.low; });
    path.ranges.erase(
        std::unique(path.ranges.begin(), path.ranges.end(),
                    [](const IndexRange& a, const IndexRange& b) { return a.low == b.low; }),
        path.ranges.end());
    SetOrder(index, prefix, &path);
    if (prefix.by.empty() && !path.ordered) return;
    Estimate(prefix, &path);
    path.what = absl::StrCat("index ", index.name);
    if (!prefix.by.empty()) absl::StrAppend(&path.what, ", by ", absl::StrJoin(prefix.by, " and "));
    if (path.ordered) absl::StrAppend(&path.what, ", in its order");
    Add(std::move(path));
  }
  static IndexRange RangeOf(const std::string& key, const ColumnBounds* bounds) {
    if (bounds == nullptr) return {key, key.empty() ? std::nullopt : schema::OrderKeyEnd(key)};
    IndexRange range{key, std::nullopt};
    if (bounds->low.has_value()) {
      schema::AppendOrderKey(*bounds->low, &range.low);
    } else if (!bounds->prefix.has_value()) {
      // Behind the nulls, which no comparison lets pass.
      schema::AppendOrderKey(Value(), &range.low);
      range.low = schema::OrderKeyEnd(range.low).value_or(range.low);
    }
    std::string high = key;
    if (bounds->high.has_value()) schema::AppendOrderKey(*bounds->high, &high);
    if (bounds->prefix.has_value()) {
      std::string prefix = key;
      schema::AppendOrderKeyPrefix(*bounds->prefix, &prefix);
      range.low = std::max(range.low, prefix);
      if (!bounds->high.has_value()) high = std::move(prefix);
    }
    if (!high.empty()) range.high = schema::OrderKeyEnd(high);
    return range;
  }

  // Whether the index has the query's order: column by column, but for those of which there is one
  // value only.
  void SetOrder(const schema::IndexLayout& index, const Prefix& prefix, AccessPath* path) {
    if (!facts_.order_matters || path->ranges.size() != 1 || !prefix.one_value) return;
    std::size_t next = prefix.columns;
    std::optional<bool> descending;
    for (const OrderSpec& order : query_.spec->order) {
      if (!order.by.of.has_value() || order.by.aggregate.has_value()) return;
      const int column = ColumnOf(*order.by.of, layout(), source_.spec->name);
      const auto first = index.columns.begin();
      const auto constant = first + static_cast<std::ptrdiff_t>(prefix.columns);
      if (column < 0) return;
      if (std::find(first, constant, column) != constant) continue;
      if (next == index.columns.size() || index.columns[next] != column) return;
      if (descending.value_or(order.descending) != order.descending) return;
      descending = order.descending;
      ++next;
    }
    path->ordered = true;
    const bool down = descending.value_or(false);
    path->direction = down ? IndexOrder::kDescending : IndexOrder::kAscending;
    path->ties_have_one_key = next == index.columns.size();
    path->ties_in_file_order = !down && path->ties_have_one_key;
  }

  void Estimate(const Prefix& prefix, AccessPath* path) const {
    double entries = 0;
    for (const IndexRange& range : path->ranges) {
      entries += static_cast<double>(EstimateEntries(source_.spec->table, path->number, range));
    }
    if (path->ranges.empty()) entries = prefix.unknown * kMatchesEach;
    const double rows =
        prefix.by.empty()
            ? entries * selectivity_
            : std::min(entries, facts_.records * selectivity_ + entries * kCoveredRate);
    path->rows = std::min(entries, rows);
    path->records = entries;
    if (path->ordered && facts_.rows_wanted.has_value() && path->rows > 0) {
      path->records = std::min(entries, *facts_.rows_wanted * entries / path->rows);
    }
    const double ranges = std::max(static_cast<double>(path->ranges.size()), 1.0);
    path->nanoseconds = ranges * kRangeNanoseconds + path->records * kEntryNanoseconds;
  }
  // Of what the index finds by the filter at least so much passes all of it.
  static constexpr double kCoveredRate = 0.5;

  const BoundQuery& query_;
  const BoundSource& source_;
  const AccessFacts& facts_;
  ConditionBounds bounds_;
  std::map<int, double> unknown_;  // how many values there will be in a column
  double selectivity_ = 1;
  std::vector<AccessPath> paths_;
};

}  // namespace

std::vector<AccessPath> FindAccessPaths(const BoundQuery& query, std::size_t source,
                                        const AccessFacts& facts) {
  return PathFinder(query, source, facts).Find();
}

}  // namespace linedb::engine
