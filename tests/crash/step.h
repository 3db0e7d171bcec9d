// The steps that a workload is made of. Each says what it does in the database, and what that makes
// of the model; a new kind of step is a function here that returns a Step.

#ifndef LINEDB_TESTS_CRASH_STEP_H_
#define LINEDB_TESTS_CRASH_STEP_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "linedb/table.h"
#include "linedb/transaction.h"
#include "tests/crash/journal_disk.h"
#include "tests/crash/model.h"

namespace linedb::testing {

inline constexpr char kDatabase[] = "university";

// A process with the database open, or not.
struct Process {
  JournalDisk* machine = nullptr;   // what it runs on
  wal::FileSystem* disk = nullptr;  // what it sees of the machine's disk
  std::unique_ptr<engine::Engine> engine;

  absl::Status Open();
  absl::Status Close();
  // Nothing that it does from now on reaches the disk; then it is gone.
  void Kill();
};

struct Step {
  std::string name;
  std::function<absl::Status(Process&)> act = {};
  std::function<void(Model&)> change = {};  // none: the model stays as it is
  // An error other than kInternal says that nothing happened, and is taken at its word.
  bool refusal_is_certain = false;
};

// A deed is a part of a transaction.
struct Deed {
  std::function<absl::Status(engine::Engine&, WriteTransaction&)> act;
  std::function<void(Model&)> change;
};

template <class T>
absl::StatusOr<Table<T>> TableOf(engine::Engine& engine) {
  const std::string& name = schema::StructCodec<T>::Schema().table_name;
  engine::TableState* table = engine.FindTable(name);
  if (table == nullptr) return absl::NotFoundError("no table " + name);
  return Table<T>(engine::TableCore(&engine, table), true);
}

template <class T>
Deed Insert(T row) {
  return {[row](engine::Engine& engine, WriteTransaction& transaction) {
            absl::StatusOr<Table<T>> table = TableOf<T>(engine);
            return table.ok() ? table->Insert(transaction, row).status() : table.status();
          },
          [row](Model& model) { model.Put(row); }};
}
template <class T>
Deed Update(T row) {
  return {[row](engine::Engine& engine, WriteTransaction& transaction) {
            absl::StatusOr<Table<T>> table = TableOf<T>(engine);
            return table.ok() ? table->Update(transaction, row) : table.status();
          },
          [row](Model& model) { model.Put(row); }};
}
template <class T>
Deed Erase(typename Table<T>::Key key) {
  return {[key](engine::Engine& engine, WriteTransaction& transaction) {
            absl::StatusOr<Table<T>> table = TableOf<T>(engine);
            return table.ok() ? table->Erase(transaction, key) : table.status();
          },
          [key](Model& model) { model.Erase<T>(key); }};
}

template <class T>
Step MakeTable() {
  const TableSchema& schema = schema::StructCodec<T>::Schema();
  return {"make table " + schema.table_name,
          [&schema](Process& process) { return process.engine->CreateTable(schema); },
          [](Model& model) { model.MakeTable<T>(); }};
}
Step Commit(std::string name, std::vector<Deed> deeds);
Step RollBack(std::string name, std::vector<Deed> deeds);
Step Checkpoint();
Step CloseAndOpen();
Step Close();  // the last step
Step KillAndOpen();

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_STEP_H_
