#include "engine/references/resolved_reference.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"

namespace linedb::engine {
namespace {

using Json = nlohmann::ordered_json;
using schema::RecordLayout;

constexpr char kPayload[] = "linedb/broken_references";

template <class... Words>
absl::Status Refuse(const RecordLayout& from, const ReferenceSchema& reference,
                    const Words&... words) {
  return absl::InvalidArgumentError(absl::StrCat(from.schema().table_name, ": reference (",
                                                 absl::StrJoin(reference.columns, ","),
                                                 "): ", words...));
}

bool HasSameColumns(const std::vector<int>& a, std::vector<int> b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin());
}

// The number of the key over these columns, in any order, or -1.
int FindKeyOver(const RecordLayout& layout, const std::vector<int>& columns) {
  for (std::size_t key = 0; key < layout.keys().size(); ++key) {
    if (HasSameColumns(layout.keys()[key].columns, columns)) return static_cast<int>(key);
  }
  return -1;
}

int FindIndex(const RecordLayout& layout, const std::vector<int>& columns) {
  for (std::size_t index = 0; index < layout.indexes().size(); ++index) {
    const std::vector<int>& known = layout.indexes()[index].columns;
    const bool begins =
        columns.size() <= known.size() && std::equal(columns.begin(), columns.end(), known.begin());
    if (begins) return static_cast<int>(index);
  }
  return -1;
}

const ColumnSchema& Column(const RecordLayout& layout, int column) {
  return layout.columns()[static_cast<std::size_t>(column)];
}

// The columns of the key, in the order in which the reference names them.
absl::StatusOr<std::vector<int>> NamedKey(const RecordLayout& from,
                                          const ReferenceSchema& reference,
                                          const RecordLayout& to) {
  if (reference.key.empty()) {
    if (!to.has_row_id()) return to.keys()[0].columns;
    return Refuse(from, reference, "table ", reference.table, " has no primary key");
  }
  std::vector<int> columns;
  for (const std::string& name : reference.key) {
    columns.push_back(to.FindColumn(name));
    if (columns.back() < 0 || name == schema::kRowIdColumn) {
      return Refuse(from, reference, "table ", reference.table, " has no column ", name);
    }
  }
  return columns;
}

absl::Status CheckTypes(const RecordLayout& from, const ReferenceSchema& reference,
                        const std::vector<int>& columns, const RecordLayout& to,
                        const std::vector<int>& key) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const ColumnSchema& column = Column(from, columns[i]);
    const ColumnSchema& wanted = Column(to, key[i]);
    if (column.type == wanted.type) continue;
    return Refuse(from, reference, "column ", column.name, " is ",
                  std::string(TypeName(column.type)), ", ", reference.table, ".", wanted.name, " ",
                  std::string(TypeName(wanted.type)));
  }
  return absl::OkStatus();
}

BrokenReference Parts(const RecordLayout& from, const ReferenceSchema& reference,
                      std::string_view value, std::string_view record) {
  BrokenReference broken;
  broken.table = from.schema().table_name;
  broken.columns = absl::StrJoin(reference.columns, ",");
  broken.value = std::string(value);
  broken.record = std::string(record);
  broken.referenced_table = reference.table;
  return broken;
}

}  // namespace

absl::StatusOr<ResolvedReference> ResolveReference(const RecordLayout& from,
                                                   const ReferenceSchema& reference,
                                                   const RecordLayout& to) {
  assert(to.schema().table_name == reference.table);
  if (to.expires_column() >= 0) {
    return Refuse(from, reference, "records of table ", reference.table,
                  " expire, so that what references one would reference nothing");
  }
  absl::StatusOr<std::vector<int>> named = NamedKey(from, reference, to);
  if (!named.ok()) return named.status();
  if (named->size() != reference.columns.size()) {
    return Refuse(from, reference, "it has ", reference.columns.size(), " columns, the key of ",
                  reference.table, " ", named->size());
  }
  ResolvedReference resolved;
  resolved.schema = reference;
  resolved.key = FindKeyOver(to, *named);
  if (resolved.key < 0) {
    return Refuse(from, reference, "no key of table ", reference.table, " has the columns (",
                  absl::StrJoin(reference.key, ","), "): it must be the primary key or unique");
  }
  std::vector<int> columns;
  for (const std::string& name : reference.columns) columns.push_back(from.FindColumn(name));
  absl::Status fits = CheckTypes(from, reference, columns, to, *named);
  if (!fits.ok()) return fits;
  const std::vector<int>& key = to.keys()[static_cast<std::size_t>(resolved.key)].columns;
  for (const int column : key) {
    const auto place = std::find(named->begin(), named->end(), column) - named->begin();
    resolved.columns.columns.push_back(columns[static_cast<std::size_t>(place)]);
  }
  for (const int column : *named) {
    resolved.places.push_back(
        static_cast<int>(std::find(key.begin(), key.end(), column) - key.begin()));
  }
  resolved.columns.name = absl::StrJoin(reference.columns, ",");
  resolved.index = FindIndex(from, columns);
  assert(resolved.index >= 0);  // RecordLayout makes one for each reference
  return resolved;
}

std::string ReferenceName(const RecordLayout& from, const ResolvedReference& reference) {
  return absl::StrCat(from.schema().table_name, ".", reference.columns.name);
}

std::string ReferencedName(const RecordLayout& to, int key, std::string_view key_text) {
  const schema::KeyLayout& layout = to.keys()[static_cast<std::size_t>(key)];
  return absl::StrCat(to.schema().table_name, layout.primary ? "" : absl::StrCat(".", layout.name),
                      " ", std::string(key_text));
}

BrokenReference MissingKey(const RecordLayout& from, const ResolvedReference& reference,
                           const RecordLayout& to, std::string_view key_text,
                           std::string_view record) {
  BrokenReference broken = Parts(from, reference.schema, key_text, record);
  broken.message = absl::StrCat(ReferenceName(from, reference), ": value ", broken.value,
                                " references ", ReferencedName(to, reference.key, key_text),
                                ", which does not exist; record ", broken.record);
  return broken;
}

BrokenReference MissingTable(const RecordLayout& from, const ReferenceSchema& reference,
                             std::string_view value, std::string_view record) {
  BrokenReference broken = Parts(from, reference, value, record);
  broken.message =
      absl::StrCat(broken.table, ".", broken.columns, ": value ", broken.value, " references ",
                   reference.table, ", which has no such key any more; record ", broken.record);
  return broken;
}

BrokenReference StillReferenced(const RecordLayout& from, const ResolvedReference& reference,
                                const RecordLayout& to, std::string_view key_text,
                                std::string_view record, std::string_view referenced) {
  BrokenReference broken = Parts(from, reference.schema, key_text, record);
  broken.referenced_record = std::string(referenced);
  broken.message = absl::StrCat(ReferencedName(to, reference.key, key_text), " is referenced by ",
                                broken.table, " ", broken.record, " (", broken.columns, ", ",
                                std::string(OnDeleteName(reference.schema.on_delete)), "); record ",
                                broken.referenced_record);
  return broken;
}

absl::Status BrokenReferencesError(const std::vector<BrokenReference>& broken,
                                   std::uint64_t count) {
  assert(!broken.empty() && count >= broken.size());
  std::string message = broken[0].message;
  if (count > 1) absl::StrAppend(&message, "; and ", count - 1, " more");
  Json all = Json::array();
  for (const BrokenReference& each : broken) {
    all.push_back({each.table, each.columns, each.value, each.record, each.referenced_table,
                   each.referenced_record, each.message});
  }
  absl::Status error = absl::FailedPreconditionError(message);
  error.SetPayload(kPayload, absl::Cord(all.dump(-1, ' ', false, Json::error_handler_t::replace)));
  return error;
}

}  // namespace linedb::engine

namespace linedb {

std::vector<BrokenReference> BrokenReferencesIn(const absl::Status& status) {
  std::vector<BrokenReference> broken;
  const auto payload = status.GetPayload(engine::kPayload);
  if (!payload.has_value()) return broken;
  const auto all = engine::Json::parse(std::string(*payload), nullptr, false);
  for (const auto& each : all) {
    broken.push_back({each[0], each[1], each[2], each[3], each[4], each[5], each[6]});
  }
  return broken;
}

}  // namespace linedb
