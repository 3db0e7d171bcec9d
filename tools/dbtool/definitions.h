// The commands and their options as data, read off the parser's own definitions: what help, man
// page and completion say is what is parsed.

#ifndef LINEDB_TOOLS_DBTOOL_DEFINITIONS_H_
#define LINEDB_TOOLS_DBTOOL_DEFINITIONS_H_

#include <string>
#include <string_view>
#include <vector>

#include "CLI/App.hpp"

namespace linedb::dbtool {

struct OptionDefinition {
  std::vector<std::string> names;    // "-i", "--ignore-case"; of a positional its one word
  std::string value;                 // "FILE"; empty: a flag
  std::vector<std::string> choices;  // the only values there are; empty: any
  std::string description;
  std::vector<std::string> excludes;  // names of options that it does not go with
  bool positional = false;
  bool required = false;
  bool repeated = false;  // a positional that takes all the rest
};

struct CommandDefinition {
  std::string name;
  std::string summary;
  std::vector<OptionDefinition> positionals = {};
  std::vector<OptionDefinition> options = {};
  std::vector<std::string> examples = {};
};

// Commands that belong together, in the order in which a newcomer wants them.
struct Family {
  std::string title;
  std::vector<CommandDefinition> commands;
};

struct Definitions {
  std::vector<OptionDefinition> options;  // common to all
  std::vector<Family> families;

  const CommandDefinition* Find(std::string_view name) const;
};

// Without hidden commands.
Definitions DefinitionsOf(const CLI::App& app);
CommandDefinition DefinitionOf(const CLI::App& command);

// "-i, --ignore-case", "--limit N", "KEY..."
std::string NamesText(const OptionDefinition& option);
// "DIR TABLE [KEY...]"
std::string PositionalsText(const CommandDefinition& command);
// On one line, with what it does not go with.
std::string DescriptionText(const OptionDefinition& option);

// The description of a check that takes these words only; DefinitionsOf finds them by it.
std::string ChoicesMark(const std::vector<std::string>& words);

// What is behind "Examples:" in a command's footer.
inline constexpr char kExamplesTitle[] = "Examples:";

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_DEFINITIONS_H_
