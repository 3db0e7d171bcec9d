// The structs that the tests of the typed surface store, and their descriptions.

#ifndef LINEDB_TESTS_SCHEMA_DESCRIBED_STRUCTS_H_
#define LINEDB_TESTS_SCHEMA_DESCRIBED_STRUCTS_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "linedb/describe.h"

namespace linedb::schema {
struct Student {
  std::optional<std::int64_t> id;
  std::string name;
  std::optional<std::string> email;
  double gpa = 0.0;
};

struct Address {
  std::string street;
  std::optional<int> zip;
};

enum class Color : std::uint8_t { kRed = 1, kBlue = 200 };
enum class Grade { kPass, kFail };

struct Everything {
  std::int8_t tiny = 0;
  std::uint64_t large = 0;
  bool flag = false;
  float ratio = 0;
  double value = 0;
  std::string text;
  Color color = Color::kRed;
  Grade grade = Grade::kPass;
  std::optional<Grade> maybe_grade;
  std::chrono::system_clock::time_point time;
  Timestamp stamp;
  std::chrono::year_month_day day = std::chrono::year(2026) / 1 / 22;
  Bytes bytes;
  std::vector<std::uint8_t> octets;
  std::vector<std::string> tags;
  std::vector<bool> bits;
  std::vector<std::optional<double>> samples;
  Address address;
  std::vector<Address> addresses;
  std::optional<std::vector<int>> numbers;
  nlohmann::json extra;
};

struct PlaylistTrack {
  std::string note;
  std::int32_t playlist_id = 0;
  std::string track_id;
};

struct Event {
  std::string text;
  int level = 0;
};

struct Badge {
  std::int16_t number = 0;
  std::string holder;
};
}  // namespace linedb::schema

namespace linedb {
using schema::Address;
using schema::Everything;

template <>
struct Describe<schema::Student> {
  static constexpr auto kTable = DescribeTable<"student">(
      Field<"id", &schema::Student::id>().PrimaryKey(), Field<"name", &schema::Student::name>(),
      Field<"email", &schema::Student::email>().Unique(),
      Field<"gpa", &schema::Student::gpa>().Default(0.0));
};

template <>
struct Describe<Address> {
  static constexpr auto kFields =
      DescribeFields(Field<"street", &Address::street>(), Field<"zip", &Address::zip>());
};

template <>
struct DescribeEnum<schema::Grade> {
  static constexpr std::array<EnumName<schema::Grade>, 2> kNames = {
      {{schema::Grade::kPass, "pass"}, {schema::Grade::kFail, "fail"}}};
};

template <>
struct Describe<Everything> {
  static constexpr auto kTable = DescribeTable<"everything">(
      Field<"tiny", &Everything::tiny>(), Field<"large", &Everything::large>(),
      Field<"flag", &Everything::flag>(), Field<"ratio", &Everything::ratio>(),
      Field<"value", &Everything::value>(), Field<"text", &Everything::text>().Default("none"),
      Field<"color", &Everything::color>(), Field<"grade", &Everything::grade>(),
      Field<"maybe_grade", &Everything::maybe_grade>(), Field<"time", &Everything::time>(),
      Field<"stamp", &Everything::stamp>(), Field<"day", &Everything::day>(),
      Field<"bytes", &Everything::bytes>(), Field<"octets", &Everything::octets>(),
      Field<"tags", &Everything::tags>(), Field<"bits", &Everything::bits>(),
      Field<"samples", &Everything::samples>(), Field<"address", &Everything::address>(),
      Field<"addresses", &Everything::addresses>(), Field<"numbers", &Everything::numbers>(),
      Field<"extra", &Everything::extra>(), UniqueKey<"tiny", "text">());
};

template <>
struct Describe<schema::PlaylistTrack> {
  static constexpr auto kTable = DescribeTable<"playlist_track">(
      Field<"note", &schema::PlaylistTrack::note>(),
      Field<"playlist_id", &schema::PlaylistTrack::playlist_id>().PrimaryKey(),
      Field<"track_id", &schema::PlaylistTrack::track_id>().PrimaryKey());
};

template <>
struct Describe<schema::Event> {
  static constexpr auto kTable = DescribeTable<"event">(Field<"text", &schema::Event::text>(),
                                                        Field<"level", &schema::Event::level>());
};

template <>
struct Describe<schema::Badge> {
  static constexpr auto kTable =
      DescribeTable<"badge">(Field<"number", &schema::Badge::number>().AssignedKey(),
                             Field<"holder", &schema::Badge::holder>());
};
}  // namespace linedb

#endif  // LINEDB_TESTS_SCHEMA_DESCRIBED_STRUCTS_H_
