// JSON: an array of records, or an object whose member "records" is one. The array is split by its
// brackets, quotes and commas alone, an element at a time. What the brackets of a broken element
// would swallow is given back: the element is taken to end where the next one begins a line.

#include <utility>

#include "engine/exchange/element_scanner.h"
#include "engine/exchange/record_source.h"
#include "linedb/text_writer.h"

namespace linedb::engine {
namespace {

// Where the reader stands.
enum class Place {
  kStart,    // before anything
  kElement,  // in the array, before an element
  kComma,    // in the array, behind an element
  kMembers,  // in the object, before a member's name or the end
  kTrailer,  // behind everything
  kDone,
};

class JsonSource : public RecordSource {
 public:
  JsonSource(std::unique_ptr<InputWindow> window, std::ostream* overlong)
      : window_(std::move(window)), overlong_(overlong) {}

  bool Next(SourceRecord* record) override;
  const absl::Status& status() const override { return status_; }
  std::uint64_t bytes_read() const override { return window_->bytes_read(); }

 private:
  int SkipSpace();
  void Start();
  void StepMember();
  bool SkipMemberValue();
  bool StepArray(SourceRecord* record);
  bool StepTrailer(SourceRecord* record);
  void TakeElement(SourceRecord* record);
  void TakeBroken(const ElementScan& scan, SourceRecord* record);
  void PassOverlong(std::uint64_t column_max);
  bool Fault(std::string reason, SourceRecord* record);
  void Refuse(const std::string& reason);

  std::unique_ptr<InputWindow> window_;
  std::ostream* overlong_;
  Place place_ = Place::kStart;
  bool is_object_ = false;
  bool found_records_ = false;
  std::size_t consumed_ = 0;
  absl::Status status_;
};

bool JsonSource::Next(SourceRecord* record) {
  window_->Consume(consumed_);
  consumed_ = 0;
  for (;;) {
    *record = SourceRecord{};
    switch (place_) {
      case Place::kStart:
        Start();
        break;
      case Place::kElement:
      case Place::kComma:
        if (StepArray(record)) return true;
        break;
      case Place::kMembers:
        StepMember();
        break;
      case Place::kTrailer:
        if (StepTrailer(record)) return true;
        break;
      case Place::kDone:
        return false;
    }
  }
}

// The next byte that is no white space, which stays; -1 at the end.
int JsonSource::SkipSpace() {
  for (;;) {
    const std::string_view text = window_->text();
    const std::size_t next = text.find_first_not_of(" \t\r\n");
    window_->Consume(next == text.npos ? text.size() : next);
    if (next != text.npos) return window_->At(0);
    if (!window_->More()) return -1;
  }
}

void JsonSource::Start() {
  const int byte = SkipSpace();
  if (byte != '[' && byte != '{') {
    Refuse(byte < 0 ? "expected [ or {, found the end of the input" : "expected [ or {");
    return;
  }
  is_object_ = byte == '{';
  place_ = is_object_ ? Place::kMembers : Place::kElement;
  window_->Consume(1);
}

// One member of the object around the records. Those but "records" are passed over.
void JsonSource::StepMember() {
  int byte = SkipSpace();
  if (byte == ',') {
    window_->Consume(1);
    byte = SkipSpace();
  }
  if (byte == '}') {
    window_->Consume(1);
    if (!found_records_) return Refuse("the object ends without a member \"records\"");
    place_ = Place::kTrailer;
    return;
  }
  if (byte != '"') return Refuse("expected a member's name");
  const std::size_t name_end = ScanString(*window_, 0);
  if (name_end == 0) return Refuse("a member's name does not end on its line");
  const bool is_records = window_->text().substr(0, name_end) == "\"records\"";
  window_->Consume(name_end);
  if (SkipSpace() != ':') return Refuse("expected : behind a member's name");
  window_->Consume(1);
  if (!is_records) {
    if (!SkipMemberValue()) Refuse("a member's value does not end");
    return;
  }
  if (SkipSpace() != '[') return Refuse("\"records\" is no array");
  window_->Consume(1);
  found_records_ = true;
  place_ = Place::kElement;
}

bool JsonSource::SkipMemberValue() {
  SkipSpace();
  std::size_t depth = 0;
  for (;;) {
    const int byte = window_->At(0);
    if (byte < 0) return false;
    if (depth == 0 && (byte == ',' || byte == '}')) return true;
    std::size_t length = 1;
    if (byte == '"') {
      length = ScanString(*window_, 0);
      if (length == 0) return false;
    } else if (byte == '{' || byte == '[') {
      ++depth;
    } else if (byte == '}' || byte == ']') {
      if (depth == 0) return false;
      --depth;
    }
    window_->Consume(length);
  }
}

bool JsonSource::StepArray(SourceRecord* record) {
  const int byte = SkipSpace();
  if (byte < 0) {
    place_ = Place::kDone;
    return Fault("the input ends before the array of records does", record);
  }
  if (byte == ']') {
    if (GoesOnBehindBracket(*window_)) {
      Fault("unexpected ]: the array goes on behind it", record);
      window_->Consume(1);
      place_ = Place::kComma;
      return true;
    }
    window_->Consume(1);
    place_ = is_object_ ? Place::kMembers : Place::kTrailer;
    return false;
  }
  if (byte == ',') {
    const bool expected = place_ == Place::kComma;
    if (!expected) Fault("expected a record, found a comma", record);
    window_->Consume(1);
    // `[,` and `,,` and `,]` lack a record; the last is seen here, before the bracket is.
    if (expected && SkipSpace() == ']') {
      place_ = Place::kComma;
      return Fault("expected a record behind the comma, found the end of the array", record);
    }
    place_ = Place::kElement;
    return !expected;
  }
  if (place_ == Place::kComma) {
    place_ = Place::kElement;
    return Fault("expected a comma between records", record);
  }
  TakeElement(record);
  place_ = Place::kComma;
  return true;
}

bool JsonSource::StepTrailer(SourceRecord* record) {
  place_ = Place::kDone;
  if (SkipSpace() < 0) return false;
  return Fault("expected the end of the input behind the records", record);
}

void JsonSource::TakeElement(SourceRecord* record) {
  record->position = window_->position();
  record->fault_position = record->position;
  const ElementScan scan = ScanElement(*window_);
  if (!scan.fault.empty()) return TakeBroken(scan, record);
  record->text = window_->text().substr(0, scan.length);
  consumed_ = scan.length;
}

void JsonSource::TakeBroken(const ElementScan& scan, SourceRecord* record) {
  record->fault = scan.fault;
  record->fault_position =
      PositionAfter(record->position, window_->text().substr(0, scan.fault_offset));
  if (scan.length > 0) {
    record->text = window_->text().substr(0, scan.length);
    consumed_ = scan.length;
  } else {
    PassOverlong(record->position.column);
  }
}

// Lets go of an element that is longer than may be kept: up to its own end, as far as its brackets
// tell, or up to a line that begins with { no further to the right than `column_max`.
void JsonSource::PassOverlong(std::uint64_t column_max) {
  ElementState state;
  bool ended = false;
  while (!ended) {
    std::size_t length = 0;
    while (length < window_->text().size() && !ended) {
      if (state.Step(window_->text()[length]) == ElementState::kFault) state.Break();
      ++length;
      ended =
          state.ended() || (state.at_line_start() && BeginsElement(*window_, length, column_max));
    }
    if (overlong_ != nullptr) WriteOnOneLine(window_->text().substr(0, length), *overlong_);
    window_->Consume(length);
    if (!ended) ended = !window_->More();
  }
  if (overlong_ != nullptr) overlong_->put('\n');
}

bool JsonSource::Fault(std::string reason, SourceRecord* record) {
  record->fault = std::move(reason);
  record->position = window_->position();
  record->fault_position = record->position;
  return true;
}

void JsonSource::Refuse(const std::string& reason) {
  const TextPosition at = window_->position();
  status_ = absl::InvalidArgumentError(std::to_string(at.line) + ":" + std::to_string(at.column) +
                                       ": " + reason);
  place_ = Place::kDone;
}

}  // namespace

std::unique_ptr<RecordSource> NewJsonSource(std::unique_ptr<InputWindow> window,
                                            std::ostream* overlong) {
  return std::make_unique<JsonSource>(std::move(window), overlong);
}

}  // namespace linedb::engine
