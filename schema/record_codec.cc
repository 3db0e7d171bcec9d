#include "schema/record_codec.h"

#include <algorithm>

#include "linedb/text_reader.h"
#include "schema/column_value.h"
#include "schema/json_reader.h"

namespace linedb::schema {
namespace {

std::string_view TextBetween(const char* begin, const char* end) {
  return std::string_view(begin, static_cast<std::size_t>(end - begin));
}

// `,"name":`, also of the first column, whose prefix begins with a brace.
std::string MemberPrefix(const RecordLayout& layout, int column) {
  std::string prefix = layout.prefix(column);
  prefix[0] = ',';
  return prefix;
}

// Whether the value can only be canonical: an integer, or text without escapes.
bool IsPlainValue(Type type, std::string_view value) {
  const char* end = value.data() + value.size();
  std::int64_t number = 0;
  if (type == Type::kInt) return ReadInt64(value.data(), end, &number) == end;
  return type == Type::kString && value[0] == '"' && value.find('\\') == std::string_view::npos;
}

// The key of a tombstone as AppendTombstone writes it; nothing if it is not like that.
std::optional<std::string> CanonicalTombstoneKey(const RecordLayout& layout,
                                                 std::string_view tombstone) {
  const char* end = tombstone.data() + tombstone.size();
  const char* at = ReadLiteral(tombstone.data(), end, kTombstonePrefix);
  std::string key;
  for (const int column : layout.keys()[0].columns) {
    if (at != nullptr) at = ReadLiteral(at, end, MemberPrefix(layout, column));
    const char* after = at == nullptr ? nullptr : SkipValue(at, end);
    if (after == nullptr) return std::nullopt;
    const std::string_view value = TextBetween(at, after);
    const Type type = layout.columns()[static_cast<std::size_t>(column)].type;
    if (!IsPlainValue(type, value)) return std::nullopt;
    if (!key.empty()) key.push_back(',');
    key.append(value);
    at = after;
  }
  if (at == nullptr || TextBetween(at, end) != "}") return std::nullopt;
  return key;
}

// The key of a tombstone that someone else wrote: members in any order, with spaces.
std::optional<std::string> LooseTombstoneKey(const RecordLayout& layout,
                                             std::string_view tombstone) {
  const std::vector<int>& columns = layout.keys()[0].columns;
  std::vector<std::string> values(columns.size());
  JsonReader reader(tombstone);
  if (!reader.CheckUtf8() || !reader.EnterObject()) return std::nullopt;
  std::string_view name;
  std::size_t name_byte = 0;
  while (reader.NextMember(&name, &name_byte)) {
    const auto part = std::find(columns.begin(), columns.end(), layout.FindColumn(name));
    if (part == columns.end()) {
      if (!reader.SkipValue()) return std::nullopt;
      continue;
    }
    std::string& value = values[static_cast<std::size_t>(part - columns.begin())];
    const ColumnSchema& column = layout.columns()[static_cast<std::size_t>(*part)];
    TextWriter writer;
    if (!value.empty() || !WriteColumnValue(&reader, column.type, {}, &writer)) {
      return std::nullopt;
    }
    value = std::string(writer.text());
  }
  if (!reader.ExpectEnd()) return std::nullopt;
  std::string key;
  for (const std::string& value : values) {
    if (value.empty()) return std::nullopt;
    if (!key.empty()) key.push_back(',');
    key.append(value);
  }
  return key;
}

// Whether the text is an object with the member "$deleted": true.
bool IsLooseTombstone(std::string_view line) {
  JsonReader reader(line);
  if (reader.Peek() != '{' || !reader.EnterObject()) return false;
  std::string_view name;
  std::size_t name_byte = 0;
  bool deleted = false;
  while (reader.NextMember(&name, &name_byte)) {
    if (name != "$deleted") {
      if (!reader.SkipValue()) return false;
    } else if (!reader.ReadBool(&deleted)) {
      return false;
    }
  }
  return deleted && reader.ExpectEnd();
}

}  // namespace

bool SplitCanonical(const RecordLayout& layout, std::string_view line, int last, FieldSpan* spans) {
  const char* begin = line.data();
  const char* end = begin + line.size();
  const char* at = begin;
  for (int column = 0; column <= last; ++column) {
    at = ReadLiteral(at, end, layout.prefix(column));
    const char* after = at == nullptr ? nullptr : SkipValue(at, end);
    if (after == nullptr) return false;
    spans[column] = {static_cast<std::uint32_t>(at - begin),
                     static_cast<std::uint32_t>(after - begin)};
    at = after;
  }
  if (last + 1 < layout.column_count()) return at != end && *at == ',';
  return TextBetween(at, end) == "}";
}

bool IsTombstone(std::string_view line) {
  if (line.starts_with(kTombstonePrefix)) {
    const std::size_t size = kTombstonePrefix.size();
    return line.size() > size && (line[size] == ',' || line[size] == '}');
  }
  // Any other spelling holds a dollar, or the escape of one; most records have neither.
  if (line.find('$') == std::string_view::npos && line.find('\\') == std::string_view::npos) {
    return false;
  }
  return IsLooseTombstone(line);
}

void AppendTombstone(const RecordLayout& layout, std::string_view line, const FieldSpan* spans,
                     std::string* tombstone) {
  tombstone->append(kTombstonePrefix);
  for (const int column : layout.keys()[0].columns) {
    // The prefix of the first column begins with a brace.
    tombstone->push_back(',');
    tombstone->append(layout.prefix(column), 1);
    tombstone->append(spans[column].In(line));
  }
  tombstone->push_back('}');
}

std::optional<std::string> TombstoneKey(const RecordLayout& layout, std::string_view tombstone) {
  if (!IsTombstone(tombstone)) return std::nullopt;
  std::optional<std::string> key = CanonicalTombstoneKey(layout, tombstone);
  return key.has_value() ? key : LooseTombstoneKey(layout, tombstone);
}

}  // namespace linedb::schema
