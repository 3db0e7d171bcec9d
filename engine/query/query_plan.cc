#include "engine/query/query_plan.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/index/table_state.h"
#include "engine/query/column_bounds.h"
#include "engine/query/source_streams.h"
#include "engine/transaction/publisher.h"

namespace linedb::engine {
namespace {

constexpr double kKeptNanoseconds = 150;     // a row that is put into a hash table
constexpr double kProbeNanoseconds = 80;     // a row that is looked up there
constexpr double kLookupNanoseconds = 1500;  // or in a table
constexpr double kSortNanoseconds = 300;     // a row that is kept and sorted

class Planner {
 public:
  Planner(const BoundQuery& query, View view, bool needs_lines,
          const std::vector<SourceMatches>& matches)
      : query_(query), view_(view), needs_lines_(needs_lines), matches_(matches) {}

  absl::StatusOr<QueryPlan> Plan() {
    for (std::size_t source = 0; source < query_.sources.size(); ++source) {
      absl::StatusOr<SourcePlan> planned = PlanSource(source);
      if (!planned.ok()) return planned.status();
      plan_.sources.push_back(*std::move(planned));
    }
    plan_.rows = plan_.sources[0].path.rows;
    if (query_.sources.size() == 2) PlanJoin();
    SetEnd();
    return std::move(plan_);
  }

 private:
  bool is_joined() const { return query_.sources.size() == 2; }
  const QuerySpec& spec() const { return *query_.spec; }

  // With what has expired: the table is not walked to find out.
  absl::StatusOr<double> RecordsOf(const TableCore& core) const {
    if (view_.snapshot() == nullptr) {
      const std::shared_lock<std::shared_mutex> lock(core.table()->mutex);
      return static_cast<double>(core.table()->generation->published().live);
    }
    const absl::StatusOr<const TableSnapshot*> seen = core.SeenBy(*view_.snapshot());
    if (!seen.ok()) return seen.status();
    return static_cast<double>((*seen)->extent.live);
  }

  absl::StatusOr<SourcePlan> PlanSource(std::size_t source) {
    AccessFacts facts;
    const absl::StatusOr<double> records = RecordsOf(query_.sources[source].spec->table);
    if (!records.ok()) return records.status();
    facts.records = *records;
    facts.columns_in_memory = !needs_lines_ && AreColumnsInMemory(query_.sources[source], view_);
    facts.matches = matches_[source];
    const bool straight = !is_joined() && !query_.is_grouped() && !spec().distinct;
    facts.order_matters = straight && !spec().order.empty();
    if (straight && spec().limit.has_value()) {
      facts.rows_wanted = static_cast<double>(*spec().limit) + static_cast<double>(spec().offset);
    }
    std::vector<AccessPath> paths = FindAccessPaths(query_, source, facts);
    SourcePlan planned{.path = std::move(paths[0]), .records = facts.records};
    if (paths.size() > 1) planned.instead = std::move(paths[1]);
    return planned;
  }

  // The ways to join, the cheapest last standing.
  void PlanJoin() {
    std::vector<JoinPlan> plans;
    // Pairs of another order than the file's are sorted, and must not be where only the first of
    // several is taken.
    const bool any_order = !spec().distinct;
    for (const std::size_t inner : {std::size_t{1}, std::size_t{0}}) {
      if (inner == 0 && !any_order) break;
      AddHash(inner, &plans);
      AddLookup(inner, &plans);
    }
    std::stable_sort(plans.begin(), plans.end(), [](const JoinPlan& a, const JoinPlan& b) {
      return a.nanoseconds < b.nanoseconds;
    });
    if (plans.size() > 1) plans[0].instead = plans[1].what;
    plan_.join = std::move(plans[0]);
    plan_.rows = plan_.join->rows;
  }
  const std::string& NameOf(std::size_t source) const { return query_.sources[source].spec->name; }

  // Of each record of one table about one of the other, of which so many pass.
  double JoinedRows() const {
    const SourcePlan& a = plan_.sources[0];
    const SourcePlan& b = plan_.sources[1];
    const double larger = std::max(a.records, b.records);
    return a.records * b.records == 0
               ? 0
               : a.path.rows * b.path.rows * larger / (a.records * b.records);
  }
  double SortedNanoseconds(std::size_t inner) const {
    const bool sorted = inner == 0 && !query_.is_grouped();
    return sorted ? JoinedRows() * kSortNanoseconds : 0;
  }
  void AddHash(std::size_t inner, std::vector<JoinPlan>* plans) const {
    const AccessPath& kept = plan_.sources[inner].path;
    const AccessPath& other = plan_.sources[1 - inner].path;
    JoinPlan plan{.inner = inner, .rows = JoinedRows()};
    plan.nanoseconds = kept.nanoseconds + other.nanoseconds + kept.rows * kKeptNanoseconds +
                       other.rows * kProbeNanoseconds + SortedNanoseconds(inner);
    plan.what = absl::StrCat("hash of ", NameOf(inner), ", met by ", NameOf(1 - inner));
    plans->push_back(std::move(plan));
  }
  void AddLookup(std::size_t inner, std::vector<JoinPlan>* plans) const {
    JoinPlan plan{.inner = inner, .lookup = FindLookup(query_, inner), .rows = JoinedRows()};
    if (!plan.lookup.has_value()) return;
    const AccessPath& other = plan_.sources[1 - inner].path;
    plan.nanoseconds =
        other.nanoseconds + other.rows * kLookupNanoseconds + SortedNanoseconds(inner);
    const schema::RecordLayout& layout = *query_.sources[inner].layout;
    const std::string by =
        plan.lookup->key >= 0
            ? "key " + layout.keys()[static_cast<std::size_t>(plan.lookup->key)].name
            : "index " + layout.indexes()[static_cast<std::size_t>(plan.lookup->index)].name;
    plan.what =
        absl::StrCat(NameOf(inner), " looked up by ", by, " for each of ", NameOf(1 - inner));
    plans->push_back(std::move(plan));
  }

  void SetEnd() {
    const bool in_file_order = !plan_.join.has_value() || plan_.join->inner == 1;
    if (query_.is_grouped()) {
      plan_.end = QueryPlan::End::kGroup;
    } else if (spec().order.empty() ? !in_file_order : !plan_.sources[0].path.ordered) {
      plan_.end = QueryPlan::End::kSort;
    }
  }

  const BoundQuery& query_;
  const View view_;
  const bool needs_lines_;
  const std::vector<SourceMatches>& matches_;
  QueryPlan plan_;
};

}  // namespace

absl::StatusOr<QueryPlan> MakePlan(const BoundQuery& query, View view, bool needs_lines,
                                   const std::vector<SourceMatches>& matches) {
  return Planner(query, view, needs_lines, matches).Plan();
}

absl::StatusOr<std::vector<SourceMatches>> ExpectMatches(const BoundQuery& query, View view) {
  std::vector<SourceMatches> all;
  for (const BoundSource& source : query.sources) {
    SourceMatches& matches = all.emplace_back();
    for (std::size_t i = 0; i < source.exists.size(); ++i) {
      const ExistsSpec& exists = source.spec->exists[i];
      absl::StatusOr<BoundQuery> other = BoundQuery::Bind(*exists.other);
      if (!other.ok()) return other.status();
      absl::StatusOr<std::vector<SourceMatches>> deeper = ExpectMatches(*other, view);
      if (!deeper.ok()) return deeper.status();
      absl::StatusOr<QueryPlan> plan = MakePlan(*other, view, /*needs_lines=*/false, *deeper);
      if (!plan.ok()) return plan.status();
      MatchedValues& match = matches.emplace_back();
      match.count = plan->rows;
      if (source.exists[i].size() == 1 && !exists.negated) {
        match.column = source.exists[i][0] - source.first_slot;
      }
    }
  }
  return all;
}

}  // namespace linedb::engine
