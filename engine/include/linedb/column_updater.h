// Updates of single members: their texts and where their columns are, for the engine to put into
// the records. Internal to linedb; in a public header only because Table<T> inlines it.

#ifndef LINEDB_COLUMN_UPDATER_H_
#define LINEDB_COLUMN_UPDATER_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>

#include "absl/status/status.h"
#include "linedb/struct_codec.h"
#include "linedb/table_core.h"
#include "linedb/text_writer.h"
#include "linedb/transaction.h"

namespace linedb::engine {

// The transaction's thread. Errors are those of Table<T>.
template <class T>
class ColumnUpdater {
  using Codec = schema::StructCodec<T>;
  using Key = typename Codec::Key;

 public:
  // `same_order`: the table's columns stand in the order of the struct's members.
  ColumnUpdater(const TableCore& core, bool same_order) : core_(core), same_order_(same_order) {}

  // Table::UpdateOf.
  template <auto... Members>
  absl::Status UpdateOne(WriteTransaction& transaction, const Key& key,
                         const typename Codec::template ValueOf<Members>&... values) const {
    Require<Members...>();
    schema::TextWriter key_text;
    if (absl::Status fits = Codec::WriteKeyText(key, &key_text); !fits.ok()) return fits;
    schema::TextWriter texts;
    std::array<schema::FieldSpan, sizeof...(Members)> spans;
    absl::Status fits = Codec::template WriteValues<Members...>(&texts, spans.data(), values...);
    if (!fits.ok()) return fits;
    const std::array<int, sizeof...(Members)> numbers = NumbersOf<Members...>();
    std::array<ColumnText, sizeof...(Members)> columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns[i] = {numbers[i], spans[i].In(texts.text())};
    }
    std::sort(columns.begin(), columns.end(),
              [](const auto& a, const auto& b) { return a.column < b.column; });
    return core_.UpdateColumns(transaction, key_text.text(), columns);
  }

  // Table::UpdateAllOf; on an error `failed` is the row that it is about.
  template <auto... Members, class Row>
  absl::Status UpdateMany(WriteTransaction& transaction, std::span<const Row> rows,
                          std::size_t* failed) const {
    Require<Members...>();
    return core_.UpdateMany(
        transaction, rows.size(), NumbersOf<Members...>(),
        [&](std::size_t i, schema::TextWriter* text, schema::FieldSpan* spans) {
          const auto write = [&](const Key& key, const auto&... values) {
            spans[0].begin = static_cast<std::uint32_t>(text->size());
            absl::Status fits = Codec::WriteKeyText(key, text);
            spans[0].end = static_cast<std::uint32_t>(text->size());
            if (!fits.ok()) return fits;
            return Codec::template WriteValues<Members...>(text, spans + 1, values...);
          };
          return std::apply(write, rows[i]);
        },
        failed);
  }

 private:
  template <auto... Members>
  static constexpr void Require() {
    static_assert(!Codec::kHasRowId, "a table without a primary key has nothing to update by");
    static_assert(Codec::template AreUpdatable<Members...>(),
                  "linedb: an update names a member twice");
  }

  // The members' numbers among the table's columns.
  template <auto... Members>
  std::array<int, sizeof...(Members)> NumbersOf() const {
    return {(same_order_ ? Codec::template kStoredColumn<Members>
                         : core_.FindColumn(Codec::template kColumnName<Members>))...};
  }

  const TableCore& core_;
  bool same_order_;
};

}  // namespace linedb::engine

#endif  // LINEDB_COLUMN_UPDATER_H_
