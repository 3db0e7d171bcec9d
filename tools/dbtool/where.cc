#include "tools/dbtool/where.h"

#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>

#include "engine/nearest_name.h"
#include "nlohmann/json.hpp"
#include "schema/column_value.h"
#include "schema/time_text.h"
#include "tools/dbtool/output.h"

namespace linedb::dbtool {
namespace {

enum class TokenKind { kEnd, kName, kString, kNumber, kOperator };

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;  // of a string: unquoted
  std::size_t at = 0;
  bool quoted = false;  // a name in quotes is no keyword
};

bool IsNameByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) || c == '_' || c == '$' || byte >= 0x80;
}

bool IsNumberByte(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) || c == '.' || c == 'e' || c == 'E' ||
         c == '+' || c == '-';
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  absl::StatusOr<Token> Next() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
    Token token{.kind = TokenKind::kEnd, .text = {}, .at = at_};
    if (at_ == text_.size()) return token;
    const char c = text_[at_];
    if (c == '\'' || c == '"') return Quoted(c, token);
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '+') {
      return Run(TokenKind::kNumber, IsNumberByte, token);
    }
    if (IsNameByte(c)) return Run(TokenKind::kName, IsNameByte, token);
    return Run(
        TokenKind::kOperator,
        [](char other) { return other == '=' || other == '!' || other == '<' || other == '>'; },
        token);
  }

 private:
  absl::StatusOr<Token> Quoted(char quote, Token token) {
    token.kind = quote == '"' ? TokenKind::kName : TokenKind::kString;
    token.quoted = true;
    for (++at_; at_ < text_.size(); ++at_) {
      const bool is_quote = text_[at_] == quote;
      const bool doubled = is_quote && at_ + 1 < text_.size() && text_[at_ + 1] == quote;
      if (is_quote && !doubled) {
        ++at_;
        return token;
      }
      at_ += doubled ? 1 : 0;
      token.text.push_back(text_[at_]);
    }
    return absl::InvalidArgumentError("--where: the quote at character " +
                                      std::to_string(token.at + 1) + " is not closed");
  }

  template <class Belongs>
  absl::StatusOr<Token> Run(TokenKind kind, Belongs belongs, Token token) {
    token.kind = kind;
    while (at_ < text_.size() && belongs(text_[at_])) token.text.push_back(text_[at_++]);
    if (!token.text.empty()) return token;
    return absl::InvalidArgumentError("--where: unexpected " + std::string(1, text_[at_]) +
                                      " at character " + std::to_string(at_ + 1));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool IsKeyword(const Token& token, std::string_view keyword) {
  if (token.kind != TokenKind::kName || token.quoted) return false;
  if (token.text.size() != keyword.size()) return false;
  for (std::size_t i = 0; i < keyword.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(token.text[i])) != keyword[i]) return false;
  }
  return true;
}

std::optional<Comparison> ComparisonOf(std::string_view text) {
  if (text == "=" || text == "==") return Comparison::kEqual;
  if (text == "!=" || text == "<>") return Comparison::kUnequal;
  if (text == "<") return Comparison::kLess;
  if (text == "<=") return Comparison::kLessEqual;
  if (text == ">") return Comparison::kGreater;
  if (text == ">=") return Comparison::kGreaterEqual;
  return std::nullopt;
}

absl::Status Expected(std::string_view what, const Token& found) {
  return absl::InvalidArgumentError(
      "--where: expected " + std::string(what) + " at character " + std::to_string(found.at + 1) +
      (found.kind == TokenKind::kEnd ? ", found the end" : ", found " + found.text));
}

// A text is a string of JSON, unless it spells what has no other spelling here: '{"a":1}', '[1]'
// or, a string as well, '"a"'. Any other token is what it is in JSON, and else a string, too.
bool IsJson(const Token& token) {
  const bool is_text = token.kind == TokenKind::kString;
  const std::size_t first = token.text.find_first_not_of(" \t\r\n");
  if (first == token.text.npos) return false;
  if (is_text && std::string_view("{[\"").find(token.text[first]) == std::string_view::npos) {
    return false;
  }
  return nlohmann::json::accept(token.text);
}

// The literal as JSON text of the column's type.
std::string LiteralJson(const Token& token, Type type) {
  if (type == Type::kJson ? IsJson(token) : token.kind != TokenKind::kString) return token.text;
  if (type == Type::kTimestamp) {
    const bool is_day = schema::IsDate(token.text);
    const std::string text = is_day ? token.text + "T00:00:00Z" : token.text;
    if (const auto time = schema::ParseTimestamp(text, true); time.has_value()) {
      return '"' + schema::FormatTimestamp(*time) + '"';
    }
  }
  std::string json;
  AppendQuoted(token.text, &json);
  return json;
}

absl::StatusOr<RowValue> ReadLiteral(const Token& token, const ColumnSchema& column) {
  const bool is_word = IsKeyword(token, "true") || IsKeyword(token, "false");
  if (token.kind != TokenKind::kString && token.kind != TokenKind::kNumber && !is_word) {
    if (IsKeyword(token, "null")) {
      return absl::InvalidArgumentError("--where: nothing equals null: write `" + column.name +
                                        " is null` or `is not null`");
    }
    return Expected("a value ('text', 12.5, true)", token);
  }
  // An int column may well be compared with 3.5.
  const Type type = column.type == Type::kInt && token.text.find_first_of(".eE") != token.text.npos
                        ? Type::kFloat
                        : column.type;
  const ColumnSchema literal{.name = column.name, .type = type};
  const absl::StatusOr<std::string> text =
      schema::CanonicalColumnText(literal, LiteralJson(token, type));
  if (text.ok()) return ReadRowValue(type, *text);
  return absl::InvalidArgumentError("--where: " + column.name + ": " +
                                    std::string(text.status().message()));
}

class Parser {
 public:
  Parser(std::string_view text, const schema::RecordLayout& layout)
      : tokens_(text), layout_(layout) {}

  absl::StatusOr<Where> Parse() {
    Where where;
    for (;;) {
      if (absl::Status moved = Move(); !moved.ok()) return moved;
      absl::StatusOr<Condition> condition = ParseCondition();
      if (!condition.ok()) return condition.status();
      where.push_back(*std::move(condition));
      if (absl::Status moved = Move(); !moved.ok()) return moved;
      if (token_.kind == TokenKind::kEnd) return where;
      if (!IsKeyword(token_, "and")) {
        return Expected(IsKeyword(token_, "or") ? "`and` (there is no `or`)" : "`and`", token_);
      }
    }
  }

 private:
  absl::Status Move() {
    absl::StatusOr<Token> token = tokens_.Next();
    if (!token.ok()) return token.status();
    token_ = *std::move(token);
    return absl::OkStatus();
  }

  absl::StatusOr<Condition> ParseCondition() {
    if (token_.kind != TokenKind::kName) return Expected("a column", token_);
    absl::StatusOr<int> column = FindColumn(layout_, token_.text);
    if (!column.ok()) return column.status();
    if (absl::Status moved = Move(); !moved.ok()) return moved;
    if (IsKeyword(token_, "is")) return ParseIsNull(*column);
    const std::optional<Comparison> comparison = ComparisonOf(token_.text);
    if (token_.kind != TokenKind::kOperator || !comparison.has_value()) {
      return Expected("one of = != < <= > >= is", token_);
    }
    if (absl::Status moved = Move(); !moved.ok()) return moved;
    absl::StatusOr<RowValue> value =
        ReadLiteral(token_, layout_.columns()[static_cast<std::size_t>(*column)]);
    if (!value.ok()) return value.status();
    return Condition{*column, *comparison, *std::move(value)};
  }

  absl::StatusOr<Condition> ParseIsNull(int column) {
    if (absl::Status moved = Move(); !moved.ok()) return moved;
    Comparison comparison = Comparison::kNull;
    if (IsKeyword(token_, "not")) {
      comparison = Comparison::kNotNull;
      if (absl::Status moved = Move(); !moved.ok()) return moved;
    }
    if (!IsKeyword(token_, "null")) return Expected("null", token_);
    return Condition{column, comparison, {}};
  }

  Tokenizer tokens_;
  const schema::RecordLayout& layout_;
  Token token_;
};

bool IsTrue(const Condition& condition, const RowValue& value) {
  const bool is_null = std::holds_alternative<std::monostate>(value);
  if (condition.comparison == Comparison::kNull) return is_null;
  if (is_null) return false;
  if (condition.comparison == Comparison::kNotNull) return true;
  const int order = CompareRowValues(value, condition.value);
  switch (condition.comparison) {
    case Comparison::kEqual:
      return order == 0;
    case Comparison::kUnequal:
      return order != 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

}  // namespace

absl::StatusOr<Where> ParseWhere(std::string_view text, const schema::RecordLayout& layout) {
  return Parser(text, layout).Parse();
}

bool Matches(const Where& where, const schema::RecordLayout& layout, std::string_view line,
             const std::vector<schema::FieldSpan>& spans) {
  for (const Condition& condition : where) {
    const auto column = static_cast<std::size_t>(condition.column);
    const RowValue value = ReadRowValue(layout.columns()[column].type, spans[column].In(line));
    if (!IsTrue(condition, value)) return false;
  }
  return true;
}

absl::StatusOr<int> FindColumn(const schema::RecordLayout& layout, const std::string& name) {
  const int column = layout.FindColumn(name);
  if (column >= 0) return column;
  std::vector<std::string> names;
  for (const ColumnSchema& other : layout.schema().columns) names.push_back(other.name);
  const std::string meant = engine::NearestName(name, names);
  return absl::InvalidArgumentError(layout.schema().table_name + " has no column " + name +
                                    (meant.empty() ? "" : "; did you mean " + meant + "?"));
}

}  // namespace linedb::dbtool
