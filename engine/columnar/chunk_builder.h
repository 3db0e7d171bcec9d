// Makes chunks of rows and columns from a table's bytes, over all cores.

#ifndef LINEDB_ENGINE_COLUMNAR_CHUNK_BUILDER_H_
#define LINEDB_ENGINE_COLUMNAR_CHUNK_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "engine/columnar/column_chunk.h"
#include "engine/index/table_generation.h"
#include "engine/storage/superseded_lines.h"
#include "wal/file_system.h"

namespace linedb::engine {

// A table's bytes at one moment, as a ScanState has them: they stay while this object and the
// generation do.
struct TableBytes {
  std::shared_ptr<const wal::Mapping> mapping;
  std::string_view file;  // as far as it is published
  std::string_view tail;  // of a table opened for reading: behind the file

  std::uint64_t end() const { return file.size() + tail.size(); }
  // What lies from `offset` on in the file or in the tail; lines do not reach over.
  std::string_view From(std::uint64_t offset) const {
    return offset < file.size() ? file.substr(offset) : tail.substr(offset - file.size());
  }
};

// A chunk that is to be brought up to date, and becomes it.
struct ChunkWork {
  std::size_t index = 0;
  RowChunk rows;
  std::vector<ColumnChunk> columns;
};

// Brings chunks to the same extent: the rows of the lines up to `end`, and the columns' values of
// all rows. What others were shown of the chunks stays as it is. One object for one run.
class ChunkBuilder {
 public:
  struct Extent {
    std::uint64_t rows_end = 0;  // the rows of lines before it are known
    std::uint64_t end = 0;       // between lines
  };
  // `columns`: the stored columns' numbers, in the order of ChunkWork::columns. All references
  // stay the caller's.
  ChunkBuilder(const TableGeneration& generation, const TableBytes& bytes,
               const SupersededLines& superseded, Extent extent, std::span<const int> columns,
               const ColumnMemory& memory);

  // kDataLoss where the bytes are not what was written, or no records: the work is then of no use.
  // Throws std::bad_alloc if there is no memory for the arrays.
  absl::Status Run(std::vector<ChunkWork>& work) const;

 private:
  absl::Status Build(ChunkWork& work) const;
  absl::Status FindRows(ChunkWork& work, std::uint64_t begin, std::uint64_t end) const;
  absl::Status ReadColumns(ChunkWork& work, std::uint32_t first_row,
                           const std::vector<std::size_t>& which) const;
  absl::Status Compare(std::uint64_t begin, std::uint64_t end) const;
  absl::Status Unreadable(std::uint64_t offset) const;
  bool IsComplete(const ChunkWork& work) const;

  const TableGeneration& generation_;
  const TableBytes& bytes_;
  const SupersededLines& superseded_;
  const Extent extent_;
  const std::span<const int> columns_;
  const ColumnMemory& memory_;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_COLUMNAR_CHUNK_BUILDER_H_
