#include "tests/query/model_aggregate.h"

#include <cmath>
#include <utility>

#include "absl/numeric/int128.h"
#include "tests/query/random_condition.h"

namespace linedb::query_test {
namespace {

using Values = std::vector<Value>;

// The sum of floats, rounded once: Shewchuk's, which Python's math.fsum is, too.
double TrueSum(const std::vector<double>& values) {
  std::vector<double> partials;
  for (double x : values) {
    std::size_t kept = 0;
    for (double y : partials) {
      if (std::abs(x) < std::abs(y)) std::swap(x, y);
      const double high = x + y;
      const double low = y - (high - x);
      if (low != 0) partials[kept++] = low;
      x = high;
    }
    partials.resize(kept);
    partials.push_back(x);
  }
  if (partials.empty()) return 0;
  std::size_t n = partials.size();
  double high = partials[--n];
  double low = 0;
  while (n > 0) {
    const double x = high;
    const double y = partials[--n];
    high = x + y;
    low = y - (high - x);
    if (low != 0) break;
  }
  // Half-way between two doubles: what follows decides.
  if (n > 0 && ((low < 0 && partials[n - 1] < 0) || (low > 0 && partials[n - 1] > 0))) {
    const double twice = low * 2;
    const double further = high + twice;
    if (twice == further - high) high = further;
  }
  return high;
}

Value SumOf(const Values& values, bool average) {
  if (values.empty()) return {};
  absl::int128 whole = 0;
  std::vector<double> reals;
  for (const Value& value : values) {
    if (value.type() == Type::kInt) {
      whole += value.as_int();
    } else {
      reals.push_back(value.as_float());
    }
  }
  const double sum = reals.empty() ? static_cast<double>(whole) : TrueSum(reals);
  if (average) return Value::Float(sum / static_cast<double>(values.size()));
  const auto narrow = static_cast<std::int64_t>(whole);
  return reals.empty() && whole == narrow ? Value::Int(narrow) : Value::Float(sum);
}

Value ExtremeOf(const Values& values, int sign) {
  Value extreme;
  for (const Value& value : values) {
    if (extreme.is_null() || sign * CompareModel(value, extreme) > 0) extreme = value;
  }
  return extreme;
}

}  // namespace

ModelAggregate RandomAggregate(Random& random) {
  const std::size_t kind = Below(random, 6);
  if (kind == 0) {
    return {"count(*)", "count(*)",
            [](const auto& rows) { return Value::Int(static_cast<std::int64_t>(rows.size())); }};
  }
  static const std::vector<std::string> kNumbers = {"id", "i", "ni", "f", "nf"};
  const bool number = kind == 1 || kind == 2;
  ModelTerm term = ColumnTermOf(
      static_cast<std::size_t>(number ? ColumnNamed(kNumbers[Below(random, 5)])
                                      : static_cast<int>(Below(random, ModelColumns().size()))));
  if (!number && kind != 5 && term.text == "j") term = ColumnTermOf(1);
  if (!number && OneIn(random, 4)) term = RandomTerm(random);
  static const std::vector<std::string> kNames = {"", "sum", "avg", "min", "max", "count"};
  const auto call = [&](const std::string& of) { return kNames[kind] + "(" + of + ")"; };
  // SQLite's avg rounds each sum of ints on the way.
  std::optional<std::string> sql = term.sql;
  if (sql.has_value()) {
    sql = kind == 2 ? "sum(" + *sql + ") * 1.0 / count(" + *sql + ")" : call(*sql);
  }
  return {call(term.text), sql, [kind, term](const std::vector<const ModelRow*>& rows) {
            Values values;
            for (const ModelRow* row : rows) {
              Value value = term.value(*row);
              if (!value.is_null()) values.push_back(std::move(value));
            }
            if (kind <= 2) return SumOf(values, kind == 2);
            if (kind == 5) return Value::Int(static_cast<std::int64_t>(values.size()));
            return ExtremeOf(values, kind == 3 ? -1 : 1);
          }};
}

}  // namespace linedb::query_test
