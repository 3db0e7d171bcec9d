#include "engine/repair/records_scan.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/storage/block_checksum.h"
#include "schema/record_checks.h"
#include "schema/record_codec.h"

namespace linedb::engine {
namespace {

using Kind = ScannedLine::Kind;

// Where the JSON value at the front of `text` ends, if what is behind it can follow a value.
std::size_t ValueEnd(std::string_view text) {
  std::size_t end = 0;
  if (text.starts_with('"')) {
    for (end = 1; end < text.size() && text[end] != '"'; ++end) end += text[end] == '\\' ? 1 : 0;
    ++end;
  } else {
    end = text.find_first_of(",}");
  }
  const bool is_followed = end < text.size() && (text[end] == ',' || text[end] == '}');
  return is_followed ? end : std::string_view::npos;
}

// The key of a line that is no record any more, if its members are still there.
std::string GuessKey(const schema::RecordLayout& layout, std::string_view line) {
  const schema::KeyLayout& key = layout.keys()[0];
  // It goes on as a line of this table does, and is no other table's.
  if (!schema::IsTombstone(line) && layout.column_count() > 1) {
    if (!line.starts_with(layout.prefix(0))) return "";
    const std::string_view rest = line.substr(layout.prefix(0).size());
    const std::size_t end = ValueEnd(rest);
    if (end == std::string_view::npos) return "";
    const std::string_view next = layout.prefix(1);  // `,"name":`
    if (!rest.substr(end).starts_with(next.substr(0, next.size() - 1))) return "";
  }
  std::string json;
  for (const int column : key.columns) {
    const std::string name = layout.prefix(column).substr(1);  // `"id":`
    const std::size_t at = line.find(name);
    if (at == std::string_view::npos) return "";
    const std::string_view rest = line.substr(at + name.size());
    const std::size_t end = ValueEnd(rest);
    if (end == std::string_view::npos) return "";
    absl::StrAppend(&json, json.empty() ? "[" : ",", std::string(rest.substr(0, end)));
  }
  return schema::KeyTextFromJson(layout, key, json + "]").value_or("");
}

}  // namespace

ScannedLine RecordsScan::Judge(std::string_view bytes, const schema::RecordLayout& layout) {
  ScannedLine line;
  line.bytes = bytes;
  line.number = number_;
  line.byte = static_cast<std::uint64_t>(bytes.data() - begin_);
  std::string scratch;
  std::vector<schema::FieldSpan> spans(static_cast<std::size_t>(layout.column_count()));
  if (schema::IsTombstone(bytes)) {
    std::optional<std::string> key = schema::TombstoneKey(layout, bytes);
    line.kind = key.has_value() ? Kind::kTombstone : Kind::kBad;
    line.key = key.has_value() ? *std::move(key) : GuessKey(layout, bytes);
    line.text = bytes;
    if (line.kind == Kind::kBad) line.reason = "a tombstone without this table's key";
    return line;
  }
  std::string canonical;
  const absl::Status fits =
      schema::CanonicalizeRecord(layout, bytes, {}, &canonical, &spans, nullptr);
  if (!fits.ok()) {
    line.reason = std::string(fits.message());
    line.key = GuessKey(layout, bytes);
    return line;
  }
  const std::string_view key =
      schema::KeyTextOf(layout.keys()[0], canonical, spans.data(), &scratch).value_or("");
  line.key = std::string(key);
  line.kind = canonical == bytes ? Kind::kRecord : Kind::kRespelled;
  line.text = bytes;
  if (line.kind == Kind::kRespelled) line.text = respelled_.emplace_back(std::move(canonical));
  return line;
}

// A line feed that is damaged joins two lines, each of which is whole.
bool RecordsScan::AddJoined(std::string_view bytes, const schema::RecordLayout& layout) {
  for (const std::string_view start :
       {std::string_view(layout.prefix(0)), schema::kTombstonePrefix}) {
    const std::size_t inner = bytes.rfind(start);
    if (inner == std::string_view::npos || inner < 2) continue;
    ScannedLine first = Judge(bytes.substr(0, inner - 1), layout);
    ScannedLine second = Judge(bytes.substr(inner), layout);
    if (!first.is_version() || !second.is_version()) continue;
    lines_.push_back(std::move(first));
    lines_.push_back(std::move(second));
    return true;
  }
  return false;
}

void RecordsScan::Add(std::string_view bytes, const schema::RecordLayout& layout) {
  ++number_;
  ScannedLine line = Judge(bytes, layout);
  if (!line.is_version() && AddJoined(bytes, layout)) {
    line.reason = "its end is damaged, and the next line stands behind it";
    line.key.clear();
    joined_.push_back(std::move(line));
    return;
  }
  lines_.push_back(std::move(line));
}

void RecordsScan::Split(std::string_view text, const schema::RecordLayout& layout) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t newline = text.find('\n', begin);
    const std::size_t end = std::min(newline, text.size());
    Add(text.substr(begin, end - begin), layout);
    // All of a last line may be there, but for its end; part of it may be a record, too.
    if (newline == std::string_view::npos && lines_.back().kind == Kind::kRespelled) {
      lines_.back().kind = Kind::kBad;
    }
    begin = end + 1;
  }
}

// A record that breaks a check was never written, or the schema is not what it was; neither is a
// record of the new table. But a version that a later one supersedes may be from before there was
// the check: it is judged only where that one is bad.
void RecordsScan::JudgeByChecks(const schema::RecordLayout& layout) {
  const schema::RecordChecks checks(layout);
  if (checks.empty()) return;
  std::unordered_set<std::string_view> good;
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
    if (!line->is_version() || good.contains(line->key)) continue;
    const absl::Status checked =
        line->deleted() ? absl::OkStatus() : checks.Check(layout, line->text);
    if (checked.ok()) {
      good.insert(line->key);
      continue;
    }
    line->kind = Kind::kBad;
    line->text = {};
    line->reason = std::string(checked.message());
  }
}

absl::StatusOr<RecordsScan> RecordsScan::Read(
    wal::FileSystem& files, const wal::DatabasePaths& paths, const std::string& path,
    const schema::RecordLayout& layout, const wal::TableCheckpoint* checkpoint, CopyCount& count) {
  RecordsScan scan;
  scan.name_ = wal::ShortName(paths, path);
  absl::StatusOr<std::unique_ptr<wal::File>> file = files.Open(path, wal::OpenMode::kRead);
  if (absl::IsNotFound(file.status())) return scan;
  if (!file.ok()) return file.status();
  absl::StatusOr<std::uint64_t> bytes = (*file)->Size();
  if (!bytes.ok()) return bytes.status();
  scan.found_ = true;
  scan.file_ = *std::move(file);
  std::string_view text;
  if (*bytes > 0) {
    absl::StatusOr<std::shared_ptr<const wal::Mapping>> mapping = scan.file_->Map(*bytes);
    if (!mapping.ok()) return mapping.status();
    scan.mapping_ = *std::move(mapping);
    text = std::string_view(scan.mapping_->data(), *bytes);
  }
  scan.begin_ = text.data();
  if (checkpoint != nullptr && checkpoint->bytes <= *bytes) {
    scan.proven_ = BlockChecksumOf(text.substr(0, checkpoint->bytes)) == checkpoint->checksum;
  }
  scan.Split(text, layout);
  scan.JudgeByChecks(layout);
  scan.vouched_ = VouchedBlocks(files, paths, layout, checkpoint, text);
  const std::uint64_t end = checkpoint == nullptr ? 0 : checkpoint->bytes;
  for (const ScannedLine& line : scan.lines_) {
    scan.checkpoint_lines_ += line.byte + line.bytes.size() < end ? 1 : 0;
  }
  if (absl::Status counted = count.AddCopied(*bytes); !counted.ok()) return counted;
  return scan;
}

}  // namespace linedb::engine
