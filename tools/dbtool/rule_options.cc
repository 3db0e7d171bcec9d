#include "tools/dbtool/rule_options.h"

namespace linedb::dbtool {

void AddRuleOptions(CLI::App* command, const char* index_option, SchemaEdit* edit) {
  AddRepeated(command, "--unique", &edit->unique, "a,b: no two records share these; repeatable",
              "COLUMNS");
  AddRepeated(command, index_option, &edit->add_indexes, "a,b or a,b:unique: an ordered index",
              "COLUMNS");
  AddRepeated(command, "--check", &edit->checks,
              "'began <= ended': what no record may make false; repeatable", "EXPRESSION");
  AddRepeated(command, "--reference", &edit->references,
              "a,b:table[:key columns][:cascade]: these are a key there; when that\n"
              "record goes: restrict, cascade or set null",
              "SPEC");
  command->add_option("--expires", edit->expires, "Records are not seen from that time on")
      ->type_name("COLUMN");
}

}  // namespace linedb::dbtool
