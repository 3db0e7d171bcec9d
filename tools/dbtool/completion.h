// What could stand at the end of a command line that somebody is typing.

#ifndef LINEDB_TOOLS_DBTOOL_COMPLETION_H_
#define LINEDB_TOOLS_DBTOOL_COMPLETION_H_

#include <string>
#include <string_view>
#include <vector>

#include "tools/dbtool/definitions.h"

namespace linedb::dbtool {

struct Candidate {
  std::string word;
  std::string description;
};

struct Completion {
  enum class Kind { kWords, kFiles, kDirectories };  // the shell knows the names of the latter two
  Kind kind = Kind::kWords;
  std::vector<Candidate> words = {};
};

// For the words behind `dbtool`, of which the last is the one that is being typed, perhaps empty.
// Names of tables and columns come from the schema files alone: nothing is opened, locked, replayed
// or written, and what cannot be read has no names.
Completion Complete(const Definitions& definitions, const std::vector<std::string>& words);

// From those files, too: "student", "enrollment".
std::vector<std::string> TableNamesIn(const std::string& directory);

// The script that makes a shell ask `dbtool complete`; empty: there is none for such a shell.
std::string_view CompletionScript(std::string_view shell);
// "bash", …
std::vector<std::string> ShellNames();

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_COMPLETION_H_
