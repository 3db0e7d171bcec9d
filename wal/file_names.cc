#include "wal/file_names.h"

#include <cassert>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "wal/wal_line.h"

namespace linedb::wal {
namespace {

constexpr std::string_view kSchemaSuffix = ".schema.json";
constexpr std::string_view kNextSuffix = ".next";
constexpr std::string_view kRecordsSuffix = ".records";
constexpr std::string_view kCompactedSuffix = ".records.compacted";
constexpr std::string_view kBeforeSuffix = ".records.before";
constexpr std::string_view kSpilledSuffix = ".records.spilled";
constexpr std::string_view kSurplusSuffix = ".records.surplus";
constexpr std::string_view kArchivePrefix = "transaction.";
constexpr std::string_view kLogSuffix = ".log";
constexpr std::string_view kCompressedSuffix = ".zst";
constexpr std::string_view kBlocksSuffix = ".blocks";
constexpr std::string_view kKeyInfix = ".key";
constexpr std::string_view kOrderInfix = ".order";
constexpr std::string_view kTemporarySuffix = ".tmp";
constexpr std::size_t kTableNameBytesMax = 64;
constexpr std::uint64_t kKeyNumberMax = 1'000'000;
constexpr std::string_view kTimePattern = "dddddddd_dddddd";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool IsArchiveTime(std::string_view time) {
  if (time.size() != kTimePattern.size()) return false;
  for (std::size_t i = 0; i < time.size(); ++i) {
    if (kTimePattern[i] == 'd' ? !IsDigit(time[i]) : time[i] != kTimePattern[i]) return false;
  }
  return true;
}

bool ConsumeSuffix(std::string_view* text, std::string_view suffix) {
  if (!text->ends_with(suffix)) return false;
  text->remove_suffix(suffix.size());
  return true;
}

std::optional<std::string> TableOf(std::string_view file_name, std::string_view suffix) {
  if (!ConsumeSuffix(&file_name, suffix) || !IsTableName(file_name)) return std::nullopt;
  return std::string(file_name);
}

std::string TableFile(const std::string& directory, std::string_view table,
                      std::string_view suffix) {
  assert(IsTableName(table));
  return absl::StrCat(directory, "/", std::string(table), std::string(suffix));
}

}  // namespace

bool IsTableName(std::string_view name) {
  if (name.empty() || name.size() > kTableNameBytesMax || !IsLetter(name.front())) return false;
  for (const char c : name) {
    if (!IsLetter(c) && !IsDigit(c)) return false;
  }
  return true;
}

std::string DatabasePaths::Schema(std::string_view table) const {
  return TableFile(SchemaDirectory(), table, kSchemaSuffix);
}

std::string DatabasePaths::Index(const IndexFileName& name) const {
  return absl::StrCat(IndexDirectory(), "/", FormatIndexFileName(name));
}

std::string DatabasePaths::SchemaNext(std::string_view table) const {
  return Schema(table).append(kNextSuffix);
}

std::string DatabasePaths::Records(std::string_view table) const {
  return TableFile(DataDirectory(), table, kRecordsSuffix);
}

std::string DatabasePaths::RecordsCompacted(std::string_view table) const {
  return TableFile(DataDirectory(), table, kCompactedSuffix);
}

std::string DatabasePaths::RecordsSpilled(std::string_view table) const {
  return TableFile(DataDirectory(), table, kSpilledSuffix).append(kTemporarySuffix);
}

std::string DatabasePaths::RecordsBefore(std::string_view table) const {
  return TableFile(DataDirectory(), table, kBeforeSuffix);
}

std::string DatabasePaths::RecordsSurplus(std::string_view table) const {
  return TableFile(DataDirectory(), table, kSurplusSuffix);
}

std::string DatabasePaths::Archive(const ArchiveName& name) const {
  return absl::StrCat(WalDirectory(), "/", FormatArchiveName(name));
}

std::string WithoutSlash(std::string directory) {
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  return directory;
}

std::string ShortName(const DatabasePaths& paths, const std::string& path) {
  const std::string prefix = paths.directory() + "/";
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

std::string ShortRecordsName(std::string_view table) {
  const DatabasePaths paths("");
  return ShortName(paths, paths.Records(table));
}

std::optional<std::string> TableOfSchemaFile(std::string_view file_name) {
  return TableOf(file_name, kSchemaSuffix);
}

std::optional<std::string> TableOfRecordsFile(std::string_view file_name) {
  return TableOf(file_name, kRecordsSuffix);
}

std::optional<std::string> TableOfRecordsBefore(std::string_view file_name) {
  return TableOf(file_name, kBeforeSuffix);
}

std::string FormatArchiveName(const ArchiveName& name) {
  assert(IsArchiveTime(name.time));
  assert(name.original || name.first <= name.last);
  std::string text = absl::StrCat(std::string(kArchivePrefix), name.time);
  if (!name.original) absl::StrAppend(&text, ".", name.first.value, "-", name.last.value);
  text.append(kLogSuffix);
  if (name.compressed) text.append(kCompressedSuffix);
  return text;
}

std::optional<ArchiveName> ParseArchiveName(std::string_view file_name) {
  ArchiveName name;
  name.compressed = ConsumeSuffix(&file_name, kCompressedSuffix);
  if (!ConsumeSuffix(&file_name, kLogSuffix)) return std::nullopt;
  if (!ConsumePrefix(&file_name, kArchivePrefix)) return std::nullopt;
  if (!IsArchiveTime(file_name.substr(0, kTimePattern.size()))) return std::nullopt;
  name.time = file_name.substr(0, kTimePattern.size());
  file_name.remove_prefix(kTimePattern.size());
  name.original = file_name.empty();
  if (name.original) return name;
  if (!ConsumePrefix(&file_name, ".") || !ConsumeNumber(&file_name, &name.first.value) ||
      !ConsumePrefix(&file_name, "-") || !ConsumeNumber(&file_name, &name.last.value)) {
    return std::nullopt;
  }
  if (!file_name.empty() || name.last < name.first) return std::nullopt;
  return name;
}

std::string FormatIndexFileName(const IndexFileName& name) {
  assert(IsTableName(name.table) && name.begin <= name.end);
  if (name.is_blocks()) return absl::StrCat(name.table, ".", name.end, std::string(kBlocksSuffix));
  const std::string range = absl::StrCat(name.table, ".", name.begin, "-", name.end);
  if (name.key >= 0) return absl::StrCat(range, std::string(kKeyInfix), name.key);
  return absl::StrCat(range, std::string(kOrderInfix), absl::Hex(name.order, absl::kZeroPad16));
}

std::optional<IndexFileName> ParseIndexFileName(std::string_view file_name) {
  IndexFileName name;
  const std::size_t dot = file_name.find('.');
  if (dot == std::string_view::npos || !IsTableName(file_name.substr(0, dot))) return std::nullopt;
  name.table = file_name.substr(0, dot);
  file_name.remove_prefix(dot + 1);
  if (!ConsumeNumber(&file_name, &name.end)) return std::nullopt;
  if (file_name == kBlocksSuffix) return name;
  name.begin = name.end;
  if (!ConsumePrefix(&file_name, "-") || !ConsumeNumber(&file_name, &name.end) ||
      name.end < name.begin) {
    return std::nullopt;
  }
  if (ConsumePrefix(&file_name, kOrderInfix)) {
    const bool is_identity = file_name.size() == 2 * sizeof name.order &&
                             absl::SimpleHexAtoi(std::string(file_name), &name.order);
    // Of every identity there is one spelling.
    const bool is_canonical = is_identity && FormatIndexFileName(name).ends_with(file_name);
    return is_canonical && name.order != 0 ? std::optional(name) : std::nullopt;
  }
  std::uint64_t key = 0;
  if (!ConsumePrefix(&file_name, kKeyInfix) || !ConsumeNumber(&file_name, &key) ||
      !file_name.empty() || key > kKeyNumberMax) {
    return std::nullopt;
  }
  name.key = static_cast<int>(key);
  return name;
}

bool IsTemporaryTableFile(std::string_view file_name) {
  if (!IsTemporary(file_name)) return false;
  std::string_view name = file_name.substr(0, file_name.rfind('.'));
  if (TableOf(name, kCompactedSuffix).has_value()) return true;
  if (TableOf(name, kSpilledSuffix).has_value()) return true;
  const std::size_t surplus = name.find(kSurplusSuffix);  // with a number behind it, if not alone
  if (surplus != name.npos) name = name.substr(0, surplus + kSurplusSuffix.size());
  if (TableOf(name, kSurplusSuffix).has_value()) return true;
  if (name.ends_with(kNextSuffix)) name.remove_suffix(kNextSuffix.size());
  return TableOfSchemaFile(name).has_value();
}

bool IsTemporary(std::string_view file_name) { return file_name.ends_with(kTemporarySuffix); }

}  // namespace linedb::wal
