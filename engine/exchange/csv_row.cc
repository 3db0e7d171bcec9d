#include "engine/exchange/csv_row.h"

#include <algorithm>
#include <cassert>

#include "engine/exchange/csv_marks.h"

namespace linedb::engine {
namespace {

std::string_view Between(const char* begin, const char* end) {
  return std::string_view(begin, static_cast<std::size_t>(end - begin));
}

// Without the carriage return that belongs to the line's end.
std::string_view WithoutReturn(std::string_view row) {
  if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
  return row;
}

// Splits a row from mark to mark. What is no row it leaves.
template <bool kKeepsFields>
class Splitter {
 public:
  Splitter(std::string_view row, const CsvDialect& dialect, CsvRow* split)
      : marks_(row, dialect),
        field_(row.data()),
        end_(row.data() + row.size()),
        dialect_(dialect),
        split_(split) {}

  bool Split() {
    while (!ended_) {
      const char* const mark = marks_.Next();
      if (mark == end_ || *mark == dialect_.delimiter) {
        Keep({Between(field_, mark), false, false});
        PassEnd(mark);
      } else if (*mark != '"' || mark != field_ || !TakeQuoted()) {
        return false;
      }
    }
    if constexpr (kKeepsFields) split_->ascii = marks_.ascii();
    return true;
  }

 private:
  // Of a field whose first quote was found.
  bool TakeQuoted() {
    bool doubled = false;
    const char* quote = NextQuote();
    for (; quote != end_ && quote + 1 != end_ && quote[1] == '"'; quote = NextQuote()) {
      doubled = true;
      marks_.Next();
    }
    if (quote == end_) return false;
    const char* const behind = marks_.Next();
    if (behind != quote + 1 || (behind != end_ && *behind != dialect_.delimiter)) return false;
    Keep({Between(field_ + 1, quote), true, doubled});
    PassEnd(behind);
    return true;
  }

  void Keep(const CsvField& field) {
    if constexpr (kKeepsFields) split_->fields.push_back(field);
  }

  // Of a field, which is a delimiter or the row's.
  void PassEnd(const char* end) {
    ended_ = end == end_;
    if (!ended_) field_ = end + 1;
  }

  const char* NextQuote() {
    const char* mark = marks_.Next();
    while (mark != end_ && *mark != '"') mark = marks_.Next();
    return mark;
  }

  CsvMarks marks_;
  const char* field_;  // where the next one begins
  bool ended_ = false;
  const char* const end_;
  const CsvDialect& dialect_;
  CsvRow* const split_;
};

// Finds what is wrong with a row that Splitter has left, behind the fields that it has split.
class FaultFinder {
 public:
  FaultFinder(std::string_view row, const CsvDialect& dialect) : row_(row), dialect_(dialect) {}

  schema::JsonFault Find(const CsvRow& split) const {
    std::size_t begin = 0;
    if (!split.fields.empty()) {
      const CsvField& last = split.fields.back();
      begin = OffsetIn(row_, last) + last.text.size() + (last.quoted ? 2 : 0) + 1;
    }
    const bool quoted = dialect_.quotes && begin < row_.size() && row_[begin] == '"';
    return quoted ? FaultOfQuoted(begin) : FaultOfPlain(begin);
  }

 private:
  schema::JsonFault FaultOfQuoted(std::size_t begin) const {
    std::size_t quote = row_.find('"', begin + 1);
    while (quote != row_.npos && row_.substr(quote + 1, 1) == "\"") {
      quote = row_.find('"', quote + 2);
    }
    if (quote == row_.npos) return {begin, "the closing quote is missing"};
    return {quote + 1, "text behind the closing quote of a field"};
  }

  schema::JsonFault FaultOfPlain(std::size_t begin) const {
    for (std::size_t at = begin; at < row_.size(); ++at) {
      if (row_[at] == '"' && dialect_.quotes) {
        return {at, "a quote in a field that does not begin with one"};
      }
      if (row_[at] == '\r') return {at, "a carriage return outside of quotes"};
      if (row_[at] == '\0') return {at, "a NUL byte outside of quotes"};
    }
    assert(false && "a row without a fault was not split");
    return {};
  }

  const std::string_view row_;
  const CsvDialect& dialect_;
};

}  // namespace

std::string_view CsvField::Undoubled(std::string* scratch) const {
  scratch->clear();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t quote = std::min(text.find('"', at), text.size() - 1);
    scratch->append(text, at, quote + 1 - at);
    at = quote + 2;
  }
  return *scratch;
}

bool SplitGoodCsvRow(std::string_view row, const CsvDialect& dialect, CsvRow* split) {
  split->fields.clear();
  return Splitter<true>(WithoutReturn(row), dialect, split).Split();
}

bool IsCsvRow(std::string_view row, const CsvDialect& dialect) {
  return Splitter<false>(WithoutReturn(row), dialect, nullptr).Split();
}

bool SplitCsvRow(std::string_view row, const CsvDialect& dialect, CsvRow* split,
                 schema::JsonFault* fault) {
  if (SplitGoodCsvRow(row, dialect, split)) return true;
  *fault = FaultFinder(WithoutReturn(row), dialect).Find(*split);
  return false;
}

}  // namespace linedb::engine
