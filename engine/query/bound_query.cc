#include "engine/query/bound_query.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/index/table_state.h"

namespace linedb::engine {
namespace {

using schema::BoundExpression;

// Binds the parts one after the other; the first error stays.
class Binder {
 public:
  explicit Binder(const QuerySpec& spec) { query_.spec = &spec; }

  absl::StatusOr<BoundQuery> Bind() {
    AddSources();
    for (BoundSource& source : query_.sources) BindSource(&source);
    BindJoin();
    BindGroups();
    for (const OutputSpec& output : spec().outputs) query_.outputs.push_back(BindOutput(output));
    for (const OrderSpec& order : spec().order) {
      query_.order.push_back({BindOutput(Named(order.by)), order.descending});
      CheckOrder(query_.order.back().by);
    }
    CheckParts();
    if (!status_.ok()) return status_;
    AddNeededColumns();
    return std::move(query_);
  }

 private:
  const QuerySpec& spec() const { return *query_.spec; }
  void Fail(absl::Status status) { status_.Update(std::move(status)); }
  void Fail(std::string_view message) { Fail(absl::InvalidArgumentError(message_of(message))); }
  std::string message_of(std::string_view message) const {
    return absl::StrCat(spec().sources[0].name, ": ", std::string(message));
  }

  void AddSources() {
    int slot = 0;
    for (const SourceSpec& source : spec().sources) {
      const schema::RecordLayout& layout = source.table.table()->layout();
      query_.sources.push_back({.spec = &source, .layout = &layout, .first_slot = slot});
      slot += layout.column_count();
    }
    if (query_.sources.size() == 2 && spec().sources[0].name == spec().sources[1].name) {
      Fail("a table that is joined with itself needs another name there");
    }
  }

  static absl::StatusOr<schema::ColumnRef> RefOf(const BoundSource& source, int column) {
    const ColumnSchema& schema = source.layout->columns()[static_cast<std::size_t>(column)];
    return schema::ColumnRef{source.first_slot + column, schema.type, schema.nullable};
  }
  static int FindIn(const BoundSource& source, std::string_view name) {
    const int column = source.layout->FindColumn(name);
    if (column >= 0 || name.size() <= source.spec->name.size() ||
        name[source.spec->name.size()] != '.' || !name.starts_with(source.spec->name)) {
      return column;
    }
    return source.layout->FindColumn(name.substr(source.spec->name.size() + 1));
  }
  static absl::StatusOr<schema::ColumnRef> ResolveIn(const BoundSource& source,
                                                     const std::string& name) {
    const int column = FindIn(source, name);
    if (column >= 0) return RefOf(source, column);
    return absl::InvalidArgumentError(absl::StrCat(source.spec->name, ": no column ", name));
  }
  // Of any source; a name that two have is said with its table.
  absl::StatusOr<schema::ColumnRef> Resolve(const std::string& name) const {
    if (query_.sources.size() == 1) return ResolveIn(query_.sources[0], name);
    const BoundSource* found = nullptr;
    for (const BoundSource& source : query_.sources) {
      if (FindIn(source, name) < 0) continue;
      if (found != nullptr) {
        return absl::InvalidArgumentError(absl::StrCat("both ", found->spec->name, " and ",
                                                       source.spec->name, " have a column ", name,
                                                       ": name the table, too"));
      }
      found = &source;
    }
    if (found != nullptr) return ResolveIn(*found, name);
    return absl::InvalidArgumentError(absl::StrCat("neither ", query_.sources[0].spec->name,
                                                   " nor ", query_.sources[1].spec->name,
                                                   " has a column ", name));
  }
  std::optional<BoundExpression> BindAny(const Expression& expression) {
    return Keep(BoundExpression::Bind(
        expression, [this](const std::string& name) { return Resolve(name); }));
  }
  std::optional<BoundExpression> Keep(absl::StatusOr<BoundExpression> bound) {
    if (bound.ok()) return *std::move(bound);
    Fail(absl::InvalidArgumentError(message_of(std::string(bound.status().message()))));
    return std::nullopt;
  }
  std::optional<BoundExpression> KeepCondition(std::optional<BoundExpression> bound) {
    if (bound.has_value()) {
      if (absl::Status condition = bound->CheckIsCondition(); !condition.ok()) {
        Fail(std::string(condition.message()));
      }
    }
    return bound;
  }

  void BindSource(BoundSource* source) {
    if (source->spec->where.has_value()) {
      source->filter = KeepCondition(Keep(BoundExpression::Bind(
          *source->spec->where,
          [source](const std::string& name) { return ResolveIn(*source, name); })));
    }
    for (const ExistsSpec& exists : source->spec->exists) {
      std::vector<int>& slots = source->exists.emplace_back();
      for (const std::string& name : exists.on.columns) slots.push_back(SlotOf(*source, name));
      if (exists.on.columns.size() != exists.on.other_columns.size() || slots.empty()) {
        Fail("the two sides of a semi-join have different numbers of columns");
      }
    }
  }
  int SlotOf(const BoundSource& source, const std::string& name) {
    const absl::StatusOr<schema::ColumnRef> ref = ResolveIn(source, name);
    if (!ref.ok()) Fail(ref.status());
    return ref.ok() ? ref->slot : 0;
  }

  void BindJoin() {
    if (query_.sources.size() != 2) return;
    const MatchSpec& on = spec().join;
    if (on.columns.size() != on.other_columns.size() || on.columns.empty()) {
      return Fail("the two sides of a join have different numbers of columns");
    }
    for (std::size_t i = 0; i < on.columns.size(); ++i) {
      query_.join.emplace_back(SlotOf(query_.sources[0], on.columns[i]),
                               SlotOf(query_.sources[1], on.other_columns[i]));
      const Type left = TypeOfSlot(query_.join.back().first);
      const Type right = TypeOfSlot(query_.join.back().second);
      if (left != right) {
        Fail(absl::StrCat("a join of ", std::string(TypeName(left)), " with ",
                          std::string(TypeName(right)), ": ", on.columns[i], " = ",
                          on.other_columns[i]));
      }
    }
    if (spec().where.has_value()) query_.where = KeepCondition(BindAny(*spec().where));
  }
  Type TypeOfSlot(int slot) const {
    const BoundSource& source =
        query_.sources.size() == 2 && slot >= query_.sources[1].first_slot ? query_.sources[1]
                                                                           : query_.sources[0];
    return source.layout->columns()[static_cast<std::size_t>(slot - source.first_slot)].type;
  }

  void BindGroups() {
    query_.grouped = !spec().groups.empty();
    for (const OutputSpec& output : spec().outputs) query_.grouped |= output.aggregate.has_value();
    for (const Expression& group : spec().groups) {
      if (std::optional<BoundExpression> bound = BindAny(group)) query_.groups.push_back(*bound);
    }
  }

  // An order that is the name of an output is that output.
  OutputSpec Named(const OutputSpec& by) const {
    if (by.aggregate.has_value() || !by.of.has_value() || by.of->op() != Operator::kColumn) {
      return by;
    }
    for (const OutputSpec& output : spec().outputs) {
      if (!output.name.empty() && output.name == by.of->column()) return output;
    }
    return by;
  }

  OutputRef BindOutput(const OutputSpec& output) {
    if (output.aggregate.has_value()) return BindAggregate(output);
    if (!output.of.has_value()) {
      Fail("an output is neither an expression nor an aggregate");
      return {};
    }
    if (query_.grouped) {
      const auto found = std::find(spec().groups.begin(), spec().groups.end(), *output.of);
      if (found == spec().groups.end()) {
        Fail(absl::StrCat(output.of->ToText(),
                          " is neither an aggregate nor among what is grouped by"));
      }
      return {OutputRef::Of::kGroup, static_cast<std::size_t>(found - spec().groups.begin())};
    }
    if (std::optional<BoundExpression> bound = BindAny(*output.of)) query_.values.push_back(*bound);
    return {OutputRef::Of::kValue, query_.values.size() - 1};
  }

  OutputRef BindAggregate(const OutputSpec& output) {
    for (std::size_t i = 0; i < aggregates_.size(); ++i) {
      if (aggregates_[i]->aggregate == output.aggregate && aggregates_[i]->of == output.of) {
        return {OutputRef::Of::kAggregate, i};
      }
    }
    if (!query_.grouped) Fail("an aggregate orders rows that are not grouped");
    BoundAggregate bound{.kind = *output.aggregate};
    if (output.of.has_value()) bound.of = BindAny(*output.of);
    CheckAggregate(output, bound);
    query_.aggregates.push_back(std::move(bound));
    bound_specs_.push_back(std::make_unique<OutputSpec>(output));
    aggregates_.push_back(bound_specs_.back().get());
    return {OutputRef::Of::kAggregate, query_.aggregates.size() - 1};
  }
  void CheckAggregate(const OutputSpec& output, const BoundAggregate& bound) {
    if (bound.kind == Aggregate::kCount) return;
    if (!output.of.has_value()) return Fail(OutputName(output) + ": of what?");
    if (!bound.of.has_value() || !bound.of->type().has_value()) return;
    const Type type = *bound.of->type();
    const bool is_number = type == Type::kInt || type == Type::kFloat;
    const bool is_sum = bound.kind == Aggregate::kSum || bound.kind == Aggregate::kAverage;
    if (is_sum ? !is_number : type == Type::kJson) {
      Fail(absl::StrCat(OutputName(output), ": ", std::string(TypeName(type)),
                        is_sum ? " is no number" : " has no order"));
    }
  }
  void CheckOrder(const OutputRef& by) {
    const BoundExpression* of = nullptr;
    if (by.of == OutputRef::Of::kValue && by.number < query_.values.size()) {
      of = &query_.values[by.number];
    } else if (by.of == OutputRef::Of::kGroup && by.number < query_.groups.size()) {
      of = &query_.groups[by.number];
    }
    if (of != nullptr && of->type() == Type::kJson) Fail("json has no order");
  }
  void CheckParts() {
    if (spec().distinct && spec().outputs.empty()) {
      Fail("whole records are all different: Distinct is of what is selected");
    }
    if (query_.grouped && spec().outputs.empty()) Fail("groups have no records: select something");
  }

  // What has to be read of each record.
  void AddNeededColumns() {
    std::vector<bool> filter(query_.slot_count());
    std::vector<bool> needed(query_.slot_count());
    const auto mark = [](const BoundExpression& expression, std::vector<bool>* slots) {
      for (const int slot : expression.columns()) (*slots)[static_cast<std::size_t>(slot)] = true;
    };
    for (const BoundSource& source : query_.sources) {
      if (source.filter.has_value()) mark(*source.filter, &filter);
      for (const std::vector<int>& slots : source.exists) {
        for (const int slot : slots) filter[static_cast<std::size_t>(slot)] = true;
      }
    }
    for (const auto& [left, right] : query_.join) {
      needed[static_cast<std::size_t>(left)] = needed[static_cast<std::size_t>(right)] = true;
    }
    if (query_.where.has_value()) mark(*query_.where, &needed);
    for (const BoundExpression& value : query_.values) mark(value, &needed);
    for (const BoundExpression& group : query_.groups) mark(group, &needed);
    for (const BoundAggregate& aggregate : query_.aggregates) {
      if (aggregate.of.has_value()) mark(*aggregate.of, &needed);
    }
    for (BoundSource& source : query_.sources) {
      for (int column = 0; column < source.layout->column_count(); ++column) {
        const auto slot = static_cast<std::size_t>(source.first_slot + column);
        if (filter[slot]) {
          source.filter_columns.push_back(column);
        } else if (needed[slot]) {
          source.other_columns.push_back(column);
        }
      }
    }
  }

  BoundQuery query_;
  absl::Status status_;
  std::vector<std::unique_ptr<OutputSpec>> bound_specs_;
  std::vector<const OutputSpec*> aggregates_;  // of query_.aggregates
};

}  // namespace

std::size_t BoundQuery::slot_count() const {
  const BoundSource& last = sources.back();
  return static_cast<std::size_t>(last.first_slot + last.layout->column_count());
}

absl::StatusOr<BoundQuery> BoundQuery::Bind(const QuerySpec& spec) {
  if (!spec.fault.ok()) return spec.fault;
  return Binder(spec).Bind();
}

}  // namespace linedb::engine
