#include "engine/query/run_query.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/engine.h"
#include "engine/query/bound_query.h"
#include "engine/query/grouper.h"
#include "engine/query/query_plan.h"
#include "engine/query/record_loader.h"
#include "engine/query/sorter.h"
#include "engine/query/source_streams.h"
#include "engine/query/value_key.h"
#include "linedb/call_in_threads.h"

namespace linedb::engine {
namespace {

using schema::ValueView;

// So many values of a semi-join are remembered for a key or an index.
constexpr std::size_t kKnownMatchesMax = 1000;

// What the semi-joins of a source find.
absl::Status FindMatches(const BoundSource& source, View view, std::vector<ValueSet>* sets,
                         SourceMatches* matches) {
  for (std::size_t i = 0; i < source.exists.size(); ++i) {
    const ExistsSpec& exists = source.spec->exists[i];
    ValueSet& set = sets->emplace_back();
    MatchedValues& match = matches->emplace_back();
    const bool can_look_up = source.exists[i].size() == 1 && !exists.negated;
    if (can_look_up) match.column = source.exists[i][0] - source.first_slot;
    QuerySpec other = *exists.other;
    for (const std::string& column : exists.on.other_columns) {
      other.outputs.push_back({.of = Expression::Column(column)});
    }
    std::string key;
    absl::Status run = RunQuery(other, view, [&](const ResultRow& row) {
      key.clear();
      for (std::size_t column = 0; column < other.outputs.size(); ++column) {
        if (row.IsNull(column)) return true;
        AppendValueKey(row.value(column), &key);
      }
      if (set.insert(key).second && can_look_up && match.known.size() <= kKnownMatchesMax) {
        match.known.push_back(schema::ToValue(row.value(0)));
      }
      return true;
    });
    if (!run.ok()) return run;
    match.count = static_cast<double>(set.size());
    if (set.size() > kKnownMatchesMax) match.known.clear();
  }
  return absl::OkStatus();
}

// One run of a query.
class Run {
 public:
  Run(const BoundQuery& query, View view, RowLines lines, ResultVisitor visit)
      : query_(query), spec_(*query.spec), view_(view), lines_(lines), visit_(visit) {}

  absl::Status Go() {
    if (absl::Status opened = Open(); !opened.ok()) return opened;
    switch (plan_.end) {
      case QueryPlan::End::kStream:
        return Stream();
      case QueryPlan::End::kSort:
        return Sort();
      case QueryPlan::End::kGroup:
        break;
    }
    return Group();
  }

 private:
  absl::Status Open() {
    std::vector<SourceMatches> matches(query_.sources.size());
    std::vector<std::vector<ValueSet>> sets(query_.sources.size());
    for (std::size_t i = 0; i < query_.sources.size(); ++i) {
      absl::Status found = FindMatches(query_.sources[i], view_, &sets[i], &matches[i]);
      if (!found.ok()) return found;
    }
    const bool needs_lines = query_.whole_records() || lines_ == RowLines::kAlways;
    absl::StatusOr<QueryPlan> plan = MakePlan(query_, view_, needs_lines, matches);
    if (!plan.ok()) return plan.status();
    plan_ = *std::move(plan);
    for (std::size_t i = 0; i < query_.sources.size(); ++i) {
      loaders_.push_back(
          std::make_unique<RecordLoader>(query_.sources[i], std::move(sets[i]), ReadColumns()));
    }
    absl::StatusOr<std::unique_ptr<RowStream>> rows =
        plan_.join.has_value() ? OpenJoin() : OpenOne(0);
    if (!rows.ok()) return rows.status();
    rows_ = *std::move(rows);
    return absl::OkStatus();
  }
  // Whole records that come in the query's order as they are need no values beside.
  RecordLoader::Columns ReadColumns() const {
    const AccessPath& path = plan_.sources[0].path;
    const bool passes_lines = plan_.end == QueryPlan::End::kStream && !plan_.join.has_value() &&
                              query_.outputs.empty() && !spec_.distinct &&
                              (!path.ordered || path.ties_have_one_key);
    return passes_lines ? RecordLoader::Columns::kOfFilter : RecordLoader::Columns::kAll;
  }
  absl::StatusOr<std::unique_ptr<RowStream>> OpenOne(std::size_t source) {
    return OpenSource(query_, source, plan_.sources[source].path, view_, *loaders_[source]);
  }
  absl::StatusOr<std::unique_ptr<RowStream>> OpenJoin() {
    const std::size_t inner = plan_.join->inner;
    absl::StatusOr<std::unique_ptr<RowStream>> other = OpenOne(1 - inner);
    if (!other.ok()) return other.status();
    if (plan_.join->lookup.has_value()) {
      return JoinByLookup(query_, *std::move(other), inner, *plan_.join->lookup, view_,
                          *loaders_[inner]);
    }
    absl::StatusOr<std::unique_ptr<RowStream>> kept = OpenOne(inner);
    if (!kept.ok()) return kept.status();
    return JoinByHash(query_, *std::move(kept), *std::move(other), inner);
  }

  // Rows one after the other; false ends the walk.
  absl::Status WalkAll(RowTaker take) const {
    bool wanted = true;
    const auto count_wanted = [&](QueryRow& row) { return wanted = take(row); };
    for (std::size_t part = 0; part < rows_->parts() && wanted; ++part) {
      if (absl::Status walked = rows_->Walk(part, count_wanted); !walked.ok()) return walked;
    }
    return absl::OkStatus();
  }

  // All rows in as many gatherers as there are threads: what these yield together does not depend
  // on who took which row.
  template <class Gatherer>
  absl::StatusOr<Gatherer> Gather() const {
    const std::size_t threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1,
                                                        std::max<std::size_t>(rows_->parts(), 1));
    std::vector<Gatherer> gatherers;
    gatherers.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) gatherers.emplace_back(query_);
    std::atomic<std::size_t> next = 0;
    const auto gather = [&](std::size_t thread) {
      Gatherer& gatherer = gatherers[thread];
      for (std::size_t part = next++; part < rows_->parts(); part = next++) {
        absl::Status walked = rows_->Walk(part, [&gatherer](QueryRow& row) {
          gatherer.Take(row);
          return true;
        });
        if (!walked.ok()) return walked;
      }
      return absl::OkStatus();
    };
    absl::Status gathered = CallInThreads(static_cast<int>(threads), threads, gather);
    if (!gathered.ok()) return gathered;
    for (std::size_t i = 1; i < threads; ++i) gatherers[0].Merge(std::move(gatherers[i]));
    return std::move(gatherers[0]);
  }

  // Whether the output is new; of a query with Distinct.
  bool IsNew(const ValueView* outputs) {
    key_.clear();
    for (std::size_t i = 0; i < query_.outputs.size(); ++i) AppendValueKey(outputs[i], &key_);
    return seen_.insert(key_).second;
  }
  // Of values that query_.outputs name.
  const ValueView* PickOutputs(const ValueView* values) {
    outputs_.clear();
    for (const OutputRef& output : query_.outputs) outputs_.push_back(values[output.number]);
    return outputs_.data();
  }
  // Passes over the first ones, and ends behind the last.
  bool Emit(const std::string_view* lines, const ValueView* outputs) {
    if (passed_over_ < spec_.offset) {
      ++passed_over_;
      return true;
    }
    if (spec_.limit.has_value() && emitted_ == *spec_.limit) return false;
    ++emitted_;
    if (!visit_(ResultRow(lines, outputs))) return false;
    return !spec_.limit.has_value() || emitted_ < *spec_.limit;
  }

  absl::Status Stream() {
    if (spec_.limit == std::uint64_t{0}) return absl::OkStatus();
    return WalkAll([&](QueryRow& row) {
      outputs_.clear();
      for (const OutputRef& output : query_.outputs) {
        outputs_.push_back(query_.values[output.number].Evaluate(row.slots));
      }
      if (spec_.distinct && !IsNew(outputs_.data())) return true;
      return Emit(row.lines.data(), outputs_.data());
    });
  }

  absl::Status Sort() {
    absl::StatusOr<Sorter> sorter = spec_.distinct ? SortDistinct() : Gather<Sorter>();
    if (!sorter.ok()) return sorter.status();
    passed_over_ = spec_.offset;
    sorter->ForEach([&](const std::string_view* lines, const ValueView* values) {
      return Emit(lines, PickOutputs(values));
    });
    return absl::OkStatus();
  }
  // Of rows that are equal the first one is sorted; they come in file order.
  absl::StatusOr<Sorter> SortDistinct() {
    Sorter sorter(query_);
    absl::Status walked = WalkAll([&](QueryRow& row) {
      outputs_.clear();
      for (const OutputRef& output : query_.outputs) {
        outputs_.push_back(query_.values[output.number].Evaluate(row.slots));
      }
      if (IsNew(outputs_.data())) sorter.Take(row);
      return true;
    });
    if (!walked.ok()) return walked;
    return sorter;
  }

  // A group's values, then its aggregates.
  std::vector<Value> ValuesOf(const engine::Group& group) const {
    std::vector<Value> values = group.values;
    for (std::size_t i = 0; i < query_.aggregates.size(); ++i) {
      values.push_back(group.aggregates[i].Result(query_.aggregates[i].kind));
    }
    return values;
  }
  std::size_t PlaceOf(const OutputRef& output) const {
    return output.number + (output.of == OutputRef::Of::kAggregate ? query_.groups.size() : 0);
  }
  int CompareGroups(const std::vector<Value>& a, const std::vector<Value>& b) const {
    for (const BoundOrder& order : query_.order) {
      const std::size_t place = PlaceOf(order.by);
      const int compared =
          schema::CompareValues(schema::ViewOf(a[place]), schema::ViewOf(b[place]));
      if (compared != 0) return order.descending ? -compared : compared;
    }
    return 0;
  }

  absl::Status Group() {
    absl::StatusOr<Grouper> grouper = Gather<Grouper>();
    if (!grouper.ok()) return grouper.status();
    std::vector<std::vector<Value>> rows;
    for (const engine::Group& group : grouper->TakeGroups()) rows.push_back(ValuesOf(group));
    if (spec_.distinct) KeepDistinct(&rows);
    std::stable_sort(rows.begin(), rows.end(),
                     [this](const auto& a, const auto& b) { return CompareGroups(a, b) < 0; });
    for (const std::vector<Value>& row : rows) {
      if (!Emit(nullptr, OutputsOf(row))) break;
    }
    return absl::OkStatus();
  }
  const ValueView* OutputsOf(const std::vector<Value>& row) {
    outputs_.clear();
    for (const OutputRef& output : query_.outputs) {
      outputs_.push_back(schema::ViewOf(row[PlaceOf(output)]));
    }
    return outputs_.data();
  }
  void KeepDistinct(std::vector<std::vector<Value>>* rows) {
    std::erase_if(*rows, [this](const auto& row) { return !IsNew(OutputsOf(row)); });
  }

  const BoundQuery& query_;
  const QuerySpec& spec_;
  const View view_;
  const RowLines lines_;
  const ResultVisitor visit_;
  QueryPlan plan_;
  std::vector<std::unique_ptr<RecordLoader>> loaders_;
  std::unique_ptr<RowStream> rows_;
  std::vector<ValueView> outputs_;
  std::string key_;
  absl::flat_hash_set<std::string> seen_;
  std::uint64_t passed_over_ = 0;
  std::uint64_t emitted_ = 0;
};

}  // namespace

absl::Status RunQuery(const QuerySpec& query, View in, RowLines lines, ResultVisitor visit) {
  const absl::StatusOr<BoundQuery> bound = BoundQuery::Bind(query);
  if (!bound.ok()) return bound.status();
  if (in.writer() != nullptr || in.snapshot() != nullptr) {
    return Run(*bound, in, lines, visit).Go();
  }
  Engine* engine = query.sources[0].table.engine();
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = engine->TakeSnapshot();
  if (!snapshot.ok()) return snapshot.status();
  const ReadTransaction now(engine, *std::move(snapshot));
  return Run(*bound, now, lines, visit).Go();
}

absl::Status RunQuery(const QuerySpec& query, View in, ResultVisitor visit) {
  return RunQuery(query, in, RowLines::kAsAsked, visit);
}

absl::StatusOr<std::uint64_t> CountRows(const QuerySpec& query, View in) {
  QuerySpec counted = query;
  counted.limit = std::nullopt;
  counted.offset = 0;
  const bool has_groups =
      !query.groups.empty() ||
      std::any_of(query.outputs.begin(), query.outputs.end(),
                  [](const OutputSpec& output) { return output.aggregate.has_value(); });
  std::int64_t count = 0;
  absl::Status run;
  if (has_groups || query.distinct) {
    run = RunQuery(counted, in, [&count](const ResultRow&) { return ++count, true; });
  } else {
    counted.outputs = {{.aggregate = Aggregate::kCount}};
    counted.order.clear();
    run = RunQuery(counted, in, [&count](const ResultRow& row) { return row.GetInt(0, &count); });
  }
  if (!run.ok()) return run;
  auto rows = static_cast<std::uint64_t>(count);
  rows -= std::min(rows, query.offset);
  return std::min(rows, query.limit.value_or(rows));
}

}  // namespace linedb::engine
