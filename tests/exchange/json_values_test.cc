// What is JSON and what is not, as the public suites of JSON parsing have it: each text imported as
// the value of a json column. A parser that takes more than JSON stores what other programs refuse;
// one that takes less loses records.

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "linedb/exchange.h"

namespace linedb {
namespace {

using namespace std::string_literals;

// A class of texts each; all that JSON's grammar and UTF-8 allow.
const std::vector<std::string> kValues = {
    "[]",
    "{}",
    "[[]   ]",
    "[\"\"]",
    " [1]",
    "[1\t]",
    "[1,null,null,null,2]",
    "[null]",
    "[false]",
    "true",
    "\"a\"",
    "42",
    "-0.1",
    "[0e+1]",
    "[0e1]",
    "[-0]",
    "[-0.0]",
    "[20e1]",
    "[1E22]",
    "[1E-2]",
    "[1E+2]",
    "[123.456e78]",
    "[1e-5]",
    "[1e-400]",
    "[-0.000000000000000000000000000000000000000000000000000000000000000000000000000001]",
    "{\"\":0}",
    "{\"a\":[]}",
    "{\"foo\\u0000bar\":42}",
    "{\"a\":\"b\",\"c\":\"d\"}",
    R"(["\u0060\u012a\u12AB"])",
    R"(["\uD801\udc37"])",
    R"(["\"\\\/\b\f\n\r\t"])",
    R"(["\\u0000"])",
    R"(["\u0000"])",
    R"(["\uFFFF"])",
    R"(["\u200B"])",
    R"(["\uA66D"])",
    "[\"a/*b*/c\"]",
    "[\"\x7f\"]",
    "[\"\xe2\x80\xa8\xe2\x80\xa9\"]",
    "[\"\xf4\x8f\xbf\xbf\"]",
    "[\"\xc3\xa9\"]"};

const std::vector<std::string> kNoValues = {
    "", " ", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[,]", "[1]]", "[1:2]", "[1 true]",
    "[a", "[\"\": 1]", "[1]x", "[\"a\"", "[\"a", "\"", "'a'", "['a']", "[*]", "[&]", "[<null>]",
    "nul", "[nul]", "[True]", "[tru]", "[fals]", "TRUE", "undefined", "NaN", "[NaN]", "[Infinity]",
    "[-Infinity]", "[+Inf]", "[-NaN]", "[+1]", "[++1]", "[-]", "[--2]", "[- 1]", "[-01]", "[012]",
    "[-012]", "[.5]", "[-.5]", "[2.]", "[2.e3]", "[0.e1]", "[1.0e]", "[1.0e+]", "[0E]", "[0e+]",
    "[1eE2]", "[1e1.5]", "[0x1]", "[0x42]", "[1 000]", "[1a]", "[1+2]", "[.2e-3]", "[1ea]",
    "[\xef\xbc\x91]", "{", "{]", "[}", "{\"a\"", "{\"a\":", "{\"a\":1,}", "{\"a\":1,,\"b\":2}",
    "{\"a\" 1}", "{\"a\",1}", "{a:1}", "{1:1}", "{'a':1}", "{\"a\"::1}", "{null:null}", "{[:\"x\"}",
    "{\"a\":1 \"b\"}", "{\"a\":1}#", "{\"a\":1}//", "{\"a\":1}/**/", "[1]/**/", "{}}", "[1,\n1\n,1",
    "{\"a\":\"b\"}{\"a\":\"b\"}", R"(["\a"])", R"(["\x00"])", R"(["\u00A"])", R"(["\u"])",
    R"(["\uD800\u"])", R"(["\uD800"])", R"(["\uDC00"])", R"(["\uD800\uD800"])", R"(["\uqqqq"])",
    R"(["\)", R"(["\"])", R"(["\\\"])", "[\"a\tb\"]", "[\"a\nb\"]", "[\"a\x01\"]", "[\"a\0b\"]"s,
    "[\0]"s, "[\f]", "[1\v]", "[\xe2\x81\xa0]", "\xef\xbb\xbf{}", "\xef\xbb", "[\xff]",
    "[\"\xe9\"]", "[\"\xc0\xaf\"]", "[\"\xed\xa0\x80\"]", "[\"\xf5\x80\x80\x80\"]", "[\"\x80\"]",
    "[\"\xe0\xff\"]",
    // Refused by linedb where the suites leave it open.
    "{\"a\":1,\"a\":1}", "[1e999]", "[-1e999]", "[100000000000000000000]"};

enum class As { kElement, kLine, kField };

class JsonValues : public ::testing::TestWithParam<As> {
 protected:
  // Whether a record with this text as its value is taken in, and the one behind it.
  std::pair<bool, bool> Taken(const std::string& text) {
    const std::unique_ptr<Database> database = *Database::OpenInMemory();
    EXPECT_TRUE(
        database
            ->CreateTable({.table_name = "t",
                           .columns = {{.name = "id", .type = Type::kInt, .primary_key = true},
                                       {.name = "v", .type = Type::kJson}}})
            .ok());
    ImportOptions options;
    std::ostringstream rejects;
    options.rejects = &rejects;
    std::string all;
    if (GetParam() == As::kField) {
      options.format = FileFormat::kCsv;
      all = "id,v\n1,";
      std::string field;
      AppendCsvField(text, options.csv, &field);
      all += field + "\n2,true\n";
    } else {
      const bool lines = GetParam() == As::kLine;
      options.format = lines ? FileFormat::kJsonLines : FileFormat::kJson;
      const std::string first = "{\"id\":1,\"v\":" + text + "}";
      all = lines ? first + "\n{\"id\":2,\"v\":true}\n" : "[" + first + ",\n{\"id\":2,\"v\":true}]";
    }
    std::istringstream input(all);
    const auto report = Import(*database, "t", input, options);
    EXPECT_TRUE(report.ok()) << report.status();
    std::ostringstream output;
    EXPECT_TRUE(Export(*database, "t", FileFormat::kJsonLines, output).ok());
    return {output.str().find("{\"id\":1,") != std::string::npos,
            output.str().find("{\"id\":2,") != std::string::npos};
  }
};

TEST_P(JsonValues, WhatJsonAllowsIsTakenIn) {
  for (const std::string& text : kValues) {
    EXPECT_EQ(Taken(text), std::pair(true, true)) << text;
  }
}

// [exchange-2.1]
TEST_P(JsonValues, WhatJsonForbidsIsRefusedAndItsNeighbourStays) {
  for (const std::string& text : kNoValues) {
    // In an array this closes the record, which is whole; what is behind it is refused.
    if (GetParam() == As::kElement && text == "{}}") continue;
    EXPECT_EQ(Taken(text), std::pair(false, true)) << text;
  }
}

// [exchange-2.1]
TEST_P(JsonValues, NestingIsTakenToADepthAndNoFurther) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(Taken(nested(128)), std::pair(true, true));
  EXPECT_EQ(Taken(nested(129)), std::pair(false, true));
  EXPECT_EQ(Taken(nested(100000)), std::pair(false, true));
  EXPECT_EQ(Taken(std::string(100000, '[')), std::pair(false, true));
}

INSTANTIATE_TEST_SUITE_P(Formats, JsonValues,
                         ::testing::Values(As::kElement, As::kLine, As::kField),
                         [](const auto& each) {
                           return each.param == As::kElement ? "Json"
                                  : each.param == As::kLine  ? "JsonLines"
                                                             : "Csv";
                         });

}  // namespace
}  // namespace linedb
