// A described struct <-> its canonical line, all literal text made by the compiler. Internal to
// linedb; in a public header only because Table<T> inlines it.
//
// StructCodec<T> has no state: any thread may call it, each with its own arguments.

#ifndef LINEDB_STRUCT_CODEC_H_
#define LINEDB_STRUCT_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "linedb/describe.h"
#include "linedb/struct_layout.h"
#include "linedb/table_schema.h"
#include "linedb/text_reader.h"
#include "linedb/text_writer.h"

namespace linedb::schema {

// What Decode returns when all went well.
inline constexpr int kDecoded = -1;

// kInvalidArgument "table.column: fault".
absl::Status FieldFault(std::string_view table, std::string_view column, Fault fault);
// kInvalidArgument: the line is longer than kLineBytesMax.
absl::Status LineTooLong(std::string_view table, std::size_t bytes);

template <class T>
struct StructCodec : StructLayout<T> {
  using Layout = StructLayout<T>;
  using Layout::kAssigned;
  using Layout::kFieldCount;
  using Layout::kHasRowId;
  using Layout::kStoredColumns;
  using Layout::kTableName;
  using typename Layout::Key;
  template <std::size_t I>
  using FieldAt = typename Layout::template FieldAt<I>;
  template <auto Member>
  static constexpr int kStoredColumn = Layout::template kStoredColumn<Member>;
  template <auto Member>
  static constexpr std::string_view kColumnName =
      FieldAt<Layout::template kFieldIndex<Member>>::kName;

  // The schema of the description; created_at is empty. Lives for ever.
  static const TableSchema& Schema() {
    static const TableSchema& schema = *new TableSchema(Layout::MakeSchema());
    return schema;
  }

  // Appends the row's canonical line, without "\n", to `line`, and fills spans[kStoredColumns],
  // relative to the line's first byte. An assigned key that was left out is written as `next_key`;
  // in a table without a primary key `next_key` is the $rowid (of an update: the one it has).
  // kInvalidArgument, with nothing appended, names the column whose value cannot be stored: NaN,
  // an infinity, bad UTF-8, an unsigned integer beyond 2^63-1, a year outside 0000 to 9999, an
  // enum value without a name; or a line longer than kLineBytesMax.
  static absl::Status Encode(const T& row, std::int64_t next_key, std::string* line,
                             FieldSpan* spans) {
    TextWriter writer;
    if constexpr (kHasRowId) {
      writer.Append(std::string_view("{\"$rowid\":"));
      WriteValue<std::int64_t>(&writer, next_key, &spans[0]);
    }
    const absl::Status written =
        WriteFields(row, next_key, &writer, spans, std::make_index_sequence<kFieldCount>());
    if (!written.ok()) [[unlikely]] {
      return written;
    }
    writer.Append('}');
    if (writer.size() > kLineBytesMax) [[unlikely]] {
      return LineTooLong(kTableName, writer.size());
    }
    line->append(writer.text());
    return absl::OkStatus();
  }

  // Reads a canonical line into `row`, into the strings that are there. kDecoded, or the stored
  // column that could not be read, because the line is not canonical or the value is out of the
  // member's range (column kStoredColumns: the line's end): `*row` is then unspecified. Views point
  // into the line, or to what `texts` keeps; only a struct that holds views needs it.
  static int Decode(std::string_view line, T* row, TextArena* texts = nullptr) {
    const char* at = line.data();
    const char* end = at + line.size();
    if constexpr (kHasRowId) {
      std::int64_t row_id = 0;
      at = ReadLiteral(at, end, "{\"$rowid\":");
      if (at != nullptr) at = ReadInt64(at, end, &row_id);
      if (at == nullptr) return 0;
    }
    int failed = kDecoded;
    at = ReadFields(at, end, row, texts, &failed, std::make_index_sequence<kFieldCount>());
    if (at == nullptr) return failed;
    return end - at == 1 && *at == '}' ? kDecoded : kStoredColumns;
  }

  // Reads these members only, in any order, and passes over as few of the others as it can, from
  // the line's begin or from its end. Returns as Decode does; what lies beyond the members read is
  // not looked at.
  template <auto... Members>
  static int DecodeColumns(std::string_view line,
                           std::tuple<typename Layout::template ValueOf<Members>...>* values,
                           TextArena* texts = nullptr) {
    if constexpr (Layout::IsNearerToEnd({kStoredColumn<Members>...})) {
      return DecodeFromEnd<Members...>(line, values, texts);
    }
    constexpr int kLast = Layout::LastOf({kStoredColumn<Members>...});
    const char* at = line.data();
    const char* end = at + line.size();
    if constexpr (kHasRowId) {
      at = ReadLiteral(at, end, "{\"$rowid\":");
      if (at != nullptr) at = SkipValue(at, end);
      if (at == nullptr) return 0;
    }
    constexpr std::size_t kFields = static_cast<std::size_t>(kLast + 1 - (kHasRowId ? 1 : 0));
    int failed = kDecoded;
    ReadSome<Members...>(at, end, values, texts, &failed, std::make_index_sequence<kFields>());
    return failed;
  }

  // Writes the values of these members one behind the other, without their names; spans[i],
  // relative to the first byte that `writer` ever got, is where the i-th lies. Fails as Encode
  // does.
  template <auto... Members>
  static absl::Status WriteValues(TextWriter* writer, FieldSpan* spans,
                                  const typename Layout::template ValueOf<Members>&... values) {
    Fault fault = nullptr;
    std::string_view column;
    const bool written = (((fault = WriteValue<typename Layout::template ValueOf<Members>>(
                                writer, values, spans++)) == nullptr ||
                           (column = kColumnName<Members>, false)) &&
                          ...);
    return written ? absl::OkStatus() : FieldFault(kTableName, column, fault);
  }

  // Writes the text by which the key is compared and hashed (schema/record_codec.h). Fails as
  // Encode does.
  static absl::Status WriteKeyText(const Key& key, TextWriter* text) {
    if constexpr (Layout::kKeyIsTuple) {
      return std::apply([text](const auto&... parts) { return WriteParts(text, parts...); }, key);
    } else {
      return WriteParts(text, key);
    }
  }

  static absl::Status AppendKeyText(const Key& key, std::string* text) {
    TextWriter writer;
    absl::Status written = WriteKeyText(key, &writer);
    if (written.ok()) text->append(writer.text());
    return written;
  }

  // The same of any key, from its columns' values in key order.
  template <auto... Members>
  static absl::Status WriteKeyTextOf(
      TextWriter* text, const typename Layout::template PlainValueOf<Members>&... values) {
    return WriteParts(text, values...);
  }

  // Whether a row points to what it was read from.
  static constexpr bool kHoldsViews = []<std::size_t... I>(std::index_sequence<I...>) {
    return (kHoldsView<typename FieldAt<I>::Value> || ...);
  }
  (std::make_index_sequence<kFieldCount>());

  // The key under which Encode stores the row.
  static Key KeyOf(const T& row, std::int64_t next_key) { return Layout::KeyOf(row, next_key); }

 private:
  template <std::size_t I>
  static constexpr std::string_view PrefixOf() {
    return ViewOf(kMemberPrefix < FieldAt<I>::kFixedName, I == 0 && !kHasRowId ? '{' : ',' >);
  }
  template <std::size_t I>
  static constexpr std::size_t kColumn = I + (kHasRowId ? 1 : 0);

  template <class Value>
  static Fault WriteValue(TextWriter* writer, const Value& value, FieldSpan* span) {
    span->begin = static_cast<std::uint32_t>(writer->size());
    const Fault fault = MemberCodec<Value>::Write(writer, value);
    span->end = static_cast<std::uint32_t>(writer->size());
    return fault;
  }

  template <std::size_t I>
  static Fault WriteField(const T& row, std::int64_t next_key, TextWriter* writer,
                          FieldSpan* spans) {
    using F = FieldAt<I>;
    writer->Append(PrefixOf<I>());
    if constexpr (Layout::template kIsAssigned<I>) {
      if (Layout::KeyLeftOut(row)) {
        using Plain = typename WithoutOptional<typename F::Value>::type;
        if (!std::in_range<Plain>(next_key)) return "the next key is out of the member's range";
        return WriteValue<std::int64_t>(writer, next_key, &spans[kColumn<I>]);
      }
    }
    return WriteValue<typename F::Value>(writer, row.*F::kMember, &spans[kColumn<I>]);
  }

  template <std::size_t... I>
  static absl::Status WriteFields(const T& row, std::int64_t next_key, TextWriter* writer,
                                  FieldSpan* spans, std::index_sequence<I...>) {
    Fault fault = nullptr;
    std::string_view column;
    const bool written = (((fault = WriteField<I>(row, next_key, writer, spans)) == nullptr ||
                           (column = FieldAt<I>::kName, false)) &&
                          ...);
    return written ? absl::OkStatus() : FieldFault(kTableName, column, fault);
  }

  template <std::size_t... I>
  static const char* ReadFields(const char* at, const char* end, T* row, TextArena* texts,
                                int* failed, std::index_sequence<I...>) {
    const bool read =
        (((at = ReadField<I>(at, end, &(row->*FieldAt<I>::kMember), texts)) != nullptr ||
          (*failed = static_cast<int>(kColumn<I>), false)) &&
         ...);
    return read ? at : nullptr;
  }
  template <std::size_t I, class Value>
  static const char* ReadField(const char* at, const char* end, Value* value, TextArena* texts) {
    at = ReadLiteral(at, end, PrefixOf<I>());
    return at == nullptr ? nullptr : ReadMember(at, end, value, texts);
  }

  template <auto... Members, class Values, std::size_t... I>
  static void ReadSome(const char* at, const char* end, Values* values, TextArena* texts,
                       int* failed, std::index_sequence<I...>) {
    static_cast<void>((((at = ReadOrSkip<I, Members...>(at, end, values, texts)) != nullptr ||
                        (*failed = static_cast<int>(kColumn<I>), false)) &&
                       ...));
  }
  template <std::size_t I, auto... Members, class Values>
  static const char* ReadOrSkip(const char* at, const char* end, Values* values, TextArena* texts) {
    constexpr int kIndex =
        Layout::IndexOf(static_cast<int>(kColumn<I>), {kStoredColumn<Members>...});
    if constexpr (kIndex >= 0) {
      return ReadField<I>(at, end, &std::get<static_cast<std::size_t>(kIndex)>(*values), texts);
    } else {
      at = ReadLiteral(at, end, PrefixOf<I>());
      return at == nullptr ? nullptr : SkipValue(at, end);
    }
  }

  template <auto... Members, class Values>
  static int DecodeFromEnd(std::string_view line, Values* values, TextArena* texts) {
    constexpr auto kFirst = static_cast<std::size_t>(Layout::FirstOf({kStoredColumn<Members>...}) -
                                                     (kHasRowId ? 1 : 0));
    const char* begin = line.data();
    const char* end = begin + line.size();
    if (line.empty() || end[-1] != '}') return kStoredColumns;
    int failed = kDecoded;
    ReadSomeBackwards<Members...>(begin, end, values, texts, &failed,
                                  std::make_index_sequence<kFieldCount - kFirst>());
    return failed;
  }
  template <auto... Members, class Values, std::size_t... FromEnd>
  static void ReadSomeBackwards(const char* begin, const char* line_end, Values* values,
                                TextArena* texts, int* failed, std::index_sequence<FromEnd...>) {
    const char* at = line_end - 1;
    static_cast<void>((((at = ReadBackwards<kFieldCount - 1 - FromEnd, Members...>(
                             begin, at, line_end, values, texts)) != nullptr ||
                        (*failed = static_cast<int>(kColumn<kFieldCount - 1 - FromEnd>), false)) &&
                       ...));
  }
  // Of the column whose value ends at `end`; where its name begins, or null.
  template <std::size_t I, auto... Members, class Values>
  static const char* ReadBackwards(const char* begin, const char* end, const char* line_end,
                                   Values* values, TextArena* texts) {
    using Codec = MemberCodec<typename FieldAt<I>::Value>;
    constexpr std::string_view kPrefix = PrefixOf<I>();
    constexpr int kIndex =
        Layout::IndexOf(static_cast<int>(kColumn<I>), {kStoredColumn<Members>...});
    const char* at = FindValueBackwards<Codec::kType>(begin, end);
    if (at == nullptr || static_cast<std::size_t>(at - begin) < kPrefix.size()) return nullptr;
    const char* name = at - kPrefix.size();
    if (!EqualBytes(name, kPrefix.data(), kPrefix.size())) return nullptr;
    if constexpr (kIndex >= 0) {
      auto& value = std::get<static_cast<std::size_t>(kIndex)>(*values);
      if (ReadMember(at, line_end, &value, texts) != end) return nullptr;
    }
    return name;
  }

  template <class... Parts>
  static absl::Status WriteParts(TextWriter* text, const Parts&... parts) {
    Fault fault = nullptr;
    std::size_t part = 0;
    const bool written = (((part++ == 0 || (text->Append(','), true)) &&
                           (fault = MemberCodec<Parts>::Write(text, parts)) == nullptr) &&
                          ...);
    return written ? absl::OkStatus() : FieldFault(kTableName, "key", fault);
  }
};

}  // namespace linedb::schema

#endif  // LINEDB_STRUCT_CODEC_H_
