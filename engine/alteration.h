// An alteration of a table, planned: what its schema becomes, and what each of its records.

#ifndef LINEDB_ENGINE_ALTERATION_H_
#define LINEDB_ENGINE_ALTERATION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/record_change.h"
#include "linedb/migrate.h"
#include "schema/record_carrier.h"
#include "schema/record_layout.h"

namespace linedb::engine {

struct AlterationRequest {
  TableSchema wanted;
  MigrateOptions options = {};
  // Whoever alters it knows what is lost, so nothing has to be permitted.
  bool all_permitted = false;
  // The same again that a log tells: the schema is taken as it stands there.
  bool as_logged = false;
  // One more than before unless `wanted` says a higher one; otherwise as the description says.
  bool counts_version = false;
  // Do it, even if the plan is empty.
  bool unchanged_too = false;
  // Of functions: what they make of each record, planned for this schema; and what to call it.
  RecordChange change = {};
  std::optional<TableSchema> expected = std::nullopt;
  std::string change_sentence = {};
  // What it is then at least, whether or not `wanted` says so; 0: one more than before.
  std::int64_t change_version = 0;
  // Which operations of the transaction, ascending, were of records that are purged since.
  std::vector<std::size_t> purged = {};
};

// One more than before, unless programs that know the table as it was go on with what it is then.
std::int64_t CountedVersion(const TableSchema& before, const TableSchema& after);

// Made while the table's schema cannot change.
class Alteration {
 public:
  // Errors as of Migrate, but for those about other tables and about records.
  static absl::StatusOr<std::unique_ptr<Alteration>> Plan(
      std::shared_ptr<const schema::RecordLayout> from, const AlterationRequest& request);

  const schema::RecordLayout& from() const { return *from_; }
  const schema::RecordLayout& to() const { return *to_; }
  std::shared_ptr<const schema::RecordLayout> shared_to() const { return to_; }
  const EvolutionPlan& plan() const { return plan_; }
  // What is to be done, the plan, and the function.
  EvolutionPlan steps() const;
  bool by_function() const { return static_cast<bool>(change_); }
  const std::vector<std::size_t>& purged() const { return purged_; }
  // Whether a step asks something of the records, and whether that has to be looked at: what a log
  // tells was possible, even if what was purged since is no longer there to be referenced.
  bool constrains() const { return by_function() || plan_.judges(); }
  bool judges() const { return !as_logged_ && constrains(); }
  bool rewrites() const { return by_function() || plan_.rewrites(); }

  // Tells each fault by the number of its column in `to`, or -1; OK if there is none.
  absl::Status Change(std::string_view line, std::string* changed,
                      schema::RecordCarrier::Fault fault) const;

 private:
  Alteration(std::shared_ptr<const schema::RecordLayout> from,
             std::shared_ptr<const schema::RecordLayout> to, EvolutionPlan plan,
             const AlterationRequest& request)
      : from_(std::move(from)),
        to_(std::move(to)),
        plan_(std::move(plan)),
        carrier_(*from_, *to_),
        as_logged_(request.as_logged),
        change_(request.change),
        purged_(request.purged),
        change_sentence_(request.change_sentence) {}

  const std::shared_ptr<const schema::RecordLayout> from_;
  const std::shared_ptr<const schema::RecordLayout> to_;
  const EvolutionPlan plan_;
  const schema::RecordCarrier carrier_;
  const bool as_logged_;
  const RecordChange change_;
  const std::vector<std::size_t> purged_;
  const std::string change_sentence_;
};

// Makes the functions of a program the change that is requested, from the one for the stored
// version on, one behind the other; nothing if there is none for it. Errors as of Migrations::Run.
absl::Status ChainFunctions(const schema::RecordLayout& stored,
                            std::span<const MigrationFunction> functions,
                            AlterationRequest* request);

// The change to these records, lines of the altered table, of those that have their keys; an empty
// line is nobody's.
absl::StatusOr<RecordChange> MigratedRecords(std::shared_ptr<const schema::RecordLayout> from,
                                             const TableSchema& to,
                                             const std::vector<std::string>& migrated);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ALTERATION_H_
