// A table's rows and columns come in chunks, one for each stretch of its file.
//
//   file     | 2 MiB           | 2 MiB           | 2 MiB    …published
//   rows       begins, live      begins, live      begins, live
//   column     values, validity  values, validity  values, validity
//
// A line belongs to the chunk in which it begins. So the chunks can be built side by side, an
// offset says in which chunk its row is, and only the last chunk grows.

#ifndef LINEDB_ENGINE_COLUMNAR_COLUMN_CHUNK_H_
#define LINEDB_ENGINE_COLUMNAR_COLUMN_CHUNK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/columnar/column_buffer.h"
#include "linedb/value.h"

namespace linedb::engine {

// Offsets in a chunk fit into 32 bits, those in the bytes of its texts, too: a line that begins at
// its end adds 16 MiB at most.
inline constexpr std::uint64_t kColumnChunkBytes = std::uint64_t{2} << 20;

// A value type: copies share the buffers. Which lines of a stretch of file are rows, and which of
// them are superseded for everybody. There are lines without a row: tombstones, and what was
// superseded for everybody when the chunk was made.
struct RowChunk {
  std::uint32_t rows = 0;
  std::uint32_t live_rows = 0;
  std::shared_ptr<ColumnBuffer> begins;  // uint32 each: where the line begins, from the chunk on
  std::shared_ptr<const ColumnBuffer> live;  // a bit each, LSB first; null: all are

  // The number of rows that begin before `offset` in the chunk.
  std::uint32_t RowsBefore(std::uint64_t offset) const;
  // The row of the line that begins there, if it is one.
  std::optional<std::uint32_t> Find(std::uint64_t offset) const;

  // Adds rows, all live.
  void Append(const ColumnMemory& memory, const std::vector<std::uint32_t>& more, bool complete);
};

// A column's values of a chunk's rows, in Arrow's layout. A value type, as RowChunk.
struct ColumnChunk {
  std::uint32_t rows = 0;
  // By type: int, int64 · float, double · bool, bits · timestamp, int64 of microseconds · date,
  // int32 of days · str and bytes, rows + 1 offsets of int32 into `bytes`.
  std::shared_ptr<ColumnBuffer> values;
  std::shared_ptr<ColumnBuffer> bytes;
  std::shared_ptr<const ColumnBuffer> validity;  // bits; null: no value is null
};

// Whether a column of that type can be kept: all but json.
constexpr bool IsColumnar(Type type) { return type != Type::kJson; }

// Adds values to a chunk's column. One thread.
class ColumnAppender {
 public:
  // There will be `rows` rows; of `before` what others see stays as it is.
  ColumnAppender(ColumnMemory memory, Type type, const ColumnChunk& before, std::uint32_t rows,
                 bool complete);

  // The next row's value, as it stands in a canonical line at `at`. Where it ends, or null if it is
  // no value of the type.
  const char* Read(const char* at, const char* end);

  // When all rows were read.
  ColumnChunk Finish();

 private:
  const char* ReadNull(const char* at, const char* end);
  const char* ReadText(const char* at, const char* end);
  const char* ReadValue(const char* at, const char* end);
  std::size_t FixedBytes() const;
  void EndText();

  ColumnMemory memory_;
  const Type type_;
  const ColumnChunk before_;
  const std::uint32_t rows_;
  const bool complete_;
  std::uint32_t row_;  // the next one
  std::shared_ptr<ColumnBuffer> values_;
  std::shared_ptr<ColumnBuffer> validity_;  // null while no value is
  std::string text_;                        // of the rows added
  std::size_t text_before_ = 0;             // bytes of those before
  std::string scratch_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_COLUMNAR_COLUMN_CHUNK_H_
