#include "engine/history/purge_record.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "wal/file_steps.h"
#include "wal/wal_format.h"

namespace linedb::engine {
namespace {

using Json = nlohmann::ordered_json;

// Puts the checksum that stands in the JSON string at the end of `hashes`.
bool AddHash(const Json& json, std::vector<std::uint64_t>* hashes) {
  if (!json.is_string()) return false;
  const std::optional<std::uint64_t> hash = wal::ParseChecksum(json.get<std::string>());
  if (hash.has_value()) hashes->push_back(*hash);
  return hash.has_value();
}

}  // namespace

std::string FormatPurgeRecord(const std::vector<PurgedKey>& keys) {
  Json records = Json::array();
  for (const PurgedKey& key : keys) {
    records.push_back({{"key_hash", wal::FormatChecksum(key.hash)},
                       {"live", key.live},
                       {"operations", key.operations}});
  }
  return Json{{"records", std::move(records)}}.dump();
}

absl::StatusOr<std::vector<std::uint64_t>> ReadPurgeRecord(std::string_view record) {
  const Json json = Json::parse(record, nullptr, /*allow_exceptions=*/false);
  std::vector<std::uint64_t> hashes;
  bool read = json.is_object() && json.contains("records") && json["records"].is_array();
  for (std::size_t i = 0; read && i < json["records"].size(); ++i) {
    const Json& each = json["records"][i];
    read = each.is_object() && each.contains("key_hash") && AddHash(each["key_hash"], &hashes);
  }
  if (read) return hashes;
  return absl::DataLossError(absl::StrCat("not the record of a purge: ", std::string(record)));
}

std::string PurgeMark::Describe() const {
  return absl::StrCat("a purge of ", hashes.size(), hashes.size() == 1 ? " record" : " records",
                      " of table ", table, ", begun ", since);
}

absl::StatusOr<PurgeMark> ReadPurgeMark(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  const absl::StatusOr<std::string> text = wal::ReadFile(files, paths.PurgeMark());
  if (!text.ok()) return text.status();
  const Json json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
  PurgeMark mark;
  if (!json.is_object()) return mark;
  if (json.contains("table") && json["table"].is_string())
    mark.table = json["table"].get<std::string>();
  if (json.contains("since") && json["since"].is_string())
    mark.since = json["since"].get<std::string>();
  if (!json.contains("key_hashes") || !json["key_hashes"].is_array()) return mark;
  for (const Json& hash : json["key_hashes"]) AddHash(hash, &mark.hashes);
  return mark;
}

absl::Status WritePurgeMark(wal::FileSystem& files, const wal::DatabasePaths& paths,
                            const PurgeMark& mark) {
  Json hashes = Json::array();
  for (const std::uint64_t hash : mark.hashes) hashes.push_back(wal::FormatChecksum(hash));
  const Json json{{"table", mark.table}, {"since", mark.since}, {"key_hashes", std::move(hashes)}};
  return wal::WriteFileAtomically(files, paths.PurgeMark(), json.dump() + "\n");
}

absl::Status RemovePurgeMark(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  absl::Status removed = wal::RemoveIfThere(files, paths.PurgeMark());
  return removed.ok() ? files.SyncDirectory(paths.WalDirectory()) : removed;
}

absl::Status CheckNoPurge(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  const absl::StatusOr<PurgeMark> mark = ReadPurgeMark(files, paths);
  if (absl::IsNotFound(mark.status())) return absl::OkStatus();
  if (!mark.ok()) return mark.status();
  return absl::UnavailableError(absl::StrCat(
      paths.directory(), ": ", mark->Describe(),
      ", is on its way or was stopped: until it is finished (run it again) its logs do "
      "not follow each other"));
}

}  // namespace linedb::engine
