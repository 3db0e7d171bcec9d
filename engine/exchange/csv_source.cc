#include "engine/exchange/csv_source.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "linedb/text_writer.h"
#include "schema/json_text.h"

namespace linedb::engine {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;
constexpr std::size_t kRowBytesMax = schema::kLineBytesMax;

// The offset of the first such byte of the window from `from` on; kNowhere if there is none before
// the end, or within the length of a row.
std::size_t FindByte(InputWindow& window, char byte, std::size_t from) {
  for (;;) {
    const std::size_t found = window.text().find(byte, from);
    if (found != kNowhere) return found;
    from = window.text().size();
    if (from > kRowBytesMax || !window.More()) return kNowhere;
  }
}

// The row that begins the window.
struct RowExtent {
  std::size_t length = 0;  // without its "\n"
  bool ended = false;      // by a "\n"
  bool one_line = true;
  std::size_t fields = 0;  // of a row of several lines
};

// Walks along the fields of a row that has quotes. False if it is no row, or too long for one.
class RowWalker {
 public:
  RowWalker(InputWindow& window, char delimiter) : window_(window), delimiter_(delimiter) {}

  bool Walk(RowExtent* row) {
    while (!at_end_) {
      ++row->fields;
      if (window_.At(at_) == '"' ? !PassQuoted() : !PassPlain()) return false;
    }
    row->length = at_;
    row->ended = window_.At(at_) == '\n';
    return at_ <= kRowBytesMax;
  }

 private:
  bool PassQuoted() {
    std::size_t quote = at_ + 1;
    for (;;) {
      quote = FindByte(window_, '"', quote);
      if (quote == kNowhere) return false;
      if (window_.At(quote + 1) != '"') break;
      quote += 2;
    }
    at_ = quote + 1;
    int byte = window_.At(at_);
    if (byte == '\r' && window_.At(at_ + 1) == '\n') byte = window_.At(++at_);
    return PassEnd(byte);
  }

  // Up to the delimiter or the end of the line.
  bool PassPlain() {
    if (line_end_ == kNowhere || line_end_ < at_) line_end_ = FindByte(window_, '\n', at_);
    const std::size_t end = line_end_ == kNowhere ? window_.text().size() : line_end_;
    const std::size_t found = window_.text().substr(0, end).find(delimiter_, at_);
    at_ = found == kNowhere ? end : found;
    return PassEnd(window_.At(at_));
  }

  // The byte behind a field.
  bool PassEnd(int byte) {
    if (byte == static_cast<unsigned char>(delimiter_)) {
      ++at_;
      return true;
    }
    at_end_ = byte < 0 || byte == '\n';
    return at_end_;
  }

  InputWindow& window_;
  const char delimiter_;
  std::size_t at_ = 0;
  std::size_t line_end_ = kNowhere;
  bool at_end_ = false;
};

class CsvSource : public RecordSource {
 public:
  CsvSource(std::unique_ptr<InputWindow> window, const CsvOptions& options, std::ostream* overlong)
      : window_(std::move(window)), overlong_(overlong) {
    shape_.dialect = {options.delimiter, options.quotes == CsvQuotes::kDoubled};
    if (options.delimiter == '\0') shape_.dialect.delimiter = FirstDelimiter();
    shape_.nulls = options.nulls;
    shape_.columns = options.columns;
    if (options.header == CsvHeader::kFirstRow) ReadHeader();
    if (options.header == CsvHeader::kNone && shape_.columns.empty()) {
      Refuse({1, 1}, "there is neither a header nor are there names of columns");
    }
    shape_.positions.resize(shape_.columns.size());
  }

  bool Next(SourceRecord* record) override;
  const absl::Status& status() const override { return status_; }
  std::uint64_t bytes_read() const override { return window_->bytes_read(); }
  const CsvShape* csv_shape() const override { return &shape_; }
  void WriteRejected(std::string_view text, std::ostream& output) override {
    WriteHeaderOnce(output);
    output.write(text.data(), static_cast<std::streamsize>(text.size()));
    output.put('\n');
  }

 private:
  char FirstDelimiter();
  void ReadHeader();
  void NameColumns(const std::vector<CsvField>& fields);
  RowExtent FindRow();
  bool HasGoodRow(const RowExtent& row);
  void Consume();
  void PassOverlong();
  void WriteHeaderOnce(std::ostream& output) {
    if (!std::exchange(header_written_, true) && !shape_.header.empty()) {
      output << shape_.header << '\n';
    }
  }
  void Refuse(TextPosition at, const std::string& reason) {
    if (!status_.ok()) return;
    status_ = absl::InvalidArgumentError(absl::StrCat(at.line, ":", at.column, ": ", reason));
  }

  std::unique_ptr<InputWindow> window_;
  std::ostream* overlong_;
  CsvShape shape_;
  bool header_written_ = false;
  RowExtent row_;  // the one that Next gave
  CsvRow split_;
  absl::Status status_;
};

// Of those that may be one the first that the first line has.
char CsvSource::FirstDelimiter() {
  const std::size_t end = FindByte(*window_, '\n', 0);
  const std::string_view line = window_->text().substr(0, end);
  for (const char delimiter : kCsvDelimiters) {
    if (line.find(delimiter) != line.npos) return delimiter;
  }
  return kCsvDelimiters.front();
}

void CsvSource::ReadHeader() {
  SourceRecord header;
  if (!Next(&header)) return Refuse({1, 1}, "expected a header, found the end of the input");
  schema::JsonFault fault;
  if (!header.fault.empty()) return Refuse(header.position, "the header is a " + header.fault);
  shape_.header = header.text;
  const TextPosition begin = header.position;
  if (const std::size_t bad = schema::FindBadUtf8(header.text); bad != kNowhere) {
    return Refuse(PositionAfter(begin, header.text.substr(0, bad)), "the header is not UTF-8");
  }
  if (!SplitCsvRow(header.text, shape_.dialect, &split_, &fault)) {
    return Refuse(PositionAfter(begin, header.text.substr(0, fault.byte)),
                  "the header is no row of CSV: " + fault.reason);
  }
  for (const CsvField& field : split_.fields) {
    const std::size_t offset = OffsetIn(header.text, field);
    shape_.positions.push_back(PositionAfter(begin, header.text.substr(0, offset)));
  }
  NameColumns(split_.fields);
}

void CsvSource::NameColumns(const std::vector<CsvField>& fields) {
  if (!shape_.columns.empty()) {
    if (shape_.columns.size() == fields.size()) return;
    return Refuse(shape_.positions[0], absl::StrCat("the header has ", fields.size(), " fields, ",
                                                    shape_.columns.size(), " names are given"));
  }
  std::string scratch;
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string name(fields[i].Value(&scratch));
    if (name.empty()) {
      return Refuse(shape_.positions[i], absl::StrCat("column ", i + 1, " has no name"));
    }
    const auto [first, is_new] = seen.try_emplace(name, i);
    if (!is_new) {
      return Refuse(shape_.positions[i],
                    absl::StrCat("the name \"", name, "\" is doubled: columns ", first->second + 1,
                                 " and ", i + 1));
    }
    shape_.columns.push_back(name);
  }
}

// Lets go of the row that Next gave.
void CsvSource::Consume() {
  const std::size_t bytes = row_.length + (row_.ended ? 1 : 0);
  if (row_.one_line && row_.ended) {
    window_->ConsumeLine(bytes);
  } else {
    window_->Consume(bytes);
  }
  row_ = RowExtent{};
}

bool CsvSource::Next(SourceRecord* record) {
  for (;;) {
    Consume();
    *record = SourceRecord{};
    if (!status_.ok()) return false;
    record->position = window_->position();
    record->fault_position = record->position;
    const RowExtent row = FindRow();
    if (row.length > kRowBytesMax) {
      record->fault = OverlongReason();
      PassOverlong();
      return true;
    }
    row_ = row;
    if (row.length == 0 && !row.ended) return false;
    record->text = window_->text().substr(0, row.length);
    const bool blank = record->text.empty() || record->text == "\r";
    if (!blank || shape_.has_one_column()) return true;
  }
}

RowExtent CsvSource::FindRow() {
  RowExtent line;
  const std::size_t newline = FindByte(*window_, '\n', 0);
  line.ended = newline != kNowhere;
  line.length = line.ended ? newline : window_->text().size();
  if (!shape_.dialect.quotes || line.length > kRowBytesMax) return line;
  const std::string_view text = window_->text().substr(0, line.length);
  // A line that is a row by itself is what the walk would find, in more time.
  if (text.find('"') == kNowhere || IsCsvRow(text, shape_.dialect)) return line;
  RowExtent row;
  if (!RowWalker(*window_, shape_.dialect.delimiter).Walk(&row)) return line;
  row.one_line = row.length <= line.length;
  // Were it not for the number of its fields, a quote that is not closed might be closed by another
  // record's.
  const bool fits = shape_.columns.empty() || row.fields == shape_.columns.size();
  return row.one_line || fits || !HasGoodRow(row) ? row : line;
}

// Whether a row of several lines has a line behind its first that is a row by itself.
bool CsvSource::HasGoodRow(const RowExtent& row) {
  std::string_view rest = window_->text().substr(0, row.length);
  for (std::size_t newline = rest.find('\n'); newline != rest.npos; newline = rest.find('\n')) {
    rest.remove_prefix(newline + 1);
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (SplitGoodCsvRow(line, shape_.dialect, &split_) &&
        split_.fields.size() == shape_.columns.size()) {
      return true;
    }
  }
  return false;
}

// Lets go of a line without keeping more than a block of it.
void CsvSource::PassOverlong() {
  if (overlong_ != nullptr) WriteHeaderOnce(*overlong_);
  bool ended = false;
  while (!ended) {
    const std::size_t newline = window_->text().find('\n');
    ended = newline != kNowhere;
    const std::size_t length = ended ? newline : window_->text().size();
    if (overlong_ != nullptr) *overlong_ << window_->text().substr(0, length);
    window_->Consume(length + (ended ? 1 : 0));
    if (!ended) ended = !window_->More();
  }
  if (overlong_ != nullptr) overlong_->put('\n');
}

}  // namespace

std::unique_ptr<RecordSource> NewCsvSource(std::unique_ptr<InputWindow> window,
                                           const CsvOptions& options, std::ostream* overlong) {
  return std::make_unique<CsvSource>(std::move(window), options, overlong);
}

bool LooksLikeCsv(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \r\n");
  if (begin == text.npos) return false;
  const std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
  return line.find_first_of("{}[]") == line.npos && line.find_first_of(kCsvDelimiters) != line.npos;
}

}  // namespace linedb::engine
