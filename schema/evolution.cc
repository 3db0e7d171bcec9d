#include "linedb/evolution.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace linedb {

std::string_view StepKindName(StepKind kind) {
  switch (kind) {
    case StepKind::kAddColumn:
      return "add column";
    case StepKind::kDropColumn:
      return "drop column";
    case StepKind::kRenameColumn:
      return "rename column";
    case StepKind::kWidenType:
      return "widen type";
    case StepKind::kNarrowType:
      return "narrow type";
    case StepKind::kChangeType:
      return "change type";
    case StepKind::kAllowNull:
      return "allow null";
    case StepKind::kForbidNull:
      return "forbid null";
    case StepKind::kAddUnique:
      return "add unique";
    case StepKind::kDropUnique:
      return "drop unique";
    case StepKind::kAddIndex:
      return "add index";
    case StepKind::kDropIndex:
      return "drop index";
    case StepKind::kAddCheck:
      return "add check";
    case StepKind::kDropCheck:
      return "drop check";
    case StepKind::kAddReference:
      return "add reference";
    case StepKind::kDropReference:
      return "drop reference";
    case StepKind::kChangeReference:
      return "change reference";
    case StepKind::kChangeDefault:
      return "change default";
    case StepKind::kChangeExpiry:
      return "change expiry";
    case StepKind::kChangeOrder:
      return "change order";
    case StepKind::kChangeVersion:
      return "change version";
    case StepKind::kChangePrimaryKey:
      return "change primary key";
    case StepKind::kChangeTable:
      return "change table";
    case StepKind::kMigrateRecords:
      return "migrate records";
  }
  return {};
}

std::string_view PermissionName(Permission permission) {
  switch (permission) {
    case Permission::kNone:
      return {};
    case Permission::kDrop:
      return "drop";
    case Permission::kNarrow:
      return "narrow";
    case Permission::kConstrain:
      return "constrain";
  }
  return {};
}

bool EvolutionPlan::rewrites() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const EvolutionStep& step) { return step.rewrites; });
}
bool EvolutionPlan::judges() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const EvolutionStep& step) { return step.judges; });
}
bool EvolutionPlan::bars_opening() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const EvolutionStep& step) { return step.bars_opening; });
}
bool EvolutionPlan::needs(Permission permission) const {
  return std::any_of(steps.begin(), steps.end(), [permission](const EvolutionStep& step) {
    return step.step_class == StepClass::kAsked && step.permission == permission;
  });
}

absl::Status EvolutionPlan::CheckPossible(const std::string& table) const {
  std::vector<std::string> reasons;
  for (const EvolutionStep& step : steps) {
    if (step.step_class != StepClass::kRefused) continue;
    reasons.push_back(
        absl::StrCat(table, step.subject.empty() ? "" : ".", step.subject, ": ", step.sentence));
  }
  if (reasons.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(reasons, "; "));
}

std::string EvolutionPlan::ToText() const {
  std::string text;
  for (const EvolutionStep& step : steps) {
    absl::StrAppend(&text, "  ");
    if (step.step_class == StepClass::kRefused) absl::StrAppend(&text, "refused: ");
    absl::StrAppend(&text, step.sentence);
    if (step.step_class == StepClass::kAsked) {
      absl::StrAppend(&text, "  [needs permission: ", std::string(PermissionName(step.permission)),
                      "]");
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

}  // namespace linedb
