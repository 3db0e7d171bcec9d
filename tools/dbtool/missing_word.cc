#include "tools/dbtool/missing_word.h"

#include <vector>

#include "absl/strings/str_join.h"
#include "tools/dbtool/completion.h"

namespace linedb::dbtool {
namespace {

constexpr std::size_t kTablesTold = 20;

std::string TablesText(const std::string& directory) {
  std::vector<std::string> names = TableNamesIn(directory);
  if (names.empty()) return "";
  const bool are_all = names.size() <= kTablesTold;
  if (!are_all) names.resize(kTablesTold);
  return "the tables are " + absl::StrJoin(names, ", ") +
         (are_all ? "" : ", … (`dbtool inspect DIR` lists them all)");
}

}  // namespace

std::string MissingWordHint(const Context& context, const std::string& command,
                            const std::string& message) {
  const auto directory = context.words.find("DIR");
  if (message == "TABLE is required" && command != "create" && directory != context.words.end()) {
    return TablesText(directory->second);
  }
  if (message == "KEY is required" && command == "log") {
    return "`dbtool wal DIR --table TABLE` shows all changes of a table";
  }
  return "";
}

}  // namespace linedb::dbtool
