// What a commit does for references, before it is one.

#ifndef LINEDB_ENGINE_REFERENCES_REFERENCE_ENFORCER_H_
#define LINEDB_ENGINE_REFERENCES_REFERENCE_ENFORCER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/references/reference_map.h"
#include "engine/transaction/transaction.h"

namespace linedb::engine {

// Calls `visit` with the live records, as the open transaction sees them, whose columns have these
// values: `values` are canonical texts, in the order of the reference's columns. More may be
// visited than have them. Ends when `visit` returns false.
using ReferrerVisitor = absl::FunctionRef<bool(std::string_view line)>;
using ReferrerSearch = absl::FunctionRef<absl::Status(
    const TableReference&, const std::vector<std::string>& values, ReferrerVisitor visit)>;

// DESIGN.md, "References": first what departs is followed, and what follows it in turn, until
// nothing is left to follow; then the state that there is by then is judged.
//
//   operations   | the transaction's own | what follows them | what follows these | …
//                  ---- one walk, which what it appends is part of ---->
//
// The departure of a key: a record that had it when it was changed, or deleted, has it no more, and
// no other record has it now. One thread, the transaction's.
class ReferenceEnforcer {
 public:
  using Changes = absl::FunctionRef<TableChanges&(TableState&)>;

  ReferenceEnforcer(const ReferenceMap& references, Transaction& transaction, Changes changes,
                    ReferrerSearch search)
      : references_(references), transaction_(transaction), changes_(changes), search_(search) {}

  // kFailedPrecondition as linedb/references.h tells; then the transaction is to be rolled back.
  absl::Status Run();

 private:
  struct Departure {
    std::string key_text;
    std::vector<std::string> values;  // in the order of the reference's columns
    std::string record;               // that had the key
  };

  absl::Status Follow(const Operation& operation, const TableReference& reference);
  absl::Status FollowTo(const TableReference& reference, const Departure& departure,
                        const std::string& key_text);
  absl::Status CannotFollow(const TableReference& reference, const Departure& departure,
                            const std::string& key_text, const absl::Status& why);
  absl::Status JudgeDepartures(const Operation& operation, const ReferencesOfTable& references);
  absl::Status JudgeRecords(const Operation& operation, const ReferencesOfTable& references);
  absl::Status JudgeDeparture(const Operation& operation, const TableReference& reference);
  absl::Status JudgeRecord(const Operation& operation, const TableReference& reference);
  absl::StatusOr<std::optional<Departure>> DepartureOf(const Operation& operation,
                                                       const TableReference& reference);
  absl::Status VisitReferrers(const TableReference& reference, const Departure& departure,
                              ReferrerVisitor visit);
  void Add(BrokenReference broken);

  const ReferenceMap& references_;
  Transaction& transaction_;
  Changes changes_;
  ReferrerSearch search_;
  std::vector<BrokenReference> broken_;
  std::uint64_t broken_count_ = 0;
  std::unordered_set<std::string> told_;
  // The key found last: records that follow each other often reference the same one.
  const TableReference* found_reference_ = nullptr;
  std::string found_text_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REFERENCES_REFERENCE_ENFORCER_H_
