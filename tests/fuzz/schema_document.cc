// A schema file is written anew when a table is altered or compacted: what was read from it must be
// read from that again, or a program would lose its table to its own writer.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "schema/record_layout.h"
#include "schema/schema_document.h"
#include "tests/fuzz/fuzz_target.h"

namespace linedb::fuzz {
namespace {

void CheckText(const std::string& text, const TableSchema& schema) {
  const auto again = schema::ParseSchemaDocument(text);
  Require(again.ok(), "what is written can be read", text);
  Require(again->schema == schema, "it is read as it was", text);
  Require(again->format == schema::SchemaFormatOf(schema), "it is written in our format", text);
  Require(nlohmann::json::accept(text), "every reader of JSON reads it", text);
}

void CheckAccepted(std::string_view text, const TableSchema& schema) {
  Require(nlohmann::json::accept(text), "what is accepted is JSON", text);
  Require(schema::RecordLayout::Create(schema).ok(), "it can be a table's", text);
  const std::string formatted = schema::FormatSchemaDocument(schema);
  CheckText(formatted, schema);
  const std::string compact = schema::FormatSchemaDocumentCompact(schema);
  CheckText(compact, schema);
  Require(compact.find('\n') == std::string::npos, "in the log it is one line", compact);
  Require(formatted.ends_with('\n'), "a file ends in a line feed", formatted);
}

}  // namespace
}  // namespace linedb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linedb::fuzz;
  const std::string_view text = TextOf(data, size);
  const auto document = linedb::schema::ParseSchemaDocument(text);
  if (document.ok()) {
    CheckAccepted(text, document->schema);
    return 0;
  }
  const absl::Status& status = document.status();
  Require(absl::IsDataLoss(status) || absl::IsFailedPrecondition(status) ||
              absl::IsInvalidArgument(status),
          "it is refused by one of the codes promised", status.ToString());
  Require(!status.message().empty(), "a refusal says why");
  return 0;
}
