// The typed surface and the run-time codec write the same lines, or a table opened by struct and by
// JSON would hold two spellings of one key. Each member type is checked through both.

#include "linedb/struct_codec.h"

#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "schema/record_codec.h"
#include "schema/time_text.h"
#include "tests/schema/described_structs.h"
#include "tests/schema/random_seed.h"

namespace linedb::schema {
namespace {

using StudentCodec = StructCodec<Student>;
using EverythingCodec = StructCodec<Everything>;

static_assert(StudentCodec::kStoredColumns == 4 && StudentCodec::kAssigned);
static_assert(StudentCodec::kStoredColumn<&Student::gpa> == 3);
static_assert(StructCodec<Event>::kStoredColumns == 3 && StructCodec<Event>::kAssigned);
static_assert(StructCodec<Event>::kStoredColumn<&Event::text> == 1);
static_assert(std::is_same_v<StudentCodec::Key, std::int64_t>);
static_assert(std::is_same_v<StructCodec<Event>::Key, std::int64_t>);
static_assert(std::is_same_v<StructCodec<Badge>::Key, std::int16_t>);
static_assert(
    std::is_same_v<StructCodec<PlaylistTrack>::Key, std::tuple<std::int32_t, std::string>>);
static_assert(!StructCodec<PlaylistTrack>::kAssigned);

// The line, or what is wrong; the line is checked against the run-time codec on the way.
template <class T>
std::string Encoded(const T& row, std::int64_t next_key = 7) {
  using Codec = StructCodec<T>;
  std::string line = "before";
  std::array<FieldSpan, static_cast<std::size_t>(Codec::kStoredColumns)> spans;
  const absl::Status status = Codec::Encode(row, next_key, &line, spans.data());
  if (!status.ok()) {
    EXPECT_EQ(line, "before");
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message().data(), status.message().size());
  }
  line.erase(0, 6);
  const auto layout = RecordLayout::Create(Codec::Schema());
  EXPECT_TRUE(layout.ok()) << layout.status();
  std::string again;
  std::vector<FieldSpan> split;
  const absl::Status canonical = CanonicalizeRecord(*layout, line, {}, &again, &split, nullptr);
  EXPECT_TRUE(canonical.ok()) << canonical;
  EXPECT_EQ(again, line);
  EXPECT_TRUE(std::equal(split.begin(), split.end(), spans.begin(), spans.end()));
  return line;
}

Everything SampleOfEverything() {
  Everything row;
  row.tiny = -128;
  row.large = 9223372036854775807u;
  row.flag = true;
  row.ratio = 0.1f;
  row.value = 1.0 / 3;
  row.text = "a \"b\"\n日本";
  row.color = Color::kBlue;
  row.grade = Grade::kFail;
  row.time = std::chrono::sys_days(std::chrono::year(1969) / 12 / 31) +
             std::chrono::nanoseconds(86'399'999'999'999);
  row.stamp = *ParseTimestamp("0001-02-03T04:05:06.000007Z", false);
  row.bytes = {std::byte{0}, std::byte{255}};
  row.octets = {1, 2, 3};
  row.tags = {"x", "", "y,\"]"};
  row.bits = {true, false};
  row.samples = {1.0, std::nullopt, -2.5};
  row.address = {"High Street 1", 12345};
  row.addresses = {{"a", std::nullopt}, {"b", 2}};
  row.numbers = std::vector<int>{};
  row.extra = {{"list", {1, 2.0, nullptr}}, {"big", 18446744073709551615u}};
  return row;
}

// [schema-2.1]
TEST(StructCodecTest, EveryMemberTypeHasItsCanonicalText) {
  EXPECT_EQ(Encoded(SampleOfEverything()),
            R"({"$rowid":7,"tiny":-128,"large":9223372036854775807,"flag":true,"ratio":0.1,)"
            R"("value":0.3333333333333333,"text":"a \"b\"\n日本","color":200,"grade":"fail",)"
            R"("maybe_grade":null,"time":"1969-12-31T23:59:59.999999Z",)"
            R"("stamp":"0001-02-03T04:05:06.000007Z","day":"2026-01-22","bytes":"AP8=",)"
            R"("octets":"AQID","tags":["x","","y,\"]"],"bits":[true,false],)"
            R"("samples":[1.0,null,-2.5],"address":{"street":"High Street 1","zip":12345},)"
            R"("addresses":[{"street":"a","zip":null},{"street":"b","zip":2}],"numbers":[],)"
            R"("extra":{"big":18446744073709551615,"list":[1,2.0,null]}})");
}

TEST(StructCodecTest, EveryMemberTypeReadsBackTheSame) {
  const std::string line = Encoded(SampleOfEverything());
  Everything row;
  row.tags = {"old", "values", "must", "go"};
  row.numbers = std::vector<int>{9};
  row.maybe_grade = Grade::kPass;
  ASSERT_EQ(EverythingCodec::Decode(line, &row), kDecoded);
  EXPECT_EQ(Encoded(row), line);
  EXPECT_EQ(row.time, std::chrono::floor<std::chrono::microseconds>(SampleOfEverything().time));
}

TEST(StructCodecTest, ASchemaIsMadeOfTheDescription) {
  const TableSchema& schema = StudentCodec::Schema();
  EXPECT_TRUE(ValidateTableSchema(schema).ok());
  EXPECT_EQ(schema.table_name, "student");
  ASSERT_EQ(schema.columns.size(), 4u);
  EXPECT_EQ(
      schema.columns[0],
      (ColumnSchema{.name = "id", .type = Type::kInt, .primary_key = true, .nullable = true}));
  EXPECT_EQ(schema.columns[2], (ColumnSchema{.name = "email", .nullable = true, .unique = true}));
  EXPECT_EQ(schema.columns[3],
            (ColumnSchema{.name = "gpa", .type = Type::kFloat, .default_json = "0.0"}));
  const TableSchema& everything = EverythingCodec::Schema();
  EXPECT_EQ(everything.unique_keys, (std::vector<std::vector<std::string>>{{"tiny", "text"}}));
  EXPECT_EQ(everything.columns[5].default_json, "\"none\"");
  EXPECT_EQ(everything.columns[7].type, Type::kString);
  EXPECT_TRUE(everything.columns[20].nullable);
}

TEST(StructCodecTest, ValuesThatCannotBeStoredNameTheirColumn) {
  Student student;
  student.gpa = std::nan("");
  EXPECT_EQ(Encoded(student), "student.gpa: NaN is not a value");
  student.gpa = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(Encoded(student), "student.gpa: an infinity is not a value");
  student = {.id = std::nullopt, .name = "\xff", .email = std::nullopt};
  EXPECT_EQ(Encoded(student), "student.name: the text is not UTF-8");
  student = {.id = std::nullopt, .name = std::string(kLineBytesMax, 'a'), .email = std::nullopt};
  EXPECT_EQ(Encoded(student), "student: a line of 16777256 bytes, at most 16777215 are allowed");

  const auto fault = [](auto change) {
    Everything row;
    change(&row);
    return Encoded(row);
  };
  EXPECT_EQ(fault([](Everything* row) { row->large = 9223372036854775808u; }),
            "everything.large: out of range of a 64-bit signed integer");
  EXPECT_EQ(fault([](Everything* row) { row->grade = static_cast<Grade>(9); }),
            "everything.grade: the enum's value has no name");
  EXPECT_EQ(fault([](Everything* row) { row->stamp = Timestamp::max(); }),
            "everything.stamp: a time outside the years 0000 to 9999");
  EXPECT_EQ(fault([](Everything* row) { row->day = std::chrono::year(2026) / 2 / 30; }),
            "everything.day: no day of the calendar");
  EXPECT_EQ(fault([](Everything* row) { row->samples = {std::nan("")}; }),
            "everything.samples: NaN is not a value");
  EXPECT_EQ(fault([](Everything* row) { row->address.street = "\x80"; }),
            "everything.address: the text is not UTF-8");
  EXPECT_EQ(fault([](Everything* row) {
              row->extra = {{"x", std::nan("")}};
            }),
            "everything.extra: NaN is not a value");
  EXPECT_EQ(fault([](Everything* row) { row->extra = "\xff"; }),
            "everything.extra: the text is not UTF-8");
  EXPECT_EQ(fault([](Everything* row) {
              for (int i = 0; i < 129; ++i) row->extra = nlohmann::json::array({row->extra});
            }),
            "everything.extra: JSON nests deeper than 128 levels");
}

TEST(StructCodecTest, LinesThatAreNotCanonicalNameTheFirstBadColumn) {
  const struct {
    const char* line;
    int outcome;
  } rows[] = {
      {R"({"id":1,"name":"A","email":"a@b","gpa":3.0})", kDecoded},
      {R"({"id":1,"name":"A","email":null,"gpa":3.0})", kDecoded},
      {R"({"id":null,"name":"A","email":null,"gpa":3.0})", kDecoded},
      {R"({"id":1,"name":"A","email":null,"gpa":3.0} )", 4},
      {R"({"id":1,"name":"A","email":null,"gpa":3.0)", 4},
      {R"({"id":1,"name":"A","email":null,"gpa":null})", 3},
      {R"({"id":1,"name":"A","email":nul,"gpa":3.0})", 2},
      {R"({"id":1,"name":A,"email":null,"gpa":3.0})", 1},
      {R"({"id":1,"name":"A)", 1},
      {R"({"id": 1,"name":"A","email":null,"gpa":3.0})", 0},
      {R"({"id":9223372036854775808,"name":"A","email":null,"gpa":3.0})", 0},
      {R"({"name":"A","id":1,"email":null,"gpa":3.0})", 0},
      {"{", 0},
      {"", 0},
  };
  for (const auto& row : rows) {
    Student student;
    EXPECT_EQ(StudentCodec::Decode(row.line, &student), row.outcome) << row.line;
  }
}

TEST(StructCodecTest, ValuesOutOfAMembersRangeAreNotRead) {
  const std::string line = Encoded(SampleOfEverything());
  const struct {
    const char* from;
    const char* to;
    int column;
  } rows[] = {
      {"\"tiny\":-128", "\"tiny\":-129", 1},
      {"\"large\":9", "\"large\":-9", 2},
      {"\"flag\":true", "\"flag\":1", 3},
      {"\"ratio\":0.1", "\"ratio\":1e+39", 4},
      {"\"color\":200", "\"color\":256", 7},
      {"\"grade\":\"fail\"", "\"grade\":\"none\"", 8},
      {"\"time\":\"1969", "\"time\":\"2500", 10},
      {"\"stamp\":\"0001-02", "\"stamp\":\"0001-13", 11},
      {"2026-01-22", "2026-02-30", 12},
      {"AP8=", "AP8", 13},
      {"[true,false]", "[true,fals]", 16},
      {"[1.0,null", "[1.0,true", 17},
      {"12345", "\"12345\"", 18},
      {"\"numbers\":[]", "\"numbers\":[1.5]", 20},
      {"1,2.0,null]", "1,2.0,nul]", 21},
  };
  for (const auto& row : rows) {
    std::string changed = line;
    changed.replace(changed.find(row.from), std::string(row.from).size(), row.to);
    Everything read;
    EXPECT_EQ(EverythingCodec::Decode(changed, &read), row.column) << changed;
  }
}

TEST(StructCodecTest, NestedMembersAreReadInAnyOrder) {
  std::string line = Encoded(SampleOfEverything());
  const std::string nested = R"({"street":"High Street 1","zip":12345})";
  line.replace(line.find(nested), nested.size(), R"({"new":{"a":[1]},"zip":5})");
  Everything row = SampleOfEverything();
  ASSERT_EQ(EverythingCodec::Decode(line, &row), kDecoded);
  EXPECT_EQ(row.address.street, "");
  EXPECT_EQ(row.address.zip, 5);
}

TEST(StructCodecTest, ColumnsAreReadAloneAndInAnyOrder) {
  const std::string line = Encoded(Student{5, "A", "a@b", 2.5});
  std::tuple<double, std::optional<std::int64_t>> values;
  EXPECT_EQ((StudentCodec::DecodeColumns<&Student::gpa, &Student::id>(line, &values)), kDecoded);
  EXPECT_EQ(values, std::make_tuple(2.5, std::optional<std::int64_t>(5)));
  std::tuple<std::string> name;
  EXPECT_EQ(StudentCodec::DecodeColumns<&Student::name>(line.substr(0, 18), &name), kDecoded);
  EXPECT_EQ(StudentCodec::DecodeColumns<&Student::name>("{\"id\":1,\"nom\":", &name), 1);
  std::tuple<int> level;
  EXPECT_EQ(StructCodec<Event>::DecodeColumns<&Event::level>(Encoded(Event{"x", 3}), &level),
            kDecoded);
  EXPECT_EQ(std::get<0>(level), 3);
}

TEST(StructCodecTest, KeysLeftOutAreTheNextOnes) {
  EXPECT_EQ(Encoded(Student{std::nullopt, "A", std::nullopt, 0}, 41),
            R"({"id":41,"name":"A","email":null,"gpa":0.0})");
  EXPECT_EQ(StudentCodec::KeyOf(Student{}, 41), 41);
  EXPECT_EQ(StudentCodec::KeyOf(Student{.id = 3, .name = "", .email = {}}, 41), 3);
  EXPECT_EQ(Encoded(Badge{0, "A"}, 9), R"({"number":9,"holder":"A"})");
  EXPECT_EQ(Encoded(Badge{-2, "A"}, 9), R"({"number":-2,"holder":"A"})");
  EXPECT_EQ(Encoded(Badge{0, "A"}, 40000),
            "badge.number: the next key is out of the member's range");
  EXPECT_EQ(Encoded(Event{"x", 1}, 12), R"({"$rowid":12,"text":"x","level":1})");
  EXPECT_EQ(StructCodec<Event>::KeyOf(Event{}, 12), 12);
}

TEST(StructCodecTest, KeyTextsAreThoseOfTheRunTimeCodec) {
  using Codec = StructCodec<PlaylistTrack>;
  const PlaylistTrack row{"n", 5, "a\"b"};
  const std::string line = Encoded(row);
  const RecordLayout layout = RecordLayout::Create(Codec::Schema()).value();
  std::vector<FieldSpan> spans(3);
  ASSERT_TRUE(SplitCanonical(layout, line, 2, spans.data()));
  std::string scratch;
  const auto expected = KeyTextOf(layout.keys()[0], line, spans.data(), &scratch);

  std::string text;
  ASSERT_TRUE(Codec::AppendKeyText(Codec::KeyOf(row, 0), &text).ok());
  EXPECT_EQ(text, expected);
  EXPECT_EQ(text, R"(5,"a\"b")");

  TextWriter writer;
  ASSERT_TRUE(StudentCodec::WriteKeyTextOf<&Student::email>(&writer, "a@b").ok());
  EXPECT_EQ(writer.text(), "\"a@b\"");
  EXPECT_FALSE(StudentCodec::WriteKeyTextOf<&Student::email>(&writer, "\xff").ok());
}

TEST(StructCodecTest, RandomRowsReadBackTheSame) {
  std::mt19937_64 random(TestSeed());
  for (int i = 0; i < 10'000; ++i) {
    Student row{static_cast<std::int64_t>(random()), std::string(random() % 2000, 'x'),
                std::nullopt, static_cast<double>(random() % 100'000) / 1000};
    if (random() % 2 == 0) row.email = "é\"" + std::to_string(random());
    std::string line;
    std::array<FieldSpan, 4> spans;
    ASSERT_TRUE(StudentCodec::Encode(row, 0, &line, spans.data()).ok());
    Student back;
    ASSERT_EQ(StudentCodec::Decode(line, &back), kDecoded) << line;
    ASSERT_EQ(std::tie(back.id, back.name, back.email, back.gpa),
              std::tie(row.id, row.name, row.email, row.gpa));
  }
}

}  // namespace
}  // namespace linedb::schema
