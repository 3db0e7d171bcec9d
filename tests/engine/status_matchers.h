// What the engine's tests say of a status: IsOk(), Fails(code, words).

#ifndef LINEDB_TESTS_ENGINE_STATUS_MATCHERS_H_
#define LINEDB_TESTS_ENGINE_STATUS_MATCHERS_H_

#include <gmock/gmock.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace linedb::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// `words` matches the message: a matcher, or a text that the message contains.
MATCHER_P2(FailsAs, code, words, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         ::testing::ExplainMatchResult(words, std::string(StatusOf(arg).message()),
                                       result_listener);
}

template <class... Words>
auto Fails(absl::StatusCode code, const Words&... words) {
  return FailsAs(code, ::testing::AllOf(::testing::_, ::testing::HasSubstr(words)...));
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_ENGINE_STATUS_MATCHERS_H_
