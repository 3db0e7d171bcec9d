#include "tests/query/random_query.h"

#include <algorithm>
#include <map>

#include "tests/query/model_aggregate.h"

namespace linedb::query_test {
namespace {

using Values = std::vector<Value>;

// Equal values are one in it.
struct LessValues {
  bool operator()(const Values& a, const Values& b) const {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (const int compared = CompareModel(a[i], b[i]); compared != 0) return compared < 0;
    }
    return false;
  }
};

class Maker {
 public:
  Maker(Random& random, const JsonTable& table, const JsonTable& other, const ModelTables& model)
      : random_(random), other_(other), model_(model), query_(table.All()) {
    for (const ModelRow& row : model.rows) rows_.push_back(&row);
    const std::size_t conditions = Below(random_, 3);
    for (std::size_t i = 0; i < conditions; ++i) AddCondition();
    if (OneIn(random_, 6)) AddExists();
  }

  RandomQuestion Make() {
    switch (Below(random_, 7)) {
      case 0:
        Records();
        break;
      case 1:
        Aggregates();
        break;
      case 2:
        Groups();
        break;
      case 3:
        Distinct();
        break;
      case 4:
        Join();
        break;
      default:
        Selected();
    }
    AddLimit();
    return {query_, {std::move(answer_), std::move(sql_)}};
  }

 private:
  static void Append(std::optional<std::string>* sql, const std::optional<std::string>& more) {
    if (!more.has_value()) sql->reset();
    if (sql->has_value()) **sql += *more;
  }

  void AddCondition() {
    const ModelCondition condition = RandomCondition(random_);
    query_ = query_.Where(condition.text);
    std::erase_if(rows_, [&](const ModelRow* row) { return condition.holds(*row) != Tri(true); });
    Append(&where_, condition.sql ? std::optional(" and (" + *condition.sql + ")") : std::nullopt);
  }

  void AddExists() {
    static const std::vector<std::string> kColumns = {"i", "ni", "s", "d", "nb", "f", "u"};
    const std::string name = kColumns[Below(random_, kColumns.size())];
    const auto column = static_cast<std::size_t>(ColumnNamed(name));
    const ModelCondition condition = RandomCondition(random_, 1);
    const bool negated = OneIn(random_, 3);
    const JsonQuery inner = other_.All().Where(condition.text);
    const std::string on = name + " = " + name;
    query_ = negated ? query_.WhereNotExists(inner, on) : query_.WhereExists(inner, on);
    std::erase_if(rows_, [&](const ModelRow* row) {
      const bool found =
          std::any_of(model_.others.begin(), model_.others.end(), [&](const ModelRow& other) {
            return !(*row)[column].is_null() && !other[column].is_null() &&
                   CompareModel((*row)[column], other[column]) == 0 &&
                   condition.holds(other) == Tri(true);
          });
      return found == negated;
    });
    const std::string exists = std::string(negated ? " and not" : " and") +
                               " exists (select 1 from other where other." + name + " = model." +
                               name + " and (";
    Append(&where_, condition.sql ? std::optional(exists + *condition.sql + "))") : std::nullopt);
  }

  std::vector<ModelTerm> RandomTerms(std::size_t count) {
    std::vector<ModelTerm> terms;
    for (std::size_t i = 0; i < count; ++i) {
      terms.push_back(OneIn(random_, 4) ? RandomTerm(random_)
                                        : ColumnTermOf(Below(random_, ModelColumns().size())));
    }
    return terms;
  }
  template <class Parts>
  std::string ListText(const Parts& parts, const std::vector<std::string>& suffixes = {}) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      text += (i == 0 ? "" : ", ") + parts[i].text + (suffixes.empty() ? "" : suffixes[i]);
    }
    return text;
  }
  template <class Parts>
  std::optional<std::string> ListSql(const Parts& parts,
                                     const std::vector<std::string>& suffixes = {}) {
    std::optional<std::string> sql = "";
    for (std::size_t i = 0; i < parts.size(); ++i) {
      Append(&sql, i == 0 ? "" : ", ");
      Append(&sql, parts[i].sql);
      if (!suffixes.empty()) Append(&sql, suffixes[i]);
    }
    return sql;
  }

  // " desc" for some of them.
  std::vector<std::string> RandomDirections(std::size_t count) {
    std::vector<std::string> directions(count);
    for (std::string& direction : directions) direction = OneIn(random_, 2) ? " desc" : "";
    return directions;
  }
  template <class Row, class ValueOf>
  static void SortBy(std::vector<Row>* rows, const std::vector<std::string>& directions,
                     const ValueOf& value_of) {
    std::stable_sort(rows->begin(), rows->end(), [&](const Row& a, const Row& b) {
      for (std::size_t i = 0; i < directions.size(); ++i) {
        const int compared = CompareModel(value_of(a, i), value_of(b, i));
        if (compared != 0) return directions[i].empty() ? compared < 0 : compared > 0;
      }
      return false;
    });
  }
  // Of records.
  void AddOrder() {
    if (OneIn(random_, 3)) {
      Append(&sql_, " order by pos");
      return;
    }
    std::vector<ModelTerm> terms = RandomTerms(1 + Below(random_, 3));
    for (ModelTerm& term : terms) {
      if (term.text == "j") term = ColumnTermOf(1);
    }
    const std::vector<std::string> directions = RandomDirections(terms.size());
    query_ = query_.OrderBy(ListText(terms, directions));
    SortBy(&rows_, directions,
           [&](const ModelRow* row, std::size_t i) { return terms[i].value(*row); });
    Append(&sql_, " order by ");
    Append(&sql_, ListSql(terms, directions));
    Append(&sql_, ", pos");
  }
  void BeginSql(const std::optional<std::string>& outputs) {
    Append(&sql_, "select ");
    Append(&sql_, outputs);
    Append(&sql_, " from model where 1");
    Append(&sql_, where_);
  }
  void AddLimit() {
    if (OneIn(random_, 2)) return;
    const std::size_t limit = Below(random_, 12);
    const std::size_t offset = OneIn(random_, 2) ? Below(random_, 6) : 0;
    query_ = query_.Limit(limit).Offset(offset);
    const auto begin =
        answer_.begin() + static_cast<std::ptrdiff_t>(std::min(offset, answer_.size()));
    answer_.erase(answer_.begin(), begin);
    if (answer_.size() > limit) answer_.resize(limit);
    Append(&sql_, " limit " + std::to_string(limit) + " offset " + std::to_string(offset));
  }

  void Records() {
    BeginSql("id, i, ni, f, nf, b, nb, s, ns, y, t, d, j, u");
    AddOrder();
    for (const ModelRow* row : rows_) answer_.push_back(*row);
  }
  void Selected() {
    const std::vector<ModelTerm> terms = RandomTerms(1 + Below(random_, 4));
    query_ = query_.Select(ListText(terms));
    BeginSql(ListSql(terms));
    AddOrder();
    for (const ModelRow* row : rows_) answer_.push_back(ValuesOf(terms, *row));
  }
  static Values ValuesOf(const std::vector<ModelTerm>& terms, const ModelRow& row) {
    Values values;
    for (const ModelTerm& term : terms) values.push_back(term.value(row));
    return values;
  }
  std::vector<ModelAggregate> RandomAggregates() {
    std::vector<ModelAggregate> aggregates;
    for (std::size_t i = 1 + Below(random_, 3); i > 0; --i) {
      aggregates.push_back(RandomAggregate(random_));
    }
    return aggregates;
  }
  void Aggregates() {
    const std::vector<ModelAggregate> aggregates = RandomAggregates();
    query_ = query_.Select(ListText(aggregates));
    BeginSql(ListSql(aggregates));
    Values& row = answer_.emplace_back();
    for (const ModelAggregate& aggregate : aggregates) row.push_back(aggregate.of(rows_));
  }

  // The rows by what these terms are for them, in the order of each one's first.
  std::vector<std::vector<const ModelRow*>> Grouped(const std::vector<ModelTerm>& terms) {
    std::vector<std::vector<const ModelRow*>> groups;
    std::map<Values, std::size_t, LessValues> numbers;
    for (const ModelRow* row : rows_) {
      const auto [found, inserted] = numbers.emplace(ValuesOf(terms, *row), groups.size());
      if (inserted) groups.emplace_back();
      groups[found->second].push_back(row);
    }
    return groups;
  }
  void Groups() {
    const std::vector<ModelTerm> terms = RandomTerms(1 + Below(random_, 2));
    const std::vector<ModelAggregate> aggregates = RandomAggregates();
    query_ = query_.GroupBy(ListText(terms)).Select(ListText(terms) + ", " + ListText(aggregates));
    for (const auto& group : Grouped(terms)) {
      Values& row = answer_.emplace_back(ValuesOf(terms, *group[0]));
      for (const ModelAggregate& aggregate : aggregates) row.push_back(aggregate.of(group));
    }
    std::optional<std::string> outputs = ListSql(terms);
    Append(&outputs, ", ");
    Append(&outputs, ListSql(aggregates));
    BeginSql(outputs);
    Append(&sql_, " group by ");
    Append(&sql_, ListSql(terms));
    Append(&sql_, " order by ");
    if (OneIn(random_, 2)) {
      // By the last aggregate; sums of floats are not the same in SQLite.
      const std::vector<std::string> directions = RandomDirections(1);
      query_ = query_.OrderBy(aggregates.back().text + directions[0]);
      SortBy(&answer_, directions, [](const Values& row, std::size_t) { return row.back(); });
      const bool exact =
          !aggregates.back().text.starts_with("sum") && !aggregates.back().text.starts_with("avg");
      Append(&sql_, exact ? aggregates.back().sql : std::nullopt);
      Append(&sql_, directions[0] + ", ");
    }
    Append(&sql_, "min(pos)");
  }
  void Distinct() {
    const std::vector<ModelTerm> terms = RandomTerms(1 + Below(random_, 3));
    query_ = query_.Select(ListText(terms)).Distinct();
    for (const auto& group : Grouped(terms)) answer_.push_back(ValuesOf(terms, *group[0]));
    BeginSql(ListSql(terms));
    Append(&sql_, " group by ");
    Append(&sql_, ListSql(terms));
    Append(&sql_, " order by ");
    if (OneIn(random_, 2) && terms[0].text != "j") {
      const std::vector<std::string> directions = RandomDirections(1);
      query_ = query_.OrderBy(terms[0].text + directions[0]);
      SortBy(&answer_, directions, [](const Values& row, std::size_t) { return row[0]; });
      Append(&sql_, terms[0].sql);
      Append(&sql_, directions[0] + ", ");
    }
    Append(&sql_, "min(pos)");
  }

  void Join() {
    static const std::vector<std::string> kColumns = {"id", "i", "ni", "s", "d", "nf", "y", "u"};
    const std::string name = kColumns[Below(random_, kColumns.size())];
    const auto column = static_cast<std::size_t>(ColumnNamed(name));
    const ModelCondition condition = RandomCondition(random_, 1);
    query_ = query_.Join(other_.All().Where(condition.text), name + " = " + name)
                 .Select("model.id, model.nf, other.id, other.s");
    std::vector<std::pair<const ModelRow*, const ModelRow*>> pairs;
    for (const ModelRow* row : rows_) {
      for (const ModelRow& other : model_.others) {
        if ((*row)[column].is_null() || other[column].is_null()) continue;
        if (CompareModel((*row)[column], other[column]) != 0) continue;
        if (condition.holds(other) == Tri(true)) pairs.emplace_back(row, &other);
      }
    }
    std::string order = "a.pos, b.pos";
    if (OneIn(random_, 2)) {
      const std::vector<std::string> directions = RandomDirections(2);
      query_ = query_.OrderBy("other.s" + directions[0] + ", model.nf" + directions[1]);
      order = "b.s" + directions[0] + ", a.nf" + directions[1] + ", " + order;
      SortBy(&pairs, directions, [](const auto& pair, std::size_t i) {
        return i == 0 ? (*pair.second)[static_cast<std::size_t>(ColumnNamed("s"))]
                      : (*pair.first)[static_cast<std::size_t>(ColumnNamed("nf"))];
      });
    }
    for (const auto& [row, other] : pairs) {
      answer_.push_back({(*row)[0], (*row)[static_cast<std::size_t>(ColumnNamed("nf"))],
                         (*other)[0], (*other)[static_cast<std::size_t>(ColumnNamed("s"))]});
    }
    Append(&sql_, "select a.id, a.nf, b.id, b.s from (select * from model where 1");
    Append(&sql_, where_);
    Append(&sql_, ") a join (select * from other where ");
    Append(&sql_, condition.sql);
    Append(&sql_, ") b on a." + name + " = b." + name + " order by " + order);
  }

  Random& random_;
  const JsonTable& other_;
  const ModelTables& model_;
  JsonQuery query_;
  std::vector<const ModelRow*> rows_;
  std::vector<Values> answer_;
  std::optional<std::string> where_ = "";
  std::optional<std::string> sql_ = "";
};

}  // namespace

RandomQuestion MakeQuestion(Random& random, const JsonTable& table, const JsonTable& other,
                            const ModelTables& model) {
  return Maker(random, table, other, model).Make();
}

std::vector<Json> JsonOfAnswer(const JsonQuery& query, const RandomAnswer& answer) {
  std::vector<Json> rows;
  for (const Values& values : answer.rows) {
    if (query.spec().outputs.empty()) {
      rows.push_back(JsonOfRow(values));
      continue;
    }
    Json& row = rows.emplace_back(Json::object());
    for (std::size_t i = 0; i < values.size(); ++i) {
      row[engine::OutputName(query.spec().outputs[i])] = JsonOfValue(values[i]);
    }
  }
  return rows;
}

}  // namespace linedb::query_test
