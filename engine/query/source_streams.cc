#include "engine/query/source_streams.h"

#include <algorithm>
#include <utility>

#include "engine/query/column_stream.h"
#include "engine/query/ordered_stream.h"

namespace linedb::engine {
namespace {

// A thread's row of one source.
class SourceRow {
 public:
  SourceRow(const BoundQuery& query, std::size_t source, const RecordLoader& loader)
      : source_(source), loader_(loader), slots_(query.slot_count()) {
    row_.slots = slots_.data();
  }

  // Passes the record on if it is wanted. False: that was the last, or `status` says why.
  bool Take(std::string_view line, std::uint64_t rank, RowTaker take, absl::Status* status) {
    switch (loader_.Load(line, slots_.data(), &scratch_)) {
      case RecordLoader::Outcome::kUnwanted:
        return true;
      case RecordLoader::Outcome::kDamaged:
        *status = loader_.DamagedLine(line);
        return false;
      case RecordLoader::Outcome::kPassed:
        break;
    }
    row_.lines[source_] = line;
    row_.rank[source_] = rank;
    return take(row_);
  }

 private:
  const std::size_t source_;
  const RecordLoader& loader_;
  std::vector<schema::ValueView> slots_;
  LoadScratch scratch_;
  QueryRow row_;
};

class ScanStream : public RowStream {
 public:
  ScanStream(const BoundQuery& query, std::size_t source, const RecordLoader& loader,
             RecordPieces pieces)
      : query_(query), source_(source), loader_(loader), pieces_(std::move(pieces)) {}

  std::size_t parts() const override { return pieces_.count(); }
  absl::Status Walk(std::size_t part, RowTaker take) const override {
    constexpr int kRankBits = 32;  // more lines than a part has
    RecordCursor cursor = pieces_.Walk(part);
    SourceRow row(query_, source_, loader_);
    absl::Status status;
    std::string_view line;
    for (std::uint64_t rank = std::uint64_t{part} << kRankBits; cursor.Next(&line); ++rank) {
      if (!row.Take(line, rank, take, &status)) return status;
    }
    return cursor.status();
  }

 private:
  const BoundQuery& query_;
  const std::size_t source_;
  const RecordLoader& loader_;
  const RecordPieces pieces_;
};

// Records that were looked up.
class FoundStream : public RowStream {
 public:
  FoundStream(const BoundQuery& query, std::size_t source, const RecordLoader& loader, View view)
      : query_(query),
        source_(source),
        loader_(loader),
        finder_(query.sources[source].spec->table, view) {}

  absl::Status Find(const AccessPath& path) {
    if (path.kind == AccessPath::Kind::kKey) {
      absl::Status looked = finder_.FindKeys(path.number, path.keys, &found_);
      if (!looked.ok()) return looked;
    } else {
      for (const IndexRange& range : path.ranges) {
        absl::Status looked = finder_.FindRange(path.number, range, &found_);
        if (!looked.ok()) return looked;
      }
    }
    std::sort(found_.begin(), found_.end(),
              [](const FoundLine& a, const FoundLine& b) { return a.offset < b.offset; });
    return absl::OkStatus();
  }

  absl::Status Walk(std::size_t, RowTaker take) const override {
    SourceRow row(query_, source_, loader_);
    absl::Status status;
    for (const FoundLine& found : found_) {
      if (!row.Take(found.line, found.offset, take, &status)) break;
    }
    return status;
  }

 private:
  const BoundQuery& query_;
  const std::size_t source_;
  const RecordLoader& loader_;
  RecordFinder finder_;
  std::vector<FoundLine> found_;
};

class EmptyStream : public RowStream {
 public:
  absl::Status Walk(std::size_t, RowTaker) const override { return absl::OkStatus(); }
};

absl::StatusOr<std::unique_ptr<RowStream>> OpenScan(const BoundQuery& query, std::size_t source,
                                                    View view, const RecordLoader& loader) {
  absl::StatusOr<RecordPieces> pieces = query.sources[source].spec->table.ScanPieces(view);
  if (!pieces.ok()) return pieces.status();
  return std::make_unique<ScanStream>(query, source, loader, *std::move(pieces));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RowStream>> OpenSource(const BoundQuery& query, std::size_t source,
                                                      const AccessPath& path, View view,
                                                      const RecordLoader& loader) {
  switch (path.kind) {
    case AccessPath::Kind::kScan:
      return OpenScan(query, source, view, loader);
    case AccessPath::Kind::kColumns:
      return OpenColumns(query, source, view, loader);
    case AccessPath::Kind::kNothing:
      return std::make_unique<EmptyStream>();
    case AccessPath::Kind::kKey:
    case AccessPath::Kind::kIndex:
      break;
  }
  if (path.ordered) return OpenOrdered(query, source, path, view, loader);
  auto stream = std::make_unique<FoundStream>(query, source, loader, view);
  if (absl::Status found = stream->Find(path); !found.ok()) return found;
  return stream;
}

}  // namespace linedb::engine
