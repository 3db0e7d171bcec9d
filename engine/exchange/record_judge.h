// Finds everything that is wrong with a record, not only the first fault.

#ifndef LINEDB_ENGINE_EXCHANGE_RECORD_JUDGE_H_
#define LINEDB_ENGINE_EXCHANGE_RECORD_JUDGE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "schema/record_codec.h"
#include "schema/record_layout.h"

namespace linedb::engine {

struct RecordFault {
  schema::RecordError error;
  bool unknown_column = false;
  bool is_syntax = false;  // the text is no object with members
};

// One thread.
class RecordJudge {
 public:
  static absl::StatusOr<RecordJudge> Create(const TableSchema& schema);

  // The faults of a record that CanonicalizeRecord has refused with `first`, in order of position.
  std::vector<RecordFault> Faults(std::string_view json, const schema::CanonicalizeOptions& options,
                                  const schema::RecordError& first);

 private:
  RecordJudge() = default;

  // Each column as the only one of its table: a record's fault in it stands alone.
  std::vector<schema::RecordLayout> alone_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_RECORD_JUDGE_H_
