// Rows on their way from tables to a result.

#ifndef LINEDB_ENGINE_QUERY_QUERY_ROW_H_
#define LINEDB_ENGINE_QUERY_QUERY_ROW_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "schema/value_view.h"

namespace linedb::engine {

inline constexpr std::size_t kSourcesMax = 2;

// Where a row stands in file order: of the first table, then of the second. Comparable within one
// run of a query only.
using RowRank = std::array<std::uint64_t, kSourcesMax>;

// One row; what it points to is valid during the call that it is passed to, but for the lines,
// which are as long-lived as their stream.
struct QueryRow {
  schema::ValueView* slots = nullptr;  // BoundQuery's
  std::array<std::string_view, kSourcesMax> lines = {};
  RowRank rank = {};
  bool texts_stay = false;  // texts in the slots live as long as the stream, too
};

// False: no further row is wanted.
using RowTaker = absl::FunctionRef<bool(QueryRow&)>;

// Rows that a query's tables yield, those that no filter wants left out. Constant; its parts may be
// walked in several threads at a time.
class RowStream {
 public:
  virtual ~RowStream() = default;
  // How many parts there are. Which rows are in which depends on the tables only.
  virtual std::size_t parts() const { return 1; }
  virtual absl::Status Walk(std::size_t part, RowTaker take) const = 0;
};

// Texts that are kept longer than the row they came with. One thread.
class TextPool {
 public:
  // The view with a text that stays as long as the pool; the row's lines do so anyway.
  schema::ValueView Keep(const schema::ValueView& view, const QueryRow& row) {
    if (view.text.empty() || row.texts_stay || IsIn(row.lines[0], view.text) ||
        IsIn(row.lines[1], view.text)) {
      return view;
    }
    schema::ValueView kept = view;
    kept.text = texts_.emplace_back(view.text);
    return kept;
  }
  // Takes over the other pool's texts.
  void Add(TextPool&& other) {
    others_.push_back(std::move(other.texts_));
    for (auto& texts : other.others_) others_.push_back(std::move(texts));
  }

 private:
  static bool IsIn(std::string_view line, std::string_view text) {
    return text.data() >= line.data() && text.data() < line.data() + line.size();
  }
  std::deque<std::string> texts_;  // which does not move them
  std::deque<std::deque<std::string>> others_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_QUERY_ROW_H_
