// The steps that a workload is made of. Each says what it does in the database, and what that makes
// of the model; a new kind of step is a function that returns a Step.

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
  // Compares what a snapshot that it holds shows with what it showed at first; empty: holds none.
  std::function<absl::Status()> check_snapshot;
  int acknowledged = 0;  // so many of a step's changes, should it end in an error

  absl::Status Open();
  absl::Status Close();
  // Nothing that it does from now on reaches the disk; then it is gone.
  void Kill();
  absl::StatusOr<WriteTransaction> Begin(Durability durability = Durability::kFull);
};

// What becomes durable when a step returns OK: it and all before it, or nothing.
enum class Survives { kNothing, kKill, kPowerCut };

// An error of kDataLoss is never right, whatever the disk did.
struct Step {
  std::string name;
  std::function<absl::Status(Process&)> act = {};
  // What it makes of the model, in order; a crash may come between two of them.
  std::vector<std::function<void(Model&)>> changes = {};
  Survives survives = Survives::kNothing;
  // An error of kResourceExhausted says that nothing happened behind Process::acknowledged, and is
  // taken at its word.
  bool refusal_is_certain = false;
  bool reopens = false;  // the program looks what there is
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

// Of what `change` makes of a table.
template <class T, class Change>
Deed DeedOn(Change change, std::function<void(Model&)> of_model) {
  return {[change](engine::Engine& engine, WriteTransaction& transaction) {
            const absl::StatusOr<Table<T>> table = TableOf<T>(engine);
            return table.ok() ? change(*table, transaction) : table.status();
          },
          std::move(of_model)};
}
template <class T>
Deed Insert(T row) {
  return DeedOn<T>(
      [row](const Table<T>& table, WriteTransaction& transaction) {
        return table.Insert(transaction, row).status();
      },
      [row](Model& model) { model.Put(row); });
}
template <class T>
Deed Update(T row) {
  return DeedOn<T>([row](const Table<T>& table,
                         WriteTransaction& transaction) { return table.Update(transaction, row); },
                   [row](Model& model) { model.Put(row); });
}
template <class T>
Deed Upsert(T row) {
  return DeedOn<T>(
      [row](const Table<T>& table, WriteTransaction& transaction) {
        return table.Upsert(transaction, row).status();
      },
      [row](Model& model) { model.Put(row); });
}
template <class T>
Deed Erase(typename Table<T>::Key key) {
  return DeedOn<T>([key](const Table<T>& table,
                         WriteTransaction& transaction) { return table.Erase(transaction, key); },
                   [key](Model& model) { model.Erase<T>(key); });
}

absl::Status Do(const std::vector<Deed>& deeds, Process& process, WriteTransaction& transaction);

Step Commit(std::string name, std::vector<Deed> deeds, Durability durability = Durability::kFull);
Step RollBack(std::string name, std::vector<Deed> deeds);
// A transaction that goes back to a savepoint behind `kept`, and on from there.
Step CommitWithSavepoint(std::string name, std::vector<Deed> kept, std::vector<Deed> undone,
                         std::vector<Deed> then);
Step Checkpoint();
Step CloseAndOpen();
Step Close();  // the last step
Step KillAndOpen();
// The process looks at all tables, and goes on holding what it saw ...
Step HoldSnapshot();
// ... and looks again whether it is the same.
Step ReadSnapshot();

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_STEP_H_
