#include "engine/exchange/dump_format.h"

#include <xxhash.h>

#include "absl/strings/str_cat.h"
#include "schema/schema_document.h"
#include "wal/wal_format.h"

namespace linedb::engine {

void AppendDumpHead(const DumpHead& head, std::string* text) {
  absl::StrAppend(text, "{\"format\":\"", std::string(kDumpFormat), "\",\"version\":", kDumpVersion,
                  ",\"lsn\":", head.lsn, ",\"tables\":", head.tables, "}\n");
}

void AppendDumpTable(const DumpTable& table, std::string* text) {
  absl::StrAppend(text, "{\"table\":\"", table.schema.table_name, "\",\"records\":", table.records);
  if (table.next_id) absl::StrAppend(text, ",\"next_id\":", *table.next_id);
  absl::StrAppend(text, ",\"schema\":", schema::FormatSchemaDocumentCompact(table.schema), "}\n");
}

void AppendDumpEnd(const DumpEnd& end, std::string* text) {
  absl::StrAppend(text, "{\"end\":\"", std::string(kDumpFormat), "\",\"tables\":", end.tables,
                  ",\"records\":", end.records, ",\"checksum\":\"",
                  wal::FormatChecksum(end.checksum), "\"}\n");
}

void StreamChecksum::FreeState::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

StreamChecksum::StreamChecksum() : state_(XXH3_createState()) { XXH3_64bits_reset(state_.get()); }

void StreamChecksum::Add(std::string_view bytes) {
  XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
}

std::uint64_t StreamChecksum::Total() const { return XXH3_64bits_digest(state_.get()); }

}  // namespace linedb::engine
