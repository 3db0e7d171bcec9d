#include "engine/exchange/dump_reader.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "linedb/text_reader.h"
#include "linedb/text_writer.h"
#include "schema/json_reader.h"
#include "schema/schema_document.h"
#include "wal/wal_format.h"

namespace linedb::engine {
namespace {

constexpr auto kBroken = absl::StatusCode::kDataLoss;
constexpr auto kNoDump = absl::StatusCode::kInvalidArgument;
// An lsn beyond it leaves none for what is written to the database afterwards.
constexpr std::int64_t kLsnMax = std::numeric_limits<std::int64_t>::max() / 2;

// A line of the frame: an object, whose members may stand in any order. Members that are not asked
// for are passed over: later versions may add some.
class FrameLine {
 public:
  explicit FrameLine(std::string_view line) : line_(line), reader_(line) {
    std::string_view name;
    std::size_t byte = 0;
    if (!reader_.CheckUtf8() || !reader_.EnterObject()) return;
    while (reader_.NextMember(&name, &byte)) {
      std::string known(name);
      const std::size_t begin = reader_.Offset();
      if (!reader_.SkipValue()) return;
      const std::string_view text = line_.substr(begin);
      members_.push_back({std::move(known), begin, text});
    }
    reader_.ExpectEnd();
  }

  bool failed() const { return reader_.failed(); }
  const schema::JsonFault& fault() const { return reader_.fault(); }
  bool Has(std::string_view name) const { return Find(name) != nullptr; }

  bool Int(std::string_view name, std::int64_t min, std::int64_t* value) {
    const Member* member = Find(name);
    if (member == nullptr) return FailMissing(name);
    schema::JsonReader reader(member->text);
    schema::JsonNumber number;
    if (reader.ReadNumber(&number) && number.is_integer) {
      const char* end = number.text.data() + number.text.size();
      if (schema::ReadInt64(number.text.data(), end, value) == end && *value >= min) return true;
    }
    return reader_.Fail(member->byte, absl::StrCat("expected an integer from ", min));
  }
  bool Count(std::string_view name, std::uint64_t* value) {
    std::int64_t number = 0;
    if (!Int(name, 0, &number)) return false;
    *value = static_cast<std::uint64_t>(number);
    return true;
  }
  bool Text(std::string_view name, std::string* value) {
    const Member* member = Find(name);
    if (member == nullptr) return FailMissing(name);
    schema::JsonReader reader(member->text);
    std::string_view text;
    if (reader.Peek() != '"' || !reader.ReadString(&text)) {
      return reader_.Fail(member->byte, "expected a string");
    }
    *value = std::string(text);
    return true;
  }
  // The text of the member's value, in the form in which a log has it, and where it begins.
  bool Value(std::string_view name, std::string* value, std::size_t* byte) {
    const Member* member = Find(name);
    if (member == nullptr) return FailMissing(name);
    schema::JsonReader reader(member->text);
    TextWriter writer;
    if (!reader.CopyValue(&writer)) {
      return reader_.Fail(member->byte + reader.fault().byte, reader.fault().reason);
    }
    *value = std::string(writer.text());
    *byte = member->byte;
    return true;
  }
  bool Fail(std::string_view name, std::string reason) {
    const Member* member = Find(name);
    return reader_.Fail(member == nullptr ? 0 : member->byte, std::move(reason));
  }

 private:
  using TextWriter = schema::TextWriter;
  struct Member {
    std::string name;
    std::size_t byte;
    std::string_view text;  // from there to the line's end
  };

  const Member* Find(std::string_view name) const {
    for (const Member& member : members_) {
      if (member.name == name) return &member;
    }
    return nullptr;
  }
  bool FailMissing(std::string_view name) {
    return reader_.Fail(0, absl::StrCat("there is no member \"", std::string(name), "\""));
  }

  std::string_view line_;
  schema::JsonReader reader_;
  std::vector<Member> members_;
};

}  // namespace

absl::Status DumpReader::ErrorAt(std::size_t byte, absl::StatusCode code,
                                 std::string_view reason) const {
  const TextPosition at = window_.position();
  return absl::Status(
      code, absl::StrCat(name_, ":", at.line, ":", at.column + byte, ": ", std::string(reason)));
}

void DumpReader::ConsumeLine() {
  if (line_bytes_ == 0) return;
  checksum_.Add(window_.text().substr(0, line_bytes_));
  window_.ConsumeLine(line_bytes_);
  line_bytes_ = 0;
}

bool DumpReader::FailEnded(std::string_view what) {
  if (input_.bad()) {
    status_ = absl::InternalError(absl::StrCat(name_, " cannot be read to its end"));
  } else {
    status_ = ErrorAt(window_.text().size(), kBroken,
                      absl::StrCat("the dump was cut: it ends ", std::string(what)));
  }
  return false;
}

// The line that begins the window, without its "\n"; it stays there until the next is asked for.
bool DumpReader::NextLine(std::string_view* line) {
  if (!status_.ok()) return false;
  ConsumeLine();
  std::size_t searched = 0;
  for (;;) {
    const std::size_t newline = window_.text().find('\n', searched);
    if (newline != std::string_view::npos) {
      *line = window_.text().substr(0, newline);
      line_bytes_ = newline + 1;
      return true;
    }
    searched = window_.text().size();
    if (searched > schema::kLineBytesMax + (std::size_t{1} << 20)) {
      status_ = ErrorAt(0, kNoDump, "a line of more than 16 MiB is none of a dump");
      return false;
    }
    if (!window_.More()) return FailEnded(searched == 0 ? "before its last line" : "within a line");
  }
}

absl::StatusOr<DumpHead> DumpReader::ReadHead() {
  std::string_view line;
  const bool found = NextLine(&line);
  std::string format;
  FrameLine frame(found ? line : std::string_view());
  if (!found || frame.failed() || !frame.Text("format", &format) || format != kDumpFormat) {
    if (input_.bad()) return status_;
    return ErrorAt(0, kNoDump,
                   absl::StrCat("this is no dump: the first line of one begins {\"format\":\"",
                                std::string(kDumpFormat), "\",…"));
  }
  std::int64_t version = 0;
  if (frame.Int("version", 1, &version) && version > kDumpVersion) {
    return ErrorAt(0, absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("dump version ", version,
                                " is newer than this program, which reads up to version ",
                                kDumpVersion, "; load it with the linedb that wrote it"));
  }
  if (line.back() == '\r') {
    return ErrorAt(line.size() - 1, kBroken,
                   "the line ends in CRLF: the dump was changed on its way, which its checksum "
                   "does not allow; hand it on as it is, as binary");
  }
  std::int64_t lsn = 0;
  if (!frame.failed() && frame.Int("lsn", 0, &lsn) && lsn > kLsnMax) {
    frame.Fail("lsn", "no database can be at such an lsn");
  }
  if (frame.failed() || !frame.Count("tables", &head_.tables)) {
    return ErrorAt(frame.fault().byte, kBroken, frame.fault().reason);
  }
  head_.lsn = static_cast<std::uint64_t>(lsn);
  return head_;
}

absl::StatusOr<std::optional<DumpTable>> DumpReader::ReadTable() {
  if (!status_.ok()) return status_;
  std::string_view line;
  if (!NextLine(&line)) return status_;
  FrameLine frame(line);
  if (!frame.failed() && frame.Has("end")) {
    absl::Status ended = CheckEnd(line);
    if (!ended.ok()) return ended;
    return std::nullopt;
  }
  DumpTable table;
  std::string name;
  std::string document;
  std::size_t document_byte = 0;
  std::int64_t next_id = 0;
  if (frame.failed() || !frame.Text("table", &name) || !frame.Count("records", &table.records) ||
      (frame.Has("next_id") && !frame.Int("next_id", 1, &next_id)) ||
      !frame.Value("schema", &document, &document_byte)) {
    return ErrorAt(frame.fault().byte, kBroken,
                   absl::StrCat("expected a table or the end of the dump: ", frame.fault().reason));
  }
  if (frame.Has("next_id")) table.next_id = next_id;
  absl::StatusOr<schema::SchemaDocument> read = schema::ParseSchemaDocument(document);
  if (!read.ok()) {
    return ErrorAt(
        document_byte, read.status().code(),
        absl::StrCat("the schema of table ", name, ": ", std::string(read.status().message())));
  }
  table.schema = std::move(read->schema);
  if (table.schema.table_name != name) {
    return ErrorAt(
        document_byte, kBroken,
        absl::StrCat("the schema is of table ", table.schema.table_name, ", expected ", name));
  }
  ++seen_.tables;
  table_ = table;
  return table;
}

absl::Status DumpReader::CheckEnd(std::string_view line) {
  FrameLine frame(line);
  std::string digits;
  DumpEnd end;
  if (!frame.Count("tables", &end.tables) || !frame.Count("records", &end.records) ||
      !frame.Text("checksum", &digits)) {
    return ErrorAt(frame.fault().byte, kBroken, frame.fault().reason);
  }
  const std::string found = wal::FormatChecksum(checksum_.Total());
  if (digits != found) {
    return ErrorAt(0, kBroken,
                   absl::StrCat("the dump was changed since it was written: checksum ", found,
                                ", expected ", digits));
  }
  if (end.tables != seen_.tables || head_.tables != seen_.tables || end.records != seen_.records) {
    return ErrorAt(0, kBroken,
                   absl::StrCat("found ", seen_.tables, " tables with ", seen_.records,
                                " records, expected ", end.tables, " with ", end.records));
  }
  // No checksum covers this line.
  std::string expected;
  AppendDumpEnd({end.tables, end.records, checksum_.Total()}, &expected);
  if (absl::StrCat(std::string(line), "\n") != expected) {
    return ErrorAt(0, kBroken,
                   absl::StrCat("the last line of a dump was changed, expected ", expected));
  }
  ConsumeLine();
  if (!window_.text().empty() || window_.More()) {
    return ErrorAt(0, kBroken, "there is something behind the end of the dump");
  }
  return input_.bad() ? absl::InternalError(absl::StrCat(name_, " cannot be read to its end"))
                      : absl::OkStatus();
}

void DumpReader::Continue(std::uint64_t records_max, std::uint64_t bytes_max) {
  records_left_ = records_max;
  bytes_left_ = bytes_max;
}

bool DumpReader::Next(SourceRecord* record) {
  if (table_.records == 0 || records_left_ == 0 || bytes_left_ == 0) return false;
  std::string_view line;
  if (!NextLine(&line)) return false;
  *record = SourceRecord{};
  record->text = line;
  record->position = record->fault_position = window_.position();
  if (line.size() > schema::kLineBytesMax) {
    record->fault = OverlongReason();
    record->text = {};
  }
  --records_left_;
  bytes_left_ -= std::min<std::uint64_t>(bytes_left_, line.size());
  --table_.records;
  ++seen_.records;
  return true;
}

}  // namespace linedb::engine
