#include "engine/exchange/csv_line.h"

#include <cstdint>
#include <cstring>
#include <utility>

#include "engine/exchange/csv_value.h"
#include "linedb/text_reader.h"
#include "schema/canonical_value.h"
#include "schema/time_text.h"

namespace linedb::engine {
namespace {

constexpr std::size_t kBlock = 16;
// What may be written beyond a prefix and a text: quotes, or a word, and the rest of a block.
constexpr std::size_t kSpareBytes = 2 * kBlock;

// Copies by whole blocks, up to a block more than there is: both sides have it.
void CopyBlocks(const char* from, std::size_t size, char* to) {
  for (std::size_t at = 0; at < size; at += kBlock) std::memcpy(to + at, from + at, kBlock);
}

// A number, of 1 to some 20 characters: by two loads that overlap.
char* PutShort(std::string_view text, char* to) {
  const char* const from = text.data();
  const std::size_t size = text.size();
  if (size >= 8 && size <= kBlock) {
    std::memcpy(to, from, 8);
    std::memcpy(to + size - 8, from + size - 8, 8);
  } else if (size >= 4 && size < 8) {
    std::memcpy(to, from, 4);
    std::memcpy(to + size - 4, from + size - 4, 4);
  } else {
    std::memcpy(to, from, size);
  }
  return to + size;
}

// These write a value to where it is copied as it stands, and return the end; null: it is not.

// Of text that is UTF-8.
char* PutText(std::string_view text, char* to) {
  *to = '"';
  if (!schema::CopyPlain(text, to + 1)) {
    const char* const end = text.data() + text.size();
    unsigned high = 0;
    if (schema::FindEscape(text.data(), end, &high) != end) return nullptr;
    std::memcpy(to + 1, text.data(), text.size());
  }
  to[text.size() + 1] = '"';
  return to + text.size() + 2;
}

char* PutInt(std::string_view text, char* to) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || schema::ReadInt64(text.data(), end, &value) != end) return nullptr;
  return PutShort(text, to);
}

char* PutFloat(std::string_view text, char* to) {
  const char* const end = text.data() + text.size();
  if (text.empty() || schema::PassFloat(text.data(), end) != end) return nullptr;
  return PutShort(text, to);
}

char* PutBool(std::string_view text, char* to) {
  const bool is_true = text == "true";
  if (!is_true && text != "false") return nullptr;
  std::memcpy(to, is_true ? "true " : "false", 5);
  return to + text.size();
}

char* PutDate(std::string_view text, char* to) {
  return schema::IsDate(text) ? PutText(text, to) : nullptr;
}

char* PutPlain(Type type, std::string_view text, char* to) {
  switch (type) {
    case Type::kInt:
      return PutInt(text, to);
    case Type::kFloat:
      return PutFloat(text, to);
    case Type::kBool:
      return PutBool(text, to);
    case Type::kString:
      return PutText(text, to);
    case Type::kDate:
      return PutDate(text, to);
    case Type::kTimestamp:
    case Type::kBytes:
    case Type::kJson:
      break;
  }
  return nullptr;
}

}  // namespace

CsvLineWriter::CsvLineWriter(const schema::RecordLayout& layout, const CsvShape& shape,
                             const std::vector<std::size_t>& places)
    : shape_(shape) {
  for (int number = 0; number < layout.column_count(); ++number) {
    const auto index = static_cast<std::size_t>(number);
    Column column;
    column.prefix = layout.prefix(number);
    column.prefix_bytes = column.prefix.size();
    column.prefix.resize((column.prefix_bytes + kBlock - 1) / kBlock * kBlock);
    column.place = places[index];
    column.schema = &layout.columns()[index];
    column.assigned = number == layout.assigned_column();
    columns_.push_back(std::move(column));
  }
}

bool CsvLineWriter::Write(const CsvRow& row, const schema::CanonicalizeOptions& options,
                          std::vector<schema::FieldSpan>* spans) {
  line_.Truncate(0);
  spans->resize(columns_.size());
  schema::FieldSpan* span = spans->data();
  for (const Column& column : columns_) {
    const bool written = column.place == std::string_view::npos
                             ? WriteMissing(column, options, span)
                             : WriteField(column, row.fields[column.place], options, span);
    if (!written) return false;
    span->end = static_cast<std::uint32_t>(line_.size());
    ++span;
  }
  line_.Append('}');
  return line_.size() <= schema::kLineBytesMax;
}

// Writes what stands before the value, and makes room for it. Where it begins.
std::size_t CsvLineWriter::BeginColumn(const Column& column, std::size_t value_bytes) {
  char* const to = line_.Reserve(column.prefix.size() + value_bytes + kSpareBytes);
  CopyBlocks(column.prefix.data(), column.prefix_bytes, to);
  line_.Advance(column.prefix_bytes);
  return line_.size();
}

bool CsvLineWriter::WriteField(const Column& column, const CsvField& field,
                               const schema::CanonicalizeOptions& options,
                               schema::FieldSpan* span) {
  const std::string_view text = field.Value(&scratch_);
  span->begin = static_cast<std::uint32_t>(BeginColumn(column, text.size()));
  const ColumnSchema& schema = *column.schema;
  if (!field.quoted && shape_.IsNull(text)) {
    if (!IsEmptyText(schema, field)) return WriteNull(column, options);
    line_.Append("\"\"");
    return true;
  }
  char* const to = line_.Reserve(text.size() + kSpareBytes);
  const char* const end = PutPlain(schema.type, text, to);
  if (end == nullptr) return WriteCsvValue(schema, text, &line_);
  line_.Advance(static_cast<std::size_t>(end - to));
  return true;
}

bool CsvLineWriter::WriteMissing(const Column& column, const schema::CanonicalizeOptions& options,
                                 schema::FieldSpan* span) {
  span->begin = static_cast<std::uint32_t>(BeginColumn(column, 0));
  if (!column.schema->default_json.has_value()) return WriteNull(column, options);
  line_.Append(*column.schema->default_json);
  return true;
}

// Null in an assigned key asks for one.
bool CsvLineWriter::WriteNull(const Column& column, const schema::CanonicalizeOptions& options) {
  if (column.assigned) {
    if (!options.assigned_key.has_value()) return false;
    schema::WriteInt(&line_, *options.assigned_key);
    return true;
  }
  if (!column.schema->nullable) return false;
  line_.Append("null");
  return true;
}

}  // namespace linedb::engine
