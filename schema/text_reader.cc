#include "linedb/text_reader.h"

#include "schema/base64.h"
#include "schema/json_text.h"

namespace linedb::schema {

const char* SkipStringRest(const char* at, const char* end) {
  while (at != end && *at != '"') {
    // A backslash and what it escapes, then on to the next of the two.
    if (end - at < 2) return nullptr;
    at = FindQuoteOrBackslash(at + 2, end);
  }
  return at == end ? nullptr : at + 1;
}

const char* SkipNested(const char* at, const char* end) {
  int depth = 0;
  while (at != end) {
    switch (*at) {
      case '"':
        at = SkipString(at, end);
        if (at == nullptr) return nullptr;
        continue;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (--depth == 0) return at + 1;
        break;
      default:
        break;
    }
    ++at;
  }
  return nullptr;
}

const char* ReadStringSlow(const char* at, const char* end, std::string* value) {
  const char* after = SkipString(at, end);
  if (after == nullptr) return nullptr;
  value->clear();
  return Unescape(at + 1, after - 1, value) == nullptr ? after : nullptr;
}

const char* ReadDoubleSlow(const char* at, const char* end, double* value) {
  bool is_integer = false;
  const char* after = ScanNumber(at, end, &is_integer);
  if (after == nullptr) return nullptr;
  const std::string_view number(at, static_cast<std::size_t>(after - at));
  return ParseJsonDouble(number, value) == DoubleRange::kFinite ? after : nullptr;
}

const char* ReadBytes(const char* at, const char* end, std::string* value) {
  const char* after = SkipString(at, end);
  if (after == nullptr) return nullptr;
  const std::string_view text(at + 1, static_cast<std::size_t>(after - at - 2));
  return DecodeBase64(text, value) ? after : nullptr;
}

}  // namespace linedb::schema
