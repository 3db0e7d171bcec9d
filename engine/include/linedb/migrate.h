// Bringing stored tables to the schema that a program describes: by a plan, or by functions from
// one version to the next. schema/FORMAT.md, section 13, has the table of all changes.
//
//   auto students = db->OpenTable<Student>();  // kFailedPrecondition: tells what Migrate would do
//   auto report = linedb::Migrate<Student>(*db, {.permit = {linedb::Permission::kDrop}});
//   if (report.ok() && !report->violations.empty()) …  // nothing was changed: these come first
//   students = db->OpenTable<Student>();

#ifndef LINEDB_MIGRATE_H_
#define LINEDB_MIGRATE_H_

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/database.h"
#include "linedb/describe.h"
#include "linedb/evolution.h"
#include "linedb/struct_codec.h"
#include "linedb/table_schema.h"

namespace linedb {

enum class MigrateMode {
  kApply,
  // Plans and judges all records, and writes nothing. Works on a handle for reading, too, beside a
  // writer.
  kDryRun,
};

struct MigrateOptions {
  // What may be done beyond what loses nothing and asks nothing of the records.
  std::vector<Permission> permit = {};
  MigrateMode mode = MigrateMode::kApply;
  // Of so many violations the report has each; of the others their number.
  std::size_t violations_max = 100;
};

enum class ViolationKind {
  kValue,      // a column has no value: null, missing, or none of the type
  kUnique,     // another record has the value
  kCheck,      // a check is false
  kReference,  // what is referenced is not there
  kFunction,   // the migration's function refused it
};

// A record that the wanted schema does not allow.
struct MigrateViolation {
  ViolationKind kind = ViolationKind::kValue;
  std::string table;
  std::uint64_t line = 0;  // of data/<table>.records, from 1
  std::string key;         // JSON text of its primary key; empty: the table has none
  std::string column;      // or columns, joined by ","; empty: the record as a whole
  std::string reason;
  std::string record;  // its line as it is stored; of a long one the beginning

  // "data/student.records line 3: student.email: null is not allowed (record 2)"
  std::string ToText() const;
};

struct MigrateReport {
  EvolutionPlan plan;  // empty: the table was as wanted, and nothing was done
  // The first of them, in the order of the file; if there are any nothing was changed.
  std::vector<MigrateViolation> violations;
  std::uint64_t violations_total = 0;
  std::uint64_t records = 0;  // live ones
  bool migrated = false;      // false: dry run, violations, or nothing to do
  bool rewrote = false;       // the records' file was written anew (of a dry run: would be)
  std::int64_t version_before = 1;
  std::int64_t version_after = 1;
};

// Makes the stored table what `wanted` says, as PlanEvolution plans it. All records are judged
// before anything is changed; then all of it happens at once, or nothing, whatever fails or
// crashes. Writers wait meanwhile, readers do not; handles on the table are of no use afterwards
// and say so, snapshots see what they saw. What `wanted` does not say (ids, version 1, the time of
// creation) stays or is counted on.
//
// Errors, with nothing changed: kFailedPrecondition (steps need a permission that was not given;
// the message is the plan; or another table references a column that goes), kInvalidArgument (a
// step is refused, or `wanted` is no schema; the message says what to do instead), kNotFound (no
// such table), and as Database::AlterTable. Violations are no error, but in the report.
absl::StatusOr<MigrateReport> Migrate(Database& database, const TableSchema& wanted,
                                      const MigrateOptions& options = {});

// The same for the table that Describe<T> describes.
template <class T>
absl::StatusOr<MigrateReport> Migrate(Database& database, const MigrateOptions& options = {}) {
  return Migrate(database, schema::StructCodec<T>::Schema(), options);
}

namespace engine {

// A function from one version's records to those of a later one, as lines.
struct MigrationFunction {
  std::int64_t version = 0;
  const TableSchema* from = nullptr;
  const TableSchema* to = nullptr;
  std::function<absl::Status(std::string_view line, std::string* migrated)> run;
};

absl::StatusOr<MigrateReport> MigrateByFunctions(Database& database, const TableSchema& wanted,
                                                 std::span<const MigrationFunction> functions,
                                                 const MigrateOptions& options);

template <class Result>
struct MigratedRow {
  using Row = Result;
};
template <class Row_>
struct MigratedRow<absl::StatusOr<Row_>> {
  using Row = Row_;
};

// The key that a row keeps whose function left it out; 0: it has none of that kind.
template <class Row>
std::int64_t KeptKey(std::string_view line, const Row& row) {
  using Codec = schema::StructCodec<Row>;
  std::int64_t key = 0;
  if constexpr (Codec::kHasRowId) {
    constexpr std::string_view kBegin = "{\"$rowid\":";
    std::from_chars(line.data() + kBegin.size(), line.data() + line.size(), key);
  } else if constexpr (Codec::kAssigned) {
    key = static_cast<std::int64_t>(Codec::KeyOf(row, 0));
  }
  return key;
}

template <class From, class To, class Function>
absl::Status RunMigrationFunction(const Function& function, std::string_view line,
                                  std::string* migrated) {
  From row{};
  const int failed = schema::StructCodec<From>::Decode(line, &row);
  if (failed != schema::kDecoded) {
    return UnreadableColumn(schema::StructCodec<From>::Schema(), failed, line);
  }
  absl::StatusOr<To> made = function(std::as_const(row));
  if (!made.ok()) return made.status();
  schema::FieldSpan spans[schema::StructCodec<To>::kStoredColumns];
  return schema::StructCodec<To>::Encode(*made, KeptKey(line, row), migrated, spans);
}

}  // namespace engine

// Functions from one version of a table's struct to the next, up to Newest. The old structs stay in
// the program, each with its Describe (and the same table name):
//
//   absl::StatusOr<linedb::MigrateReport> report =
//       linedb::Migrations<Student>()
//           .From<StudentV1>(1, [](const StudentV1& old) {
//             return StudentV2{.id = old.id, .name = old.first + " " + old.last};
//           })
//           .From<StudentV2>(2, [](const StudentV2& old) -> absl::StatusOr<Student> { … })
//           .Run(*db);
//
// Run begins with the function for the stored version and goes on with the one that takes what that
// returns, as long as there is one; what is then not yet Newest is brought there by the plan. All
// of it happens at once, or nothing; the log has every record's new value, so that the moments
// before and after can be restored. A function that fails, for a record, is a violation with its
// message. Where no function is for the stored version, Run is Migrate<Newest>.
template <class Newest>
class Migrations {
 public:
  // `function` returns the next version's struct, or absl::StatusOr of it, for each record of
  // version `version`. It may be called more than once for a record, and in a dry run.
  template <class Old, class Function>
  requires std::invocable<const Function&, const Old&> Migrations& From(std::int64_t version,
                                                                        Function function) {
    using Row =
        typename engine::MigratedRow<std::invoke_result_t<const Function&, const Old&>>::Row;
    functions_.push_back(
        {version, &schema::StructCodec<Old>::Schema(), &schema::StructCodec<Row>::Schema(),
         [run = std::move(function)](std::string_view line, std::string* migrated) {
           return engine::RunMigrationFunction<Old, Row>(run, line, migrated);
         }});
    return *this;
  }

  // Fails as Migrate; kFailedPrecondition also if the stored schema of that version is not what the
  // function's struct describes, and kInvalidArgument if two functions are for one version, or
  // Newest says a version that is not later than those that the functions begin with. What a
  // function loses it loses knowingly: no permission is asked for its steps.
  absl::StatusOr<MigrateReport> Run(Database& database, const MigrateOptions& options = {}) const {
    return engine::MigrateByFunctions(database, schema::StructCodec<Newest>::Schema(), functions_,
                                      options);
  }

 private:
  std::vector<engine::MigrationFunction> functions_;
};

}  // namespace linedb

#endif  // LINEDB_MIGRATE_H_
