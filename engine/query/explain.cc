// How a query would be run, for people.

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/engine.h"
#include "engine/query/bound_query.h"
#include "engine/query/query_plan.h"

namespace linedb::engine {
namespace {

std::string Count(double count) {
  return absl::StrCat(static_cast<std::uint64_t>(std::llround(std::fmax(0, count))));
}

// Three digits say enough of a guess.
std::string Duration(double nanoseconds) {
  const double micros = std::fmax(nanoseconds, 0) / 1000;
  if (micros < 1000) return absl::StrCat(std::llround(std::ceil(micros)), " us");
  return absl::StrCat(std::llround(micros / 1000), " ms");
}

class Explainer {
 public:
  Explainer(const BoundQuery& query, const QueryPlan& plan) : query_(query), plan_(plan) {}

  std::string Text() {
    Line(QueryText(*query_.spec));
    const std::size_t looked_up =
        plan_.join.has_value() && plan_.join->lookup.has_value() ? plan_.join->inner : 2;
    for (std::size_t i = 0; i < plan_.sources.size(); ++i) {
      if (i != looked_up) AddSource(i);
    }
    if (plan_.join.has_value()) AddJoin();
    AddEnd();
    return absl::StrJoin(lines_, "\n") + "\n";
  }

 private:
  void Line(std::string line) { lines_.push_back(std::move(line)); }

  void AddSource(std::size_t i) {
    const SourcePlan& source = plan_.sources[i];
    const AccessPath& path = source.path;
    Line(absl::StrCat(query_.sources[i].spec->name, ": ", path.what, ": reads about ",
                      Count(path.records), " of ", Count(source.records), " records, about ",
                      Count(path.rows), " pass"));
    if (source.instead.has_value()) {
      Line(absl::StrCat("  because that takes about ", Duration(path.nanoseconds), ", ",
                        source.instead->what, " about ", Duration(source.instead->nanoseconds)));
    } else {
      Line("  because there is no other way");
    }
    const SourceSpec& spec = *query_.sources[i].spec;
    if (spec.where.has_value()) Line("  filter: " + spec.where->ToText());
    for (const ExistsSpec& exists : spec.exists) {
      Line(absl::StrCat("  ", exists.negated ? "without" : "with", " a match among: ",
                        QueryText(*exists.other)));
    }
  }

  void AddJoin() {
    const JoinPlan& join = *plan_.join;
    Line(absl::StrCat("join: ", join.what, ": about ", Count(join.rows), " rows"));
    if (!join.instead.empty()) {
      Line(absl::StrCat("  because that takes about ", Duration(join.nanoseconds), ", less than ",
                        join.instead));
    }
    if (query_.where.has_value()) Line("  filter: " + query_.spec->where->ToText());
  }

  void AddEnd() {
    const QuerySpec& spec = *query_.spec;
    const std::string limit =
        spec.limit.has_value() ? absl::StrCat(" the first ", *spec.limit + spec.offset) : " all";
    if (plan_.end == QueryPlan::End::kGroup) {
      Line(spec.groups.empty() ? "aggregates: in one pass"
                               : "groups: in a hash table, in one pass");
      return;
    }
    if (spec.distinct) Line("distinct: in a hash table");
    if (plan_.end == QueryPlan::End::kSort) {
      Line(absl::StrCat("sort: keeps", limit, spec.limit.has_value() ? " rows" : " rows",
                        spec.order.empty() ? ", in file order" : ""));
    } else if (spec.order.empty()) {
      Line(absl::StrCat("rows: streamed in file order,", limit));
    } else {
      Line(absl::StrCat("rows: streamed in the index's order,", limit));
    }
  }

  const BoundQuery& query_;
  const QueryPlan& plan_;
  std::vector<std::string> lines_;
};

absl::StatusOr<std::string> ExplainIn(const BoundQuery& query, View view) {
  absl::StatusOr<std::vector<SourceMatches>> matches = ExpectMatches(query, view);
  if (!matches.ok()) return matches.status();
  absl::StatusOr<QueryPlan> plan = MakePlan(query, view, query.whole_records(), *matches);
  if (!plan.ok()) return plan.status();
  return Explainer(query, *plan).Text();
}

}  // namespace

absl::StatusOr<std::string> ExplainQuery(const QuerySpec& query, View in) {
  const absl::StatusOr<BoundQuery> bound = BoundQuery::Bind(query);
  if (!bound.ok()) return bound.status();
  return ExplainIn(*bound, in);
}

}  // namespace linedb::engine
