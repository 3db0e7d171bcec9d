// Masks the values of a slice.

#ifndef LINEDB_ENGINE_HISTORY_SLICE_MASK_H_
#define LINEDB_ENGINE_HISTORY_SLICE_MASK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/history/slice_plan.h"

namespace linedb::engine {

// Masks the columns that SliceOptions::mask names, in the records of the plan and in the defaults
// of its schemas; how many different values that were. kInvalidArgument for a column that no table
// of the slice has.
absl::StatusOr<std::uint64_t> MaskSlice(const std::vector<std::string>& columns,
                                        const std::string& secret, SlicePlan* plan);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_SLICE_MASK_H_
