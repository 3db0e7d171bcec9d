#include "engine/storage/schema_place.h"

#include "wal/wal_line.h"

namespace linedb::engine {

SchemaPlace PlaceInSchema(std::string_view text, std::string_view message) {
  std::string_view rest = message;
  std::uint64_t line = 0;
  std::uint64_t column = 0;
  const bool is_placed = wal::ConsumePrefix(&rest, "line ") && wal::ConsumeNumber(&rest, &line) &&
                         wal::ConsumePrefix(&rest, " column ") &&
                         wal::ConsumeNumber(&rest, &column) && wal::ConsumePrefix(&rest, ": ");
  if (!is_placed || line == 0 || column == 0) return {1, 0, std::string(message)};
  std::size_t begin = 0;  // of the line; npos + 1 is 0
  for (std::uint64_t i = 1; i < line; ++i) begin = text.find('\n', begin) + 1;
  return {line, begin + column - 1, std::string(rest)};
}

}  // namespace linedb::engine
