// Guards against an index that is sorted by something other than its values: the bytes of a key
// compare as the values do, for every type, or ranges miss records.

#include "schema/order_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "linedb/text_writer.h"
#include "schema/json_text.h"
#include "tests/schema/random_seed.h"

namespace linedb::schema {
namespace {

std::string KeyOf(const Value& value) {
  std::string key;
  AppendOrderKey(value, &key);
  return key;
}

// The canonical text of a value.
std::string TextOf(const Value& value) {
  if (value.is_null()) return "null";
  TextWriter writer;
  switch (*value.type()) {
    case Type::kInt:
      WriteInt(&writer, value.as_int());
      break;
    case Type::kFloat:
      WriteDouble(&writer, value.as_float());
      break;
    case Type::kBool:
      WriteBool(&writer, value.as_bool());
      break;
    case Type::kString:
      WriteString(&writer, value.as_string());
      break;
    case Type::kBytes:
      WriteBytes(&writer, value.as_bytes().data(), value.as_bytes().size());
      break;
    case Type::kTimestamp:
      WriteTimestamp(&writer, value.as_time());
      break;
    case Type::kDate:
      WriteDate(&writer, std::chrono::year_month_day(value.as_date()));
      break;
    case Type::kJson:
      break;
  }
  return std::string(writer.text());
}

// Less, equal or greater, by the values themselves.
template <class T>
int Compare(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}
int Compare(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return Compare(b.is_null() ? 1 : 0, a.is_null() ? 1 : 0);
  switch (*a.type()) {
    case Type::kInt:
      return Compare(a.as_int(), b.as_int());
    case Type::kFloat:
      return Compare(a.as_float(), b.as_float());
    case Type::kBool:
      return Compare(a.as_bool(), b.as_bool());
    case Type::kTimestamp:
      return Compare(a.as_time(), b.as_time());
    case Type::kDate:
      return Compare(a.as_date(), b.as_date());
    default:
      return a.as_string().compare(b.as_string()) < 0   ? -1
             : a.as_string().compare(b.as_string()) > 0 ? 1
                                                        : 0;
  }
}
int Sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

class OrderKeyTest : public ::testing::Test {
 protected:
  void SetUp() override { random.seed(TestSeed()); }
  std::uint64_t Pick(std::uint64_t below) { return random() % below; }

  std::string AnyText(bool bytes) {
    static const std::vector<std::string> parts = {
        "", "a", "b", std::string(1, '\0'), "\x01", "\\", "\"", "\n", "é", "\x7f", "zz"};
    std::string text;
    for (std::uint64_t i = Pick(5); i > 0; --i) {
      text += parts[Pick(parts.size())];
      if (bytes) text.push_back(static_cast<char>(Pick(4) == 0 ? 0xff : Pick(256)));
    }
    return text;
  }
  double AnyFloat() {
    switch (Pick(5)) {
      case 0:
        return Pick(2) == 0 ? 0.0 : -0.0;
      case 1:
        return Pick(2) == 0 ? std::numeric_limits<double>::denorm_min()
                            : -std::numeric_limits<double>::max();
      case 2:
        return static_cast<double>(Pick(7)) - 3;
      default:
        return std::ldexp(static_cast<double>(static_cast<std::int64_t>(random())),
                          static_cast<int>(Pick(200)) - 100);
    }
  }
  std::int64_t AnyInt() {
    const auto any = static_cast<std::int64_t>(random());
    switch (Pick(4)) {
      case 0:
        return any % 3;
      case 1:
        return Pick(2) == 0 ? std::numeric_limits<std::int64_t>::min()
                            : std::numeric_limits<std::int64_t>::max();
      default:
        return any >> Pick(60);
    }
  }
  Value AnyOf(Type type) {
    if (Pick(8) == 0) return Value();
    const auto day = std::chrono::sys_days(std::chrono::year(2000) / 1 / 1) +
                     std::chrono::days(static_cast<int>(Pick(1'000'000)) - 500'000);
    switch (type) {
      case Type::kInt:
        return Value::Int(AnyInt());
      case Type::kFloat:
        return Value::Float(AnyFloat());
      case Type::kBool:
        return Value::Bool(Pick(2) == 0);
      case Type::kString:
        return Value::String(AnyText(false));
      case Type::kBytes:
        return Value::Binary(AnyText(true));
      case Type::kTimestamp:
        return Value::Time(Timestamp(day) + std::chrono::microseconds(Pick(86'400'000'000)));
      default:
        return Value::Date(std::chrono::floor<std::chrono::days>(day));
    }
  }

  std::mt19937_64 random;
};

constexpr Type kTypes[] = {Type::kInt,   Type::kFloat,     Type::kBool, Type::kString,
                           Type::kBytes, Type::kTimestamp, Type::kDate};

// [engine-16.1]
TEST_F(OrderKeyTest, KeysCompareAsTheValuesOfEveryTypeDo) {
  for (const Type type : kTypes) {
    for (int i = 0; i < 5000; ++i) {
      const Value a = AnyOf(type);
      const Value b = AnyOf(type);
      ASSERT_EQ(Sign(KeyOf(a).compare(KeyOf(b))), Compare(a, b))
          << TypeName(type) << " " << TextOf(a) << " and " << TextOf(b);
    }
  }
}

// [engine-16.1]
TEST_F(OrderKeyTest, ATextHasTheKeyOfItsValue) {
  for (const Type type : kTypes) {
    for (int i = 0; i < 2000; ++i) {
      const Value value = AnyOf(type);
      std::string key;
      AppendOrderKey(type, TextOf(value), &key);
      ASSERT_EQ(key, KeyOf(value)) << TypeName(type) << " " << TextOf(value);
    }
  }
}

// [engine-16.2]
TEST_F(OrderKeyTest, NoKeyBeginsWithAnotherSoColumnsCompareInTurn) {
  for (const Type type : kTypes) {
    for (int i = 0; i < 2000; ++i) {
      const Value a = AnyOf(type);
      const Value b = AnyOf(type);
      ASSERT_TRUE(Compare(a, b) == 0 || !KeyOf(a).starts_with(KeyOf(b)))
          << TypeName(type) << " " << TextOf(a) << " and " << TextOf(b);
    }
  }
}

// [engine-16.3]
TEST_F(OrderKeyTest, APrefixIsThatOfTheStringsThatBeginWithIt) {
  for (int i = 0; i < 5000; ++i) {
    const std::string text = AnyText(false);
    const std::string first = AnyText(false).substr(0, 2);
    std::string prefix;
    AppendOrderKeyPrefix(first, &prefix);
    const std::string key = KeyOf(Value::String(text));
    ASSERT_EQ(text.starts_with(first), key.starts_with(prefix));
    const std::string end = OrderKeyEnd(prefix).value();
    ASSERT_EQ(text.starts_with(first), prefix <= key && key < end);
  }
}

TEST(OrderKeyEndTest, IsTheLeastBehindAllThatBeginWithIt) {
  EXPECT_EQ(OrderKeyEnd("ab"), "ac");
  EXPECT_EQ(OrderKeyEnd("a\xff\xff"), "b");
  EXPECT_EQ(OrderKeyEnd("\xff"), std::nullopt);
  EXPECT_EQ(OrderKeyEnd(""), std::nullopt);
}

TEST(OrderKeyBytesTest, AreThoseThatTheDocumentSays) {
  EXPECT_EQ(KeyOf(Value()), std::string("\x00", 1));
  EXPECT_EQ(KeyOf(Value::Int(1)), std::string("\x01\x80\x00\x00\x00\x00\x00\x00\x01", 9));
  EXPECT_EQ(KeyOf(Value::Int(-1)), std::string("\x01\x7f\xff\xff\xff\xff\xff\xff\xff", 9));
  EXPECT_EQ(KeyOf(Value::Float(-0.0)), std::string("\x01\x80\x00\x00\x00\x00\x00\x00\x00", 9));
  EXPECT_EQ(KeyOf(Value::Bool(true)), "\x01\x01");
  EXPECT_EQ(KeyOf(Value::String(std::string("a\0b", 3))), std::string("\x01"
                                                                      "a\x00\xff"
                                                                      "b\x00\x00",
                                                                      7));
}

}  // namespace
}  // namespace linedb::schema
