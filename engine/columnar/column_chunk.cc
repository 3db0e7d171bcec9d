#include "engine/columnar/column_chunk.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

#include "linedb/text_reader.h"

namespace linedb::engine {
namespace {

bool IsText(Type type) { return type == Type::kString || type == Type::kBytes; }

}  // namespace

std::uint32_t RowChunk::RowsBefore(std::uint64_t offset) const {
  if (rows == 0) return 0;
  const std::uint32_t* first = begins->As<std::uint32_t>();
  return static_cast<std::uint32_t>(std::lower_bound(first, first + rows, offset) - first);
}

std::optional<std::uint32_t> RowChunk::Find(std::uint64_t offset) const {
  const std::uint32_t row = RowsBefore(offset);
  if (row == rows || begins->As<std::uint32_t>()[row] != offset) return std::nullopt;
  return row;
}

void RowChunk::Append(const ColumnMemory& memory, const std::vector<std::uint32_t>& more,
                      bool complete) {
  const std::uint32_t rows_after = rows + static_cast<std::uint32_t>(more.size());
  begins = GrowBuffer(memory, std::move(begins), rows * sizeof(std::uint32_t),
                      rows_after * sizeof(std::uint32_t), complete);
  std::copy(more.begin(), more.end(), begins->As<std::uint32_t>() + rows);
  if (live != nullptr && !more.empty()) {
    std::shared_ptr<ColumnBuffer> longer = NewBits(memory, rows_after, live.get(), rows);
    SetBits(longer->As<std::uint64_t>(), rows, rows_after);
    live = std::move(longer);
  }
  rows = rows_after;
  live_rows += static_cast<std::uint32_t>(more.size());
}

ColumnAppender::ColumnAppender(ColumnMemory memory, Type type, const ColumnChunk& before,
                               std::uint32_t rows, bool complete)
    : memory_(std::move(memory)),
      type_(type),
      before_(before),
      rows_(rows),
      complete_(complete),
      row_(before.rows) {
  assert(IsColumnar(type) && before.rows <= rows);
  if (type_ == Type::kBool) {
    // Readers look at the last word, so the bits cannot grow in place.
    values_ = NewBits(memory_, rows_, before_.values.get(), before_.rows);
  } else if (IsText(type_)) {
    const std::size_t used = before_.values == nullptr ? 0 : before_.rows + std::size_t{1};
    values_ = GrowBuffer(memory_, before_.values, used * sizeof(std::int32_t),
                         (rows_ + std::size_t{1}) * sizeof(std::int32_t), complete_);
    std::int32_t* offsets = values_->As<std::int32_t>();
    if (used == 0) offsets[0] = 0;
    text_before_ = static_cast<std::size_t>(offsets[before_.rows]);
  } else {
    values_ = GrowBuffer(memory_, before_.values, before_.rows * FixedBytes(), rows_ * FixedBytes(),
                         complete_);
  }
  if (before_.validity != nullptr) {
    validity_ = NewBits(memory_, rows_, before_.validity.get(), before_.rows);
  }
}

std::size_t ColumnAppender::FixedBytes() const {
  return type_ == Type::kDate ? sizeof(std::int32_t) : sizeof(std::int64_t);
}

const char* ColumnAppender::Read(const char* at, const char* end) {
  assert(row_ < rows_);
  if (at == end) return nullptr;
  const bool is_null = *at == 'n';
  at = is_null ? ReadNull(at, end) : ReadValue(at, end);
  if (validity_ != nullptr && !is_null) SetBit(validity_->As<std::uint64_t>(), row_);
  ++row_;
  return at;
}

// Arrow leaves open what stands in the place of a null; a zero is the same in every build.
const char* ColumnAppender::ReadNull(const char* at, const char* end) {
  if (validity_ == nullptr) {
    validity_ = NewBits(memory_, rows_, nullptr, 0);
    SetBits(validity_->As<std::uint64_t>(), 0, row_);
  }
  if (IsText(type_)) {
    EndText();
  } else if (type_ != Type::kBool) {
    std::memset(values_->As<char>() + row_ * FixedBytes(), 0, FixedBytes());
  }
  return schema::ReadLiteral(at, end, "null");
}

const char* ColumnAppender::ReadText(const char* at, const char* end) {
  if (type_ == Type::kBytes) {
    at = schema::ReadBytes(at, end, &scratch_);
    if (at != nullptr) text_.append(scratch_);
  } else {
    const char* after = schema::SkipString(at, end);
    if (after == nullptr) return nullptr;
    const std::string_view text(at + 1, static_cast<std::size_t>(after - at - 2));
    if (text.find('\\') == std::string_view::npos) {
      text_.append(text);
      at = after;
    } else {
      at = schema::ReadStringSlow(at, end, &scratch_);
      if (at != nullptr) text_.append(scratch_);
    }
  }
  EndText();
  return at;
}

void ColumnAppender::EndText() {
  values_->As<std::int32_t>()[row_ + 1] = static_cast<std::int32_t>(text_before_ + text_.size());
}

const char* ColumnAppender::ReadValue(const char* at, const char* end) {
  switch (type_) {
    case Type::kInt:
      return schema::ReadInt64(at, end, values_->As<std::int64_t>() + row_);
    case Type::kFloat:
      return schema::ReadDouble(at, end, values_->As<double>() + row_);
    case Type::kBool: {
      bool value = false;
      at = schema::ReadBool(at, end, &value);
      if (value) SetBit(values_->As<std::uint64_t>(), row_);
      return at;
    }
    case Type::kTimestamp: {
      Timestamp time;
      at = schema::ReadTimestamp(at, end, &time);
      values_->As<std::int64_t>()[row_] = time.time_since_epoch().count();
      return at;
    }
    case Type::kDate: {
      std::chrono::year_month_day date;
      at = schema::ReadDate(at, end, &date);
      values_->As<std::int32_t>()[row_] =
          static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
      return at;
    }
    case Type::kString:
    case Type::kBytes:
      return ReadText(at, end);
    case Type::kJson:
      break;
  }
  return nullptr;
}

ColumnChunk ColumnAppender::Finish() {
  assert(row_ == rows_);
  ColumnChunk after;
  after.rows = rows_;
  after.values = std::move(values_);
  after.validity = std::move(validity_);
  if (IsText(type_)) {
    after.bytes =
        GrowBuffer(memory_, before_.bytes, text_before_, text_before_ + text_.size(), complete_);
    std::memcpy(after.bytes->As<char>() + text_before_, text_.data(), text_.size());
  }
  return after;
}

}  // namespace linedb::engine
