#include "engine/query/query_words.h"

#include <cctype>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace linedb::engine {
namespace {

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && absl::ascii_isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  while (!text.empty() && absl::ascii_isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return text;
}

absl::Status Wrong(std::string_view part, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", std::string(part), "\": ", std::string(why)));
}

bool IsWordCharacter(char character) {
  return absl::ascii_isalnum(static_cast<unsigned char>(character)) || character == '_';
}

// Goes through a text and knows what is within quotes or parentheses.
class Outside {
 public:
  // Whether the character stands outside of both.
  bool Step(char character) {
    if (quote_ != 0) {
      if (character == quote_) quote_ = 0;
      return false;
    }
    if (character == '\'' || character == '"') {
      quote_ = character;
      return false;
    }
    if (character == ')') --depth_;
    const bool outside = depth_ == 0;
    if (character == '(') ++depth_;
    return outside;
  }

 private:
  char quote_ = 0;
  int depth_ = 0;
};

std::vector<std::string_view> SplitAtCommas(std::string_view text) {
  std::vector<std::string_view> parts;
  Outside outside;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!outside.Step(text[i]) || text[i] != ',') continue;
    parts.push_back(Trimmed(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  parts.push_back(Trimmed(text.substr(begin)));
  return parts;
}

// Where the word stands last, outside of quotes and parentheses, or npos.
std::size_t FindLastWord(std::string_view text, std::string_view word) {
  std::size_t found = std::string_view::npos;
  Outside outside;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool counts = outside.Step(text[i]);
    if (!counts || (i > 0 && IsWordCharacter(text[i - 1]))) continue;
    const std::size_t end = i + word.size();
    if (end > text.size() || (end < text.size() && IsWordCharacter(text[end]))) continue;
    const std::string_view here = text.substr(i, word.size());
    if (absl::EqualsIgnoreCase(std::string(here), std::string(word))) found = i;
  }
  return found;
}

std::optional<Aggregate> AggregateOf(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower(std::string(name));
  if (lower == "count") return Aggregate::kCount;
  if (lower == "sum") return Aggregate::kSum;
  if (lower == "min") return Aggregate::kMin;
  if (lower == "max") return Aggregate::kMax;
  if (lower == "avg") return Aggregate::kAverage;
  return std::nullopt;
}

// Whether the parenthesis that opens at `open` closes at the text's end.
bool ClosesAtEnd(std::string_view text, std::size_t open) {
  Outside outside;
  outside.Step('(');
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (outside.Step(text[i])) return i + 1 == text.size();
  }
  return false;
}

absl::StatusOr<OutputSpec> ParseOutput(std::string_view part) {
  OutputSpec output;
  const std::size_t open = part.find('(');
  if (open != std::string_view::npos && ClosesAtEnd(part, open)) {
    output.aggregate = AggregateOf(Trimmed(part.substr(0, open)));
  }
  if (output.aggregate.has_value()) {
    part = Trimmed(part.substr(open + 1, part.size() - open - 2));
    if (part == "*" && output.aggregate == Aggregate::kCount) return output;
  }
  absl::StatusOr<Expression> of = Expression::Parse(part);
  if (!of.ok()) return Wrong(part, std::string(of.status().message()));
  output.of = *std::move(of);
  return output;
}

// A name as an expression has it, in quotes or not.
absl::StatusOr<std::string> ParseName(std::string_view text) {
  const absl::StatusOr<Expression> name = Expression::Parse(text);
  if (name.ok() && name->op() == Operator::kColumn) return name->column();
  return Wrong(text, "expected a name");
}

}  // namespace

absl::StatusOr<std::vector<OutputSpec>> ParseOutputs(std::string_view text) {
  std::vector<OutputSpec> outputs;
  for (std::string_view part : SplitAtCommas(text)) {
    const std::size_t as = FindLastWord(part, "as");
    std::string name;
    if (as != std::string_view::npos) {
      absl::StatusOr<std::string> given = ParseName(Trimmed(part.substr(as + 2)));
      if (!given.ok()) return given.status();
      name = *std::move(given);
      part = Trimmed(part.substr(0, as));
    }
    absl::StatusOr<OutputSpec> output = ParseOutput(part);
    if (!output.ok()) return output.status();
    output->name = std::move(name);
    outputs.push_back(*std::move(output));
  }
  return outputs;
}

absl::StatusOr<std::vector<OrderSpec>> ParseOrders(std::string_view text) {
  std::vector<OrderSpec> orders;
  for (std::string_view part : SplitAtCommas(text)) {
    OrderSpec order;
    for (const std::string_view word : {"asc", "desc"}) {
      const std::size_t found = FindLastWord(part, word);
      if (found == std::string_view::npos || found + word.size() != part.size() || found == 0) {
        continue;
      }
      order.descending = word == "desc";
      part = Trimmed(part.substr(0, found));
      break;
    }
    absl::StatusOr<OutputSpec> by = ParseOutput(part);
    if (!by.ok()) return by.status();
    order.by = *std::move(by);
    orders.push_back(std::move(order));
  }
  return orders;
}

absl::StatusOr<std::vector<Expression>> ParseExpressions(std::string_view text) {
  std::vector<Expression> expressions;
  for (const std::string_view part : SplitAtCommas(text)) {
    absl::StatusOr<Expression> expression = Expression::Parse(part);
    if (!expression.ok()) return Wrong(part, std::string(expression.status().message()));
    expressions.push_back(*std::move(expression));
  }
  return expressions;
}

absl::StatusOr<MatchSpec> ParseMatch(std::string_view text) {
  const absl::StatusOr<Expression> on = Expression::Parse(text);
  if (!on.ok()) return Wrong(text, std::string(on.status().message()));
  const std::vector<Expression> pairs =
      on->op() == Operator::kAnd ? on->operands() : std::vector<Expression>{*on};
  MatchSpec match;
  for (const Expression& pair : pairs) {
    if (pair.op() != Operator::kEqual || pair.operands()[0].op() != Operator::kColumn ||
        pair.operands()[1].op() != Operator::kColumn) {
      return Wrong(text, "expected a column here = a column there");
    }
    match.columns.push_back(pair.operands()[0].column());
    match.other_columns.push_back(pair.operands()[1].column());
  }
  return match;
}

absl::StatusOr<std::vector<AssignmentSpec>> ParseAssignments(std::string_view text) {
  std::vector<AssignmentSpec> assignments;
  for (const std::string_view part : SplitAtCommas(text)) {
    Outside outside;
    std::size_t equals = 0;
    while (equals < part.size() && !(outside.Step(part[equals]) && part[equals] == '=')) ++equals;
    if (equals == part.size()) return Wrong(part, "expected column = value");
    absl::StatusOr<std::string> column = ParseName(Trimmed(part.substr(0, equals)));
    if (!column.ok()) return column.status();
    absl::StatusOr<Expression> value = Expression::Parse(Trimmed(part.substr(equals + 1)));
    if (!value.ok()) return Wrong(part, std::string(value.status().message()));
    assignments.push_back({*std::move(column), *std::move(value)});
  }
  return assignments;
}

}  // namespace linedb::engine
