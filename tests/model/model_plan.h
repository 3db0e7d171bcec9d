// What a transaction is to do, and what must come of it: worked out on a std::map before anything
// is done to a database.

#ifndef LINEDB_TESTS_MODEL_MODEL_PLAN_H_
#define LINEDB_TESTS_MODEL_MODEL_PLAN_H_

#include <cstdint>
#include <map>
#include <vector>

#include "tests/model/model_records.h"

namespace linedb::model {

// The items at one moment; the mirrors follow from them.
struct State {
  std::int64_t number = 0;
  std::map<std::int64_t, Item> items;
  std::int64_t next_id = 1;
};

struct Step {
  enum class Kind { kInsertNew, kInsert, kUpdate, kUpsert, kErase, kSetSavepoint, kRollbackTo };
  Kind kind = Kind::kInsertNew;
  Item item;          // kErase: its id counts
  bool fits = false;  // whether the database must take it
};

struct Plan {
  std::vector<Step> steps;
  State after;
};

// The same for the same base and seed, so that what a process did that was killed can be worked out
// again.
Plan MakePlan(const State& base, std::uint64_t seed);

// The seed of the transaction with that number, of all those that were committed.
std::uint64_t SeedOf(std::uint64_t seed, std::int64_t number);

// Whether the transaction with that number writes a record into the table `extra`.
inline bool WritesExtra(std::int64_t number) { return number % 4 == 0; }

}  // namespace linedb::model

#endif  // LINEDB_TESTS_MODEL_MODEL_PLAN_H_
