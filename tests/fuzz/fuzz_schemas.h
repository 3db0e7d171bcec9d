// The tables that the fuzz targets fill: each kind of key, each type.

#ifndef LINEDB_TESTS_FUZZ_FUZZ_SCHEMAS_H_
#define LINEDB_TESTS_FUZZ_FUZZ_SCHEMAS_H_

#include <array>
#include <string_view>
#include <vector>

#include "schema/record_layout.h"
#include "schema/schema_document.h"
#include "tests/fuzz/fuzz_target.h"

namespace linedb::fuzz {

inline constexpr std::array<std::string_view, 4> kSchemas = {
    // An assigned key, a unique column, a default.
    R"({"format":1,"table_name":"student","schema":{
        "id":{"type":"int","primary_key":true,"nullable":true},"name":{"type":"str"},
        "email":{"type":"str","nullable":true,"unique":true},
        "gpa":{"type":"float","nullable":true,"default":0.0}}})",
    // Each type.
    R"({"format":1,"table_name":"everything","schema":{
        "i":{"type":"int","primary_key":true},"f":{"type":"float","nullable":true},
        "b":{"type":"bool","nullable":true},"s":{"type":"str","nullable":true},
        "y":{"type":"bytes","nullable":true},"t":{"type":"timestamp","nullable":true},
        "d":{"type":"date","nullable":true},"j":{"type":"json","nullable":true}}})",
    // A compound key out of order, a compound unique key.
    R"({"format":1,"table_name":"track","schema":{
        "note":{"type":"str","nullable":true},"list":{"type":"int","primary_key":true},
        "code":{"type":"str","primary_key":true},"at":{"type":"timestamp","nullable":true}},
        "unique_keys":[["note","at"]]})",
    // No key: a hidden row number.
    R"({"format":1,"table_name":"visit","schema":{
        "wh\"o\\":{"type":"str"},"what":{"type":"json","nullable":true}}})",
};

inline const schema::RecordLayout& LayoutOf(unsigned choice) {
  static const std::vector<schema::RecordLayout>& layouts = *[] {
    auto* made = new std::vector<schema::RecordLayout>;
    for (const std::string_view text : kSchemas) {
      const auto document = schema::ParseSchemaDocument(text);
      Require(document.ok(), "the schema can be read", document.status().ToString());
      made->push_back(*schema::RecordLayout::Create(document->schema));
    }
    return made;
  }();
  return layouts[choice % layouts.size()];
}

}  // namespace linedb::fuzz

#endif  // LINEDB_TESTS_FUZZ_FUZZ_SCHEMAS_H_
