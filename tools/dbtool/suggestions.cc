#include "tools/dbtool/suggestions.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "absl/strings/str_join.h"
#include "engine/nearest_name.h"

namespace linedb::dbtool {
namespace {

constexpr std::string_view kDestroying[] = {"delete", "drop", "purge"};

// What other programs call it.
struct Synonyms {
  std::vector<std::string> words;
  std::vector<std::string> commands;
};

const std::vector<Synonyms>& AllSynonyms() {
  static const std::vector<Synonyms> kSynonyms = {{{"select", "query", "show"}, {"sql", "cat"}},
                                                  {{"sqlite"}, {"sql"}},
                                                  {{"ls", "list", "tables"}, {"inspect"}},
                                                  {{"describe", "desc"}, {"schema"}},
                                                  {{"find", "search"}, {"grep"}},
                                                  {{"insert", "add"}, {"put"}},
                                                  {{"update"}, {"edit"}},
                                                  {{"rename"}, {"alter"}},
                                                  {{"rm", "remove"}, {"drop", "delete"}},
                                                  {{"undo", "rollback"}, {"restore"}},
                                                  {{"check", "fsck"}, {"verify"}},
                                                  {{"vacuum"}, {"compact"}},
                                                  {{"version"}, {"--version"}}};
  return kSynonyms;
}

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> SynonymsOf(const std::string& typed,
                                    const std::vector<std::string>& names) {
  std::vector<std::string> meant;
  for (const Synonyms& synonyms : AllSynonyms()) {
    if (!Has(synonyms.words, typed)) continue;
    for (const std::string& command : synonyms.commands) {
      if (command[0] == '-' || Has(names, command)) meant.push_back(command);
    }
  }
  return meant;
}

// A letter left out, put in, replaced, or swapped with the next.
bool IsOneLetterOff(std::string_view a, std::string_view b) {
  const auto [first, second] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  a.remove_prefix(static_cast<std::size_t>(first - a.begin()));
  b.remove_prefix(static_cast<std::size_t>(second - b.begin()));
  if (a.empty() || b.empty()) return a.size() + b.size() == 1;
  const bool swapped =
      a.size() > 1 && b.size() > 1 && a[0] == b[1] && a[1] == b[0] && a.substr(2) == b.substr(2);
  return swapped || a.substr(1) == b.substr(1) || a.substr(1) == b || a == b.substr(1);
}

std::vector<std::string> MayBeGuessed(const std::string& typed,
                                      const std::vector<std::string>& names) {
  std::vector<std::string> guessed;
  std::copy_if(names.begin(), names.end(), std::back_inserter(guessed), [&](const auto& name) {
    const bool destroys =
        std::find(std::begin(kDestroying), std::end(kDestroying), name) != std::end(kDestroying);
    return !destroys || IsOneLetterOff(typed, name);
  });
  return guessed;
}

}  // namespace

std::string MeantCommand(const std::string& typed, const std::vector<std::string>& names) {
  std::vector<std::string> meant = SynonymsOf(typed, names);
  if (meant.empty()) meant = {engine::NearestName(typed, MayBeGuessed(typed, names))};
  if (meant[0].empty()) return "";
  return "did you mean `" + absl::StrJoin(meant, "` or `") + "`?";
}

std::string DidYouMean(const std::string& typed, const std::vector<std::string>& names) {
  const std::string nearest = engine::NearestName(typed, names);
  return nearest.empty() ? "" : "; did you mean " + nearest + "?";
}

std::string DidYouMean(const std::string& typed, const TableSchema& schema) {
  std::vector<std::string> names;
  for (const ColumnSchema& column : schema.columns) names.push_back(column.name);
  return DidYouMean(typed, names);
}

}  // namespace linedb::dbtool
