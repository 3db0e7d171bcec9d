// A table in memory.

#ifndef LINEDB_ENGINE_INDEX_TABLE_STATE_H_
#define LINEDB_ENGINE_INDEX_TABLE_STATE_H_

#include <cstdint>
#include <memory>
#include <shared_mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "engine/index/record_expiry.h"
#include "engine/index/table_generation.h"
#include "schema/record_checks.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// A table, from its creation until it is dropped or altered: then it is retired, and stays for
// those who still hold it. `mutex` guards `generation`, `retired` and what they point to; the
// writer needs it only to change what readers see.
class TableState {
 public:
  explicit TableState(schema::RecordLayout layout)
      : generation(std::make_shared<TableGeneration>(
            std::make_shared<const schema::RecordLayout>(std::move(layout)))),
        layout_(generation->shared_layout()),
        checks_(*layout_) {}

  const schema::RecordLayout& layout() const { return *layout_; }
  const schema::RecordChecks& checks() const { return checks_; }
  const std::string& name() const { return layout_->schema().table_name; }

  mutable std::shared_mutex mutex;
  std::shared_ptr<TableGeneration> generation;
  std::uint64_t schema_checksum = 0;
  absl::Status retired;            // why the table is no more; OK while it is
  EarliestExpiry earliest_expiry;  // of what is published

 private:
  std::shared_ptr<const schema::RecordLayout> layout_;
  const schema::RecordChecks checks_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_TABLE_STATE_H_
