#include "engine/query/ordered_stream.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/index_cursor.h"
#include "engine/query/source_streams.h"

namespace linedb::engine {
namespace {

using schema::ValueView;

class OrderedStream : public RowStream {
 public:
  OrderedStream(const BoundQuery& query, std::size_t source, const AccessPath& path, View view,
                const RecordLoader& loader)
      : query_(query), source_(source), path_(path), view_(view), loader_(loader) {}

  absl::Status Walk(std::size_t, RowTaker take) const override {
    absl::StatusOr<IndexCursor> cursor = IndexCursor::Open(
        query_.sources[source_].spec->table, view_, path_.number, path_.ranges[0], path_.direction);
    if (!cursor.ok()) return cursor.status();
    Walker walker(*this, take);
    std::string_view key;
    std::string_view line;
    while (cursor->Next(&key, &line)) {
      if (!walker.Take({cursor->offset(), line}, key)) return walker.status();
    }
    if (!cursor->status().ok()) return cursor->status();
    walker.EndRun();
    return walker.status();
  }

 private:
  // Passes records on as they come or, where records that are equal in the query's order come in
  // another order than the file's, run by run.
  class Walker {
   public:
    Walker(const OrderedStream& stream, RowTaker take)
        : stream_(stream), take_(take), slots_(stream.query_.slot_count()) {
      row_.slots = slots_.data();
    }

    bool Take(const FoundLine& found, std::string_view key) {
      if (stream_.path_.ties_in_file_order) return Pass(found);
      const bool by_key = stream_.path_.ties_have_one_key;
      if (!by_key && !Load(found)) return status_.ok();
      if (!run_.empty() && !(by_key ? key == run_key_ : IsEqualToRun())) {
        if (!EndRun()) return false;
        // What EndRun passed on stands in the slots.
        if (!by_key && !Load(found)) return false;
      }
      if (run_.empty()) by_key ? BeginRun(key) : BeginRun();
      run_.push_back(found);
      return true;
    }
    // False: no further row is wanted, or `status` says why.
    bool EndRun() {
      std::sort(run_.begin(), run_.end(),
                [](const FoundLine& a, const FoundLine& b) { return a.offset < b.offset; });
      for (const FoundLine& found : run_) {
        if (!Pass(found)) return false;
      }
      run_.clear();
      return true;
    }
    const absl::Status& status() const { return status_; }

   private:
    bool Load(const FoundLine& found) {
      switch (stream_.loader_.Load(found.line, slots_.data(), &scratch_)) {
        case RecordLoader::Outcome::kPassed:
          row_.lines[stream_.source_] = found.line;
          row_.rank[stream_.source_] = found.offset;
          return true;
        case RecordLoader::Outcome::kUnwanted:
          return false;
        case RecordLoader::Outcome::kDamaged:
          status_ = stream_.loader_.DamagedLine(found.line);
          return false;
      }
      return false;
    }
    bool Pass(const FoundLine& found) { return Load(found) ? take_(row_) : status_.ok(); }
    ValueView OrderValue(std::size_t i) const {
      const BoundQuery& query = stream_.query_;
      return query.values[query.order[i].by.number].Evaluate(slots_.data());
    }
    void BeginRun(std::string_view key) { run_key_ = key; }
    void BeginRun() {
      texts_ = TextPool();
      order_.clear();
      for (std::size_t i = 0; i < stream_.query_.order.size(); ++i) {
        order_.push_back(texts_.Keep(OrderValue(i), row_));
      }
    }
    bool IsEqualToRun() const {
      for (std::size_t i = 0; i < order_.size(); ++i) {
        if (schema::CompareValues(order_[i], OrderValue(i)) != 0) return false;
      }
      return true;
    }

    const OrderedStream& stream_;
    RowTaker take_;
    std::vector<ValueView> slots_;
    LoadScratch scratch_;
    QueryRow row_;
    absl::Status status_;
    std::vector<FoundLine> run_;
    std::string run_key_;           // of the run, or else:
    std::vector<ValueView> order_;  // of the run's first record
    TextPool texts_;
  };

  const BoundQuery& query_;
  const std::size_t source_;
  const AccessPath& path_;
  const View view_;
  const RecordLoader& loader_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RowStream>> OpenOrdered(const BoundQuery& query, std::size_t source,
                                                       const AccessPath& path, View view,
                                                       const RecordLoader& loader) {
  return std::make_unique<OrderedStream>(query, source, path, view, loader);
}

}  // namespace linedb::engine
