// Judging every record of a table against what the table is to become, before anything is changed.

#ifndef LINEDB_ENGINE_ALTERATION_JUDGE_H_
#define LINEDB_ENGINE_ALTERATION_JUDGE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "engine/alteration.h"
#include "engine/transaction/record_scan.h"
#include "linedb/migrate.h"
#include "linedb/struct_codec.h"

namespace linedb::engine {

// A record as it will be.
struct CarriedRecord {
  std::uint64_t number = 0;                  // of its old line in the .records file, from 1
  std::string_view line;                     // the new one, canonical
  const schema::FieldSpan* spans = nullptr;  // of the altered table's stored columns
};

// One thing that the altered table asks of its records: that a key is unique, that a check is not
// false, that what is referenced is there. Asked about each record in the order of the file.
class RecordRule {
 public:
  // The columns that are at fault, joined by ",", or none, and why.
  using Tell = absl::FunctionRef<void(const std::string& columns, std::string reason)>;

  virtual ~RecordRule() = default;
  virtual ViolationKind kind() const = 0;
  virtual void Judge(const CarriedRecord& record, Tell tell) = 0;
};

// What the alteration asks of records beyond that each has a value for each column:
// kInvalidArgument if a check does not fit the table. References to other tables are theirs who
// know these: the engine adds rules for them.
absl::StatusOr<std::vector<std::unique_ptr<RecordRule>>> RulesOf(const Alteration& alteration);

struct Judgement {
  std::vector<MigrateViolation> violations;
  std::uint64_t violations_total = 0;
  std::uint64_t records = 0;
};

// Judges the records of a source, which has the layout that is altered. An error is one of reading
// it; what is wrong with records is in the judgement.
absl::StatusOr<Judgement> JudgeRecords(const Alteration& alteration,
                                       const std::vector<std::unique_ptr<RecordRule>>& rules,
                                       std::shared_ptr<const ScanSource> source,
                                       std::size_t violations_max);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_ALTERATION_JUDGE_H_
