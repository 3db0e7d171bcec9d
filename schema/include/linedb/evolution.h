// How a stored schema becomes another one: the plan of it, step by step, as data.
//
// schema/FORMAT.md has the table of all changes, section 13. linedb/migrate.h carries a plan out.

#ifndef LINEDB_EVOLUTION_H_
#define LINEDB_EVOLUTION_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "linedb/table_schema.h"

namespace linedb {

// What a step changes.
enum class StepKind : std::uint8_t {
  kAddColumn,
  kDropColumn,
  kRenameColumn,
  kWidenType,   // every value of the one type is one of the other
  kNarrowType,  // some are
  kChangeType,  // none is, in general
  kAllowNull,
  kForbidNull,
  kAddUnique,  // of one column or of several
  kDropUnique,
  kAddIndex,
  kDropIndex,
  kAddCheck,
  kDropCheck,
  kAddReference,
  kDropReference,
  kChangeReference,  // what becomes of a record when the one that it references goes
  kChangeDefault,
  kChangeExpiry,
  kChangeOrder,
  kChangeVersion,
  kChangePrimaryKey,
  kChangeTable,
  kMigrateRecords,  // by a program's functions; only linedb/migrate.h plans it
};

// "add column", "widen type", ...: as schema/FORMAT.md names the rows of its table. Any thread.
std::string_view StepKindName(StepKind kind);

// Who has to agree.
enum class StepClass : std::uint8_t {
  kFree,     // nobody: Migrate does it
  kAsked,    // the caller, by the step's permission: it loses values, or records may not allow it
  kRefused,  // it is not done, and the sentence says what to do instead
};

// What a caller permits beyond what is free.
enum class Permission : std::uint8_t {
  kNone,
  kDrop,       // values go: columns are dropped, or records begin to expire
  kNarrow,     // types are narrowed, if every value fits
  kConstrain,  // records are held to what they were not held to before, if every one fits
};

// "drop", "narrow", "constrain"; empty for kNone. Any thread.
std::string_view PermissionName(Permission permission);

struct EvolutionStep {
  StepKind kind = StepKind::kAddColumn;
  StepClass step_class = StepClass::kFree;
  Permission permission = Permission::kNone;  // of kAsked
  // The column, by its name in the wanted schema, or in the stored one if it is dropped; of a key,
  // index or reference its columns joined by ","; of a check its text; of the table empty.
  std::string subject = {};
  // "add column phone str, null for existing records": what would be done. Of kRefused: why it is
  // not done, and what to do.
  std::string sentence = {};
  // "column phone is in the program only": how the two differ.
  std::string difference = {};
  // Every line of the records' file is written anew.
  bool rewrites = false;
  // Every record is judged first.
  bool judges = false;
  // A program that wants the one schema does not go on with the other. The order of columns,
  // defaults, and indexes that it does not know leave it alone.
  bool bars_opening = true;
};

struct EvolutionPlan {
  std::vector<EvolutionStep> steps;

  bool empty() const { return steps.empty(); }
  bool rewrites() const;
  bool judges() const;
  bool bars_opening() const;
  // Whether any step needs this permission.
  bool needs(Permission permission) const;
  // kInvalidArgument lists all refused steps.
  absl::Status CheckPossible(const std::string& table) const;
  // One line a step, "  add column ...\n", what needs a permission marked with it.
  std::string ToText() const;
};

// What has to be done to `stored` so that it becomes `wanted`. Columns are the same if they have
// the same id, as far as `wanted` says ids, else if they have the same name. Both schemas are valid
// (ValidateTableSchema). A wanted version of 1 is taken as left unsaid. Any thread.
//
//   linedb::EvolutionPlan plan = linedb::PlanEvolution(*db->Schema("student"), wanted);
//   std::cout << plan.ToText();
EvolutionPlan PlanEvolution(const TableSchema& stored, const TableSchema& wanted);

}  // namespace linedb

#endif  // LINEDB_EVOLUTION_H_
