// The columns of CSV: a type other than str only if each value comes back from it as it was
// written, but for zeros behind a fraction, the form of an exponent, and the case of true and
// false.

#include <cstdint>
#include <utility>

#include "engine/exchange/column_guess.h"
#include "engine/exchange/csv_row.h"
#include "engine/exchange/csv_value.h"
#include "linedb/text_writer.h"
#include "schema/canonical_value.h"
#include "schema/json_text.h"
#include "schema/time_text.h"

namespace linedb::engine {
namespace {

// The types that are tried, narrowest first.
constexpr Type kTypes[] = {Type::kInt, Type::kFloat, Type::kBool, Type::kDate, Type::kTimestamp};
constexpr unsigned kAllTypes = (1u << std::size(kTypes)) - 1;

// A number as digits without zeros at either end, and a power of ten: 0.{digits} * 10^exponent.
struct Decimal {
  std::string digits;
  std::int64_t exponent = 0;
  bool negative = false;

  friend bool operator==(const Decimal&, const Decimal&) = default;
};

// Of a number by JSON's grammar.
Decimal DecimalOf(std::string_view number) {
  Decimal decimal;
  decimal.negative = number.front() == '-';
  std::int64_t point = -1;
  std::int64_t count = 0;
  std::size_t at = decimal.negative ? 1 : 0;
  for (; at < number.size() && number[at] != 'e' && number[at] != 'E'; ++at) {
    if (number[at] == '.') {
      point = count;
      continue;
    }
    ++count;
    decimal.digits.push_back(number[at]);
  }
  if (point < 0) point = count;
  std::int64_t exponent = 0;
  const bool shrinks = at + 1 < number.size() && number[at + 1] == '-';
  for (++at; at < number.size(); ++at) {
    if (schema::IsDigit(number[at]) && exponent < 100000)
      exponent = exponent * 10 + (number[at] - '0');
  }
  const std::size_t first = decimal.digits.find_first_not_of('0');
  if (first == std::string::npos) return {"", 0, decimal.negative};
  decimal.digits.erase(0, first);
  decimal.digits.erase(decimal.digits.find_last_not_of('0') + 1);
  decimal.exponent = point - static_cast<std::int64_t>(first) + (shrinks ? -exponent : exponent);
  return decimal;
}

bool IsExactFloat(std::string_view text) {
  bool is_integer = false;
  const char* const end = text.data() + text.size();
  if (schema::ScanNumber(text.data(), end, &is_integer) != end) return false;
  const bool has_exponent = text.find_first_of("eE") != text.npos;
  if (!has_exponent && text.size() <= schema::kExactDigits) return true;
  double value = 0;
  if (schema::ParseJsonDouble(text, &value) != schema::DoubleRange::kFinite) return false;
  std::string written;
  return schema::AppendJsonDouble(value, &written) && DecimalOf(written) == DecimalOf(text);
}

bool IsExactInt(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  return schema::ReadInt64(text.data(), end, &value) == end;
}

// In UTC: of another time the offset would be lost; and to the microsecond.
bool IsExactTimestamp(std::string_view text) {
  constexpr std::size_t kBytesMax = std::string_view("2026-01-22T20:31:17.592172Z").size();
  return text.size() <= kBytesMax && text.back() == 'Z' && text.size() > 10 && text[10] == 'T' &&
         schema::ParseTimestamp(text, false).has_value();
}

bool Fits(Type type, std::string_view text) {
  switch (type) {
    case Type::kInt:
      return IsExactInt(text);
    case Type::kFloat:
      return IsExactFloat(text);
    case Type::kBool:
      return CsvBool(text).has_value();
    case Type::kDate:
      return schema::IsDate(text);
    case Type::kTimestamp:
      return IsExactTimestamp(text);
    case Type::kString:
    case Type::kBytes:
    case Type::kJson:
      break;
  }
  return false;
}

class CsvGuesser : public ColumnGuesser {
 public:
  explicit CsvGuesser(const CsvShape& shape) : shape_(shape), columns_(shape.columns.size()) {}

  void Note(std::string_view record) override {
    if (!SplitGoodCsvRow(record, shape_.dialect, &row_)) return;
    if (row_.fields.size() != columns_.size()) return;
    for (std::size_t i = 0; i < columns_.size(); ++i) NoteField(row_.fields[i], &columns_[i]);
  }

  std::vector<ColumnGuess> Guesses() const override {
    std::vector<ColumnGuess> guesses;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Seen& seen = columns_[i];
      guesses.push_back({shape_.columns[i], TypeOf(seen), seen.nulls || !seen.values});
    }
    return guesses;
  }

 private:
  struct Seen {
    unsigned types = kAllTypes;  // that fit all values
    bool values = false;
    bool nulls = false;
  };

  void NoteField(const CsvField& field, Seen* seen) const {
    if (!field.quoted && shape_.IsNull(field.text)) {
      seen->nulls = true;
      return;
    }
    seen->values = true;
    for (unsigned i = 0; seen->types >> i != 0; ++i) {
      const unsigned bit = 1u << i;
      if ((seen->types & bit) == 0) continue;
      const bool fits = !field.doubled && !field.text.empty() && Fits(kTypes[i], field.text);
      if (!fits) seen->types &= ~bit;
    }
  }

  static Type TypeOf(const Seen& seen) {
    for (unsigned i = 0; i < std::size(kTypes) && seen.values; ++i) {
      if ((seen.types >> i & 1) != 0) return kTypes[i];
    }
    return Type::kString;
  }

  const CsvShape& shape_;
  std::vector<Seen> columns_;
  CsvRow row_;
};

}  // namespace

std::unique_ptr<ColumnGuesser> NewCsvGuesser(const CsvShape& shape) {
  return std::make_unique<CsvGuesser>(shape);
}

}  // namespace linedb::engine
