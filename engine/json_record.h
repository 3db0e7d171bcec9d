// A canonical line -> the record as those see it who know the table at run time only.

#ifndef LINEDB_ENGINE_JSON_RECORD_H_
#define LINEDB_ENGINE_JSON_RECORD_H_

#include <string>
#include <string_view>

#include "linedb/json_table.h"
#include "schema/record_layout.h"

namespace linedb::engine {

// Without what tells apart records of a table that has no key.
inline Json JsonRecordOf(std::string_view line) {
  Json record = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (record.is_object()) record.erase(std::string(schema::kRowIdColumn));
  return record;
}

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_JSON_RECORD_H_
