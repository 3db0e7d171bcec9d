// A record that is let in must be one that every other reader of JSON reads, with the same values,
// and in its one spelling: else a key would be two keys, or a table would be closed to jq. A record
// that is refused must leave nothing behind.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/json_text.h"
#include "schema/record_codec.h"
#include "tests/fuzz/fuzz_schemas.h"
#include "tests/fuzz/fuzz_target.h"

namespace linedb::fuzz {
namespace {

using nlohmann::json;
using schema::FieldSpan;
using schema::RecordLayout;

struct Canonical {
  std::string line;
  std::vector<FieldSpan> spans;
};

// Timestamps may be given in several spellings; every other type has the value that stands there.
void CheckValues(const RecordLayout& layout, const json& given, const json& stored) {
  Require(stored.size() == layout.columns().size(), "each column is stored", stored.dump());
  for (const ColumnSchema& column : layout.columns()) {
    Require(stored.contains(column.name), "each column is stored", column.name);
    const auto found = given.find(column.name);
    if (found == given.end() || found->is_null() || column.type == Type::kTimestamp) continue;
    const json& value = stored[column.name];
    const bool same =
        column.type == Type::kFloat ? found->get<double>() == value.get<double>() : *found == value;
    Require(same, "the value stored is the one given", column.name);
  }
}

void CheckSplit(const RecordLayout& layout, const Canonical& record) {
  std::vector<FieldSpan> found(record.spans.size());
  for (int last = 0; last < layout.column_count(); ++last) {
    Require(SplitCanonical(layout, record.line, last, found.data()), "it splits", record.line);
    for (std::size_t i = 0; i <= static_cast<std::size_t>(last); ++i) {
      Require(found[i].begin == record.spans[i].begin && found[i].end == record.spans[i].end,
              "it splits where it was joined", record.line);
    }
  }
}

void CheckKeys(const RecordLayout& layout, const Canonical& record) {
  std::string scratch;
  for (const schema::KeyLayout& key : layout.keys()) {
    const auto text = KeyTextOf(key, record.line, record.spans.data(), &scratch);
    if (!text.has_value()) {
      Require(!key.primary, "a primary key is not null", record.line);
      continue;
    }
    const std::string listed = "[" + std::string(*text) + "]";
    Require(*KeyTextFromJson(layout, key, listed) == *text, "a key is read as written", listed);
  }
}

void CheckTombstone(const RecordLayout& layout, const Canonical& record) {
  Require(!schema::IsTombstone(record.line), "a record is no tombstone", record.line);
  std::string tombstone;
  AppendTombstone(layout, record.line, record.spans.data(), &tombstone);
  std::string scratch;
  const auto key = KeyTextOf(layout.keys()[0], record.line, record.spans.data(), &scratch);
  Require(schema::IsTombstone(tombstone), "a tombstone is one", tombstone);
  Require(TombstoneKey(layout, tombstone) == key, "a tombstone names its record", tombstone);
  // In another spelling it names the same.
  const std::string loose = json::parse(tombstone).dump(1);
  Require(TombstoneKey(layout, loose) == key, "another spelling of it, too", loose);
}

void CheckAccepted(const RecordLayout& layout, std::string_view text, const Canonical& record,
                   const schema::CanonicalizeOptions& options) {
  Require(record.line.find('\n') == std::string::npos, "it is one line", record.line);
  const json given = json::parse(text, nullptr, /*allow_exceptions=*/false);
  Require(!given.is_discarded(), "what is let in is JSON");
  CheckValues(layout, given, json::parse(record.line));
  Canonical again;
  Require(CanonicalizeRecord(layout, record.line, options, &again.line, &again.spans, nullptr).ok(),
          "what is canonical is let in", record.line);
  Require(again.line == record.line, "what is canonical stays as it is", record.line);
  CheckSplit(layout, record);
  CheckKeys(layout, record);
  CheckTombstone(layout, record);
}

// Text that is no record at all reaches these, too: a damaged file's lines do.
void CheckUnjudged(const RecordLayout& layout, std::string_view text) {
  std::vector<FieldSpan> spans(layout.columns().size());
  std::string scratch;
  if (SplitCanonical(layout, text, layout.column_count() - 1, spans.data())) {
    for (const schema::KeyLayout& key : layout.keys()) {
      static_cast<void>(KeyTextOf(key, text, spans.data(), &scratch));
    }
  }
  const std::optional<std::string> key = TombstoneKey(layout, text);
  Require(!key.has_value() || schema::IsTombstone(text), "only a tombstone names a key", text);
  for (const schema::KeyLayout& key_layout : layout.keys()) {
    const auto from_json = KeyTextFromJson(layout, key_layout, text);
    const auto from_user = KeyTextFromUser(layout, key_layout, text);
    Require(!from_json.ok() || *from_user == *from_json, "JSON typed is JSON", text);
    if (!from_json.ok()) continue;
    const std::string listed = "[" + *from_json + "]";
    Require(*KeyTextFromJson(layout, key_layout, listed) == *from_json, "keys are canonical", text);
  }
}

}  // namespace
}  // namespace linedb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linedb::fuzz;
  std::string_view text = TextOf(data, size);
  const unsigned choice = TakeChoice(&text);
  const linedb::schema::RecordLayout& layout = LayoutOf(choice & 3);
  linedb::schema::CanonicalizeOptions options;
  if ((choice & 4) != 0) options.assigned_key = 7;
  options.ignore_unknown_columns = (choice & 8) != 0;
  options.original_format = (choice & 16) != 0;
  Canonical record{"before", {}};
  linedb::schema::RecordError error;
  const absl::Status status =
      CanonicalizeRecord(layout, text, options, &record.line, &record.spans, &error);
  if (status.ok()) {
    record.line.erase(0, std::string_view("before").size());
    CheckAccepted(layout, text, record, options);
  } else {
    Require(record.line == "before", "what is refused appends nothing", record.line);
    Require(absl::IsInvalidArgument(status) && !error.reason.empty(), "it says why");
    Require(error.byte <= text.size(), "the fault lies in the text", error.reason);
  }
  CheckUnjudged(layout, text);
  return 0;
}
