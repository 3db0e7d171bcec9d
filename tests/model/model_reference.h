// The history that a database must show: its states by number, and what was acknowledged of them.

#ifndef LINEDB_TESTS_MODEL_MODEL_REFERENCE_H_
#define LINEDB_TESTS_MODEL_MODEL_REFERENCE_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "linedb/options.h"
#include "linedb/table_core.h"
#include "tests/model/model_plan.h"

namespace linedb::model {

// Figures of a whole test, and what went wrong in it.
struct Figures {
  std::atomic<std::int64_t> transactions = 0;  // acknowledged
  std::atomic<std::int64_t> rolled_back = 0;
  std::atomic<std::int64_t> failed = 0;  // and nothing of them happened
  std::atomic<std::int64_t> snapshots = 0;
  std::atomic<std::int64_t> snapshot_checks = 0;
  std::atomic<std::int64_t> checkpoints = 0;
  std::atomic<std::int64_t> schema_changes = 0;
  std::atomic<std::int64_t> reopenings = 0;
  std::atomic<std::int64_t> kills = 0;
  std::atomic<std::int64_t> differences = 0;

  std::string Text() const;
};

// Any thread.
class Reference {
 public:
  // The history goes on from there.
  explicit Reference(const State& first) { Restart(first); }

  // What the transaction that is about to be committed makes of the database.
  void Record(std::shared_ptr<const State> state);
  void Acknowledge(std::int64_t number, Durability durability);
  // Nobody must ever see what this attempt did.
  void NoteFailed(std::int64_t attempt);
  bool IsFailed(std::int64_t attempt) const;
  // Null: no such moment.
  std::shared_ptr<const State> At(std::int64_t number) const;
  std::shared_ptr<const State> Newest() const;

  // Keeps the history from the last acknowledged moment on, until Unpin; returns its number.
  std::int64_t Pin();
  void Unpin(std::int64_t number);

  std::int64_t acknowledged() const;
  // What the end of the process must leave, and what a power cut must.
  std::int64_t survives_process() const;
  std::int64_t survives_power_cut() const;
  // Goes on from the moment that the database shows after it was opened again.
  void Restart(const State& first);

  // The versions of the table `extra` that were seen since the database was opened.
  void NoteExtra(const engine::TableCore& core);
  void ForgetExtras();
  std::vector<engine::TableCore> extras() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::int64_t, std::shared_ptr<const State>> history_;
  std::int64_t acknowledged_ = 0;
  std::int64_t survives_process_ = 0;
  std::int64_t survives_power_cut_ = 0;
  std::multiset<std::int64_t> pins_;
  std::set<std::int64_t> failed_;
  std::vector<engine::TableCore> extras_;
};

}  // namespace linedb::model

#endif  // LINEDB_TESTS_MODEL_MODEL_REFERENCE_H_
