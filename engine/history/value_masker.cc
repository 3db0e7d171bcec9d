#include "engine/history/value_masker.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "linedb/text_reader.h"
#include "schema/base64.h"
#include "schema/json_text.h"
#include "wal/wal_format.h"

namespace linedb::engine {
namespace {

// So many candidates are tried before one that is another's original is taken, and before there is
// none.
constexpr std::uint64_t kApartMax = 1000;
constexpr std::uint64_t kTriesMax = 200'000;

// splitmix64.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint32_t Below(std::uint32_t count) {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return static_cast<std::uint32_t>(((mixed ^ (mixed >> 31)) >> 32) * count >> 32);
  }

 private:
  std::uint64_t state_;
};

void AppendUtf8(std::uint32_t point, std::string* text) {
  const auto byte = [text](std::uint32_t value) { *text += static_cast<char>(value); };
  if (point < 0x800) {
    byte(0xc0 | point >> 6);
  } else {
    if (point < 0x10000) {
      byte(0xe0 | point >> 12);
    } else {
      byte(0xf0 | point >> 18);
      byte(0x80 | (point >> 12 & 0x3f));
    }
    byte(0x80 | (point >> 6 & 0x3f));
  }
  byte(0x80 | (point & 0x3f));
}

// A character of as many bytes: Latin letters, and Chinese characters.
std::size_t MaskCharacter(unsigned char first, Dice& dice, std::string* text) {
  if (first < 0xe0) {
    AppendUtf8(0xe0 + dice.Below(0x17), text);
    return 2;
  }
  if (first < 0xf0) {
    AppendUtf8(0x4e00 + dice.Below(20'000), text);
    return 3;
  }
  AppendUtf8(0x20000 + dice.Below(40'000), text);
  return 4;
}

std::string MakeString(std::string_view json, std::uint64_t seed) {
  Dice dice(seed);
  std::string value;
  const std::string_view inside = json.substr(1, json.size() - 2);
  if (schema::Unescape(inside.data(), inside.data() + inside.size(), &value) != nullptr) return "";
  std::string mask;
  for (std::size_t i = 0; i < value.size();) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (c >= 0x80) {
      i += MaskCharacter(c, dice, &mask);
      continue;
    }
    if (std::islower(c) != 0) {
      mask += static_cast<char>('a' + dice.Below(26));
    } else if (std::isupper(c) != 0) {
      mask += static_cast<char>('A' + dice.Below(26));
    } else if (std::isdigit(c) != 0) {
      mask += static_cast<char>('0' + dice.Below(10));
    } else {
      mask += static_cast<char>(c);
    }
    ++i;
  }
  std::string text;
  return schema::AppendJsonString(mask, &text) ? text : "";
}

// Other digits in the places of the digits before an exponent; the first of several is not 0, nor
// the last behind a point.
std::string OtherDigits(std::string_view number, Dice& dice) {
  std::string mask(number);
  const std::size_t exponent = number.find_first_of("eE");
  const std::size_t end = exponent == number.npos ? number.size() : exponent;
  const std::size_t begin = number.front() == '-' ? 1 : 0;
  const std::size_t point = number.substr(0, end).find('.');
  const std::size_t whole_end = point == number.npos ? end : point;
  for (std::size_t i = begin; i < end; ++i) {
    if (i == point) continue;
    const bool leads = i == begin && whole_end - begin > 1;
    const bool ends = point != number.npos && i + 1 == end && i > point + 1;
    const bool not_zero = leads || ends || exponent != number.npos;
    mask[i] = static_cast<char>(not_zero ? '1' + dice.Below(9) : '0' + dice.Below(10));
  }
  return mask;
}

std::string MakeInt(std::string_view number, std::uint64_t seed) {
  Dice dice(seed);
  std::string mask = OtherDigits(number, dice);
  if (mask == "-0") return "";
  std::int64_t value = 0;
  const char* end = mask.data() + mask.size();
  return schema::ReadInt64(mask.data(), end, &value) == end ? mask : "";
}

std::string MakeFloat(std::string_view number, std::uint64_t seed) {
  Dice dice(seed);
  const std::string mask = OtherDigits(number, dice);
  double value = 0;
  if (schema::ParseJsonDouble(mask, &value) != schema::DoubleRange::kFinite) return "";
  std::string text;
  return schema::AppendJsonDouble(value, &text) ? text : "";
}

std::string MakeBytes(std::string_view json, std::uint64_t seed) {
  std::string bytes;
  if (!schema::DecodeBase64(json.substr(1, json.size() - 2), &bytes)) return "";
  Dice dice(seed);
  for (char& byte : bytes) byte = static_cast<char>(dice.Below(256));
  std::string text(schema::Base64Size(bytes.size()), '\0');
  schema::EncodeBase64(bytes.data(), bytes.size(), text.data());
  return "\"" + text + "\"";
}

std::string MakeDate(std::string_view, std::uint64_t seed) {
  Dice dice(seed);
  char text[16];
  std::snprintf(text, sizeof(text), "\"%04u-%02u-%02u\"", 1900 + dice.Below(200),
                1 + dice.Below(12), 1 + dice.Below(28));
  return text;
}

std::string MakeTimestamp(std::string_view, std::uint64_t seed) {
  Dice dice(seed);
  char text[48];
  std::snprintf(text, sizeof(text), "\"%04u-%02u-%02uT%02u:%02u:%02u.%06uZ\"",
                1900 + dice.Below(200), 1 + dice.Below(12), 1 + dice.Below(28), dice.Below(24),
                dice.Below(60), dice.Below(60), dice.Below(1'000'000));
  return text;
}

// Whether there is nothing in the text that a mask would change.
bool HasNothingToMask(std::string_view text, Type type) {
  if (text == "null" || text == "true" || text == "false" || text == "\"\"") return true;
  if (type != Type::kString) return false;
  for (const char c : text.substr(1, text.size() - 2)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0) return false;
  }
  return true;
}

// The type by which a number or string in a JSON value is masked.
Type TypeOf(std::string_view token) {
  if (token.front() == '"') return Type::kString;
  std::int64_t value = 0;
  const char* end = token.data() + token.size();
  return schema::ReadInt64(token.data(), end, &value) == end ? Type::kInt : Type::kFloat;
}

std::size_t StringEnd(std::string_view json, std::size_t begin) {
  std::size_t i = begin + 1;
  while (i < json.size() && json[i] != '"') i += json[i] == '\\' ? 2 : 1;
  return i + 1;
}

// Calls `copy` with what stays of a canonical JSON value and `value` with its strings and numbers.
template <class Copy, class Value>
void WalkJson(std::string_view json, Copy&& copy, Value&& value) {
  for (std::size_t i = 0; i < json.size();) {
    const char c = json[i];
    std::size_t end = i + 1;
    if (c == '"') {
      end = StringEnd(json, i);
      const bool is_name = end < json.size() && json[end] == ':';
      is_name ? copy(json.substr(i, end - i)) : value(json.substr(i, end - i));
    } else if (c == '-' || std::isdigit(static_cast<unsigned char>(c)) != 0) {
      end = std::min(json.find_first_of(",]}", i), json.size());
      value(json.substr(i, end - i));
    } else {
      copy(json.substr(i, 1));
    }
    i = end;
  }
}

}  // namespace

void ValueMasker::Avoid(Type type, std::string_view text) {
  if (type == Type::kJson) {
    WalkJson(
        text, [](std::string_view) {},
        [this](std::string_view token) { Avoid(TypeOf(token), token); });
    return;
  }
  if (!HasNothingToMask(text, type)) kinds_[type].originals.insert(std::string(text));
}

absl::StatusOr<std::string> ValueMasker::MaskBy(Type type, std::string_view text, Maker make) {
  Kind& kind = kinds_[type];
  if (const auto known = kind.masks.find(text); known != kind.masks.end()) return known->second;
  const std::string seed =
      absl::StrCat(secret_, " ", std::string(TypeName(type)), " ", std::string(text), " ");
  for (std::uint64_t tried = 0; tried < kTriesMax; ++tried) {
    std::string mask = make(text, wal::ChecksumOf(absl::StrCat(seed, tried)));
    if (mask.empty() || kind.used.contains(mask)) continue;
    const bool apart = mask.size() == text.size() && !kind.originals.contains(mask);
    if (!apart && tried < kApartMax) continue;
    kind.used.insert(mask);
    kind.masks.emplace(text, mask);
    return mask;
  }
  return absl::FailedPreconditionError(absl::StrCat("there are not enough values of the form of ",
                                                    std::string(text),
                                                    " to mask them all by others"));
}

absl::StatusOr<std::string> ValueMasker::Mask(Type type, std::string_view text) {
  if (HasNothingToMask(text, type)) return std::string(text);
  switch (type) {
    case Type::kInt:
      return MaskBy(type, text, MakeInt);
    case Type::kFloat:
      return MaskBy(type, text, MakeFloat);
    case Type::kString:
      return MaskBy(type, text, MakeString);
    case Type::kBytes:
      return MaskBy(type, text, MakeBytes);
    case Type::kTimestamp:
      return MaskBy(type, text, MakeTimestamp);
    case Type::kDate:
      return MaskBy(type, text, MakeDate);
    case Type::kJson:
      return MaskJson(text);
    case Type::kBool:
      break;
  }
  return std::string(text);
}

absl::StatusOr<std::string> ValueMasker::MaskJson(std::string_view json) {
  std::string mask;
  absl::Status fault;
  WalkJson(
      json, [&mask](std::string_view text) { mask.append(text); },
      [&](std::string_view token) {
        absl::StatusOr<std::string> masked = Mask(TypeOf(token), token);
        fault.Update(masked.status());
        if (masked.ok()) mask.append(*masked);
      });
  if (!fault.ok()) return fault;
  return mask;
}

std::uint64_t ValueMasker::values_masked() const {
  std::uint64_t count = 0;
  for (const auto& [type, kind] : kinds_) count += kind.masks.size();
  return count;
}

}  // namespace linedb::engine
