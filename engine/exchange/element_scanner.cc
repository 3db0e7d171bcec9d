#include "engine/exchange/element_scanner.h"

#include <string_view>

#include "engine/exchange/record_source.h"
#include "linedb/text_writer.h"

namespace linedb::engine {
namespace {

// Elements that nest deeper are bad anyway; what they hold open need not be remembered for ever.
constexpr std::size_t kDepthRemembered = std::size_t{1} << 20;
constexpr std::size_t kLengthMax = schema::kLineBytesMax;

bool IsSpace(int byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

// Without the space and the comma behind an element that another one cut off.
std::size_t Trimmed(std::string_view text) {
  std::size_t length = text.size();
  while (length > 1 && IsSpace(text[length - 1])) --length;
  if (length > 1 && text[length - 1] == ',') --length;
  while (length > 1 && IsSpace(text[length - 1])) --length;
  return length;
}

// Where a bad element is taken to end: before the next line that looks like an element's first, or
// at the end of the input; 0 if that is too far.
std::size_t FindNextElement(InputWindow& window) {
  const std::uint64_t column_max = window.position().column;
  for (std::size_t at = 0; at <= kLengthMax; ++at) {
    const int byte = window.At(at);
    if (byte < 0) return Trimmed(window.text());
    if (byte == '\n' && BeginsElement(window, at + 1, column_max)) {
      return Trimmed(window.text().substr(0, at));
    }
  }
  return 0;
}

// An element that is no object: a value, or garbage. It ends before a comma, a bracket or its line.
ElementScan ScanBareElement(InputWindow& window) {
  ElementScan scan;
  for (;;) {
    const int byte = window.At(scan.length);
    const bool ends = byte < 0 || byte == ',' || byte == ']' || byte == '\n';
    if (ends && scan.length > 0) return scan;
    if (byte == '"') {
      const std::size_t end = ScanString(window, scan.length);
      scan.length = end == 0 ? scan.length + 1 : end;
    } else {
      ++scan.length;
    }
    if (scan.length > kLengthMax) return ElementScan{.length = 0, .fault = OverlongReason()};
  }
}

// Where the white space at `offset` ends: no further away than a record may be long.
std::size_t SkipSpace(InputWindow& window, std::size_t offset) {
  std::size_t end = offset;
  while (end - offset <= kLengthMax && IsSpace(window.At(end))) ++end;
  return end;
}

// Whether the ] at `offset`, where the element should go on, ends the array: the element lacks its
// end. Otherwise it is one too many.
bool EndsArray(InputWindow& window, std::size_t offset) {
  const std::size_t next = SkipSpace(window, offset + 1);
  const int byte = window.At(next);
  if (byte < 0) return true;
  // } and , may be the element's, or those of an object around the array.
  const std::size_t behind = SkipSpace(window, next + 1);
  if (byte == '}') return window.At(behind) < 0;
  if (byte != ',' || window.At(behind) != '"') return false;
  const std::size_t length = FindNextElement(window);
  return length != 0 && window.At(SkipSpace(window, length)) < 0;
}

ElementScan BrokenAt(InputWindow& window, ElementScan scan) {
  scan.length = FindNextElement(window);
  return scan;
}

}  // namespace

std::size_t ScanString(InputWindow& window, std::size_t offset) {
  for (std::size_t at = offset + 1; at - offset <= kLengthMax; ++at) {
    const int byte = window.At(at);
    if (byte == '"') return at + 1;
    if (byte < 0 || byte == '\n') return 0;
    if (byte == '\\') ++at;
  }
  return 0;
}

ElementState::Verdict ElementState::Blame(const char* fault) {
  fault_ = fault;
  return broken_ ? kGoOn : kFault;
}

ElementState::Verdict ElementState::StepString(char byte) {
  if (byte == '\n') {
    in_string_ = false;
    return Blame("a string does not end on its line");
  }
  if (escaped_) {
    escaped_ = false;
  } else if (byte == '\\') {
    escaped_ = true;
  } else if (byte == '"') {
    in_string_ = false;
    before_ = Before::kValue;
  }
  return kGoOn;
}

ElementState::Verdict ElementState::Open(char byte) {
  const bool in_object = !open_.empty() && open_.back() == '{';
  const bool value_expected = in_object ? before_ == Before::kColon : before_ != Before::kValue;
  if (!value_expected) {
    return Blame(byte == '{' ? "unexpected {: the object before it is not closed" : "unexpected [");
  }
  if (open_.size() < kDepthRemembered) open_.push_back(byte);
  before_ = Before::kOpening;
  return kGoOn;
}

ElementState::Verdict ElementState::Shut(char byte) {
  const char opening = byte == '}' ? '{' : '[';
  if (open_.empty() || open_.back() != opening) {
    return Blame(byte == '}' ? "unexpected }" : "unexpected ]: an object before it is not closed");
  }
  open_.pop_back();
  before_ = Before::kValue;
  ended_ = open_.empty();
  return kGoOn;
}

ElementState::Verdict ElementState::Step(char byte) {
  last_ = byte;
  if (in_string_) return StepString(byte);
  switch (byte) {
    case '"':
      in_string_ = true;
      break;
    case '{':
    case '[':
      return Open(byte);
    case '}':
    case ']':
      return Shut(byte);
    case ',':
      before_ = Before::kComma;
      break;
    case ':':
      before_ = Before::kColon;
      break;
    case ' ':
    case '\t':
    case '\r':
    case '\n':
      break;
    default:
      before_ = Before::kValue;
  }
  return kGoOn;
}

ElementScan ScanElement(InputWindow& window) {
  if (window.At(0) != '{') return ScanBareElement(window);
  ElementState state;
  ElementScan scan;
  const auto blame = [&scan](std::string_view fault, std::size_t at) {
    if (scan.fault.empty()) scan = {.length = 0, .fault = std::string(fault), .fault_offset = at};
  };
  for (std::size_t at = 0; at <= kLengthMax; ++at) {
    const int byte = window.At(at);
    if (byte < 0) {
      blame("the input ends before the record does", at);
      return BrokenAt(window, scan);
    }
    const bool in_record_itself = state.depth() == 1 && !state.in_string();
    if (state.Step(static_cast<char>(byte)) == ElementState::kFault) {
      const bool surplus = in_record_itself && byte == ']' && !EndsArray(window, at);
      blame(surplus ? "unexpected ]" : state.fault(), at);
      if (surplus) continue;
      if (!in_record_itself) return BrokenAt(window, scan);
      // Nothing but the record is open, so the bracket that does not fit belongs to what follows.
      scan.length = Trimmed(window.text().substr(0, at));
      return scan;
    }
    if (state.ended()) {
      scan.length = at + 1;
      return scan;
    }
  }
  return BrokenAt(window, {.length = 0, .fault = OverlongReason()});
}

bool GoesOnBehindBracket(InputWindow& window) {
  std::size_t next = SkipSpace(window, 1);
  if (window.At(next) == ',') next = SkipSpace(window, next + 1);
  return window.At(next) == '{';
}

bool BeginsElement(InputWindow& window, std::size_t offset, std::uint64_t column_max) {
  std::size_t at = offset;
  bool comma = false;
  for (;; ++at) {
    const int byte = window.At(at);
    if (byte == ',' && !comma) {
      comma = true;
    } else if (byte != ' ' && byte != '\t') {
      return byte == '{' && at - offset < column_max;
    }
    if (at - offset > column_max) return false;
  }
}

}  // namespace linedb::engine
