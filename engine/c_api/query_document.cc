#include "engine/c_api/query_document.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace linedb::c_api {
namespace {

// Members of a JSON object, read one by one; the first thing that is wrong stays.
class MemberReader {
 public:
  // `where` names the object in messages.
  MemberReader(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) Note("", "an object is expected");
  }

  // Null if it is not there.
  const Json* Find(const char* name) {
    known_.emplace_back(name);
    const auto found = object_.is_object() ? object_.find(name) : object_.end();
    return object_.is_object() && found != object_.end() ? &*found : nullptr;
  }
  std::optional<std::string> Text(const char* name) {
    const Json* member = Find(name);
    if (member == nullptr) return std::nullopt;
    if (member->is_string()) return member->get<std::string>();
    Note(name, "a string is expected");
    return std::nullopt;
  }
  std::string RequiredText(const char* name) {
    std::optional<std::string> text = Text(name);
    if (!text.has_value()) Note(name, "is missing");
    return std::move(text).value_or("");
  }
  std::optional<std::uint64_t> Count(const char* name) {
    const Json* member = Find(name);
    if (member == nullptr) return std::nullopt;
    if (member->is_number_unsigned()) return member->get<std::uint64_t>();
    Note(name, "a count is expected: 0, 1, 2 …");
    return std::nullopt;
  }
  bool Bool(const char* name) {
    const Json* member = Find(name);
    if (member == nullptr) return false;
    if (member->is_boolean()) return member->get<bool>();
    Note(name, "true or false is expected");
    return false;
  }

  // What is wrong; also if there is a member that nobody asked for.
  absl::Status Finish() {
    if (!status_.ok() || !object_.is_object()) return status_;
    for (const auto& [name, member] : object_.items()) {
      if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
        Note(name, "there is no such member");
      }
    }
    return status_;
  }

 private:
  void Note(std::string_view member, std::string_view fault) {
    const char* const dot = member.empty() ? "" : ".";
    status_.Update(absl::InvalidArgumentError(
        absl::StrCat(where_, dot, std::string(member), ": ", std::string(fault))));
  }

  const Json& object_;
  const std::string where_;
  std::vector<std::string> known_;
  absl::Status status_;
};

// The records of another table: of "exists" and "join".
struct OtherRecords {
  std::string table;
  std::string on;
  std::optional<std::string> where;

  explicit OtherRecords(MemberReader* members)
      : table(members->RequiredText("table")),
        on(members->RequiredText("on")),
        where(members->Text("where")) {}

  absl::StatusOr<JsonQuery> Open(Database& database) const {
    const absl::StatusOr<JsonTable> opened = JsonTable::Open(database, table);
    if (!opened.ok()) return opened.status();
    return where.has_value() ? opened->Where(*where) : opened->All();
  }
};

absl::Status AddExists(Database& database, const Json& document, JsonQuery* query) {
  MemberReader members(document, "query.exists");
  const OtherRecords other(&members);
  const bool negated = members.Bool("not");
  if (absl::Status read = members.Finish(); !read.ok()) return read;
  const absl::StatusOr<JsonQuery> records = other.Open(database);
  if (!records.ok()) return records.status();
  *query =
      negated ? query->WhereNotExists(*records, other.on) : query->WhereExists(*records, other.on);
  return absl::OkStatus();
}

absl::Status AddJoin(Database& database, const Json& document, JsonQuery* query) {
  MemberReader members(document, "query.join");
  const OtherRecords other(&members);
  const std::optional<std::string> as = members.Text("as");
  const std::optional<std::string> pairs_where = members.Text("pairs_where");
  if (absl::Status read = members.Finish(); !read.ok()) return read;
  const absl::StatusOr<JsonQuery> records = other.Open(database);
  if (!records.ok()) return records.status();
  *query = query->Join(*records, other.on, as.value_or(""));
  if (pairs_where.has_value()) *query = query->Where(*pairs_where);
  return absl::OkStatus();
}

absl::Status AddOtherTables(Database& database, const Json* exists, const Json* join,
                            JsonQuery* query) {
  if (exists != nullptr && !exists->is_array()) {
    return absl::InvalidArgumentError("query.exists: an array is expected");
  }
  for (const Json& each : exists != nullptr ? *exists : Json::array()) {
    if (absl::Status added = AddExists(database, each, query); !added.ok()) return added;
  }
  return join != nullptr ? AddJoin(database, *join, query) : absl::OkStatus();
}

// Groups, what is selected, order and limits.
JsonQuery Shaped(JsonQuery query, MemberReader* members) {
  if (const auto groups = members->Text("group_by")) query = query.GroupBy(*groups);
  if (const auto outputs = members->Text("select")) query = query.Select(*outputs);
  if (members->Bool("distinct")) query = query.Distinct();
  if (const auto orders = members->Text("order_by")) query = query.OrderBy(*orders);
  if (const auto rows = members->Count("limit")) query = query.Limit(*rows);
  if (const auto rows = members->Count("offset")) query = query.Offset(*rows);
  return query;
}

// nlohmann takes the last of two members of one name, silently. Called by it as it reads.
class DoubledMember {
 public:
  bool Look(int depth, Json::parse_event_t event, const Json& value) {
    const auto level = static_cast<std::size_t>(depth);
    if (names_.size() < level + 2) names_.resize(level + 2);
    if (event == Json::parse_event_t::object_end) names_[level + 1].clear();
    if (event != Json::parse_event_t::key) return true;
    std::vector<std::string>& seen = names_[level];
    const std::string& name = value.get_ref<const std::string&>();
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) doubled_ = name;
    seen.push_back(name);
    return true;
  }
  const std::optional<std::string>& name() const { return doubled_; }

 private:
  std::vector<std::vector<std::string>> names_;  // by depth
  std::optional<std::string> doubled_;
};

}  // namespace

absl::StatusOr<DocumentQuery> ParseQueryDocument(Database& database, std::string_view text) {
  DoubledMember doubled;
  const Json document = Json::parse(
      text,
      [&doubled](int depth, Json::parse_event_t event, const Json& value) {
        return doubled.Look(depth, event, value);
      },
      /*allow_exceptions=*/false);
  if (document.is_discarded()) return absl::InvalidArgumentError("the query is not JSON");
  if (doubled.name().has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("query: ", *doubled.name(), " is there twice"));
  }
  MemberReader members(document, "query");
  const std::string name = members.RequiredText("table");
  const std::optional<std::string> where = members.Text("where");
  const Json* exists = members.Find("exists");
  const Json* join = members.Find("join");
  if (name.empty()) return members.Finish();
  const absl::StatusOr<JsonTable> table = JsonTable::Open(database, name);
  if (!table.ok()) return table.status();
  absl::StatusOr<JsonQuery> query = where.has_value() ? table->Where(*where) : table->All();
  if (!query.ok()) return query.status();
  absl::Status added = AddOtherTables(database, exists, join, &*query);
  if (!added.ok()) return added;
  JsonQuery shaped = Shaped(*std::move(query), &members);
  if (absl::Status read = members.Finish(); !read.ok()) return read;
  if (!shaped.status().ok()) return shaped.status();
  return DocumentQuery{*table, std::move(shaped), /*is_plain_walk=*/document.size() == 1};
}

}  // namespace linedb::c_api
