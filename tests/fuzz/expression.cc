// A check comes with every schema file, and a query from whoever types one: no text may take the
// program down, and what was read must be read from what is written of it.

#include <array>
#include <string>
#include <string_view>

#include "linedb/expression.h"
#include "schema/bound_expression.h"
#include "tests/fuzz/fuzz_target.h"

namespace linedb::fuzz {
namespace {

const schema::RecordLayout& Layout() {
  static const schema::RecordLayout& layout = *new schema::RecordLayout(
      schema::RecordLayout::Create(
          {.table_name = "t",
           .columns = {{.name = "i", .type = Type::kInt, .primary_key = true},
                       {.name = "f", .type = Type::kFloat, .nullable = true},
                       {.name = "b", .type = Type::kBool, .nullable = true},
                       {.name = "s", .type = Type::kString, .nullable = true},
                       {.name = "y", .type = Type::kBytes, .nullable = true},
                       {.name = "t", .type = Type::kTimestamp, .nullable = true},
                       {.name = "d", .type = Type::kDate, .nullable = true},
                       {.name = "j", .type = Type::kJson, .nullable = true}}})
          .value());
  return layout;
}

using Record = std::array<std::string_view, 8>;
constexpr Record kRecords[] = {
    {"0", "null", "null", "null", "null", "null", "null", "null"},
    {"-9223372036854775808", "-1.5", "true", "\"it's \\\"\\u0001é\"", "\"AAEC\"",
     "\"2026-01-22T20:31:17.592172Z\"", "\"2026-01-22\"", "{\"a\":1}"},
    {"9223372036854775807", "1.7e+308", "false", "\"\"", "\"\"", "\"0000-01-01T00:00:00.000000Z\"",
     "\"9999-12-31\"", "0.5"}};

void CheckBound(const schema::BoundExpression& bound, const std::string& text) {
  schema::ScratchArena arena;
  for (const Record& record : kRecords) {
    arena.Clear();
    std::array<schema::ValueView, 8> values;
    for (const int column : bound.columns()) {
      const auto place = static_cast<std::size_t>(column);
      values[place] =
          schema::ReadColumnValue(Layout().columns()[place].type, record[place], &arena);
    }
    const schema::ValueView value = bound.Evaluate(values.data());
    Require(!value.is_null() || bound.nullable(), "null comes only where it can", text);
    const bool widened = bound.type() == Type::kInt && value.type == Type::kFloat;
    Require(value.is_null() || value.type == bound.type() || widened, "it has its type", text);
    if (!bound.is_condition()) continue;
    const schema::Truth truth = bound.Test(values.data());
    Require((truth == schema::Truth::kUnknown) == value.is_null(), "Test says the same", text);
  }
}

}  // namespace
}  // namespace linedb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linedb::fuzz;
  const auto expression = linedb::Expression::Parse(TextOf(data, size));
  if (!expression.ok()) {
    Require(absl::IsInvalidArgument(expression.status()), "it is refused by the code promised");
    const std::string message(expression.status().message());
    Require(message.starts_with("byte "), "a refusal says where", message);
    return 0;
  }
  const std::string text = expression->ToText();
  const auto again = linedb::Expression::Parse(text);
  Require(again.ok(), "what is written can be read", text);
  Require(*again == *expression, "it is read as it was", text);
  Require(again->ToText() == text, "it is written the same way", text);
  const auto bound = linedb::schema::BoundExpression::Bind(*expression, Layout());
  if (bound.ok()) CheckBound(*bound, text);
  return 0;
}
