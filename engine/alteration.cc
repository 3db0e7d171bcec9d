#include "engine/alteration.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/column_match.h"
#include "schema/primary_key.h"
#include "schema/schema_document.h"

namespace linedb::engine {
namespace {

// A description that says its version knows better.
std::int64_t VersionAfter(const TableSchema& before, const AlterationRequest& request) {
  const TableSchema& wanted = request.wanted;
  if (wanted.version > before.version) return wanted.version;
  if (wanted.version > 1 && !request.counts_version) return before.version;
  if (request.change) return std::max(before.version + 1, request.change_version);
  return CountedVersion(before, wanted);
}

TableSchema SchemaAfter(const TableSchema& before, const TableSchema& wanted,
                        const AlterationRequest& request) {
  if (request.as_logged) return wanted;
  return schema::EvolvedSchema(before, wanted, VersionAfter(before, request));
}

// What a function does it does knowingly; the key stays all the same.
void GiveToFunction(EvolutionPlan* plan) {
  for (EvolutionStep& step : plan->steps) {
    const bool kept = step.kind == StepKind::kChangePrimaryKey ||
                      step.kind == StepKind::kChangeTable || step.kind == StepKind::kChangeVersion;
    if (kept && step.step_class == StepClass::kRefused) continue;
    step.step_class = StepClass::kFree;
    step.permission = Permission::kNone;
  }
}

void Permit(EvolutionPlan* plan) {
  for (EvolutionStep& step : plan->steps) {
    if (step.step_class == StepClass::kAsked) step.step_class = StepClass::kFree;
  }
}

absl::Status CheckPermitted(const std::string& table, const EvolutionPlan& plan,
                            const MigrateOptions& options) {
  std::string missing;
  for (const Permission each : {Permission::kDrop, Permission::kNarrow, Permission::kConstrain}) {
    const bool given =
        std::find(options.permit.begin(), options.permit.end(), each) != options.permit.end();
    if (given || !plan.needs(each)) continue;
    absl::StrAppend(&missing, missing.empty() ? "" : ", ", std::string(PermissionName(each)));
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("table ", table, ": this needs permission (",
                                                    missing, "), nothing was changed:\n",
                                                    plan.ToText()));
}

}  // namespace

std::int64_t CountedVersion(const TableSchema& before, const TableSchema& after) {
  TableSchema unsaid = before;
  unsaid.version = 1;
  return PlanEvolution(after, unsaid).bars_opening() ? before.version + 1 : before.version;
}

absl::StatusOr<std::unique_ptr<Alteration>> Alteration::Plan(
    std::shared_ptr<const schema::RecordLayout> from, const AlterationRequest& request) {
  const TableSchema& before = from->schema();
  const TableSchema wanted =
      request.as_logged ? request.wanted : schema::WithAllIds(before, request.wanted);
  absl::Status done = ValidateTableSchema(wanted);
  if (!done.ok()) return done;
  if (request.expected.has_value() && *request.expected != before) {
    return absl::AbortedError(
        absl::StrCat("table ", before.table_name, " was altered while its migration was planned"));
  }
  TableSchema compared = wanted;
  if (request.as_logged || request.counts_version) compared.version = 1;
  EvolutionPlan plan = PlanEvolution(before, compared);
  // What a log tells was possible.
  if (request.change || request.as_logged) GiveToFunction(&plan);
  if (request.all_permitted) Permit(&plan);
  done = plan.CheckPossible(before.table_name);
  if (done.ok() && request.options.mode == MigrateMode::kApply) {
    done = CheckPermitted(before.table_name, plan, request.options);
  }
  if (!done.ok()) return done;
  TableSchema after = SchemaAfter(before, wanted, request);
  done = schema::NormalizeSchema(&after);
  if (!done.ok()) return done;
  absl::StatusOr<schema::RecordLayout> to = schema::RecordLayout::Create(std::move(after));
  if (!to.ok()) return to.status();
  return std::unique_ptr<Alteration>(
      new Alteration(std::move(from), std::make_shared<const schema::RecordLayout>(*std::move(to)),
                     std::move(plan), request));
}

EvolutionPlan Alteration::steps() const {
  EvolutionPlan steps = plan_;
  if (!by_function() || change_sentence_.empty()) return steps;
  EvolutionStep step;
  step.kind = StepKind::kMigrateRecords;
  step.sentence = change_sentence_;
  step.rewrites = step.judges = true;
  steps.steps.insert(steps.steps.begin(), std::move(step));
  return steps;
}

absl::Status Alteration::Change(std::string_view line, std::string* changed,
                                schema::RecordCarrier::Fault fault) const {
  if (!by_function()) return carrier_.CarryTellingAll(line, changed, fault);
  absl::Status done = change_(line, changed);
  if (!done.ok()) fault(-1, std::string(done.message()));
  return done;
}

namespace {

// From one line to the next: carried to what the function takes, and through it.
struct ChainLink {
  std::shared_ptr<const schema::RecordLayout> from;
  std::shared_ptr<const schema::RecordLayout> to;
  std::shared_ptr<const schema::RecordCarrier> carrier;  // before `run`
  const std::function<absl::Status(std::string_view, std::string*)> run;
};

absl::StatusOr<std::shared_ptr<const schema::RecordLayout>> LayoutOf(const TableSchema& schema) {
  absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(schema);
  if (!layout.ok()) return layout.status();
  return std::make_shared<const schema::RecordLayout>(*std::move(layout));
}

absl::Status AddLink(const std::shared_ptr<const schema::RecordLayout>& from, const TableSchema& to,
                     std::function<absl::Status(std::string_view, std::string*)> run,
                     std::vector<ChainLink>* links) {
  absl::StatusOr<std::shared_ptr<const schema::RecordLayout>> layout = LayoutOf(to);
  if (!layout.ok()) return layout.status();
  auto carrier = std::make_shared<const schema::RecordCarrier>(*from, **layout);
  links->push_back({from, *layout, std::move(carrier), std::move(run)});
  return absl::OkStatus();
}

absl::Status RunChain(const std::vector<ChainLink>& links, std::string_view line,
                      std::string* changed) {
  std::string record(line);
  std::string next;
  for (const ChainLink& link : links) {
    next.clear();
    absl::Status done = link.carrier->Carry(record, &next);
    if (done.ok() && link.run) {
      record.clear();
      done = link.run(next, &record);
    } else {
      record.swap(next);
    }
    if (!done.ok()) return done;
  }
  changed->append(record);
  return absl::OkStatus();
}

const MigrationFunction* FindFunction(std::span<const MigrationFunction> functions,
                                      std::int64_t version) {
  for (const MigrationFunction& function : functions) {
    if (function.version == version) return &function;
  }
  return nullptr;
}

absl::Status CheckFunctions(std::span<const MigrationFunction> functions,
                            const TableSchema& wanted) {
  std::vector<std::int64_t> versions;
  for (const MigrationFunction& function : functions) {
    if (function.from->table_name != wanted.table_name ||
        function.to->table_name != wanted.table_name) {
      return absl::InvalidArgumentError(absl::StrCat(
          "table ", wanted.table_name, ": the migration from version ", function.version,
          " is about table ", function.from->table_name, " and ", function.to->table_name));
    }
    versions.push_back(function.version);
  }
  std::sort(versions.begin(), versions.end());
  const auto twice = std::adjacent_find(versions.begin(), versions.end());
  if (twice == versions.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("table ", wanted.table_name, ": two migrations begin with version ", *twice));
}

absl::Status CheckDescribes(const TableSchema& stored, const MigrationFunction& function) {
  TableSchema described = *function.from;
  described.version = 1;
  const EvolutionPlan plan = PlanEvolution(stored, described);
  if (!plan.bars_opening()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("table ", stored.table_name, ": the struct that its migration from version ",
                   function.version, " takes is not what is stored; to be so, the table would ",
                   "have to:\n", plan.ToText()));
}

// Or the same function would run again the next time.
absl::Status CheckLeaves(const TableSchema& wanted, std::int64_t version) {
  if (wanted.version == 1 || wanted.version > version) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "table ", wanted.table_name, ": a migration begins with version ", version,
      ", the newest struct says version ", wanted.version, ", expected a later one, or none"));
}

}  // namespace

absl::Status ChainFunctions(const schema::RecordLayout& stored,
                            std::span<const MigrationFunction> functions,
                            AlterationRequest* request) {
  const TableSchema& wanted = request->wanted;
  if (absl::Status fits = CheckFunctions(functions, wanted); !fits.ok()) return fits;
  const TableSchema& before = stored.schema();
  const MigrationFunction* function = FindFunction(functions, before.version);
  if (function == nullptr) return absl::OkStatus();
  if (absl::Status same = CheckDescribes(before, *function); !same.ok()) return same;
  auto links = std::make_shared<std::vector<ChainLink>>();
  std::shared_ptr<const schema::RecordLayout> at =
      std::make_shared<const schema::RecordLayout>(stored);
  std::size_t run = 0;
  while (function != nullptr && run++ < functions.size()) {
    request->change_version = std::max(request->change_version, function->version + 1);
    if (absl::Status added = AddLink(at, *function->from, function->run, links.get());
        !added.ok()) {
      return added;
    }
    absl::StatusOr<std::shared_ptr<const schema::RecordLayout>> next = LayoutOf(*function->to);
    if (!next.ok()) return next.status();
    at = *std::move(next);
    const auto takes =
        std::find_if(functions.begin(), functions.end(),
                     [&](const MigrationFunction& each) { return each.from == function->to; });
    function = takes == functions.end() ? nullptr : &*takes;
  }
  const EvolutionPlan rest = PlanEvolution(at->schema(), wanted);
  absl::Status possible = rest.CheckPossible(wanted.table_name);
  if (possible.ok()) possible = AddLink(at, wanted, nullptr, links.get());
  if (possible.ok()) possible = CheckLeaves(wanted, request->change_version - 1);
  if (!possible.ok()) return possible;
  request->change_sentence =
      absl::StrCat("migrate every record by ", run, run == 1 ? " function" : " functions",
                   ", from version ", before.version, " on");
  request->change = [links](std::string_view line, std::string* changed) {
    return RunChain(*links, line, changed);
  };
  return absl::OkStatus();
}

absl::StatusOr<RecordChange> MigratedRecords(std::shared_ptr<const schema::RecordLayout> from,
                                             const TableSchema& to,
                                             const std::vector<std::string>& migrated) {
  absl::StatusOr<std::shared_ptr<const schema::RecordLayout>> layout = LayoutOf(to);
  if (!layout.ok()) return layout.status();
  auto lines = std::make_shared<std::map<std::string, std::string, std::less<>>>();
  for (const std::string& line : migrated) {
    if (line.empty()) continue;
    const std::optional<std::string> key = schema::PrimaryKeyOf(**layout, line);
    if (!key.has_value()) {
      return absl::DataLossError(absl::StrCat("not a record of table ", to.table_name, ": ", line));
    }
    (*lines)[*key] = line;
  }
  return RecordChange([from = std::move(from), lines](std::string_view line, std::string* changed) {
    const std::optional<std::string> key = schema::PrimaryKeyOf(*from, line);
    const auto found = key.has_value() ? lines->find(*key) : lines->end();
    if (found == lines->end()) {
      return absl::DataLossError("the log does not say what was made of it");
    }
    changed->append(found->second);
    return absl::OkStatus();
  });
}

}  // namespace linedb::engine
