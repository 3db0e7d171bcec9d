// The frame of a dump: everything in it but the records. engine/FORMAT.md explains it.

#ifndef LINEDB_ENGINE_EXCHANGE_DUMP_FORMAT_H_
#define LINEDB_ENGINE_EXCHANGE_DUMP_FORMAT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "linedb/table_schema.h"

struct XXH3_state_s;

namespace linedb::engine {

inline constexpr std::string_view kDumpFormat = "linedb-dump";
inline constexpr std::int64_t kDumpVersion = 1;

// The first line.
struct DumpHead {
  std::uint64_t lsn = 0;
  std::uint64_t tables = 0;
};

// The line before a table's records.
struct DumpTable {
  std::uint64_t records = 0;
  std::optional<std::int64_t> next_id;  // of a table whose key is assigned
  TableSchema schema;
};

// The last line.
struct DumpEnd {
  std::uint64_t tables = 0;
  std::uint64_t records = 0;
  std::uint64_t checksum = 0;  // of all bytes before this line
};

// Each appends a whole line, "\n" included.
void AppendDumpHead(const DumpHead& head, std::string* text);
void AppendDumpTable(const DumpTable& table, std::string* text);
void AppendDumpEnd(const DumpEnd& end, std::string* text);

// XXH3-64 of bytes that come piece by piece. One thread at a time.
class StreamChecksum {
 public:
  StreamChecksum();
  void Add(std::string_view bytes);
  std::uint64_t Total() const;

 private:
  struct FreeState {
    void operator()(XXH3_state_s* state) const;
  };
  std::unique_ptr<XXH3_state_s, FreeState> state_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_DUMP_FORMAT_H_
