// What all functions of linedb/linedb.h have in common: no exception leaves them, every error is
// told, every pointer is looked at first.

#ifndef LINEDB_ENGINE_C_API_CALLS_H_
#define LINEDB_ENGINE_C_API_CALLS_H_

#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <memory>
#include <new>
#include <string_view>

#include "absl/status/status.h"
#include "linedb/linedb.h"

namespace linedb::c_api {

// Sets `error`, which may be null; returns the code. Allocates with malloc only, and does without
// a message of its own where there is no memory for one.
int Tell(int code, std::string_view message, linedb_error* error) noexcept;
int Tell(const absl::Status& status, linedb_error* error) noexcept;

// Runs the body of a function, which returns an absl::Status.
template <class Body>
int Call(linedb_error* error, Body&& body) noexcept {
  try {
    return Tell(body(), error);
  } catch (const std::bad_alloc&) {
    return Tell(LINEDB_OUT_OF_MEMORY, "out of memory", error);
  } catch (const std::exception& exception) {
    return Tell(LINEDB_INTERNAL, exception.what(), error);
  } catch (...) {
    return Tell(LINEDB_INTERNAL, "an exception of an unknown type", error);
  }
}

// A parameter that must not be null.
struct Required {
  const char* name;
  const void* value;
};
// kInvalidArgument names the first that is null.
absl::Status CheckGiven(std::initializer_list<Required> parameters);

// Where a function gives something out: null, or 0, until it has it.
template <class Value>
void Clear(Value* out) {
  if (out != nullptr) *out = Value();
}

// Text that a caller is going to free.
struct FreeText {
  void operator()(char* text) const { std::free(text); }
};
using OwnedText = std::unique_ptr<char, FreeText>;

// A copy with a NUL behind it. Throws std::bad_alloc.
OwnedText CopyText(std::string_view text);

// Copies text to where a caller wants it, if anywhere.
inline void Give(std::string_view text, char** out) {
  if (out != nullptr) *out = CopyText(text).release();
}

}  // namespace linedb::c_api

#endif  // LINEDB_ENGINE_C_API_CALLS_H_
