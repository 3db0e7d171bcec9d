// A database of the model's tables: does what a plan says, and compares what it shows with a state.

#ifndef LINEDB_TESTS_MODEL_MODEL_DATABASE_H_
#define LINEDB_TESTS_MODEL_MODEL_DATABASE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/engine.h"
#include "linedb/options.h"
#include "linedb/table.h"
#include "linedb/table_core.h"
#include "linedb/transaction.h"
#include "tests/model/model_plan.h"
#include "tests/model/model_records.h"
#include "tests/model/model_reference.h"
#include "wal/file_system.h"

namespace linedb::model {

// What differs is said in a sentence; an empty one: nothing does.
class ModelDatabase {
 public:
  ModelDatabase(wal::FileSystem& files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}

  // Tells the reference which `extra` there is.
  absl::Status Open(const Options& options, Reference* reference);
  absl::Status Close();
  engine::Engine& engine() { return *engine_; }

  absl::StatusOr<WriteTransaction> Begin(Durability durability);
  absl::StatusOr<ReadTransaction> BeginRead();
  Moment MomentOf(const WriteTransaction& transaction) const;
  Moment MomentOf(const ReadTransaction& snapshot) const;

  // All of the plan, its own moment, and the record in `extra` if it is this transaction's turn.
  std::string Do(WriteTransaction& transaction, const Plan& plan, std::int64_t attempt,
                 Reference* reference);
  // What a snapshot shows, by every way of reading.
  std::string Compare(const ReadTransaction& snapshot, const State& state,
                      const Reference& reference) const;
  // The little that is quick to compare.
  std::string CompareSizes(const ReadTransaction& snapshot, const State& state) const;
  // Makes, alters or drops `extra`. One thread at a time.
  absl::Status ChangeExtra(std::uint64_t chance);

 private:
  std::string DoStep(WriteTransaction& transaction, const Step& step);
  std::string DoChange(WriteTransaction& transaction, const Step& step);
  std::string WriteExtra(WriteTransaction& transaction, std::int64_t number, Reference* reference);
  std::string CompareItems(const ReadTransaction& snapshot, const State& state) const;
  std::string CompareMirrors(const ReadTransaction& snapshot, const State& state) const;
  std::string CompareTags(const ReadTransaction& snapshot, const State& state) const;

  wal::FileSystem& files_;
  const std::string directory_;
  std::unique_ptr<engine::Engine> engine_;
  std::optional<Table<Item>> items_;
  std::optional<Table<Mirror>> mirrors_;
  std::optional<Table<Moment>> moments_;
  std::optional<Savepoint> savepoint_;  // of the transaction that is open
};

}  // namespace linedb::model

#endif  // LINEDB_TESTS_MODEL_MODEL_DATABASE_H_
