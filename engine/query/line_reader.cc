#include "engine/query/line_reader.h"

#include "linedb/text_reader.h"

namespace linedb::engine {
namespace {

using schema::ScratchArena;
using schema::ValueView;

// Reads what its text does not have to be found for first. Where it ends, or null.
const char* ReadQuick(Type type, const char* at, const char* end, ValueView* value) {
  if (type == Type::kInt) {
    at = schema::ReadInt64(at, end, &value->number);
  } else if (type == Type::kFloat) {
    double real = 0;
    at = schema::ReadDouble(at, end, &real);
    value->real = real;
  } else {
    bool is_true = false;
    at = schema::ReadBool(at, end, &is_true);
    value->number = is_true ? 1 : 0;
  }
  value->type = type;
  return at;
}

const char* ReadValue(Type type, const char* at, const char* end, ValueView* value,
                      ScratchArena* arena) {
  if (at != end && *at == 'n') {
    *value = {};
    return schema::ReadLiteral(at, end, "null");
  }
  if (type == Type::kInt || type == Type::kFloat || type == Type::kBool) {
    return ReadQuick(type, at, end, value);
  }
  const char* after = schema::SkipValue(at, end);
  if (after == nullptr) return nullptr;
  const std::string_view text(at, static_cast<std::size_t>(after - at));
  *value = schema::ReadColumnValue(type, text, arena);
  return value->is_null() ? nullptr : after;
}

const char* FindBackwards(Type type, const char* begin, const char* end) {
  switch (type) {
    case Type::kString:
    case Type::kBytes:
      return schema::FindValueBackwards<Type::kString>(begin, end);
    case Type::kTimestamp:
      return schema::FindValueBackwards<Type::kTimestamp>(begin, end);
    case Type::kDate:
      return schema::FindValueBackwards<Type::kDate>(begin, end);
    default:
      return schema::FindValueBackwards<Type::kInt>(begin, end);
  }
}

// Strings are longer than numbers.
int EffortOf(Type type) { return type == Type::kString || type == Type::kJson ? 2 : 1; }

}  // namespace

LineReader::LineReader(const schema::RecordLayout& layout, const std::vector<int>& columns) {
  if (columns.empty()) return;
  const int count = layout.column_count();
  int from_begin = 0;
  int from_end = 0;
  bool backwards_possible = true;
  for (int column = 0; column < count; ++column) {
    const Type type = layout.columns()[static_cast<std::size_t>(column)].type;
    if (column <= columns.back()) from_begin += EffortOf(type);
    if (column >= columns.front()) from_end += EffortOf(type);
    if (column >= columns.front() && type == Type::kJson) backwards_possible = false;
  }
  from_end_ = backwards_possible && from_end < from_begin;
  std::vector<bool> wanted(static_cast<std::size_t>(count));
  for (const int column : columns) wanted[static_cast<std::size_t>(column)] = true;
  const auto add = [&](int column) {
    const auto number = static_cast<std::size_t>(column);
    steps_.push_back(
        {layout.prefix(column), layout.columns()[number].type, wanted[number] ? column : -1});
  };
  if (from_end_) {
    for (int column = count - 1; column >= columns.front(); --column) add(column);
  } else {
    for (int column = 0; column <= columns.back(); ++column) add(column);
  }
}

bool LineReader::Read(std::string_view line, ValueView* values, ScratchArena* arena) const {
  return from_end_ ? ReadBackwards(line, values, arena) : ReadForwards(line, values, arena);
}

bool LineReader::ReadForwards(std::string_view line, ValueView* values,
                              ScratchArena* arena) const {
  const char* at = line.data();
  const char* end = at + line.size();
  for (const Step& step : steps_) {
    at = schema::ReadLiteral(at, end, step.prefix);
    if (at == nullptr) return false;
    at = step.column < 0 ? schema::SkipValue(at, end)
                         : ReadValue(step.type, at, end, &values[step.column], arena);
    if (at == nullptr) return false;
  }
  return true;
}

bool LineReader::ReadBackwards(std::string_view line, ValueView* values,
                               ScratchArena* arena) const {
  const char* begin = line.data();
  const char* line_end = begin + line.size();
  if (line.empty() || line_end[-1] != '}') return false;
  const char* end = line_end - 1;
  for (const Step& step : steps_) {
    const char* at = FindBackwards(step.type, begin, end);
    if (at == nullptr || static_cast<std::size_t>(at - begin) < step.prefix.size()) return false;
    const char* name = at - step.prefix.size();
    if (!schema::EqualBytes(name, step.prefix.data(), step.prefix.size())) return false;
    if (step.column >= 0 &&
        ReadValue(step.type, at, line_end, &values[step.column], arena) != end) {
      return false;
    }
    end = name;
  }
  return true;
}

}  // namespace linedb::engine
