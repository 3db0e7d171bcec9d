#include <cassert>
#include <utility>

#include "engine/index/table_state.h"
#include "engine/query/source_streams.h"
#include "engine/transaction/publisher.h"

namespace linedb::engine {
namespace {

// Where a line of the generation begins. While nobody changes what it holds.
std::uint64_t OffsetOf(const TableGeneration& generation, std::string_view line) {
  const std::string_view file = generation.records.stored_view();
  if (line.data() >= file.data() && line.data() < file.data() + file.size()) {
    return static_cast<std::uint64_t>(line.data() - file.data());
  }
  return file.size() + static_cast<std::uint64_t>(line.data() - generation.records.tail().data());
}

}  // namespace

absl::Status RecordFinder::FindKeys(int key, const std::vector<std::string>& texts,
                                    std::vector<FoundLine>* found) {
  const TableGeneration* generation = nullptr;
  if (view_.snapshot() != nullptr) {
    absl::StatusOr<const TableSnapshot*> seen = core_.SeenBy(*view_.snapshot());
    if (!seen.ok()) return seen.status();
    generation = (*seen)->generation.get();
  } else {
    assert(view_.writer() != nullptr);  // who alone may look without a lock
    generation = core_.table()->generation.get();
  }
  return core_.VisitMany(
      view_, key, texts.size(),
      [&](std::size_t i, schema::TextWriter* text) {
        text->Append(texts[i]);
        return absl::OkStatus();
      },
      [&](std::size_t, std::string_view line) {
        const std::uint64_t offset = OffsetOf(*generation, line);
        if (view_.writer() != nullptr) line = lines_.emplace_back(line);
        found->push_back({offset, line});
        return absl::OkStatus();
      });
}

absl::Status RecordFinder::FindRange(int index, const IndexRange& range,
                                     std::vector<FoundLine>* found) {
  absl::StatusOr<IndexCursor> cursor =
      IndexCursor::Open(core_, view_, index, range, IndexOrder::kAscending);
  if (!cursor.ok()) return cursor.status();
  std::string_view key;
  std::string_view line;
  while (cursor->Next(&key, &line)) found->push_back({cursor->offset(), line});
  if (!cursor->status().ok()) return cursor->status();
  cursors_.push_back(*std::move(cursor));
  return absl::OkStatus();
}

}  // namespace linedb::engine
