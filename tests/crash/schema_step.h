// Steps that make, change and drop tables.

#ifndef LINEDB_TESTS_CRASH_SCHEMA_STEP_H_
#define LINEDB_TESTS_CRASH_SCHEMA_STEP_H_

#include <string>
#include <string_view>
#include <utility>

#include "engine/alteration.h"
#include "linedb/migrate.h"
#include "tests/crash/step.h"

namespace linedb::testing {

template <class T>
const TableSchema& SchemaOf() {
  return schema::StructCodec<T>::Schema();
}

template <class T>
Step MakeTable() {
  Step step{"make table " + SchemaOf<T>().table_name,
            [](Process& process) { return process.engine->CreateTable(SchemaOf<T>()); }};
  step.changes = {[](Model& model) { model.MakeTable<T>(); }};
  step.survives = Survives::kPowerCut;
  return step;
}

template <class T>
Step DropTable() {
  Step step{"drop table " + SchemaOf<T>().table_name,
            [](Process& process) { return process.engine->DropTable(SchemaOf<T>().table_name); }};
  step.changes = {[](Model& model) { model.DropTable<T>(); }};
  step.survives = Survives::kPowerCut;
  step.refusal_is_certain = true;
  return step;
}

// `convert` says what a record becomes.
template <class From, class To>
Step AlterTable(std::string name, To (*convert)(const From&)) {
  Step step{"alter table: " + std::move(name),
            [](Process& process) { return process.engine->AlterTable(SchemaOf<To>()); }};
  step.changes = {[convert](Model& model) { model.AlterTable<From, To>(convert); }};
  step.survives = Survives::kPowerCut;
  step.refusal_is_certain = true;
  return step;
}

// By a program's function, where no plan knows what a record becomes.
template <class From, class To>
Step MigrateTable(std::string name, To (*convert)(const From&)) {
  Step step{"migrate table: " + std::move(name), [convert](Process& process) {
              engine::AlterationRequest request;
              request.wanted = SchemaOf<To>();
              request.change = [convert](std::string_view line, std::string* changed) {
                return engine::RunMigrationFunction<From, To>(convert, line, changed);
              };
              return process.engine->Alter(request).status();
            }};
  step.changes = {[convert](Model& model) { model.AlterTable<From, To>(convert); }};
  step.survives = Survives::kPowerCut;
  step.refusal_is_certain = true;
  return step;
}

// To a schema that two of the records clash under.
template <class To>
Step RefusedAlter(std::string name) {
  return {"refused alter: " + std::move(name), [](Process& process) {
            absl::Status done = process.engine->AlterTable(SchemaOf<To>());
            if (absl::IsAlreadyExists(done)) return absl::OkStatus();
            return done.ok() ? absl::DataLossError("two records have one unique value") : done;
          }};
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_SCHEMA_STEP_H_
