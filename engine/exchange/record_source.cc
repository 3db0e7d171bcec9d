#include "engine/exchange/record_source.h"

#include <utility>

#include "engine/exchange/csv_source.h"
#include "linedb/text_writer.h"

namespace linedb::engine {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
// How far the format is looked for: the first members of an export stand well within it.
constexpr std::size_t kPeekBytes = std::size_t{1} << 16;

bool IsSpace(char character) {
  return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

// What the beginning of an object shows.
struct ObjectStart {
  bool ends_on_its_line = false;
  bool ends_the_input = false;  // as far as it was looked at
  bool has_table = false;       // a member "table" of the object itself
  bool has_records = false;     // a member "records" of the object itself that is an array
};

// The text from a colon on: whether the value is an array.
bool ArrayFollows(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && (IsSpace(text[at]) || text[at] == ':')) ++at;
  return at < text.size() && text[at] == '[';
}

ObjectStart LookAtObject(std::string_view text) {
  ObjectStart found;
  int depth = 0;
  bool first_line = true;
  for (std::size_t i = 0; i < text.size() && (first_line || !found.has_records); ++i) {
    const char c = text[i];
    if (c == '"') {
      const std::size_t begin = i + 1;
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
      if (depth != 1 || i >= text.size()) continue;
      const std::string_view name = text.substr(begin, i - begin);
      found.has_table |= name == "table";
      found.has_records |= name == "records" && ArrayFollows(text.substr(i + 1));
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      found.ends_on_its_line = first_line;
      found.ends_the_input = text.find_first_not_of(" \t\r\n", i + 1) == text.npos;
      return found;
    } else if (c == '\n') {
      first_line = false;
    }
  }
  return found;
}

bool IsJson(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  if (text.empty() || text.front() != '{') return !text.empty() && text.front() == '[';
  const ObjectStart start = LookAtObject(text);
  // On one line it may be a record like any other, unless it is an export and all there is.
  return start.has_records &&
         (!start.ends_on_its_line || (start.has_table && start.ends_the_input));
}

FileFormat FindFormat(InputWindow& window) {
  while (window.text().size() < kPeekBytes && window.More()) {
  }
  const std::string_view text = window.text().substr(0, kPeekBytes);
  if (IsJson(text)) return FileFormat::kJson;
  return LooksLikeCsv(text) ? FileFormat::kCsv : FileFormat::kJsonLines;
}

}  // namespace

void RecordSource::WriteRejected(std::string_view text, std::ostream& output) {
  WriteOnOneLine(text, output);
  output.put('\n');
}

std::unique_ptr<RecordSource> OpenRecordSource(std::istream& input, const SourceOptions& options) {
  auto window = std::make_unique<InputWindow>(input);
  window->At(kByteOrderMark.size() - 1);
  if (window->text().substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    window->Skip(kByteOrderMark.size());
  }
  FileFormat format = options.format;
  if (format == FileFormat::kAuto) format = FindFormat(*window);
  switch (format) {
    case FileFormat::kJson:
      return NewJsonSource(std::move(window), options.overlong);
    case FileFormat::kCsv:
      return NewCsvSource(std::move(window), options.csv, options.overlong);
    case FileFormat::kAuto:
    case FileFormat::kJsonLines:
      break;
  }
  return NewLineSource(std::move(window), options.overlong);
}

std::string OverlongReason() {
  return "record of more than " + std::to_string(schema::kLineBytesMax) + " bytes";
}

void WriteOnOneLine(std::string_view text, std::ostream& output) {
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    output.write(text.data(), static_cast<std::streamsize>(end == text.npos ? text.size() : end));
    if (end == text.npos) return;
    output.put(' ');
    text.remove_prefix(end + 1);
  }
}

}  // namespace linedb::engine
