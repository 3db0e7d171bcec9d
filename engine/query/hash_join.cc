#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/query/join_stream.h"
#include "engine/query/value_key.h"

namespace linedb::engine {
namespace {

using schema::ValueView;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

std::vector<int> JoinSlots(const BoundQuery& query, std::size_t source) {
  std::vector<int> slots;
  for (const auto& [first, second] : query.join) slots.push_back(source == 0 ? first : second);
  return slots;
}

// The slots of a source that are filled.
std::vector<int> FilledSlots(const BoundSource& source) {
  std::vector<int> slots;
  for (const int column : source.filter_columns) slots.push_back(source.first_slot + column);
  for (const int column : source.other_columns) slots.push_back(source.first_slot + column);
  return slots;
}

class HashJoin : public RowStream {
 public:
  HashJoin(const BoundQuery& query, std::unique_ptr<RowStream> kept_rows,
           std::unique_ptr<RowStream> other_rows, std::size_t kept)
      : query_(query),
        kept_rows_(std::move(kept_rows)),
        other_rows_(std::move(other_rows)),
        kept_(kept),
        kept_slots_(FilledSlots(query.sources[kept])),
        kept_match_(JoinSlots(query, kept)),
        other_match_(JoinSlots(query, 1 - kept)) {}

  absl::Status Build() {
    std::string key;
    for (std::size_t part = 0; part < kept_rows_->parts(); ++part) {
      absl::Status walked = kept_rows_->Walk(part, [&](QueryRow& row) {
        if (MatchKey(row.slots, kept_match_, &key)) Add(row, key);
        return true;
      });
      if (!walked.ok()) return walked;
    }
    return absl::OkStatus();
  }

  std::size_t parts() const override { return other_rows_->parts(); }
  absl::Status Walk(std::size_t part, RowTaker take) const override {
    std::string key;
    return other_rows_->Walk(part, [&](QueryRow& row) {
      if (!MatchKey(row.slots, other_match_, &key)) return true;
      const auto found = chains_.find(key);
      if (found == chains_.end()) return true;
      for (std::size_t i = found->second.first; i != kNone; i = rows_[i].next) {
        Fill(rows_[i], &row);
        if (query_.where.has_value() && query_.where->Test(row.slots) != schema::Truth::kTrue) {
          continue;
        }
        if (!take(row)) return false;
      }
      return true;
    });
  }

 private:
  struct Kept {
    std::string_view line;
    std::uint64_t rank;
    std::size_t values;  // where they begin
    std::size_t next;    // of the same key
  };
  struct Chain {
    std::size_t first;
    std::size_t last;
  };

  void Add(const QueryRow& row, const std::string& key) {
    const std::size_t number = rows_.size();
    rows_.push_back({row.lines[kept_], row.rank[kept_], values_.size(), kNone});
    for (const int slot : kept_slots_) values_.push_back(texts_.Keep(row.slots[slot], row));
    const auto [found, inserted] = chains_.try_emplace(key, Chain{number, number});
    if (inserted) return;
    rows_[found->second.last].next = number;
    found->second.last = number;
  }
  void Fill(const Kept& kept, QueryRow* row) const {
    row->lines[kept_] = kept.line;
    row->rank[kept_] = kept.rank;
    const ValueView* value = values_.data() + kept.values;
    for (const int slot : kept_slots_) row->slots[slot] = *value++;
  }

  const BoundQuery& query_;
  const std::unique_ptr<RowStream> kept_rows_;
  const std::unique_ptr<RowStream> other_rows_;
  const std::size_t kept_;
  const std::vector<int> kept_slots_;
  const std::vector<int> kept_match_;
  const std::vector<int> other_match_;
  std::vector<Kept> rows_;
  std::vector<ValueView> values_;
  TextPool texts_;
  absl::flat_hash_map<std::string, Chain> chains_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RowStream>> JoinByHash(const BoundQuery& query,
                                                      std::unique_ptr<RowStream> kept_rows,
                                                      std::unique_ptr<RowStream> other_rows,
                                                      std::size_t kept) {
  auto join =
      std::make_unique<HashJoin>(query, std::move(kept_rows), std::move(other_rows), kept);
  if (absl::Status built = join->Build(); !built.ok()) return built;
  return join;
}

}  // namespace linedb::engine
