#include "tests/query/random_condition.h"

#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"

namespace linedb::query_test {
namespace {

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char character : text) {
    quoted += character;
    if (character == '\'') quoted += '\'';
  }
  return quoted + "'";
}

std::string FloatText(double value) {
  char buffer[40];
  std::string text(buffer, std::to_chars(buffer, buffer + sizeof(buffer), value).ptr);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

// Makes a condition's text of two others' texts.
template <class Make>
std::optional<std::string> Made(const Make& make, const std::optional<std::string>& a,
                                const std::optional<std::string>& b) {
  if (!a.has_value() || !b.has_value()) return std::nullopt;
  return make(*a, *b);
}

Tri Not(Tri truth) { return truth.has_value() ? Tri(!*truth) : truth; }
Tri And(Tri a, Tri b) {
  if (a == Tri(false) || b == Tri(false)) return false;
  return a.has_value() && b.has_value() ? Tri(true) : std::nullopt;
}
Tri Or(Tri a, Tri b) { return Not(And(Not(a), Not(b))); }

Tri Compared(const std::string& op, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return std::nullopt;
  const int compared = CompareModel(a, b);
  if (op == "=") return compared == 0;
  if (op == "!=") return compared != 0;
  if (op == "<") return compared < 0;
  if (op == "<=") return compared <= 0;
  if (op == ">") return compared > 0;
  return compared >= 0;
}

ModelCondition Comparison(const std::string& op, const ModelTerm& a, const ModelTerm& b) {
  const auto make = [&op](const std::string& x, const std::string& y) {
    return "(" + x + " " + op + " " + y + ")";
  };
  return {make(a.text, b.text), Made(make, a.sql, b.sql),
          [=](const ModelRow& row) { return Compared(op, a.value(row), b.value(row)); }};
}

ModelTerm LiteralTerm(const Value& value) {
  return {LiteralText(value), LiteralSql(value), [value](const ModelRow&) { return value; }};
}

bool IsNumber(Type type) { return type == Type::kInt || type == Type::kFloat; }

// A literal that the column compares with: of its type mostly, of another number's sometimes.
Value RandomLiteral(Random& random, std::size_t column) {
  ColumnSchema like = ModelColumns()[column];
  like.nullable = false;
  if (IsNumber(like.type) && OneIn(random, 4)) {
    like.type = like.type == Type::kInt ? Type::kFloat : Type::kInt;
  }
  Value value = RandomValue(random, like);
  const bool is_key = column == 0 || column + 1 == ModelColumns().size();
  if (is_key && value.type() == Type::kInt && OneIn(random, 2)) {
    value = Value::Int(static_cast<std::int64_t>(Below(random, 90)));
  }
  return value;
}

std::size_t RandomColumn(Random& random) { return Below(random, ModelColumns().size()); }

std::string RandomComparison(Random& random, Type type) {
  static const std::vector<std::string> kOps = {"=", "!=", "<", "<=", ">", ">="};
  return kOps[Below(random, type == Type::kJson ? 2 : kOps.size())];
}

ModelCondition RandomColumnComparison(Random& random) {
  const std::size_t column = RandomColumn(random);
  const Type type = ModelColumns()[column].type;
  const std::string op = RandomComparison(random, type);
  ModelTerm left = ColumnTermOf(column);
  ModelTerm right = LiteralTerm(RandomLiteral(random, column));
  if (OneIn(random, 5)) {
    for (std::size_t tries = 0; tries < 20; ++tries) {
      const std::size_t other = RandomColumn(random);
      const Type other_type = ModelColumns()[other].type;
      if (other_type != type && !(IsNumber(type) && IsNumber(other_type))) continue;
      right = ColumnTermOf(other);
      break;
    }
  }
  if (OneIn(random, 4)) std::swap(left, right);
  return Comparison(op, left, right);
}

ModelCondition RandomIn(Random& random) {
  const std::size_t column = RandomColumn(random);
  const std::string name = ModelColumns()[column].name;
  const bool negated = OneIn(random, 3);
  std::vector<Value> values;
  std::string text;
  std::string sql;
  for (std::size_t i = 1 + Below(random, 4); i > 0; --i) {
    values.push_back(RandomLiteral(random, column));
    text += (text.empty() ? "" : ", ") + LiteralText(values.back());
    sql += (sql.empty() ? "" : ", ") + LiteralSql(values.back());
  }
  const std::string word = negated ? " not in (" : " in (";
  return {name + word + text + ")", name + word + sql + ")", [=](const ModelRow& row) {
            Tri found = false;
            for (const Value& value : values) found = Or(found, Compared("=", row[column], value));
            return negated ? Not(found) : found;
          }};
}

ModelCondition RandomBetween(Random& random) {
  std::size_t column = RandomColumn(random);
  if (ModelColumns()[column].type == Type::kJson) column = 1;
  const std::string name = ModelColumns()[column].name;
  const bool negated = OneIn(random, 3);
  const Value low = RandomLiteral(random, column);
  const Value high = RandomLiteral(random, column);
  const std::string word = negated ? " not between " : " between ";
  return {name + word + LiteralText(low) + " and " + LiteralText(high),
          name + word + LiteralSql(low) + " and " + LiteralSql(high), [=](const ModelRow& row) {
            const Tri between =
                And(Compared(">=", row[column], low), Compared("<=", row[column], high));
            return negated ? Not(between) : between;
          }};
}

ModelCondition RandomNullTest(Random& random) {
  const std::size_t column = RandomColumn(random);
  const bool wants_null = OneIn(random, 2);
  const std::string text = ModelColumns()[column].name + (wants_null ? " is null" : " is not null");
  return {text, text,
          [=](const ModelRow& row) -> Tri { return row[column].is_null() == wants_null; }};
}

ModelCondition RandomSearch(Random& random) {
  static const std::vector<std::string> kColumns = {"s", "ns", "y"};
  const auto column = static_cast<std::size_t>(ColumnNamed(kColumns[Below(random, 3)]));
  const std::string name = ModelColumns()[column].name;
  const Value part = RandomLiteral(random, column);
  const std::string sql = LiteralSql(part);
  const std::size_t which = Below(random, 3);
  static const std::vector<std::string> kFunctions = {"starts_with", "ends_with", "contains"};
  const std::string is_there = "case when " + name + " is null then null else ";
  // A part of an empty blob is null.
  const std::string empty = part.type() == Type::kBytes ? "x''" : "''";
  const auto part_of = [&](const std::string& place) {
    return "coalesce(substr(" + name + ", " + place + "), " + empty + ") = " + sql + " end";
  };
  const std::vector<std::string> sqls = {
      is_there + part_of("1, length(" + sql + ")"),
      is_there + "length(" + sql + ") = 0 or " + part_of("-length(" + sql + ")"),
      is_there + "length(" + sql + ") = 0 or instr(" + name + ", " + sql + ") > 0 end"};
  return {kFunctions[which] + "(" + name + ", " + LiteralText(part) + ")", "(" + sqls[which] + ")",
          [=](const ModelRow& row) -> Tri {
            if (row[column].is_null()) return std::nullopt;
            const std::string& text = row[column].as_string();
            const std::string& wanted = part.as_string();
            if (which == 0) return text.starts_with(wanted);
            if (which == 1) return text.ends_with(wanted);
            return text.find(wanted) != std::string::npos;
          }};
}

ModelCondition RandomBool(Random& random) {
  const auto column = static_cast<std::size_t>(ColumnNamed(OneIn(random, 2) ? "b" : "nb"));
  const std::string& name = ModelColumns()[column].name;
  return {name, name, [=](const ModelRow& row) -> Tri {
            if (row[column].is_null()) return std::nullopt;
            return row[column].as_bool();
          }};
}

ModelCondition RandomTermComparison(Random& random) {
  const ModelTerm left = RandomTerm(random);
  const ModelTerm right = OneIn(random, 2)
                              ? RandomTerm(random)
                              : LiteralTerm(RandomLiteral(random, OneIn(random, 2) ? 1 : 3));
  return Comparison(RandomComparison(random, Type::kInt), left, right);
}

double Real(const Value& value) {
  return value.type() == Type::kInt ? static_cast<double>(value.as_int()) : value.as_float();
}

Value RealOrNull(double value) { return std::isnan(value) ? Value() : Value::Float(value); }

Value ComputeReal(char op, double a, double b) {
  switch (op) {
    case '+':
      return RealOrNull(a + b);
    case '-':
      return RealOrNull(a - b);
    case '*':
      return RealOrNull(a * b);
    case '/':
      return b == 0 ? Value() : RealOrNull(a / b);
    default:
      return b == 0 ? Value() : RealOrNull(std::fmod(a, b));
  }
}

Value Computed(char op, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return {};
  if (a.type() == Type::kFloat || b.type() == Type::kFloat) {
    return ComputeReal(op, Real(a), Real(b));
  }
  const absl::int128 x = a.as_int();
  const absl::int128 y = b.as_int();
  if ((op == '/' || op == '%') && y == 0) return {};
  const absl::int128 result = op == '+'   ? x + y
                              : op == '-' ? x - y
                              : op == '*' ? x * y
                              : op == '/' ? x / y
                                          : x % y;
  const auto narrow = static_cast<std::int64_t>(result);
  return result == narrow ? Value::Int(narrow) : ComputeReal(op, Real(a), Real(b));
}

std::int64_t Characters(const Value& value) {
  std::int64_t count = 0;
  for (const char byte : value.as_string()) {
    count += value.type() == Type::kBytes || (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
  }
  return count;
}

ModelTerm RandomLength(Random& random) {
  static const std::vector<std::string> kColumns = {"s", "ns", "y"};
  const auto column = static_cast<std::size_t>(ColumnNamed(kColumns[Below(random, 3)]));
  const std::string text = "length(" + ModelColumns()[column].name + ")";
  return {text, text, [=](const ModelRow& row) {
            return row[column].is_null() ? Value() : Value::Int(Characters(row[column]));
          }};
}

ModelTerm RandomNumber(Random& random) {
  static const std::vector<std::string> kColumns = {"id", "i", "ni", "f", "nf"};
  if (OneIn(random, 3)) return LiteralTerm(RandomLiteral(random, OneIn(random, 2) ? 1 : 3));
  return ColumnTermOf(static_cast<std::size_t>(ColumnNamed(kColumns[Below(random, 5)])));
}

}  // namespace

ModelTerm ColumnTermOf(std::size_t column) {
  const std::string& name = ModelColumns()[column].name;
  return {name, name, [column](const ModelRow& row) { return row[column]; }};
}

ModelTerm RandomTerm(Random& random) {
  if (OneIn(random, 6)) return RandomLength(random);
  const ModelTerm a = RandomNumber(random);
  if (OneIn(random, 6)) {
    return {"(- " + a.text + ")", "(0 - " + *a.sql + ")", [a](const ModelRow& row) {
              const Value value = a.value(row);
              if (value.type() == Type::kFloat) return Value::Float(-value.as_float());
              return Computed('-', Value::Int(0), value);
            }};
  }
  const ModelTerm b = RandomNumber(random);
  const char op = "+-*/%"[Below(random, 5)];
  const auto make = [op](const std::string& x, const std::string& y) {
    return "(" + x + " " + op + " " + y + ")";
  };
  // SQLite's % makes integers of floats.
  return {make(a.text, b.text), op == '%' ? std::nullopt : Made(make, a.sql, b.sql),
          [=](const ModelRow& row) { return Computed(op, a.value(row), b.value(row)); }};
}

ModelCondition RandomCondition(Random& random, int depth) {
  if (depth > 0 && OneIn(random, 2)) {
    const ModelCondition a = RandomCondition(random, depth - 1);
    if (OneIn(random, 4)) {
      return {"not (" + a.text + ")", a.sql ? std::optional("not (" + *a.sql + ")") : std::nullopt,
              [a](const ModelRow& row) { return Not(a.holds(row)); }};
    }
    const ModelCondition b = RandomCondition(random, depth - 1);
    const bool both = !OneIn(random, 3);
    const auto make = [both](const std::string& x, const std::string& y) {
      return "(" + x + (both ? ") and (" : ") or (") + y + ")";
    };
    return {make(a.text, b.text), Made(make, a.sql, b.sql), [=](const ModelRow& row) {
              return both ? And(a.holds(row), b.holds(row)) : Or(a.holds(row), b.holds(row));
            }};
  }
  switch (Below(random, 9)) {
    case 0:
      return RandomIn(random);
    case 1:
      return RandomBetween(random);
    case 2:
      return RandomNullTest(random);
    case 3:
      return RandomSearch(random);
    case 4:
      return RandomBool(random);
    case 5:
      return RandomTermComparison(random);
    default:
      return RandomColumnComparison(random);
  }
}

std::string LiteralText(const Value& value) {
  if (value.is_null()) return "null";
  switch (*value.type()) {
    case Type::kInt:
      return std::to_string(value.as_int());
    case Type::kFloat:
      return FloatText(value.as_float());
    case Type::kBool:
      return value.as_bool() ? "true" : "false";
    case Type::kString:
      return Quoted(value.as_string());
    case Type::kBytes:
      return "bytes '" + absl::Base64Escape(value.as_bytes()) + "'";
    case Type::kTimestamp:
      return "timestamp '" + JsonOfValue(value).get<std::string>() + "'";
    case Type::kDate:
      return "date '" + JsonOfValue(value).get<std::string>() + "'";
    case Type::kJson:
      return "json " + Quoted(value.as_json());
  }
  return "null";
}

std::string LiteralSql(const Value& value) {
  if (value.is_null()) return "null";
  switch (*value.type()) {
    case Type::kBool:
      return value.as_bool() ? "1" : "0";
    case Type::kBytes:
      return "x'" + absl::BytesToHexString(value.as_bytes()) + "'";
    case Type::kTimestamp:
    case Type::kDate:
      return std::to_string(value.as_int());
    case Type::kJson:
      return Quoted(value.as_json());
    default:
      return LiteralText(value);
  }
}

}  // namespace linedb::query_test
