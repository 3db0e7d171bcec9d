// What the planners of an evolution share: the steps so far, and words for them.

#ifndef LINEDB_SCHEMA_EVOLUTION_STEPS_H_
#define LINEDB_SCHEMA_EVOLUTION_STEPS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "linedb/evolution.h"

namespace linedb::schema {

using Names = std::vector<std::string>;
using NameMap = std::map<std::string, std::string>;

inline std::string YesOrNo(bool value) { return value ? "yes" : "no"; }

// `(a, b)`, and of one column its name.
inline std::string Shown(const Names& names) {
  return names.size() == 1 ? names[0] : absl::StrCat("(", absl::StrJoin(names, ", "), ")");
}

// By the columns' names in the wanted schema; a column that goes keeps its own.
inline Names After(const NameMap& names_after, const Names& stored_names) {
  Names names;
  for (const std::string& name : stored_names) {
    const auto found = names_after.find(name);
    names.push_back(found == names_after.end() ? name : found->second);
  }
  return names;
}

class StepList {
 public:
  EvolutionStep& Add(StepKind kind, std::string subject, std::string sentence,
                     std::string difference) {
    EvolutionStep step;
    step.kind = kind;
    step.subject = std::move(subject);
    step.sentence = std::move(sentence);
    step.difference = std::move(difference);
    steps_.push_back(std::move(step));
    return steps_.back();
  }
  static void Ask(EvolutionStep& step, Permission permission) {
    step.step_class = StepClass::kAsked;
    step.permission = permission;
    step.judges = permission != Permission::kDrop;
  }
  EvolutionStep& Refuse(StepKind kind, std::string subject, std::string sentence,
                        std::string difference) {
    EvolutionStep& step = Add(kind, std::move(subject), std::move(sentence), std::move(difference));
    step.step_class = StepClass::kRefused;
    return step;
  }

  void AddUnique(const Names& names, bool wants_unique, std::string difference) {
    if (wants_unique) {
      Ask(Add(StepKind::kAddUnique, absl::StrJoin(names, ","),
              absl::StrCat("make ", Shown(names), " unique"), std::move(difference)),
          Permission::kConstrain);
    } else {
      Add(StepKind::kDropUnique, absl::StrJoin(names, ","),
          absl::StrCat("let ", Shown(names), " be unique no more"), std::move(difference));
    }
  }

  std::vector<EvolutionStep> Take() { return std::move(steps_); }

 private:
  std::vector<EvolutionStep> steps_;
};

// What concerns several columns: keys, indexes, checks, references, expiry (evolution_keys.cc).
void PlanKeys(const TableSchema& stored, const TableSchema& wanted, const NameMap& names_after,
              StepList* steps);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_EVOLUTION_STEPS_H_
