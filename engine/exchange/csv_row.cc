#include "engine/exchange/csv_row.h"

#include <cstring>

namespace linedb::engine {
namespace {

const char* Find(const char* at, const char* end, char byte) {
  // memchr takes no null pointer, not even for no bytes.
  if (at == end) return end;
  const void* found = std::memchr(at, byte, static_cast<std::size_t>(end - at));
  return found == nullptr ? end : static_cast<const char*>(found);
}

// Walks along a row.
class Splitter {
 public:
  Splitter(std::string_view row, const CsvDialect& dialect, schema::JsonFault* fault)
      : begin_(row.data()),
        at_(row.data()),
        end_(row.data() + row.size()),
        dialect_(dialect),
        fault_(fault) {
    if (at_ != end_ && end_[-1] == '\r') --end_;
    const std::string_view text(at_, static_cast<std::size_t>(end_ - at_));
    plain_ = (!dialect.quotes || text.find('"') == text.npos) && text.find('\r') == text.npos &&
             text.find('\0') == text.npos;
  }

  bool Split(std::vector<CsvField>* fields) {
    for (;;) {
      CsvField field;
      const bool quoted = !plain_ && dialect_.quotes && at_ != end_ && *at_ == '"';
      if (quoted ? !TakeQuoted(&field) : !TakePlain(&field)) return false;
      fields->push_back(field);
      if (at_ == end_) return true;
      ++at_;
    }
  }

 private:
  bool Fail(const char* at, const char* reason) {
    *fault_ = {static_cast<std::size_t>(at - begin_), reason};
    return false;
  }

  bool TakePlain(CsvField* field) {
    const char* const stop = Find(at_, end_, dialect_.delimiter);
    field->text = std::string_view(at_, static_cast<std::size_t>(stop - at_));
    at_ = stop;
    return plain_ || JudgePlain(field->text);
  }

  bool JudgePlain(std::string_view text) {
    for (const char& character : text) {
      if (character == '"' && dialect_.quotes) {
        return Fail(&character, "a quote in a field that does not begin with one");
      }
      if (character == '\r') return Fail(&character, "a carriage return outside of quotes");
      if (character == '\0') return Fail(&character, "a NUL byte outside of quotes");
    }
    return true;
  }

  bool TakeQuoted(CsvField* field) {
    const char* const opening = at_;
    for (at_ = opening + 1;; at_ += 2) {
      at_ = Find(at_, end_, '"');
      if (at_ == end_) return Fail(opening, "the closing quote is missing");
      if (at_ + 1 == end_ || at_[1] != '"') break;
      field->doubled = true;
    }
    field->quoted = true;
    field->text = std::string_view(opening + 1, static_cast<std::size_t>(at_ - opening - 1));
    ++at_;
    if (at_ == end_ || *at_ == dialect_.delimiter) return true;
    return Fail(at_, "text behind the closing quote of a field");
  }

  const char* const begin_;
  const char* at_;
  const char* end_;
  const CsvDialect& dialect_;
  schema::JsonFault* fault_;
  bool plain_ = false;  // nothing in the row has a meaning but the delimiter
};

}  // namespace

std::string_view CsvField::Value(std::string* scratch) const {
  if (!doubled) return text;
  scratch->clear();
  for (std::size_t at = 0; at < text.size(); ++at) {
    scratch->push_back(text[at]);
    if (text[at] == '"') ++at;
  }
  return *scratch;
}

bool SplitCsvRow(std::string_view row, const CsvDialect& dialect, std::vector<CsvField>* fields,
                 schema::JsonFault* fault) {
  fields->clear();
  return Splitter(row, dialect, fault).Split(fields);
}

}  // namespace linedb::engine
