// Lines of a table -> structs, along a cursor. Internal to linedb; in a public header only because
// Table<T> inlines it.

#ifndef LINEDB_ROW_READER_H_
#define LINEDB_ROW_READER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/struct_codec.h"
#include "linedb/table_core.h"
#include "linedb/text_arena.h"

namespace linedb::engine {

// Any thread; the cursors are their threads'. Errors are those of Table<T>.
template <class T>
class RowReader {
  using Codec = schema::StructCodec<T>;

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
