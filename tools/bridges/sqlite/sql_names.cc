#include "tools/bridges/sqlite/sql_names.h"

#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/nearest_name.h"

namespace linedb::sqlite {

std::string QuotedName(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::vector<std::string> UniqueNames(const std::vector<std::string>& names, Letters letters) {
  const auto compared = [letters](const std::string& name) {
    return letters == Letters::kExact ? name : absl::AsciiStrToLower(name);
  };
  std::set<std::string> taken;  // by one of the names, whether it was given yet or not
  for (const std::string& name : names) taken.insert(compared(name));
  std::set<std::string> given;
  std::vector<std::string> unique;
  for (const std::string& name : names) {
    std::string made = name;
    for (int i = 2; !given.insert(compared(made)).second; ++i) {
      made = absl::StrCat(name, "_", i);
      if (taken.contains(compared(made))) made = name;  // the next number, then
    }
    unique.push_back(std::move(made));
  }
  return unique;
}

std::string WithSuggestion(std::string message, std::string_view wanted,
                           const std::vector<std::string>& names) {
  const std::string nearest = engine::NearestName(wanted, names);
  return nearest.empty() ? message : message + "; did you mean " + nearest + "?";
}

}  // namespace linedb::sqlite
