// What concerns several columns: keys, indexes, checks, references, the expiry.

#include <algorithm>
#include <set>

#include "schema/column_rename.h"
#include "schema/evolution_steps.h"

namespace linedb::schema {
namespace {

std::string ReferenceText(const ReferenceSchema& reference) {
  return absl::StrCat(Shown(reference.columns), " to ", reference.table,
                      reference.key.empty() ? "" : " " + Shown(reference.key));
}

class KeyPlanner {
 public:
  KeyPlanner(const TableSchema& stored, const TableSchema& wanted, const NameMap& names_after,
             StepList* steps)
      : stored_(stored), wanted_(wanted), names_after_(names_after), steps_(*steps) {}

  void Plan() {
    PlanUniqueKeys();
    PlanIndexes();
    PlanChecks();
    PlanReferences();
    PlanExpiry();
  }

 private:
  // The order of columns in a key does not count.
  std::set<Names> KeysOf(const TableSchema& schema, bool renamed) const {
    std::set<Names> keys;
    for (const Names& key : schema.unique_keys) {
      Names sorted = renamed ? After(names_after_, key) : key;
      std::sort(sorted.begin(), sorted.end());
      keys.insert(std::move(sorted));
    }
    return keys;
  }

  void PlanUniqueKeys() {
    const std::set<Names> stored = KeysOf(stored_, true);
    const std::set<Names> wanted = KeysOf(wanted_, false);
    const auto only = [](const Names& key, const char* where) {
      return absl::StrCat("unique key (", absl::StrJoin(key, ","), ") is in the ", where, " only");
    };
    for (const Names& key : stored) {
      if (!wanted.contains(key)) steps_.AddUnique(key, false, only(key, "database"));
    }
    for (const Names& key : wanted) {
      if (!stored.contains(key)) steps_.AddUnique(key, true, only(key, "program"));
    }
  }

  void PlanIndexes() {
    std::map<Names, bool> stored;
    std::map<Names, bool> wanted;
    for (const IndexSchema& index : stored_.indexes)
      stored[After(names_after_, index.columns)] = index.unique;
    for (const IndexSchema& index : wanted_.indexes) wanted[index.columns] = index.unique;
    for (const auto& [names, unique] : stored) {
      const auto found = wanted.find(names);
      if (found == wanted.end()) {
        EvolutionStep& step = steps_.Add(
            StepKind::kDropIndex, absl::StrJoin(names, ","), "drop index " + Shown(names),
            absl::StrCat("index (", absl::StrJoin(names, ","), ") is in the database only"));
        step.bars_opening = unique;
      } else if (found->second != unique) {
        steps_.AddUnique(
            names, found->second,
            absl::StrCat("index (", absl::StrJoin(names, ","), "): unique is ", YesOrNo(unique),
                         " in the database, ", YesOrNo(found->second), " in the program"));
      }
    }
    for (const auto& [names, unique] : wanted) {
      if (stored.contains(names)) continue;
      EvolutionStep& step = steps_.Add(
          StepKind::kAddIndex, absl::StrJoin(names, ","),
          absl::StrCat("add ", unique ? "unique " : "", "index ", Shown(names)),
          absl::StrCat("index (", absl::StrJoin(names, ","), ") is in the program only"));
      if (unique) steps_.Ask(step, Permission::kConstrain);
    }
  }

  void PlanExpiry() {
    const std::string stored =
        stored_.expires.empty() ? "" : After(names_after_, {stored_.expires})[0];
    if (stored == wanted_.expires) return;
    const auto shown = [](const std::string& name) { return name.empty() ? "nothing" : name; };
    std::string sentence = "let records expire by column " + wanted_.expires;
    if (wanted_.expires.empty()) sentence = "let records expire no more by column " + stored;
    EvolutionStep& step =
        steps_.Add(StepKind::kChangeExpiry, wanted_.expires, std::move(sentence),
                   absl::StrCat("records expire by ", shown(stored), " in the database, by ",
                                shown(wanted_.expires), " in the program"));
    if (!wanted_.expires.empty()) steps_.Ask(step, Permission::kDrop);
  }

  void PlanChecks();
  void PlanReferences();

  const TableSchema& stored_;
  const TableSchema& wanted_;
  const NameMap& names_after_;
  StepList& steps_;
};

// Two spellings of a check are one, and so is a check of columns that are renamed.
void KeyPlanner::PlanChecks() {
  std::map<std::string, std::string> stored;  // as they are said, by what they say
  std::map<std::string, std::string> wanted;
  for (const std::string& text : AllChecks(stored_)) {
    stored[RenamedCheck(text, stored_.table_name, names_after_)] = text;
  }
  for (const std::string& text : AllChecks(wanted_)) {
    wanted[RenamedCheck(text, wanted_.table_name, {})] = text;
  }
  for (const auto& [same, text] : stored) {
    if (wanted.contains(same)) continue;
    steps_.Add(StepKind::kDropCheck, text, "drop the check " + text,
               absl::StrCat("the check ", text, " is in the database only"));
  }
  for (const auto& [same, text] : wanted) {
    if (stored.contains(same)) continue;
    steps_.Ask(steps_.Add(StepKind::kAddCheck, text, "check " + text,
                          absl::StrCat("the check ", text, " is in the program only")),
               Permission::kConstrain);
  }
}

void KeyPlanner::PlanReferences() {
  std::vector<ReferenceSchema> stored = AllReferences(stored_);
  const std::vector<ReferenceSchema> wanted = AllReferences(wanted_);
  for (ReferenceSchema& reference : stored) {
    reference.columns = After(names_after_, reference.columns);
    if (reference.table == stored_.table_name) reference.key = After(names_after_, reference.key);
  }
  const auto find = [](const std::vector<ReferenceSchema>& all, ReferenceSchema wanted_one) {
    return std::find_if(all.begin(), all.end(), [&](const ReferenceSchema& each) {
      wanted_one.on_delete = each.on_delete;
      return each == wanted_one;
    });
  };
  for (const ReferenceSchema& reference : stored) {
    const auto same = find(wanted, reference);
    const std::string text = "the reference from " + ReferenceText(reference);
    const std::string subject = absl::StrJoin(reference.columns, ",");
    if (same == wanted.end()) {
      steps_.Add(StepKind::kDropReference, subject, "drop " + text,
                 text + " is in the database only");
    } else if (same->on_delete != reference.on_delete) {
      const std::string has(OnDeleteName(reference.on_delete));
      const std::string wants(OnDeleteName(same->on_delete));
      steps_.Add(StepKind::kChangeReference, subject,
                 absl::StrCat("change ", text, " from ", has, " to ", wants),
                 absl::StrCat(text, ": on_delete is ", has, " in the database, ", wants,
                              " in the program"));
    }
  }
  for (const ReferenceSchema& reference : wanted) {
    if (find(stored, reference) != stored.end()) continue;
    const std::string text = "the reference from " + ReferenceText(reference);
    steps_.Ask(steps_.Add(StepKind::kAddReference, absl::StrJoin(reference.columns, ","),
                          "add " + text, text + " is in the program only"),
               Permission::kConstrain);
  }
}

}  // namespace

void PlanKeys(const TableSchema& stored, const TableSchema& wanted, const NameMap& names_after,
              StepList* steps) {
  KeyPlanner(stored, wanted, names_after, steps).Plan();
}

}  // namespace linedb::schema
