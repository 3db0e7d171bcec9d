#include "engine/storage/database_id.h"

#include <array>
#include <cstdio>
#include <random>

namespace linedb::engine {

std::string NewDatabaseId() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) {
    std::array<char, 9> digits;
    std::snprintf(digits.data(), digits.size(), "%08x", static_cast<unsigned>(random()));
    id += digits.data();
  }
  return id;
}

}  // namespace linedb::engine
