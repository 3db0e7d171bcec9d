#include "tools/dbtool/cell_text.h"

#include <cstdint>
#include <cstdio>

#include "linedb/csv.h"
#include "linedb/text_reader.h"

namespace linedb::dbtool {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// East Asian wide and emoji blocks, coarsely: a misjudged rare character costs a crooked column.
constexpr Range kWide[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},  {0x3041, 0xa4cf},
                           {0xac00, 0xd7a3},   {0xf900, 0xfaff},  {0xfe30, 0xfe6f},
                           {0xff00, 0xff60},   {0xffe0, 0xffe6},  {0x1f300, 0x1f64f},
                           {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};
constexpr Range kCombining[] = {
    {0x0300, 0x036f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}};

template <std::size_t kSize>
bool IsIn(const Range (&ranges)[kSize], std::uint32_t character) {
  for (const Range& range : ranges) {
    if (character >= range.first && character <= range.last) return true;
  }
  return false;
}

// The character at `at`, which moves behind it.
std::uint32_t NextCharacter(std::string_view text, std::size_t* at) {
  const auto first = static_cast<unsigned char>(text[(*at)++]);
  if (first < 0x80) return first;
  std::uint32_t character = first & (first >= 0xf0 ? 0x07u : first >= 0xe0 ? 0x0fu : 0x1fu);
  while (*at < text.size() && (static_cast<unsigned char>(text[*at]) & 0xc0) == 0x80) {
    character = (character << 6) | (static_cast<unsigned char>(text[(*at)++]) & 0x3fu);
  }
  return character;
}

std::size_t WidthOf(std::uint32_t character) {
  if (character < 0x300) return 1;
  if (IsIn(kCombining, character)) return 0;
  return IsIn(kWide, character) ? 2 : 1;
}

}  // namespace

std::string PlainText(std::string_view json) {
  std::string text;
  const char* end = json.data() + json.size();
  if (json.empty() || json[0] != '"' || schema::ReadString(json.data(), end, &text) != end) {
    return std::string(json);
  }
  return text;
}

std::string VisibleText(std::string_view json) {
  std::string visible;
  for (const char c : PlainText(json)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      visible += "\\n";
    } else if (c == '\t') {
      visible += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\u%04x", static_cast<unsigned>(byte));
      visible += escape;
    } else {
      visible += c;
    }
  }
  return visible;
}

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += WidthOf(NextCharacter(text, &at));
  return width;
}

std::string CutToWidth(std::string_view text, std::size_t width) {
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    used += WidthOf(NextCharacter(text, &at));
    if (used > width || (used == width && at < text.size()))
      return std::string(text.substr(0, begin)) + "…";
  }
  return std::string(text);
}

std::string CsvField(std::string_view json) {
  std::string field;
  if (json != "null") AppendCsvField(PlainText(json), CsvOptions(), &field);
  return field;
}

}  // namespace linedb::dbtool
