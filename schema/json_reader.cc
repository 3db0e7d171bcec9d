#include "schema/json_reader.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "linedb/text_reader.h"
#include "schema/json_text.h"

namespace linedb::schema {
namespace {

constexpr std::size_t kExcerptBytesMax = 60;

bool IsSpace(char character) {
  return character == ' ' || character == '\n' || character == '\r' || character == '\t';
}

// What may stand behind a number or a word.
bool IsDelimiter(char character) {
  return IsSpace(character) || character == ',' || character == '}' || character == ']';
}

}  // namespace

JsonReader::JsonReader(std::string_view text)
    : begin_(text.data()), at_(text.data()), end_(text.data() + text.size()) {}

bool JsonReader::Fail(std::size_t byte, std::string reason) {
  if (!failed_) {
    failed_ = true;
    fault_ = {byte, std::move(reason)};
  }
  return false;
}

const char* JsonReader::SkipSpaces() {
  while (at_ != end_ && IsSpace(*at_)) ++at_;
  return at_;
}

std::size_t JsonReader::Offset() { return OffsetOf(SkipSpaces()); }

char JsonReader::Peek() { return SkipSpaces() == end_ ? '\0' : *at_; }

bool JsonReader::CheckUtf8() {
  const std::string_view text(begin_, static_cast<std::size_t>(end_ - begin_));
  const std::size_t bad = FindBadUtf8(text);
  return bad == std::string_view::npos || Fail(bad, "the text is not UTF-8");
}

bool JsonReader::ExpectEnd() {
  if (failed_) return false;
  return SkipSpaces() == end_ || Fail(Offset(), absl::StrCat("text after the end: ", Excerpt()));
}

bool JsonReader::FailNoValue() {
  if (SkipSpaces() == end_) return Fail(Offset(), "the text ends where a value is due");
  const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
  for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
    if (rest.starts_with(word)) {
      return Fail(Offset(), absl::StrCat(std::string(word), " is not a value"));
    }
  }
  return Fail(Offset(), absl::StrCat("no JSON value: ", Excerpt()));
}

bool JsonReader::EnterObject() {
  if (Peek() != '{') return Fail(Offset(), absl::StrCat("expected an object, found ", Excerpt()));
  ++at_;
  at_first_ = true;
  return true;
}

bool JsonReader::NextMember(std::string_view* name, std::size_t* name_byte) {
  if (failed_) return false;
  if (Peek() == '}') {
    ++at_;
    at_first_ = false;
    return false;
  }
  if (!at_first_) {
    if (Peek() != ',') return Fail(Offset(), "expected ',' or '}'");
    ++at_;
  }
  at_first_ = false;
  *name_byte = Offset();
  if (Peek() != '"') return Fail(*name_byte, "expected a member's name in quotes");
  if (!ReadString(name)) return false;
  if (Peek() != ':') return Fail(Offset(), "expected ':'");
  ++at_;
  return true;
}

bool JsonReader::EnterArray() {
  if (Peek() != '[') return Fail(Offset(), absl::StrCat("expected an array, found ", Excerpt()));
  ++at_;
  at_first_ = true;
  return true;
}

bool JsonReader::NextElement() {
  if (failed_) return false;
  if (Peek() == ']') {
    ++at_;
    at_first_ = false;
    return false;
  }
  if (!at_first_) {
    if (Peek() != ',') return Fail(Offset(), "expected ',' or ']'");
    ++at_;
    if (Peek() == ']') return FailNoValue();
  }
  at_first_ = false;
  return true;
}

bool JsonReader::ReadString(std::string_view* value) {
  const std::size_t byte = Offset();
  if (Peek() != '"') return FailNoValue();
  const char* first = at_ + 1;
  // A string without escapes and control characters is taken as it stands.
  const char* last = FindQuoteOrBackslash(first, end_);
  const bool escaped = last != end_ && *last == '\\';
  if (escaped) {
    const char* after = SkipStringRest(last, end_);
    last = after == nullptr ? end_ : after - 1;
  }
  if (last == end_) return Fail(byte, "a string without its closing quote");
  const bool plain = !escaped && std::none_of(first, last, [](char character) {
    return static_cast<unsigned char>(character) < 0x20;
  });
  if (plain) {
    *value = std::string_view(first, static_cast<std::size_t>(last - first));
  } else {
    unescaped_.clear();
    if (const char* bad = Unescape(first, last, &unescaped_)) {
      return Fail(OffsetOf(bad),
                  *bad == '\\' ? "a wrong escape in a string" : "a control character in a string");
    }
    *value = unescaped_;
  }
  at_ = last + 1;
  return true;
}

bool JsonReader::ReadNumber(JsonNumber* number) {
  SkipSpaces();
  const char* after = ScanNumber(at_, end_, &number->is_integer);
  if (after == nullptr || (after != end_ && !IsDelimiter(*after))) return FailNoValue();
  number->text = std::string_view(at_, static_cast<std::size_t>(after - at_));
  at_ = after;
  return true;
}

bool JsonReader::Expect(std::string_view literal) {
  SkipSpaces();
  const char* after = ReadLiteral(at_, end_, literal);
  if (after == nullptr || (after != end_ && !IsDelimiter(*after))) return FailNoValue();
  at_ = after;
  return true;
}

bool JsonReader::ReadBool(bool* value) {
  *value = Peek() == 't';
  return Expect(*value ? "true" : "false");
}

bool JsonReader::TakeNull() {
  SkipSpaces();
  const char* after = ReadLiteral(at_, end_, "null");
  if (after == nullptr || (after != end_ && !IsDelimiter(*after))) return false;
  at_ = after;
  return true;
}

bool JsonReader::CopyValue(TextWriter* writer) { return CopyAt(writer, 0); }

bool JsonReader::SkipValue() {
  TextWriter unused;
  return CopyValue(&unused);
}

bool JsonReader::CopyAt(TextWriter* writer, int depth) {
  const char first = Peek();
  if (first == '"') {
    std::string_view text;
    return ReadString(&text) && WriteString(writer, text) == nullptr;
  }
  if (first == '{' || first == '[') {
    if (depth == kJsonDepthMax) {
      return Fail(Offset(), absl::StrCat("nests deeper than ", kJsonDepthMax, " levels"));
    }
    return first == '{' ? CopyObject(writer, depth + 1) : CopyArray(writer, depth + 1);
  }
  if (first == 't' || first == 'f') {
    bool value = false;
    if (!ReadBool(&value)) return false;
    WriteBool(writer, value);
    return true;
  }
  if (first == 'n') {
    if (!Expect("null")) return false;
    writer->Append("null");
    return true;
  }
  return CopyNumber(writer);
}

bool JsonReader::CopyObject(TextWriter* writer, int depth) {
  const std::size_t first_member = members_.size();
  std::string_view name;
  std::size_t name_byte = 0;
  char before = '{';
  if (!EnterObject()) return false;
  while (NextMember(&name, &name_byte)) {
    members_.push_back({std::string(name), name_byte});
    writer->Append(before);
    before = ',';
    if (WriteString(writer, name) != nullptr) return Fail(name_byte, "the text is not UTF-8");
    writer->Append(':');
    if (!CopyAt(writer, depth)) return false;
  }
  if (failed_ || !CheckDoubled(first_member)) return false;
  if (before == '{') writer->Append('{');
  writer->Append('}');
  return true;
}

bool JsonReader::CopyArray(TextWriter* writer, int depth) {
  char before = '[';
  if (!EnterArray()) return false;
  while (NextElement()) {
    writer->Append(before);
    before = ',';
    if (!CopyAt(writer, depth)) return false;
  }
  if (failed_) return false;
  if (before == '[') writer->Append('[');
  writer->Append(']');
  return true;
}

bool JsonReader::CopyNumber(TextWriter* writer) {
  const std::size_t byte = Offset();
  JsonNumber number;
  if (!ReadNumber(&number)) return false;
  if (number.is_integer) {
    // Within 64 bits, signed or unsigned, an integer stays exact; JSON gives it one spelling
    // already, but for the zero that has a sign.
    std::int64_t value = 0;
    std::uint64_t value_unsigned = 0;
    const char* first = number.text.data();
    const char* last = first + number.text.size();
    if (std::from_chars(first, last, value).ec != std::errc() &&
        std::from_chars(first, last, value_unsigned).ec != std::errc()) {
      return FailRange(byte, "integer");
    }
    writer->Append(number.text == "-0" ? std::string_view("0") : number.text);
    return true;
  }
  double value = 0;
  if (ParseJsonDouble(number.text, &value) != DoubleRange::kFinite) {
    return FailRange(byte, "float");
  }
  return WriteDouble(writer, value) == nullptr;
}

bool JsonReader::FailRange(std::size_t byte, std::string_view what) {
  at_ = begin_ + byte;
  return Fail(byte, absl::StrCat(Excerpt(), " is out of range of a 64-bit ", std::string(what)));
}

// Sorting keeps a large object from costing the square of its members.
bool JsonReader::CheckDoubled(std::size_t first_member) {
  const auto first = members_.begin() + static_cast<std::ptrdiff_t>(first_member);
  std::sort(first, members_.end(), [](const Member& a, const Member& b) {
    return a.name != b.name ? a.name < b.name : a.byte < b.byte;
  });
  const auto same_name = [](const Member& a, const Member& b) { return a.name == b.name; };
  const auto doubled = std::adjacent_find(first, members_.end(), same_name);
  if (doubled != members_.end()) {
    return Fail((doubled + 1)->byte, absl::StrCat("the member \"", doubled->name, "\" is doubled"));
  }
  members_.erase(first, members_.end());
  return true;
}

std::string JsonReader::Excerpt() {
  SkipSpaces();
  const char* after = schema::SkipValue(at_, end_);
  if (after == nullptr) after = end_;
  while (after != at_ && IsSpace(after[-1])) --after;
  const std::string_view text(at_, static_cast<std::size_t>(after - at_));
  if (text.empty()) return at_ == end_ ? "the end" : std::string(at_, 1);
  if (text.size() <= kExcerptBytesMax) return std::string(text);
  std::size_t bytes = kExcerptBytesMax;
  // Not in the middle of a character.
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return absl::StrCat(std::string(text.substr(0, bytes)), "...");
}

std::string LineAndColumn(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return absl::StrCat("line ", lines + 1, " column ", before.size() - line_start + 1);
}

}  // namespace linedb::schema
