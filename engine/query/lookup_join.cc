#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/query/column_bounds.h"
#include "engine/query/join_stream.h"
#include "engine/query/source_streams.h"
#include "schema/order_key.h"

namespace linedb::engine {
namespace {

class LookupJoin : public RowStream {
 public:
  LookupJoin(const BoundQuery& query, std::unique_ptr<RowStream> other_rows, std::size_t inner,
             JoinLookup lookup, View view, const RecordLoader& loader)
      : query_(query),
        other_rows_(std::move(other_rows)),
        inner_(inner),
        lookup_(std::move(lookup)),
        loader_(loader),
        finder_(query.sources[inner].spec->table, view) {}

  // In one part: it is chosen for few rows.
  absl::Status Walk(std::size_t, RowTaker take) const override {
    bool wanted = true;
    const auto count_wanted = [&](QueryRow& row) { return wanted = take(row); };
    for (std::size_t part = 0; part < other_rows_->parts() && wanted; ++part) {
      absl::Status walked = WalkOthers(part, count_wanted);
      if (!walked.ok()) return walked;
    }
    return absl::OkStatus();
  }

 private:
  absl::Status WalkOthers(std::size_t part, RowTaker take) const {
    LoadScratch scratch;
    std::vector<FoundLine> found;
    absl::Status status;
    absl::Status walked = other_rows_->Walk(part, [&](QueryRow& row) {
      found.clear();
      status = Find(row, &found);
      for (const FoundLine& record : found) {
        if (!status.ok()) return false;
        if (!Fill(record, &scratch, &row, &status)) continue;
        if (!take(row)) return false;
      }
      return status.ok();
    });
    return walked.ok() ? status : walked;
  }
  absl::Status Find(const QueryRow& row, std::vector<FoundLine>* found) const {
    for (const int slot : lookup_.slots) {
      if (row.slots[slot].is_null()) return absl::OkStatus();
    }
    if (lookup_.key >= 0) return finder_.FindKeys(lookup_.key, KeyTexts(row), found);
    std::string low;
    for (const int slot : lookup_.slots) {
      schema::AppendOrderKey(schema::ToValue(row.slots[slot]), &low);
    }
    absl::Status looked =
        finder_.FindRange(lookup_.index, {low, schema::OrderKeyEnd(low)}, found);
    std::sort(found->begin(), found->end(),
              [](const FoundLine& a, const FoundLine& b) { return a.offset < b.offset; });
    return looked;
  }
  std::vector<std::string> KeyTexts(const QueryRow& row) const {
    schema::TextWriter text;
    for (const int slot : lookup_.slots) {
      if (text.size() > 0) text.Append(',');
      if (WriteValueText(schema::ToValue(row.slots[slot]), &text) != nullptr) return {};
    }
    return {std::string(text.text())};
  }
  bool Fill(const FoundLine& record, LoadScratch* scratch, QueryRow* row,
            absl::Status* status) const {
    const RecordLoader::Outcome outcome = loader_.Load(record.line, row->slots, scratch);
    if (outcome == RecordLoader::Outcome::kDamaged) *status = loader_.DamagedLine(record.line);
    if (outcome != RecordLoader::Outcome::kPassed || !HasEqualColumns(*row)) return false;
    row->lines[inner_] = record.line;
    row->rank[inner_] = record.offset;
    return !query_.where.has_value() || query_.where->Test(row->slots) == schema::Truth::kTrue;
  }
  // An index may have only the first of the columns.
  bool HasEqualColumns(const QueryRow& row) const {
    return std::all_of(query_.join.begin(), query_.join.end(), [&row](const auto& match) {
      return !row.slots[match.first].is_null() &&
             schema::CompareValues(row.slots[match.first], row.slots[match.second]) == 0;
    });
  }

  const BoundQuery& query_;
  const std::unique_ptr<RowStream> other_rows_;
  const std::size_t inner_;
  const JoinLookup lookup_;
  const RecordLoader& loader_;
  mutable RecordFinder finder_;  // whose records live as long as it
};

// The other source's slot that matches this column of the inner one, or -1.
int MatchingSlot(const BoundQuery& query, std::size_t inner, int column) {
  const int slot = query.sources[inner].first_slot + column;
  for (const auto& [first, second] : query.join) {
    if ((inner == 0 ? first : second) == slot) return inner == 0 ? second : first;
  }
  return -1;
}

}  // namespace

std::optional<JoinLookup> FindLookup(const BoundQuery& query, std::size_t inner) {
  const schema::RecordLayout& layout = *query.sources[inner].layout;
  for (std::size_t key = 0; key < layout.keys().size(); ++key) {
    JoinLookup lookup{.key = static_cast<int>(key)};
    for (const int column : layout.keys()[key].columns) {
      // Both zeros are equal, and a key has a text for each.
      const bool is_float =
          layout.columns()[static_cast<std::size_t>(column)].type == Type::kFloat;
      const int slot = is_float ? -1 : MatchingSlot(query, inner, column);
      if (slot >= 0) lookup.slots.push_back(slot);
    }
    if (lookup.slots.size() == layout.keys()[key].columns.size()) return lookup;
  }
  for (std::size_t index = 0; index < layout.indexes().size(); ++index) {
    JoinLookup lookup{.index = static_cast<int>(index)};
    for (const int column : layout.indexes()[index].columns) {
      const int slot = MatchingSlot(query, inner, column);
      if (slot < 0) break;
      lookup.slots.push_back(slot);
    }
    if (!lookup.slots.empty()) return lookup;
  }
  return std::nullopt;
}

std::unique_ptr<RowStream> JoinByLookup(const BoundQuery& query,
                                        std::unique_ptr<RowStream> other_rows, std::size_t inner,
                                        JoinLookup lookup, View view, const RecordLoader& loader) {
  return std::make_unique<LookupJoin>(query, std::move(other_rows), inner, std::move(lookup), view,
                                      loader);
}

}  // namespace linedb::engine
