// Lines of a table -> structs, by key or along a cursor. Internal to linedb; in a public header
// only because Table<T> inlines it.

#ifndef LINEDB_ROW_READER_H_
#define LINEDB_ROW_READER_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/call_in_threads.h"
#include "linedb/struct_codec.h"
#include "linedb/table_core.h"
#include "linedb/text_arena.h"
#include "linedb/text_writer.h"

namespace linedb::engine {

// Any thread; the cursors are their threads'. Errors are those of Table<T>.
template <class T>
class RowReader {
  using Codec = schema::StructCodec<T>;
  using Key = typename Codec::Key;

 public:
  // `same_order`: the table's columns stand in the order of the struct's members.
  RowReader(const TableCore& core, bool same_order) : core_(core), same_order_(same_order) {}

  // Where what was decoded for views is kept. After the view was checked.
  schema::TextArena* TextsOf(View view) const {
    if constexpr (Codec::kHoldsViews) {
      return core_.TextsOf(*view.snapshot());
    } else {
      return nullptr;
    }
  }

  absl::Status ReadRow(std::string_view line, T* row, schema::TextArena* texts) const {
    if (same_order_ && Codec::Decode(line, row, texts) == schema::kDecoded) [[likely]] {
      return absl::OkStatus();
    }
    return ReadSlowly(line, row, texts);
  }

  // Table::Get, FindBy and those for many keys.
  absl::StatusOr<T> Get(View view, const Key& key) const {
    schema::TextWriter text;
    if (absl::Status fits = Codec::WriteKeyText(key, &text); !fits.ok()) return fits;
    return ReadOne(view, 0, text.text());
  }
  template <auto... Members, class... Values>
  absl::StatusOr<T> Find(View view, const Values&... values) const {
    static_assert(sizeof...(Members) == sizeof...(Values),
                  "FindBy takes one value for each member");
    schema::TextWriter text;
    absl::Status fits = Codec::template WriteKeyTextOf<Members...>(&text, values...);
    if (!fits.ok()) return fits;
    const absl::StatusOr<int> key = NumberOfKey<Members...>();
    if (!key.ok()) return key.status();
    return ReadOne(view, *key, text.text());
  }
  using Rows = std::vector<std::optional<T>>;
  absl::StatusOr<Rows> GetMany(View view, std::span<const Key> keys) const {
    return ReadMany(view, 0, keys.size(), [&](std::size_t i, schema::TextWriter* text) {
      return Codec::WriteKeyText(keys[i], text);
    });
  }
  template <auto Member, class Value>
  absl::StatusOr<Rows> FindMany(View view, std::span<const Value> values) const {
    const absl::StatusOr<int> key = NumberOfKey<Member>();
    if (!key.ok()) return key.status();
    return ReadMany(view, *key, values.size(), [&](std::size_t i, schema::TextWriter* text) {
      return Codec::template WriteKeyTextOf<Member>(text, values[i]);
    });
  }

  // Goes to the cursor's end, or as far as the visitor wants.
  template <auto... Members, class Visit>
  absl::Status VisitValues(View view, RecordCursor* cursor, Visit& visit) const {
    schema::TextArena* texts = TextsOf(view);
    ValuesOf<Members...> values;
    std::string_view line;
    while (cursor->Next(&line)) {
      if (!same_order_ || Codec::template DecodeColumns<Members...>(line, &values, texts) !=
                              schema::kDecoded) [[unlikely]] {
        T row;
        if (absl::Status read = ReadSlowly(line, &row, texts); !read.ok()) return read;
        values = std::make_tuple(row.*Members...);
      }
      if (!Proceed([&] { return std::apply(visit, values); })) break;
    }
    return cursor->status();
  }
  template <class Visit>
  absl::Status VisitRows(View view, RecordCursor* cursor, Visit& visit) const {
    schema::TextArena* texts = TextsOf(view);
    T row{};
    std::string_view line;
    while (cursor->Next(&line)) {
      if (absl::Status read = ReadRow(line, &row, texts); !read.ok()) return read;
      if (!Proceed([&] { return visit(std::as_const(row)); })) break;
    }
    return cursor->status();
  }

  // Table::Reduce.
  template <auto... Members, class Accumulator, class Visit, class Merge>
  absl::StatusOr<Accumulator> Reduce(View view, int threads, const Accumulator& init,
                                     const Visit& visit, const Merge& merge) const {
    absl::StatusOr<RecordPieces> pieces = core_.ScanPieces(view);
    if (!pieces.ok()) return pieces.status();
    std::vector<std::optional<Accumulator>> parts(pieces->count());
    const auto reduce_piece = [&](std::size_t piece) {
      // Beside those of other threads it would share their cache lines.
      Accumulator part = init;
      RecordCursor cursor = pieces->Walk(piece);
      absl::Status read;
      if constexpr (sizeof...(Members) == 0) {
        const auto add = [&](const T& row) { visit(part, row); };
        read = VisitRows(view, &cursor, add);
      } else {
        const auto add = [&](const auto&... values) { visit(part, values...); };
        read = VisitValues<Members...>(view, &cursor, add);
      }
      if (read.ok()) parts[piece].emplace(std::move(part));
      return read;
    };
    absl::Status read = CallInThreads(threads, parts.size(), reduce_piece);
    if (!read.ok()) return read;
    Accumulator result = init;
    for (std::size_t piece = 0; piece < parts.size(); ++piece) {
      if (piece == 0) {
        result = *std::move(parts[piece]);
      } else {
        merge(result, *std::move(parts[piece]));
      }
    }
    return result;
  }

 private:
  template <auto... Members>
  using ValuesOf = std::tuple<typename Codec::Layout::template ValueOf<Members>...>;

  absl::StatusOr<T> ReadOne(View view, int key, std::string_view text) const {
    absl::StatusOr<T> row(absl::in_place);
    absl::Status read = core_.Visit(view, key, text, [&](std::string_view line) {
      return ReadRow(line, &*row, TextsOf(view));
    });
    if (!read.ok()) row = std::move(read);
    return row;
  }

  absl::StatusOr<Rows> ReadMany(View view, int key, std::size_t count,
                                TableCore::KeyEncoder encode) const {
    absl::StatusOr<Rows> rows(absl::in_place, count);
    absl::Status read =
        core_.VisitMany(view, key, count, encode, [&](std::size_t i, std::string_view line) {
          return ReadRow(line, &(*rows)[i].emplace(), TextsOf(view));
        });
    if (!read.ok()) rows = std::move(read);
    return rows;
  }

  // The columns' names joined by ",", as the engine names a key.
  template <auto... Members>
  static const std::string& KeyName() {
    static const std::string name = [] {
      std::string joined;
      for (const std::string_view column : {Codec::template kColumnName<Members>...}) {
        if (!joined.empty()) joined.push_back(',');
        joined.append(column);
      }
      return joined;
    }();
    return name;
  }
  template <auto... Members>
  absl::StatusOr<int> NumberOfKey() const {
    const int key = core_.FindKey(KeyName<Members...>());
    if (key >= 0) return key;
    return absl::InvalidArgumentError(core_.schema().table_name + ": no key on " +
                                      KeyName<Members...>());
  }

  // Whether a walk goes on: what the visitor returned, or true if it returns nothing.
  template <class Call>
  static bool Proceed(Call&& call) {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return true;
    } else {
      return static_cast<bool>(call());
    }
  }

  // The file's columns stand in another order than the struct's, or a value does not fit.
  absl::Status ReadSlowly(std::string_view line, T* row, schema::TextArena* texts) const {
    std::string own_order;
    absl::Status reordered = ReorderLine(Codec::Schema(), line, &own_order);
    if (!reordered.ok()) return reordered;
    std::string_view own_line = own_order;
    if constexpr (Codec::kHoldsViews) own_line = texts->Keep(std::move(own_order));
    const int fault = Codec::Decode(own_line, row, texts);
    if (fault == schema::kDecoded) return absl::OkStatus();
    return UnreadableColumn(Codec::Schema(), fault, own_line);
  }

  const TableCore& core_;
  bool same_order_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ROW_READER_H_
