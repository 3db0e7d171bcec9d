#include "engine/edit/edited_lines.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/exchange/record_judge.h"
#include "engine/exchange/record_source.h"
#include "schema/record_codec.h"

namespace linedb::engine {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// What git leaves where two branches changed the same lines.
constexpr std::string_view kConflictBegin = "<<<<<<<";
constexpr std::string_view kConflictEnd = ">>>>>>>";
constexpr std::string_view kConflictMiddles[] = {"=======", "|||||||"};

bool IsBlank(std::string_view line) { return line.find_first_not_of(" \t\r") == line.npos; }

// Any key will do to find out whether a record lacks nothing else.
constexpr std::int64_t kSomeKey = 1;

class LineReader {
 public:
  LineReader(const schema::RecordLayout& layout, RecordJudge judge, Tombstones tombstones,
             ProblemList& problems)
      : layout_(layout), judge_(std::move(judge)), tombstones_(tombstones), problems_(problems) {}

  std::vector<EditedLine> Read(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) {
      Add({1, 1}, "a byte order mark: the text must begin with its first record");
      text.remove_prefix(kByteOrderMark.size());
    }
    TextPosition position;
    for (; !text.empty(); ++position.line) {
      const std::size_t newline = std::min(text.find('\n'), text.size());
      TakeLine(text.substr(0, newline), position);
      text.remove_prefix(std::min(newline + 1, text.size()));
    }
    if (conflict_line_ > 0) {
      Add({conflict_line_, 1},
          "git left a conflict here that has no end: the line >>>>>>> is gone");
    }
    if (carriage_returns_ > 0) TellCarriageReturns();
    return std::move(lines_);
  }

 private:
  void TakeLine(std::string_view text, TextPosition position) {
    if (PassConflict(text, position)) return;
    if (text.size() > schema::kLineBytesMax) return Add(position, OverlongReason());
    if (text.ends_with('\r')) {
      if (carriage_returns_++ == 0) first_return_ = {position.line, text.size()};
      text.remove_suffix(1);
    }
    if (!IsBlank(text)) TakeRecord({.position = position, .text = text, .line = {}, .key = {}});
  }

  // The lines between the markers are two versions of the same records: nothing is said of them.
  bool PassConflict(std::string_view text, TextPosition position) {
    if (conflict_line_ > 0) {
      if (!text.starts_with(kConflictEnd)) return true;
      Add({conflict_line_, 1},
          absl::StrCat("git left a conflict from here to line ", position.line,
                       ": keep one of the versions, and remove the lines <<<<<<<, ======= and "
                       ">>>>>>>"));
      conflict_line_ = 0;
      return true;
    }
    if (text.starts_with(kConflictBegin)) {
      conflict_line_ = position.line;
      return true;
    }
    const bool stray = text.starts_with(kConflictEnd) ||
                       std::any_of(std::begin(kConflictMiddles), std::end(kConflictMiddles),
                                   [&](std::string_view mark) { return text.starts_with(mark); });
    if (stray) Add(position, "what is left of a conflict that git marked: remove the line");
    return stray;
  }

  void TakeRecord(EditedLine line) {
    if (schema::IsTombstone(line.text)) return TakeTombstone(std::move(line));
    schema::RecordError error;
    schema::CanonicalizeOptions options;
    bool fits = Canonicalize(options, &line, &error);
    // Left out, the key is assigned when the row is inserted.
    bool keyless = false;
    if (!fits && layout_.assigned_column() >= 0) {
      options.assigned_key = kSomeKey;
      keyless = Canonicalize(options, &line, &error);
    }
    if (!fits && !keyless) return TellFaults(line, options, error);
    if (keyless) {
      line.line.clear();
      lines_.push_back(std::move(line));
      return;
    }
    const std::optional<std::string_view> key =
        schema::KeyTextOf(layout_.keys()[0], line.line, spans_.data(), &scratch_);
    line.key = key.value_or("");
    lines_.push_back(std::move(line));
  }

  bool Canonicalize(const schema::CanonicalizeOptions& options, EditedLine* line,
                    schema::RecordError* error) {
    line->line.clear();
    return schema::CanonicalizeRecord(layout_, line->text, options, &line->line, &spans_, error)
        .ok();
  }

  void TakeTombstone(EditedLine line) {
    if (tombstones_ == Tombstones::kRefused) {
      return Add(line.position, "\"$deleted\" is no column: a row is deleted by removing its line");
    }
    std::optional<std::string> key = schema::TombstoneKey(layout_, line.text);
    if (!key) return Add(line.position, "a tombstone ($deleted) without this table's key");
    line.is_tombstone = true;
    line.line = line.text;
    line.key = *std::move(key);
    lines_.push_back(std::move(line));
  }

  void TellFaults(const EditedLine& line, const schema::CanonicalizeOptions& options,
                  const schema::RecordError& first) {
    std::vector<RecordFault> faults = judge_.Faults(line.text, options, first);
    // The judge knows the schema's columns, of which the hidden one is none.
    if (layout_.has_row_id()) {
      std::erase_if(faults, [](const RecordFault& fault) {
        return fault.unknown_column && fault.error.column == schema::kRowIdColumn;
      });
      if (faults.empty()) faults.push_back({.error = first});
    }
    for (const RecordFault& fault : faults) {
      const TextPosition at = PositionAfter(line.position, line.text.substr(0, fault.error.byte));
      const bool syntax = fault.is_syntax || fault.error.column.empty();
      problems_.Add(at, fault.error.column, fault.error.reason,
                    syntax ? ProblemKind::kSyntax : ProblemKind::kConstraint);
    }
  }

  // Once, not for each line: it is the editor that did it, to all of them.
  void TellCarriageReturns() {
    std::string reason = "the line ends in CR LF";
    if (carriage_returns_ > 1) {
      absl::StrAppend(&reason, ", and so do ", carriage_returns_ - 1, " others");
    }
    Add(first_return_, reason + ": lines end in LF alone here; sed -i 's/\\r$//' FILE mends it");
  }

  void Add(TextPosition position, std::string reason) {
    problems_.Add(position, "", std::move(reason), ProblemKind::kSyntax);
  }

  const schema::RecordLayout& layout_;
  RecordJudge judge_;
  const Tombstones tombstones_;
  ProblemList& problems_;
  std::vector<EditedLine> lines_;
  std::vector<schema::FieldSpan> spans_;
  std::string scratch_;
  std::uint64_t conflict_line_ = 0;  // where the open conflict began; 0: none is open
  std::uint64_t carriage_returns_ = 0;
  TextPosition first_return_;
};

}  // namespace

absl::StatusOr<std::vector<EditedLine>> ReadEditedLines(const schema::RecordLayout& layout,
                                                        std::string_view text,
                                                        Tombstones tombstones,
                                                        ProblemList& problems) {
  absl::StatusOr<RecordJudge> judge = RecordJudge::Create(layout.schema());
  if (!judge.ok()) return judge.status();
  return LineReader(layout, *std::move(judge), tombstones, problems).Read(text);
}

void AddDoubledKey(const schema::RecordLayout& layout, const EditedLine& line, TextPosition other,
                   ProblemList& problems) {
  problems.Add(line.position, layout.keys()[0].name,
               absl::StrCat("the key ", line.key, " stands on line ", other.line, ", too"),
               ProblemKind::kClash);
}

}  // namespace linedb::engine
