// What every fuzz target is made of: one function that takes any bytes. libFuzzer calls it with
// `./dev fuzz`, smoke_main.cc in every other build.

#ifndef LINEDB_TESTS_FUZZ_FUZZ_TARGET_H_
#define LINEDB_TESTS_FUZZ_FUZZ_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace linedb::fuzz {

// Stops the program, in release builds too, unless the claim held.
inline void Require(bool held, std::string_view claim, std::string_view shown = "") {
  if (held) return;
  std::cerr << "not true of this input: " << claim << "\n" << shown << std::endl;
  std::abort();
}

inline std::string_view TextOf(const std::uint8_t* data, std::size_t size) {
  return size == 0 ? std::string_view()
                   : std::string_view(reinterpret_cast<const char*>(data), size);
}

// The first byte of most inputs chooses among schemas and options. In corpora it is a printable
// character, and `choice` of '@' is 0, of 'A' 1 and so on.
inline unsigned TakeChoice(std::string_view* input) {
  if (input->empty()) return 0;
  const unsigned choice = static_cast<unsigned char>(input->front());
  input->remove_prefix(1);
  return choice & 63;
}

}  // namespace linedb::fuzz

#endif  // LINEDB_TESTS_FUZZ_FUZZ_TARGET_H_
