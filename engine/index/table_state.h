// A table in memory: where its records lie, by key.

#ifndef LINEDB_ENGINE_INDEX_TABLE_STATE_H_
#define LINEDB_ENGINE_INDEX_TABLE_STATE_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "engine/index/hash_index.h"
#include "engine/storage/record_location.h"
#include "engine/storage/records_file.h"
#include "engine/storage/superseded_lines.h"
#include "linedb/struct_codec.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// The spans of a line's fields; tables of up to sixteen columns need no allocation for them.
using FieldSpans = absl::InlinedVector<schema::FieldSpan, 16>;

inline constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// What TableState::next_id is once the largest possible key was used.
inline constexpr std::int64_t kKeysExhausted = std::numeric_limits<std::int64_t>::min();

std::uint64_t HashKeyText(std::string_view text);

// The state of one table. Readers hold `mutex` shared; the writer holds it exclusively when it
// changes what they see, and needs no lock to read, since nobody else changes anything.
class TableState {
 public:
  explicit TableState(schema::RecordLayout layout);

  const schema::RecordLayout& layout() const { return layout_; }
  const std::string& name() const { return layout_.schema().table_name; }

  // The newest line below `limit` whose key number `key` has this text, and that
  // `visible(location)` takes.
  template <class Visible>
  RecordLocation Find(int key, std::uint64_t hash, std::string_view text, std::uint64_t limit,
                      Visible&& visible) const {
    return indexes[static_cast<std::size_t>(key)].Find(hash, limit, [&](RecordLocation location) {
      return visible(location) && LineHasKey(key, location, text);
    });
  }
  // Among committed lines; the caller holds the mutex shared.
  RecordLocation FindCommitted(int key, std::string_view text) const {
    return Find(key, HashKeyText(text), text, visible_bytes, [](RecordLocation) { return true; });
  }

  bool LineHasKey(int key, RecordLocation location, std::string_view text) const;

  // The next assigned key after `value` was used.
  void NoteKeyUsed(std::int64_t value, std::int64_t* next) const;

  // Enters a line that follows all others into the indexes and counters, superseding the line of
  // its primary key; a tombstone removes. For loading, before there are readers. False if the line
  // has another shape than this table's, or a unique value that another record has: `clash` is
  // then that record's location, if any.
  bool LoadLine(RecordLocation location, RecordLocation* clash);

  mutable std::shared_mutex mutex;
  RecordsFile records;
  std::vector<HashIndex> indexes;  // one for each key of the layout
  SupersededLines superseded;
  std::uint64_t visible_bytes = 0;  // lines from here on are the open transaction's
  std::uint64_t lines = 0;
  std::uint64_t live = 0;
  std::int64_t next_id = 1;
  std::uint64_t schema_checksum = 0;

 private:
  bool LoadTombstone(RecordLocation location, std::string_view line);
  void RemoveLoaded(RecordLocation location);

  schema::RecordLayout layout_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_INDEX_TABLE_STATE_H_
