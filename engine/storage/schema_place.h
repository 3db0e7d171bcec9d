// Where in a schema file something is wrong.

#ifndef LINEDB_ENGINE_STORAGE_SCHEMA_PLACE_H_
#define LINEDB_ENGINE_STORAGE_SCHEMA_PLACE_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace linedb::engine {

struct SchemaPlace {
  std::uint64_t line = 1;
  std::uint64_t byte = 0;  // of the file
  std::string reason;
};

// Of what ParseSchemaDocument says of this text: "line 6 column 20: there is no type stx" has the
// place in it. A message without one is of the file as a whole.
SchemaPlace PlaceInSchema(std::string_view text, std::string_view message);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_SCHEMA_PLACE_H_
