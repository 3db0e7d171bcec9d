// Lookups by key: one record, or many that are fetched from memory together.

#include <algorithm>
#include <mutex>
#include <shared_mutex>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "engine/engine.h"
#include "engine/index/table_state.h"
#include "linedb/table_core.h"

namespace linedb::engine {
namespace {

absl::Status NotFoundError(const TableGeneration& generation, int key, std::string_view text) {
  return absl::NotFoundError(absl::StrCat(
      generation.layout().schema().table_name, ": no record with ",
      generation.layout().keys()[static_cast<std::size_t>(key)].name, " ", std::string(text)));
}

}  // namespace

// Returns what `read(generation, limit, moment)` does, called while nobody changes what the view
// sees. `moment()` is what time it is for the view; of tables whose records expire it is asked.
template <class Read>
absl::Status TableCore::ReadIn(View view, Read&& read) const {
  // The writer reads without a lock: nobody else changes anything.
  if (view.writer() != nullptr) {
    if (absl::Status usable = Check(*view.writer()); !usable.ok()) return usable;
    return read(*table_->generation, kNoLimit, [this] { return engine_->writer_moment(); });
  }
  if (view.snapshot() != nullptr) {
    absl::StatusOr<const TableSnapshot*> seen = SeenBy(*view.snapshot());
    if (!seen.ok()) return seen.status();
    const std::shared_lock<std::shared_mutex> lock(table_->mutex);
    view.snapshot()->snapshot_->views().Keep((*seen)->generation->records.mapping());
    return read(*(*seen)->generation, (*seen)->extent.bytes, [&] { return (*seen)->moment; });
  }
  const std::shared_lock<std::shared_mutex> lock(table_->mutex);
  if (!table_->retired.ok()) return table_->retired;
  const TableGeneration& generation = *table_->generation;
  return read(generation, generation.published_bytes(),
              [&] { return engine_->MomentNow(generation.layout()); });
}

absl::Status TableCore::Visit(View view, int key, std::string_view key_text,
                              LineVisitor visit) const {
  return ReadIn(view, [&](const TableGeneration& generation, std::uint64_t limit, auto moment) {
    absl::StatusOr<RecordLocation> found = generation.FindChecked(key, key_text, limit);
    if (!found.ok()) return found.status();
    if (*found) {
      const std::string_view line = generation.records.View(*found);
      const bool expires = generation.layout().expires_column() >= 0;
      if (!expires || !HasExpired(generation.layout(), line, moment())) return visit(line);
    }
    return NotFoundError(generation, key, key_text);
  });
}

absl::Status TableCore::VisitMany(View view, int key, std::size_t count, KeyEncoder encode,
                                  NumberedLineVisitor visit) const {
  schema::TextWriter texts;
  absl::InlinedVector<schema::FieldSpan, kKeysTogether> spans;
  absl::InlinedVector<std::uint64_t, kKeysTogether> hashes;
  for (std::size_t first = 0; first < count; first += kKeysTogether) {
    texts.Truncate(0);
    spans.clear();
    hashes.clear();
    const std::size_t end = std::min(first + kKeysTogether, count);
    for (std::size_t i = first; i < end; ++i) {
      schema::FieldSpan& span = spans.emplace_back();
      span.begin = static_cast<std::uint32_t>(texts.size());
      if (absl::Status fits = encode(i, &texts); !fits.ok()) return fits;
      span.end = static_cast<std::uint32_t>(texts.size());
    }
    for (const schema::FieldSpan& span : spans)
      hashes.push_back(HashKeyText(span.In(texts.text())));
    // Others may write between two groups.
    absl::Status read = ReadIn(
        view, [&](const TableGeneration& generation, std::uint64_t limit, auto moment_of_view) {
          const bool expires = generation.layout().expires_column() >= 0;
          const ExpiryMoment moment = expires ? moment_of_view() : ExpiryMoment();
          generation.Fetch(key, hashes);
          for (std::size_t i = 0; i < hashes.size(); ++i) {
            absl::StatusOr<RecordLocation> found =
                generation.FindChecked(key, hashes[i], spans[i].In(texts.text()), limit);
            if (!found.ok()) return found.status();
            if (!*found) continue;
            const std::string_view line = generation.records.View(*found);
            if (expires && HasExpired(generation.layout(), line, moment)) continue;
            absl::Status visited = visit(first + i, line);
            if (!visited.ok()) return visited;
          }
          return absl::OkStatus();
        });
    if (!read.ok()) return read;
  }
  return absl::OkStatus();
}

}  // namespace linedb::engine
