// Records by the values of some columns that have neither key nor index, for a join over them:
// what SQLite makes by itself of its own tables (an automatic index), but not of others'.

#ifndef LINEDB_TOOLS_BRIDGES_SQLITE_LOOKUP_TABLE_H_
#define LINEDB_TOOLS_BRIDGES_SQLITE_LOOKUP_TABLE_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "linedb/table_core.h"
#include "schema/record_layout.h"

namespace linedb::sqlite {

// 24 bytes a record. Constant once it is made; any thread.
class LookupTable {
 public:
  struct Entry {
    std::uint64_t hash;
    const char* begin;
    std::uint32_t bytes;

    std::string_view line() const { return {begin, bytes}; }
  };

  // Of what the snapshot sees, which must outlive it; records with null in one of these stored
  // columns are left out. kCancelled: interrupted, which may be empty; else as TableCore::Scan.
  static absl::StatusOr<LookupTable> Build(const engine::TableCore& core,
                                           const ReadTransaction& snapshot,
                                           const schema::RecordLayout& layout,
                                           const std::vector<int>& columns,
                                           const std::function<bool()>& interrupted);

  // The records with these values, their order keys one behind the other, and perhaps others.
  std::span<const Entry> Find(std::string_view key) const;
  std::size_t size() const { return entries_.size(); }

 private:
  std::vector<Entry> entries_;  // by hash
};

}  // namespace linedb::sqlite

#endif  // LINEDB_TOOLS_BRIDGES_SQLITE_LOOKUP_TABLE_H_
