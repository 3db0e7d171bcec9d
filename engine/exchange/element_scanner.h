// Finds where an element of an array of records ends, by its brackets, quotes and commas.

#ifndef LINEDB_ENGINE_EXCHANGE_ELEMENT_SCANNER_H_
#define LINEDB_ENGINE_EXCHANGE_ELEMENT_SCANNER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/exchange/input_window.h"

namespace linedb::engine {

// The end of the JSON string that begins at `offset` with its quote; 0 if it does not end on its
// line, or not within the length of a line.
std::size_t ScanString(InputWindow& window, std::size_t offset);

// Follows an element byte by byte: what is open, and whether a bracket may stand here.
class ElementState {
 public:
  enum Verdict { kGoOn, kFault };

  Verdict Step(char byte);
  // Goes on behind a fault, looking for the start of a line only.
  void Break() { broken_ = true; }

  bool ended() const { return ended_; }
  bool in_string() const { return in_string_; }
  std::size_t depth() const { return open_.size(); }
  // The last byte ended a line of an element that is known to be bad.
  bool at_line_start() const { return last_ == '\n'; }
  // Of the last Step that returned kFault.
  const char* fault() const { return fault_; }

 private:
  // What a bracket, comma or value stands behind.
  enum class Before { kOpening, kComma, kColon, kValue };

  Verdict Open(char byte);
  Verdict Shut(char byte);
  Verdict StepString(char byte);
  Verdict Blame(const char* fault);

  std::string open_;  // the brackets
  Before before_ = Before::kComma;
  bool in_string_ = false;
  bool escaped_ = false;
  bool ended_ = false;
  bool broken_ = false;
  char last_ = 0;
  const char* fault_ = "";
};

struct ElementScan {
  // Of the element, bad or good; 0 if it is bad and too long to be kept.
  std::size_t length = 0;
  std::string fault;  // empty: its brackets fit
  std::size_t fault_offset = 0;
};

// Scans the element that begins the window.
ElementScan ScanElement(InputWindow& window);

// Whether the array goes on behind the ] that begins the window: with an object, or with a comma
// and one, which is JSON nowhere.
bool GoesOnBehindBracket(InputWindow& window);

// Whether the line that begins at `offset` of the window begins with { (or with a comma and {), no
// further to the right than `column_max`.
bool BeginsElement(InputWindow& window, std::size_t offset, std::uint64_t column_max);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_ELEMENT_SCANNER_H_
