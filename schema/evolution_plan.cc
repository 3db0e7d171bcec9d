// PlanEvolution: what differs, step by step, in the order in which people read it: the table, its
// columns, then what concerns several of them.

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "linedb/evolution.h"
#include "schema/column_match.h"
#include "schema/column_value.h"
#include "schema/evolution_steps.h"
#include "schema/value_conversion.h"

namespace linedb {
namespace {

using schema::After;
using schema::Names;
using schema::Shown;
using schema::YesOrNo;

std::string NameOf(Type type) { return std::string(TypeName(type)); }

int CountPrimaryKeys(const TableSchema& schema) {
  return static_cast<int>(
      std::count_if(schema.columns.begin(), schema.columns.end(),
                    [](const ColumnSchema& column) { return column.primary_key; }));
}

// The only column of a primary key is unique, said or unsaid.
bool IsUnique(const TableSchema& schema, const ColumnSchema& column) {
  return column.unique || (column.primary_key && CountPrimaryKeys(schema) == 1);
}

// Two spellings of a default are one value.
std::optional<std::string> DefaultOf(const ColumnSchema& column) {
  if (!column.default_json.has_value()) return std::nullopt;
  absl::StatusOr<std::string> text = schema::CanonicalColumnText(column, *column.default_json);
  return text.ok() ? *std::move(text) : *column.default_json;
}

class Planner {
 public:
  Planner(const TableSchema& stored, const TableSchema& wanted)
      : stored_(stored),
        wanted_(wanted),
        places_(schema::MatchColumns(stored, wanted)),
        names_after_(schema::NamesAfter(stored, wanted)) {}

  EvolutionPlan Plan() {
    PlanTable();
    PlanPrimaryKey();
    for (const ColumnSchema& column : stored_.columns) PlanStoredColumn(column);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (places_[i] < 0) PlanNewColumn(wanted_.columns[i]);
    }
    schema::PlanKeys(stored_, wanted_, names_after_, &steps_);
    PlanOrder();
    return {steps_.Take()};
  }

 private:
  void PlanTable() {
    if (stored_.table_name != wanted_.table_name) {
      steps_.Refuse(StepKind::kChangeTable, "",
                    absl::StrCat("table ", stored_.table_name, " cannot become table ",
                                 wanted_.table_name, ": export it and import it into a new one"),
                    absl::StrCat("the table is ", stored_.table_name, " in the database, ",
                                 wanted_.table_name, " in the program"));
    }
    // 1 is what a description has that says none.
    if (wanted_.version == 1 || wanted_.version == stored_.version) return;
    const std::string difference =
        absl::StrCat("table ", stored_.table_name, " has version ", stored_.version,
                     " in the database, this program knows version ", wanted_.version);
    if (wanted_.version < stored_.version) {
      steps_.Refuse(StepKind::kChangeVersion, "", difference + ": update the program", difference);
    } else {
      steps_.Add(StepKind::kChangeVersion, "",
                 absl::StrCat("raise the version from ", stored_.version, " to ", wanted_.version),
                 difference);
    }
  }

  static Names KeyOf(const TableSchema& schema) {
    Names names;
    for (const ColumnSchema& column : schema.columns) {
      if (column.primary_key) names.push_back(column.name);
    }
    return names;
  }

  void PlanPrimaryKey() {
    const Names stored = After(names_after_, KeyOf(stored_));
    const Names wanted = KeyOf(wanted_);
    key_changes_ = stored != wanted;
    if (!key_changes_) return;
    const auto shown = [](const Names& key) { return key.empty() ? "none" : Shown(key); };
    steps_.Refuse(StepKind::kChangePrimaryKey, absl::StrJoin(wanted, ","),
                  absl::StrCat("the primary key stays ", shown(stored),
                               ": export the table and import it into a new one"),
                  absl::StrCat("the primary key is ", shown(stored), " in the database, ",
                               shown(wanted), " in the program"));
  }

  void PlanStoredColumn(const ColumnSchema& column) {
    const auto after = names_after_.find(column.name);
    if (after == names_after_.end()) {
      EvolutionStep& step =
          steps_.Add(StepKind::kDropColumn, column.name,
                     absl::StrCat("drop column ", column.name, " and its values"),
                     absl::StrCat("column ", column.name, " is in the database only"));
      steps_.Ask(step, Permission::kDrop);
      step.rewrites = true;
      return;
    }
    for (const ColumnSchema& wanted : wanted_.columns) {
      if (wanted.name == after->second) PlanChangedColumn(column, wanted);
    }
  }

  void PlanChangedColumn(const ColumnSchema& column, const ColumnSchema& wanted) {
    const std::string& name = wanted.name;
    const auto differ = [&](const char* what, const std::string& has, const std::string& wants) {
      return absl::StrCat("column ", name, ": ", what, " is ", has, " in the database, ", wants,
                          " in the program");
    };
    if (column.name != name) {
      steps_
          .Add(StepKind::kRenameColumn, name,
               absl::StrCat("rename column ", column.name, " to ", name),
               absl::StrCat("column ", column.name, " is named ", name, " in the program"))
          .rewrites = true;
    }
    if (column.type != wanted.type) {
      PlanType(column, wanted, differ("the type", NameOf(column.type), NameOf(wanted.type)));
    }
    if (column.nullable != wanted.nullable) {
      PlanNull(wanted, differ("nullable", YesOrNo(column.nullable), YesOrNo(wanted.nullable)));
    }
    const bool unique = IsUnique(stored_, column);
    const bool wants_unique = IsUnique(wanted_, wanted);
    if (unique != wants_unique && !key_changes_) {
      steps_.AddUnique({name}, wants_unique,
                       differ("unique", YesOrNo(unique), YesOrNo(wants_unique)));
    }
    PlanDefault(column, wanted);
  }

  void PlanType(const ColumnSchema& column, const ColumnSchema& wanted, std::string difference) {
    const std::string change = absl::StrCat("column ", wanted.name, " from ", NameOf(column.type),
                                            " to ", NameOf(wanted.type));
    if (column.primary_key) {
      steps_.Refuse(StepKind::kChangePrimaryKey, wanted.name,
                    absl::StrCat("the primary key stays, so does the type of its column ",
                                 wanted.name, ": export the table and import it into a new one"),
                    std::move(difference));
      return;
    }
    switch (schema::ConversionOf(column.type, wanted.type)) {
      case schema::Conversion::kSame:
        return;
      case schema::Conversion::kWiden: {
        EvolutionStep& step =
            steps_.Add(StepKind::kWidenType, wanted.name, "widen " + change, std::move(difference));
        step.rewrites = true;
        step.judges = column.type == Type::kInt && wanted.type == Type::kFloat;
        return;
      }
      case schema::Conversion::kNarrow: {
        EvolutionStep& step = steps_.Add(
            StepKind::kNarrowType, wanted.name,
            absl::StrCat("narrow ", change, ", which every value must fit"), std::move(difference));
        steps_.Ask(step, Permission::kNarrow);
        step.rewrites = true;
        return;
      }
      case schema::Conversion::kNone:
        steps_.Refuse(
            StepKind::kChangeType, wanted.name,
            absl::StrCat("no value is converted by itself in ", change,
                         ": migrate by a function, or add a column, copy and drop this one"),
            std::move(difference));
    }
  }

  void PlanNull(const ColumnSchema& wanted, std::string difference) {
    if (wanted.primary_key) {
      steps_.Refuse(StepKind::kChangePrimaryKey, wanted.name,
                    absl::StrCat("the primary key stays, so does whether ", wanted.name,
                                 " is assigned: export the table and import it into a new one"),
                    std::move(difference));
    } else if (wanted.nullable) {
      steps_.Add(StepKind::kAllowNull, wanted.name, "allow null in column " + wanted.name,
                 std::move(difference));
    } else {
      EvolutionStep& step =
          steps_.Add(StepKind::kForbidNull, wanted.name, "forbid null in column " + wanted.name,
                     std::move(difference));
      steps_.Ask(step, Permission::kConstrain);
    }
  }

  void PlanDefault(const ColumnSchema& column, const ColumnSchema& wanted) {
    const std::optional<std::string> wants = DefaultOf(wanted);
    // Of a type that changes only what the new default is matters.
    const std::optional<std::string> has = DefaultOf(column);
    if (has == wants) return;
    std::string sentence =
        absl::StrCat("give column ", wanted.name, " the default ", wants.value_or(""));
    if (!wants) sentence = absl::StrCat("take the default ", *has, " from column ", wanted.name);
    steps_
        .Add(StepKind::kChangeDefault, wanted.name, std::move(sentence),
             absl::StrCat("column ", wanted.name, ": the default is ", has.value_or("none"),
                          " in the database, ", wants.value_or("none"), " in the program"))
        .bars_opening = false;
  }

  void PlanNewColumn(const ColumnSchema& column) {
    const std::string difference = absl::StrCat("column ", column.name, " is in the program only");
    const std::string what = absl::StrCat("column ", column.name, " ", NameOf(column.type));
    if (column.primary_key) return;  // told with the key
    if (IdIsGone(column.id)) {
      steps_.Refuse(StepKind::kAddColumn, column.name,
                    absl::StrCat("the id ", column.id, " of column ", column.name,
                                 " was another column's, which is gone: say another"),
                    difference);
    } else if (!column.nullable && !column.default_json.has_value()) {
      steps_.Refuse(StepKind::kAddColumn, column.name,
                    absl::StrCat("a new column must be nullable or have a default: ", what,
                                 " has no value for existing records; or migrate by a function"),
                    difference);
    } else {
      steps_
          .Add(StepKind::kAddColumn, column.name,
               absl::StrCat("add ", what, ", ", DefaultOf(column).value_or("null"),
                            " for existing records"),
               difference)
          .rewrites = true;
      if (column.unique) steps_.AddUnique({column.name}, true, difference);
    }
  }

  bool IdIsGone(std::int64_t id) const {
    if (id == 0 || id > stored_.column_id_max) return false;
    for (std::size_t i = 0; i < stored_.columns.size(); ++i) {
      if (ColumnIdOf(stored_, i) == id) return false;
    }
    return true;
  }

  // Of those that are in both.
  void PlanOrder() {
    int last = -1;
    bool ordered = true;
    for (const int place : places_) {
      if (place < 0) continue;
      ordered = ordered && place > last;
      last = place;
    }
    if (ordered) return;
    Names names;
    for (const ColumnSchema& column : wanted_.columns) names.push_back(column.name);
    EvolutionStep& step = steps_.Add(StepKind::kChangeOrder, "",
                                     "put the columns in the order " + absl::StrJoin(names, ", "),
                                     "the order of the columns differs");
    step.rewrites = true;
    step.bars_opening = false;
  }

  const TableSchema& stored_;
  const TableSchema& wanted_;
  const std::vector<int> places_;
  const schema::NameMap names_after_;
  bool key_changes_ = false;
  schema::StepList steps_;
};

}  // namespace

EvolutionPlan PlanEvolution(const TableSchema& stored, const TableSchema& wanted) {
  return Planner(stored, wanted).Plan();
}

std::vector<std::string> SchemaDifferences(const TableSchema& stored, const TableSchema& expected) {
  std::vector<std::string> differences;
  for (EvolutionStep& step : PlanEvolution(stored, expected).steps) {
    if (step.bars_opening) differences.push_back(std::move(step.difference));
  }
  return differences;
}

}  // namespace linedb
