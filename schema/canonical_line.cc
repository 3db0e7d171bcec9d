#include "schema/canonical_line.h"

#include <cstdint>
#include <optional>

#include "linedb/text_reader.h"
#include "schema/canonical_value.h"
#include "schema/json_text.h"
#include "schema/time_text.h"

namespace linedb::schema {
namespace {

// Where a string's closing quote stands, from the byte behind its opening one; null if there is
// none before an escape or a control character. `high` is as of FindEscape.
const char* FindPlainEnd(const char* at, const char* end, unsigned* high) {
  at = FindEscape(at, end, high);
  return at != end && *at == '"' ? at : nullptr;
}

const char* PassSpaces(const char* at, const char* end) {
  while (at != end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')) ++at;
  return at;
}

const char* PassTimestamp(const char* at, const char* end) {
  constexpr std::ptrdiff_t kBytes = 27;
  if (end - at < kBytes + 2 || at[0] != '"' || at[kBytes + 1] != '"') return nullptr;
  const std::string_view text(at + 1, kBytes);
  const std::optional<Timestamp> time = ParseTimestamp(text, /*naive_is_utc=*/false);
  TextWriter writer;
  if (!time.has_value() || WriteTimestamp(&writer, *time) != nullptr) return nullptr;
  const std::string_view quoted(at, kBytes + 2);
  return writer.text() == quoted ? at + quoted.size() : nullptr;
}

const char* PassDate(const char* at, const char* end) {
  constexpr std::ptrdiff_t kBytes = 10;
  if (end - at < kBytes + 2 || at[0] != '"' || at[kBytes + 1] != '"') return nullptr;
  return IsDate(std::string_view(at + 1, kBytes)) ? at + kBytes + 2 : nullptr;
}

// Walks over one record; every function returns where it came to, or null.
class CanonicalWalker {
 public:
  CanonicalWalker(const RecordLayout& layout, std::string_view json, FieldSpan* spans)
      : layout_(layout), begin_(json.data()), end_(begin_ + json.size()), spans_(spans) {}

  bool Walk() {
    const char* at = begin_;
    for (int column = 0; column < layout_.column_count(); ++column) {
      at = PassPrefix(at, layout_.prefix(column));
      const char* after = at == nullptr ? nullptr : PassValue(at, column);
      if (after == nullptr) return false;
      spans_[column] = {Offset(at), Offset(after)};
      at = after;
    }
    if (at == end_ || *at != '}') {
      is_exact_ = false;
      at = PassSpaces(at, end_);
      if (at == end_ || *at != '}') return false;
    }
    if (++at != end_) {
      is_exact_ = false;
      if (PassSpaces(at, end_) != end_) return false;
    }
    return high_ == 0 ||
           FindBadUtf8({begin_, static_cast<std::size_t>(end_ - begin_)}) == std::string_view::npos;
  }

  // There was no space: the text is the line.
  bool is_exact() const { return is_exact_; }

 private:
  // `{"id":` or `,"name":`, and spaces behind each of its parts.
  const char* PassPrefix(const char* at, std::string_view prefix) {
    if (const char* after = ReadLiteral(at, end_, prefix)) [[likely]] {
      if (after == end_ || *after > ' ') return after;
      is_exact_ = false;
      return PassSpaces(after, end_);
    }
    is_exact_ = false;
    at = ReadLiteral(PassSpacesBefore(at), end_, prefix.substr(0, 1));
    if (at == nullptr) return nullptr;
    at = ReadLiteral(PassSpaces(at, end_), end_, prefix.substr(1, prefix.size() - 2));
    if (at == nullptr) return nullptr;
    at = ReadLiteral(PassSpaces(at, end_), end_, ":");
    return at == nullptr ? nullptr : PassSpaces(at, end_);
  }
  const char* PassSpacesBefore(const char* at) const {
    return at == begin_ ? at : PassSpaces(at, end_);
  }

  const char* PassValue(const char* at, int column) {
    const ColumnSchema& schema = layout_.columns()[static_cast<std::size_t>(column)];
    if (at != end_ && *at == 'n') {
      // Null in an assigned key asks for one.
      const bool allowed = schema.nullable && column != layout_.assigned_column();
      return allowed ? ReadLiteral(at, end_, "null") : nullptr;
    }
    switch (schema.type) {
      case Type::kInt: {
        std::int64_t value = 0;
        return ReadInt64(at, end_, &value);
      }
      case Type::kFloat:
        return PassFloat(at, end_);
      case Type::kBool: {
        bool value = false;
        return ReadBool(at, end_, &value);
      }
      case Type::kString: {
        if (at == end_ || *at != '"') return nullptr;
        const char* quote = FindPlainEnd(at + 1, end_, &high_);
        return quote == nullptr ? nullptr : quote + 1;
      }
      case Type::kTimestamp:
        return PassTimestamp(at, end_);
      case Type::kDate:
        return PassDate(at, end_);
      case Type::kBytes:
      case Type::kJson:
        break;
    }
    return nullptr;
  }

  std::uint32_t Offset(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }

  const RecordLayout& layout_;
  const char* const begin_;
  const char* const end_;
  FieldSpan* const spans_;
  unsigned high_ = 0;  // not 0: there may be bytes that are not ASCII
  bool is_exact_ = true;
};

// Appends the line of the values that lie in `json`, and moves the spans to where they lie in it.
void AppendWithoutSpaces(const RecordLayout& layout, std::string_view json, std::string* line,
                         FieldSpan* spans) {
  const std::size_t begin = line->size();
  const auto offset = [&] { return static_cast<std::uint32_t>(line->size() - begin); };
  for (int column = 0; column < layout.column_count(); ++column) {
    const std::string_view value = spans[column].In(json);
    line->append(layout.prefix(column));
    spans[column].begin = offset();
    line->append(value);
    spans[column].end = offset();
  }
  line->push_back('}');
}

}  // namespace

bool TakeCanonical(const RecordLayout& layout, std::string_view json, std::string* line,
                   FieldSpan* spans) {
  // Without its spaces it is no longer.
  if (json.size() > kLineBytesMax) return false;
  CanonicalWalker walker(layout, json, spans);
  if (!walker.Walk()) return false;
  if (walker.is_exact()) {
    line->append(json);
  } else {
    AppendWithoutSpaces(layout, json, line, spans);
  }
  return true;
}

}  // namespace linedb::schema
