// Values that look like others, and tell nothing of them.

#ifndef LINEDB_ENGINE_HISTORY_VALUE_MASKER_H_
#define LINEDB_ENGINE_HISTORY_VALUE_MASKER_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/value.h"

namespace linedb::engine {

// Equal values get equal masks, wherever they stand, and different ones different masks: so keys,
// references and uniqueness stay. A mask has the type and the length of its value: letters become
// letters of the same case, digits digits; what else a string has of ASCII stays, as do null and
// truth values, and the names of a JSON value's members. Numbers keep their sign, but neither they
// nor times keep their order. The same secret gives the same masks for the same values in the same
// order. One thread.
class ValueMasker {
 public:
  // It must not be known to who gets the masks: else he can try which values they come from.
  explicit ValueMasker(std::string secret) : secret_(std::move(secret)) {}

  // Texts that no mask may be, as far as others can be had: to be called before Mask, with the
  // canonical text of each value of a column of that type.
  void Avoid(Type type, std::string_view text);
  // The canonical text of the mask. kFailedPrecondition if there are not as many values of its form
  // as are to be masked.
  absl::StatusOr<std::string> Mask(Type type, std::string_view text);

  std::uint64_t values_masked() const;

 private:
  struct Kind {
    std::map<std::string, std::string, std::less<>> masks;  // by value
    std::set<std::string, std::less<>> used;
    std::set<std::string, std::less<>> originals;
  };
  // Makes a candidate of `text` by random numbers; empty: it is none.
  using Maker = absl::FunctionRef<std::string(std::string_view text, std::uint64_t seed)>;

  absl::StatusOr<std::string> MaskBy(Type type, std::string_view text, Maker make);
  absl::StatusOr<std::string> MaskJson(std::string_view json);

  const std::string secret_;
  std::map<Type, Kind> kinds_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_HISTORY_VALUE_MASKER_H_
