// The seed of random tests: printed with each, and settable by LINEDB_TEST_SEED to see a failure
// again.

#ifndef LINEDB_TESTS_SCHEMA_RANDOM_SEED_H_
#define LINEDB_TESTS_SCHEMA_RANDOM_SEED_H_

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace linedb::schema {

inline std::uint64_t TestSeed() {
  const char* given = std::getenv("LINEDB_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::stoull(given) : std::random_device()();
  std::cout << "LINEDB_TEST_SEED=" << seed << std::endl;
  return seed;
}

}  // namespace linedb::schema

#endif  // LINEDB_TESTS_SCHEMA_RANDOM_SEED_H_
