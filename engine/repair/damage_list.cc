#include "engine/repair/damage_list.h"

#include <cassert>

#include "absl/strings/str_cat.h"
#include "schema/base64.h"
#include "schema/json_reader.h"
#include "schema/json_text.h"

namespace linedb::engine {
namespace {

void AppendText(std::string_view name, std::string_view value, std::string* text) {
  absl::StrAppend(text, ",\"", std::string(name), "\":");
  if (value.empty()) {
    text->append("null");
  } else if (!schema::AppendJsonString(value, text)) {
    std::string letters(schema::Base64Size(value.size()), '\0');
    schema::EncodeBase64(value.data(), value.size(), letters.data());
    absl::StrAppend(text, "{\"base64\":\"", letters, "\"}");
  }
}

void AppendJson(std::string_view name, std::string_view json, std::string* text) {
  absl::StrAppend(text, ",\"", std::string(name), "\":", json.empty() ? "null" : std::string(json));
}

}  // namespace

void OfferRecord(std::string_view record, DamagedLine* line) {
  schema::JsonReader reader(record);
  const bool is_json = reader.CheckUtf8() && reader.SkipValue() && reader.ExpectEnd();
  (is_json ? line->record : line->bytes) = std::string(record);
}

std::string_view FateName(Fate fate) {
  switch (fate) {
    case Fate::kRecovered:
      return "recovered";
    case Fate::kKept:
      return "kept";
    case Fate::kPrevious:
      return "previous";
    case Fate::kLost:
      return "lost";
    case Fate::kNotCounted:
      return "not counted";
  }
  assert(false && "a fate without a name");
  return "";
}

std::string FormatReject(const DamagedLine& line) {
  std::string text = "{\"file\":";
  if (!schema::AppendJsonString(line.file, &text)) text.append("null");
  absl::StrAppend(&text, ",\"line\":", line.line, ",\"byte\":", line.byte);
  AppendText("table", line.table, &text);
  AppendJson("key", line.key, &text);
  AppendText("reason", line.reason, &text);
  AppendText("fate", FateName(line.fate), &text);
  AppendText("bytes", line.bytes, &text);
  AppendJson("record", line.record, &text);
  AppendText("source", line.source, &text);
  text.append("}\n");
  return text;
}

}  // namespace linedb::engine
