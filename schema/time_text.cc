#include "schema/time_text.h"

#include <algorithm>
#include <chrono>

#include "linedb/text_reader.h"
#include "linedb/text_writer.h"

namespace linedb::schema {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::size_t kDateBytes = 10;
constexpr std::size_t kTimestampBytes = 27;
constexpr Timestamp kFirst = sys_days(std::chrono::year(0) / 1 / 1);
constexpr Timestamp kBehindLast = sys_days(std::chrono::year(10000) / 1 / 1);

void PutDigits(std::int64_t value, std::size_t digits, char* to) {
  for (std::size_t i = digits; i > 0; --i) {
    to[i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

void PutDate(year_month_day day, char* to) {
  PutDigits(static_cast<int>(day.year()), 4, to);
  to[4] = '-';
  PutDigits(static_cast<unsigned>(day.month()), 2, to + 5);
  to[7] = '-';
  PutDigits(static_cast<unsigned>(day.day()), 2, to + 8);
}

void PutTimestamp(Timestamp time, char* to) {
  const sys_days day = std::chrono::floor<days>(time);
  PutDate(year_month_day(day), to);
  const std::int64_t of_day = (time - day).count();
  const std::int64_t seconds = of_day / 1'000'000;
  to[10] = 'T';
  PutDigits(seconds / 3600, 2, to + 11);
  to[13] = ':';
  PutDigits(seconds / 60 % 60, 2, to + 14);
  to[16] = ':';
  PutDigits(seconds % 60, 2, to + 17);
  to[19] = '.';
  PutDigits(of_day % 1'000'000, 6, to + 20);
  to[26] = 'Z';
}

// Takes digits and marks from the front of a text; after a fault it stays failed.
class TimeScanner {
 public:
  explicit TimeScanner(std::string_view text) : rest_(text) {}

  int Digits(std::size_t count) {
    if (rest_.size() < count) return Fail();
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!IsDigit(rest_[i])) return Fail();
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  // One of the characters, or '\0' if another stands there.
  char OneOf(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_[0]) == std::string_view::npos) return '\0';
    const char found = rest_[0];
    rest_.remove_prefix(1);
    return found;
  }
  void Expect(std::string_view characters) {
    if (OneOf(characters) == '\0') Fail();
  }
  // A number that may not be larger than `max`.
  int TwoDigits(int max) {
    const int value = Digits(2);
    return value <= max ? value : Fail();
  }
  // The digits of a fraction as microseconds: one to nine, those past the sixth are dropped.
  int Microseconds() {
    int value = 0;
    int count = 0;
    while (!rest_.empty() && IsDigit(rest_[0]) && count < 9) {
      if (count++ < 6) value = value * 10 + (rest_[0] - '0');
      rest_.remove_prefix(1);
    }
    for (int i = count; i < 6; ++i) value *= 10;
    return count > 0 ? value : Fail();
  }
  int Fail() {
    failed_ = true;
    return 0;
  }
  bool failed() const { return failed_; }
  bool done() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

year_month_day ScanDate(TimeScanner* scanner) {
  const int year = scanner->Digits(4);
  scanner->Expect("-");
  const int month = scanner->Digits(2);
  scanner->Expect("-");
  const int day = scanner->Digits(2);
  const year_month_day date = std::chrono::year(year) /
                              std::chrono::month(static_cast<unsigned>(month)) /
                              std::chrono::day(static_cast<unsigned>(day));
  if (!date.ok()) scanner->Fail();
  return date;
}

// The distance from UTC of "Z", "+02:00" or, if that is allowed, nothing.
microseconds ScanOffset(TimeScanner* scanner, bool may_be_missing) {
  if (scanner->OneOf("Zz") != '\0' || (may_be_missing && scanner->done())) return microseconds(0);
  const char sign = scanner->OneOf("+-");
  if (sign == '\0') scanner->Fail();
  const auto hours = std::chrono::hours(scanner->TwoDigits(23));
  scanner->Expect(":");
  const auto offset = hours + std::chrono::minutes(scanner->TwoDigits(59));
  return sign == '-' ? -offset : offset;
}

}  // namespace

void AppendTimestamp(Timestamp time, std::string* text) {
  char buffer[kTimestampBytes];
  PutTimestamp(std::clamp(time, kFirst, kBehindLast - microseconds(1)), buffer);
  text->append(buffer, kTimestampBytes);
}

std::string FormatTimestamp(Timestamp time) {
  std::string text;
  AppendTimestamp(time, &text);
  return text;
}

std::optional<Timestamp> ParseTimestamp(std::string_view text, bool naive_is_utc) {
  TimeScanner scanner(text);
  const year_month_day date = ScanDate(&scanner);
  scanner.Expect("Tt ");
  const auto hours = std::chrono::hours(scanner.TwoDigits(23));
  scanner.Expect(":");
  const auto minutes = std::chrono::minutes(scanner.TwoDigits(59));
  scanner.Expect(":");
  const auto seconds = std::chrono::seconds(scanner.TwoDigits(59));
  const microseconds fraction(scanner.OneOf(".") != '\0' ? scanner.Microseconds() : 0);
  const microseconds offset = ScanOffset(&scanner, naive_is_utc);
  if (!scanner.done()) return std::nullopt;
  const Timestamp time = sys_days(date) + hours + minutes + seconds + fraction - offset;
  if (time < kFirst || time >= kBehindLast) return std::nullopt;
  return time;
}

bool IsDate(std::string_view text) {
  TimeScanner scanner(text);
  ScanDate(&scanner);
  return scanner.done();
}

Timestamp Now() { return std::chrono::floor<microseconds>(std::chrono::system_clock::now()); }

Fault WriteTimestamp(TextWriter* writer, Timestamp time) {
  if (time < kFirst || time >= kBehindLast) return "a time outside the years 0000 to 9999";
  char* to = writer->Reserve(kTimestampBytes + 2);
  to[0] = '"';
  PutTimestamp(time, to + 1);
  to[kTimestampBytes + 1] = '"';
  writer->Advance(kTimestampBytes + 2);
  return nullptr;
}

Fault WriteDate(TextWriter* writer, year_month_day day) {
  if (!day.ok()) return "no day of the calendar";
  if (day.year() < std::chrono::year(0) || day.year() > std::chrono::year(9999)) {
    return "a day outside the years 0000 to 9999";
  }
  char* to = writer->Reserve(kDateBytes + 2);
  to[0] = '"';
  PutDate(day, to + 1);
  to[kDateBytes + 1] = '"';
  writer->Advance(kDateBytes + 2);
  return nullptr;
}

const char* ReadTimestamp(const char* at, const char* end, Timestamp* value) {
  constexpr std::size_t kQuotedBytes = kTimestampBytes + 2;
  if (static_cast<std::size_t>(end - at) < kQuotedBytes || at[0] != '"' ||
      at[kQuotedBytes - 1] != '"' || at[11] != 'T' || at[kTimestampBytes] != 'Z') {
    return nullptr;
  }
  const auto time = ParseTimestamp(std::string_view(at + 1, kTimestampBytes), false);
  if (!time.has_value()) return nullptr;
  *value = *time;
  return at + kQuotedBytes;
}

const char* ReadDate(const char* at, const char* end, year_month_day* value) {
  if (static_cast<std::size_t>(end - at) < kDateBytes + 2 || at[0] != '"' ||
      at[kDateBytes + 1] != '"') {
    return nullptr;
  }
  TimeScanner scanner(std::string_view(at + 1, kDateBytes));
  *value = ScanDate(&scanner);
  return scanner.done() ? at + kDateBytes + 2 : nullptr;
}

}  // namespace linedb::schema
