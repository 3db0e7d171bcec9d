#include "tools/dbtool/pattern.h"

#include <algorithm>
#include <cctype>

namespace linedb::dbtool {
namespace {

char Lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

std::regex::flag_type Flags(Letters letters) {
  std::regex::flag_type flags = std::regex::ECMAScript;
#if defined(__GLIBCXX__)
  // The usual matcher of libstdc++ recurses for each character and overflows the stack on lines of
  // some 100 KB; this one does not, and knows no back-references.
  flags |= std::regex_constants::__polynomial;
#endif
  return letters == Letters::kIgnoreCase ? flags | std::regex::icase : flags;
}

}  // namespace

absl::StatusOr<Pattern> Pattern::Parse(const std::string& text, Letters letters) {
  Pattern pattern;
  pattern.text_ = text;
  pattern.letters_ = letters;
  if (text.find_first_of("\\^$.|?*+()[]{}") != text.npos) {
    try {
      pattern.expression_.emplace(text, Flags(letters));
    } catch (const std::regex_error& error) {
      return absl::InvalidArgumentError("the pattern " + text +
                                        " is no regular expression: " + error.what());
    }
  } else if (letters == Letters::kIgnoreCase) {
    std::transform(text.begin(), text.end(), pattern.text_.begin(), Lower);
  }
  return pattern;
}

bool Pattern::IsIn(std::string_view line) const {
  if (expression_.has_value()) {
    return std::regex_search(line.begin(), line.end(), *expression_);
  }
  if (letters_ == Letters::kExact) return line.find(text_) != line.npos;
  return std::search(line.begin(), line.end(), text_.begin(), text_.end(),
                     [](char a, char b) { return Lower(a) == b; }) != line.end();
}

}  // namespace linedb::dbtool
