#include "engine/query/value_key.h"

#include <bit>
#include <cmath>
#include <cstdint>

namespace linedb::engine {
namespace {

void AppendNumber(Type type, std::uint64_t number, std::string* key) {
  char bytes[1 + sizeof(number)];
  bytes[0] = static_cast<char>(type);
  for (std::size_t i = 0; i < sizeof(number); ++i) {
    bytes[1 + i] = static_cast<char>(number >> (8 * i));
  }
  key->append(bytes, sizeof(bytes));
}

// A float that is a whole number of 64 bits goes by that: an int can be equal to it.
void AppendReal(double real, std::string* key) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (real >= -kTwoTo63 && real < kTwoTo63 && std::trunc(real) == real) {
    AppendNumber(Type::kInt, static_cast<std::uint64_t>(static_cast<std::int64_t>(real)), key);
  } else {
    AppendNumber(Type::kFloat, std::bit_cast<std::uint64_t>(real), key);
  }
}

}  // namespace

void AppendValueKey(const schema::ValueView& value, std::string* key) {
  switch (value.type) {
    case Type::kFloat:
      return AppendReal(value.real, key);
    case Type::kInt:
    case Type::kBool:
    case Type::kTimestamp:
    case Type::kDate:
      return AppendNumber(value.type, static_cast<std::uint64_t>(value.number), key);
    case Type::kString:
    case Type::kBytes:
    case Type::kJson:
      AppendNumber(value.type, value.text.size(), key);
      key->append(value.text);
      return;
  }
  key->push_back('\0');  // null
}

}  // namespace linedb::engine
