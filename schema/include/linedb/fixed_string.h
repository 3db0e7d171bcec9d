// A string literal as a template argument: Field<"name", ...>.

#ifndef LINEDB_FIXED_STRING_H_
#define LINEDB_FIXED_STRING_H_

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace linedb {

// Made by the compiler from a literal; not meant to be named. Constant, so any thread.
template <std::size_t N>
struct FixedString {
  // Implicit, so that a literal can stand where a FixedString is the template parameter.
  consteval FixedString(const char (&literal)[N]) { std::copy_n(literal, N, text); }
  constexpr std::string_view View() const { return std::string_view(text, N - 1); }

  char text[N] = {};
};

}  // namespace linedb

#endif  // LINEDB_FIXED_STRING_H_
