// Expression::Parse: by recursive descent, a function for each strength of operators.

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "linedb/expression.h"
#include "linedb/text_reader.h"
#include "schema/bound_expression.h"
#include "schema/expression_hints.h"
#include "schema/expression_lexer.h"
#include "schema/expression_literal.h"
#include "schema/expression_words.h"
#include "schema/json_text.h"

namespace linedb {
namespace {

using schema::kExpressionDepthMax;
using schema::NextToken;
using schema::Token;
using schema::TokenKind;

struct Parsed {
  Expression expression;
  int depth = 1;
};
// Nothing once the parser has failed.
using Result = std::optional<Parsed>;

constexpr char kAnyOperator[] = "an operator";
constexpr std::string_view kValueExpected = "a column, a literal, a function or (";

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), token_(NextToken(text, 0)) {}

  absl::StatusOr<Expression> Parse() {
    const std::size_t bad = schema::FindBadUtf8(text_);
    if (bad != std::string_view::npos) {
      return absl::InvalidArgumentError(absl::StrCat("byte ", bad, ": expected UTF-8"));
    }
    Result whole = ParseOr();
    if (whole && token_.kind != TokenKind::kEnd) whole = FailBehind("the end");
    if (!whole) return absl::InvalidArgumentError(fault_);
    return std::move(whole->expression);
  }

 private:
  // Fails where the token stands, unless it has failed already.
  std::nullopt_t Fail(std::string_view expected, const std::string& hint = "") {
    if (token_.kind == TokenKind::kFault && !token_.inside.empty()) expected = token_.inside;
    return FailAt(token_.byte,
                  absl::StrCat("expected ", std::string(expected), ", found ", Found(), hint));
  }
  // Where an operand is over.
  std::nullopt_t FailBehind(std::string_view end) {
    const std::string_view before = text_.substr(0, token_.byte);
    const bool is_behind_name =
        name_end_ > 0 && before.find_first_not_of(" \t\r\n", name_end_) == before.npos;
    return Fail(absl::StrCat(operator_expected_, " or ", std::string(end)),
                is_behind_name ? schema::HintOfNextWord(text_, name_begin_, token_,
                                                        operator_expected_ != kAnyOperator)
                               : "");
  }
  std::nullopt_t FailAt(std::size_t byte, const std::string& reason) {
    if (fault_.empty()) fault_ = absl::StrCat("byte ", byte, ": ", reason);
    return std::nullopt;
  }

  std::string Found() const {
    constexpr std::size_t kBytesMax = 40;
    if (token_.kind == TokenKind::kEnd) return "the end";
    std::size_t bytes = std::min(token_.spelled.size(), kBytesMax);
    const std::string_view rest = text_.substr(token_.byte);
    while (bytes < rest.size() && (static_cast<unsigned char>(rest[bytes]) & 0xc0) == 0x80) ++bytes;
    return absl::StrCat(std::string(rest.substr(0, bytes)),
                        bytes < token_.spelled.size() ? "..." : "");
  }

  void Advance() { token_ = NextToken(text_, token_.byte + token_.spelled.size()); }

  bool IsSymbol(std::string_view symbol) const {
    return token_.kind == TokenKind::kSymbol && token_.spelled == symbol;
  }
  bool TakeSymbol(std::string_view symbol) {
    const bool is_there = IsSymbol(symbol);
    if (is_there) Advance();
    return is_there;
  }
  static bool IsWord(const Token& token, std::string_view word) {
    return token.kind == TokenKind::kWord && schema::LowerCase(token.spelled) == word;
  }
  bool TakeWord(std::string_view word) {
    const bool is_there = IsWord(token_, word);
    if (is_there) Advance();
    return is_there;
  }
  template <class Operators>
  std::optional<Operator> TakeOperator(const Operators& operators) {
    if (token_.kind != TokenKind::kSymbol) return std::nullopt;
    const std::optional<Operator> op = schema::FindOperator(operators, token_.spelled);
    if (op) Advance();
    return op;
  }
  Token Following() const { return NextToken(text_, token_.byte + token_.spelled.size()); }

  Result Make(Operator op, std::vector<Parsed> operands) {
    int depth = 0;
    std::vector<Expression> expressions;
    for (Parsed& operand : operands) {
      depth = std::max(depth, operand.depth);
      expressions.push_back(std::move(operand.expression));
    }
    if (depth == kExpressionDepthMax) return TooDeep();
    return Parsed{Expression::Of(op, std::move(expressions)), depth + 1};
  }
  std::nullopt_t TooDeep() {
    return FailAt(token_.byte, absl::StrCat("an expression can have no more than ",
                                            kExpressionDepthMax, " levels"));
  }

  // Calls `parse` one level further down.
  template <class Parse>
  Result Deeper(Parse parse) {
    if (nesting_ == kExpressionDepthMax) return TooDeep();
    ++nesting_;
    Result result = parse();
    --nesting_;
    return result;
  }

  Result ParseOr() {
    return ParseChain(Operator::kOr, "or", [this] { return ParseAnd(); });
  }
  Result ParseAnd() {
    return ParseChain(Operator::kAnd, "and", [this] { return ParseNot(); });
  }

  template <class ParseOperand>
  Result ParseChain(Operator op, std::string_view word, ParseOperand parse_operand) {
    std::vector<Parsed> operands;
    do {
      Result operand = parse_operand();
      if (!operand) return std::nullopt;
      operands.push_back(*std::move(operand));
    } while (TakeWord(word));
    if (operands.size() == 1) return std::move(operands[0]);
    return Make(op, std::move(operands));
  }

  Result ParseNot() {
    if (!TakeWord("not")) return ParseComparison();
    Result operand = Deeper([this] { return ParseNot(); });
    if (!operand) return std::nullopt;
    return Make(Operator::kNot, {*std::move(operand)});
  }

  Result ParseComparison() {
    Result left = ParseSum();
    if (!left) return std::nullopt;
    operator_expected_ = kAnyOperator;
    if (TakeWord("is")) return ParseIsNull(*std::move(left));
    const bool negated = IsWord(token_, "not");
    if (negated) Advance();
    if (TakeWord("in")) return Negated(negated, ParseIn(*std::move(left)));
    if (TakeWord("between")) return Negated(negated, ParseBetween(*std::move(left)));
    if (IsWord(token_, "like") || IsWord(token_, "ilike")) {
      return FailAt(token_.byte, schema::InPlaceOfLike(left->expression, Following(), negated));
    }
    if (negated) return Fail("in or between");
    const std::optional<Operator> op = TakeOperator(schema::kComparisons);
    if (!op) return left;
    Result right = ParseSum();
    if (!right) return std::nullopt;
    // 1 < a < 5 is no comparison of three.
    operator_expected_ = "\"and\", \"or\"";
    return Make(*op, {*std::move(left), *std::move(right)});
  }

  Result Negated(bool negated, Result result) {
    if (!negated || !result) return result;
    return Make(Operator::kNot, {*std::move(result)});
  }

  Result ParseIsNull(Parsed operand) {
    const bool negated = TakeWord("not");
    if (!TakeWord("null")) return Fail(negated ? "null" : "null or not null");
    operator_expected_ = "\"and\", \"or\"";
    return Make(negated ? Operator::kIsNotNull : Operator::kIsNull, {std::move(operand)});
  }

  Result ParseIn(Parsed value) {
    std::vector<Parsed> operands;
    operands.push_back(std::move(value));
    if (!TakeSymbol("(")) return Fail("(");
    if (!TakeSymbol(")")) {
      do {
        Result option = ParseLiteral();
        if (!option) return Fail("a literal", HintOfOption());
        operands.push_back(*std::move(option));
      } while (TakeSymbol(","));
      if (!TakeSymbol(")")) return Fail(", or )");
    }
    operator_expected_ = "\"and\", \"or\"";
    return Make(Operator::kIn, std::move(operands));
  }

  std::string HintOfOption() const {
    if (token_.kind == TokenKind::kQuotedName) return schema::HintOfText(token_.inside);
    return token_.kind == TokenKind::kWord ? schema::HintOfText(token_.spelled) : "";
  }

  Result ParseBetween(Parsed value) {
    Result low = ParseSum();
    if (low && !TakeWord("and")) low = Fail("and");
    if (!low) return std::nullopt;
    Result high = ParseSum();
    if (!high) return std::nullopt;
    operator_expected_ = "\"and\", \"or\"";
    return Make(Operator::kBetween, {std::move(value), *std::move(low), *std::move(high)});
  }

  Result ParseSum() {
    return ParseLeft(schema::kSums, [this] { return ParseProduct(); });
  }
  Result ParseProduct() {
    return ParseLeft(schema::kProducts, [this] { return ParseSigned(); });
  }

  template <class Operators, class ParseOperand>
  Result ParseLeft(const Operators& operators, ParseOperand parse_operand) {
    Result left = parse_operand();
    while (left) {
      const std::optional<Operator> op = TakeOperator(operators);
      if (!op) break;
      Result right = parse_operand();
      if (!right) return std::nullopt;
      left = Make(*op, {*std::move(left), *std::move(right)});
    }
    return left;
  }

  Result ParseSigned() {
    if (!IsSymbol("-")) return ParseWhole();
    // A sign right before a number is the number's.
    if (Following().kind == TokenKind::kNumber) return ParseLiteral();
    Advance();
    Result operand = Deeper([this] { return ParseSigned(); });
    if (!operand) return std::nullopt;
    return Make(Operator::kNegate, {*std::move(operand)});
  }

  Result ParseWhole() {
    if (TakeSymbol("(")) {
      Result inside = Deeper([this] { return ParseOr(); });
      if (inside && !TakeSymbol(")")) inside = FailBehind(")");
      operator_expected_ = kAnyOperator;
      return inside;
    }
    if (token_.kind == TokenKind::kWord && Following().spelled == "(") {
      const std::string word = schema::LowerCase(token_.spelled);
      const std::optional<Operator> function = schema::FindOperator(schema::kFunctions, word);
      if (function) return ParseFunction(*function);
      if (!schema::IsReserved(word)) {
        return Fail("a function (starts_with, ends_with, contains or length)");
      }
    }
    Result literal = ParseLiteral();
    if (literal || !fault_.empty()) return literal;
    return ParseColumn();
  }

  Result ParseFunction(Operator function) {
    Advance();
    TakeSymbol("(");
    std::vector<Parsed> operands;
    const std::size_t count = function == Operator::kLength ? 1 : 2;
    while (true) {
      Result operand = Deeper([this] { return ParseOr(); });
      if (!operand) return std::nullopt;
      operands.push_back(*std::move(operand));
      if (operands.size() == count) break;
      if (!TakeSymbol(",")) return Fail(",");
    }
    if (!TakeSymbol(")")) return FailBehind(")");
    operator_expected_ = kAnyOperator;
    return Make(function, std::move(operands));
  }

  // Nothing, without a fault, if no literal stands here.
  Result ParseLiteral() {
    if (token_.kind == TokenKind::kText) return TakeLiteral(Value::String(token_.inside));
    if (token_.kind == TokenKind::kNumber) return ParseNumber("");
    if (IsSymbol("-") && Following().kind == TokenKind::kNumber) {
      Advance();
      return ParseNumber("-");
    }
    if (token_.kind != TokenKind::kWord) return std::nullopt;
    const std::string word = schema::LowerCase(token_.spelled);
    if (word == "null") return TakeLiteral(Value());
    if (word == "true" || word == "false") return TakeLiteral(Value::Bool(word == "true"));
    if (Following().kind != TokenKind::kText) return std::nullopt;
    return ParseTypedText(word);
  }

  Result TakeLiteral(Value value) {
    Advance();
    return Parsed{Expression::Literal(std::move(value))};
  }

  Result ParseNumber(std::string_view sign) {
    const std::string number = absl::StrCat(std::string(sign), std::string(token_.spelled));
    if (!token_.is_integer) return TakeLiteral(Value::Float(FloatOf(number)));
    std::int64_t value = 0;
    const char* const end = number.data() + number.size();
    if (number != "-0" && schema::ReadInt64(number.data(), end, &value) == nullptr) {
      return FailAt(token_.byte, absl::StrCat(number,
                                              " is no 64-bit integer; as a float it ends in "
                                              ".0"));
    }
    return TakeLiteral(Value::Int(value));
  }

  // What is too large for a float is infinite.
  static double FloatOf(const std::string& number) {
    double value = 0;
    if (schema::ParseJsonDouble(number, &value) == schema::DoubleRange::kFinite) return value;
    const double infinity = std::numeric_limits<double>::infinity();
    return number[0] == '-' ? -infinity : infinity;
  }

  // timestamp '…' and its like.
  Result ParseTypedText(const std::string& word) {
    const std::optional<Type> type = ParseTypeName(word);
    if (!type || *type == Type::kInt || *type == Type::kFloat || *type == Type::kBool ||
        *type == Type::kString) {
      return std::nullopt;
    }
    Advance();
    std::optional<Value> value = schema::LiteralOfText(*type, token_.inside);
    if (!value) return Fail(schema::LiteralExample(*type));
    return TakeLiteral(*std::move(value));
  }

  Result ParseColumn() {
    std::string name;
    if (!TakeName(&name)) return Fail(kValueExpected);
    if (TakeSymbol(".")) {
      name.push_back('.');
      if (!TakeName(&name)) return Fail("a column");
    }
    return Parsed{Expression::Column(std::move(name))};
  }

  bool TakeName(std::string* name) {
    const bool is_bare = token_.kind == TokenKind::kWord && !schema::IsReserved(token_.spelled);
    const bool is_quoted = token_.kind == TokenKind::kQuotedName && !token_.inside.empty();
    if (!is_bare && !is_quoted) return false;
    name->append(is_bare ? std::string(token_.spelled) : token_.inside);
    name_begin_ = token_.byte;
    name_end_ = is_bare ? token_.byte + token_.spelled.size() : 0;
    Advance();
    return true;
  }

  std::string_view text_;
  Token token_;
  std::string fault_;
  // What could go on where a comparison has ended.
  std::string operator_expected_ = kAnyOperator;
  // The name that was read last, if it had no quotes: where its end is; else 0.
  std::size_t name_begin_ = 0;
  std::size_t name_end_ = 0;
  int nesting_ = 0;
};

}  // namespace

absl::StatusOr<Expression> Expression::Parse(std::string_view text) { return Parser(text).Parse(); }

}  // namespace linedb
