#include "engine/exchange/record_judge.h"

#include <algorithm>
#include <utility>

#include "engine/exchange/member_walker.h"

namespace linedb::engine {
namespace {

// Longer records are described by their first fault alone: the others would cost a copy each.
constexpr std::size_t kJudgedBytesMax = std::size_t{1} << 20;

// The object with no member but those named: the others are blanked, so that positions stay.
std::string OnlyMembers(std::string_view json, const std::vector<JsonMember>& members,
                        std::string_view name) {
  std::string text(json.size(), ' ');
  text[json.find('{')] = '{';
  text[json.rfind('}')] = '}';
  std::size_t last_end = 0;
  for (const JsonMember& member : members) {
    if (member.name != name) continue;
    const auto begin = static_cast<std::size_t>(member.text.data() - json.data());
    if (last_end > 0) text[last_end] = ',';
    text.replace(begin, member.text.size(), member.text);
    last_end = begin + member.text.size();
  }
  return text;
}

}  // namespace

absl::StatusOr<RecordJudge> RecordJudge::Create(const TableSchema& schema) {
  RecordJudge judge;
  for (const ColumnSchema& column : schema.columns) {
    TableSchema one{.table_name = schema.table_name, .columns = {column}};
    one.columns[0].check.clear();  // which may name other columns, and is asked of whole records
    absl::StatusOr<schema::RecordLayout> layout = schema::RecordLayout::Create(std::move(one));
    if (!layout.ok()) return layout.status();
    judge.alone_.push_back(*std::move(layout));
  }
  return judge;
}

std::vector<RecordFault> RecordJudge::Faults(std::string_view json,
                                             const schema::CanonicalizeOptions& options,
                                             const schema::RecordError& first) {
  std::vector<RecordFault> faults;
  std::vector<JsonMember> members;
  if (json.size() > kJudgedBytesMax) return {{.error = first}};
  if (!WalkMembers(json, &members)) return {{.error = first, .is_syntax = true}};
  schema::CanonicalizeOptions column_options = options;
  column_options.ignore_unknown_columns = true;
  column_options.assigned_key = 1;
  std::string line;
  std::vector<schema::FieldSpan> spans;
  for (const schema::RecordLayout& layout : alone_) {
    RecordFault fault;
    const std::string text = OnlyMembers(json, members, layout.schema().columns[0].name);
    line.clear();
    if (!schema::CanonicalizeRecord(layout, text, column_options, &line, &spans, &fault.error)
             .ok()) {
      fault.error.column = layout.schema().columns[0].name;
      faults.push_back(std::move(fault));
    }
  }
  for (const JsonMember& member : members) {
    const bool known = std::any_of(alone_.begin(), alone_.end(), [&](const auto& layout) {
      return layout.schema().columns[0].name == member.name;
    });
    if (known || options.ignore_unknown_columns) continue;
    faults.push_back({.error = {.byte = static_cast<std::size_t>(member.text.data() - json.data()),
                                .column = member.name,
                                .reason = "there is no such column"},
                      .unknown_column = true});
  }
  // Whatever shows only in the record as a whole.
  if (faults.empty()) faults.push_back({.error = first});
  std::stable_sort(faults.begin(), faults.end(), [](const RecordFault& a, const RecordFault& b) {
    return a.error.byte < b.error.byte;
  });
  return faults;
}

}  // namespace linedb::engine
