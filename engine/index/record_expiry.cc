#include "engine/index/record_expiry.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <string>

#include "engine/index/table_generation.h"
#include "schema/record_codec.h"
#include "schema/time_text.h"

namespace linedb::engine {
namespace {

// The times that a timestamp can be.
constexpr Timestamp kFirst = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
constexpr Timestamp kLast =
    std::chrono::sys_days(std::chrono::year(10000) / 1 / 1) - std::chrono::microseconds(1);

}  // namespace

ExpiryMoment::ExpiryMoment(Timestamp now) : time_(now) {
  if (now < kFirst) return;
  const std::string text = schema::FormatTimestamp(std::min(now, kLast));
  assert(text.size() + 2 == text_.size());
  text_.front() = text_.back() = '"';
  std::copy(text.begin(), text.end(), text_.begin() + 1);
  size_ = kTextBytes;
}

std::string_view ExpiryOf(const schema::RecordLayout& layout, std::string_view line) {
  constexpr std::string_view kNull = "null}";
  constexpr std::size_t kValueBytes = 29;
  const int column = layout.expires_column();
  assert(column >= 0);
  // The last column needs no parsing: what it can be stands at a fixed place before the end.
  if (column + 1 == layout.column_count()) {
    const std::size_t bytes = line.ends_with(kNull) ? kNull.size() - 1 : kValueBytes;
    return line.size() <= bytes ? std::string_view() : line.substr(line.size() - 1 - bytes, bytes);
  }
  FieldSpans spans(static_cast<std::size_t>(column) + 1);
  if (!schema::SplitCanonical(layout, line, column, spans.data())) return {};
  return spans.back().In(line);
}

Timestamp ExpiryTime(std::string_view value) {
  const auto time = schema::ParseTimestamp(value.substr(1, value.size() - 2), false);
  assert(time.has_value());
  return time.value_or(kFirst);
}

}  // namespace linedb::engine
