#include "engine/c_api/calls.h"

#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"

namespace linedb::c_api {
namespace {

// The message where there is no memory for one; never freed.
char no_memory_message[] = "out of memory, also for the message";

constexpr bool IsSame(int code, absl::StatusCode status) {
  return code == static_cast<int>(status);
}
static_assert(IsSame(LINEDB_OK, absl::StatusCode::kOk) &&
              IsSame(LINEDB_CANCELLED, absl::StatusCode::kCancelled) &&
              IsSame(LINEDB_UNKNOWN, absl::StatusCode::kUnknown) &&
              IsSame(LINEDB_INVALID_ARGUMENT, absl::StatusCode::kInvalidArgument) &&
              IsSame(LINEDB_NOT_FOUND, absl::StatusCode::kNotFound) &&
              IsSame(LINEDB_ALREADY_EXISTS, absl::StatusCode::kAlreadyExists) &&
              IsSame(LINEDB_PERMISSION_DENIED, absl::StatusCode::kPermissionDenied) &&
              IsSame(LINEDB_RESOURCE_EXHAUSTED, absl::StatusCode::kResourceExhausted) &&
              IsSame(LINEDB_FAILED_PRECONDITION, absl::StatusCode::kFailedPrecondition) &&
              IsSame(LINEDB_ABORTED, absl::StatusCode::kAborted) &&
              IsSame(LINEDB_OUT_OF_RANGE, absl::StatusCode::kOutOfRange) &&
              IsSame(LINEDB_UNIMPLEMENTED, absl::StatusCode::kUnimplemented) &&
              IsSame(LINEDB_INTERNAL, absl::StatusCode::kInternal) &&
              IsSame(LINEDB_UNAVAILABLE, absl::StatusCode::kUnavailable) &&
              IsSame(LINEDB_DATA_LOSS, absl::StatusCode::kDataLoss));

char* DuplicateText(std::string_view text) noexcept {
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) return nullptr;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  return copy;
}

void ClearError(linedb_error* error) noexcept {
  if (error == nullptr) return;
  if (error->message != no_memory_message) std::free(error->message);
  *error = {LINEDB_OK, nullptr};
}

}  // namespace

int Tell(int code, std::string_view message, linedb_error* error) noexcept {
  ClearError(error);
  if (error == nullptr || code == LINEDB_OK) return code;
  char* text = DuplicateText(message);
  *error = {code, text != nullptr ? text : no_memory_message};
  return code;
}

int Tell(const absl::Status& status, linedb_error* error) noexcept {
  const absl::string_view message = status.message();
  return Tell(static_cast<int>(status.code()), {message.data(), message.size()}, error);
}

absl::Status CheckGiven(std::initializer_list<Required> parameters) {
  for (const Required& parameter : parameters) {
    if (parameter.value == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(parameter.name, " is NULL"));
    }
  }
  return absl::OkStatus();
}

OwnedText CopyText(std::string_view text) {
  OwnedText copy(DuplicateText(text));
  if (copy == nullptr) throw std::bad_alloc();
  return copy;
}

}  // namespace linedb::c_api

extern "C" {

void linedb_error_clear(linedb_error* error) { linedb::c_api::ClearError(error); }

void linedb_free(char* text) { std::free(text); }

const char* linedb_version(void) { return LINEDB_VERSION; }

const char* linedb_code_name(int code) {
  switch (code) {
    case LINEDB_OK:
      return "OK";
    case LINEDB_CANCELLED:
      return "CANCELLED";
    case LINEDB_INVALID_ARGUMENT:
      return "INVALID_ARGUMENT";
    case LINEDB_NOT_FOUND:
      return "NOT_FOUND";
    case LINEDB_ALREADY_EXISTS:
      return "ALREADY_EXISTS";
    case LINEDB_PERMISSION_DENIED:
      return "PERMISSION_DENIED";
    case LINEDB_RESOURCE_EXHAUSTED:
      return "RESOURCE_EXHAUSTED";
    case LINEDB_FAILED_PRECONDITION:
      return "FAILED_PRECONDITION";
    case LINEDB_ABORTED:
      return "ABORTED";
    case LINEDB_OUT_OF_RANGE:
      return "OUT_OF_RANGE";
    case LINEDB_UNIMPLEMENTED:
      return "UNIMPLEMENTED";
    case LINEDB_INTERNAL:
      return "INTERNAL";
    case LINEDB_UNAVAILABLE:
      return "UNAVAILABLE";
    case LINEDB_DATA_LOSS:
      return "DATA_LOSS";
    case LINEDB_OUT_OF_MEMORY:
      return "OUT_OF_MEMORY";
    case LINEDB_IN_USE:
      return "IN_USE";
    default:
      return "UNKNOWN";
  }
}

}  // extern "C"
