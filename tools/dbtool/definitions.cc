#include "tools/dbtool/definitions.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace linedb::dbtool {
namespace {

struct FamilyNames {
  const char* title;
  std::vector<std::string> names;
};

// The one list of families. A command that is missing here stands in the last one.
const std::vector<FamilyNames>& AllFamilies() {
  static const std::vector<FamilyNames> kFamilies = {
      {"Look", {"inspect", "schema", "stats", "cat", "get", "grep", "sql", "ui", "report"}},
      {"Change", {"init", "create", "alter", "drop", "put", "delete", "edit", "adopt", "purge"}},
      {"In and out", {"import", "export", "dump", "load"}},
      {"History", {"log", "wal", "tail", "diff", "bisect", "slice"}},
      {"Safety and room", {"backup", "restore", "verify", "repair", "checkpoint", "compact"}},
      {"dbtool itself", {"help", "completion", "man"}}};
  return kFamilies;
}

constexpr char kChoicesBegin[] = ":{";  // the parser puts a colon before a check's description

std::string ReplaceAll(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

void TakeType(const CLI::Option& option, OptionDefinition* definition) {
  if (option.get_items_expected_max() == 0) return;  // a flag
  std::string type = option.get_type_name();
  if (const std::size_t choices = type.find(kChoicesBegin); choices != type.npos) {
    const std::size_t begin = choices + sizeof(kChoicesBegin) - 1;
    definition->choices = absl::StrSplit(type.substr(begin, type.find('}', begin) - begin), '|');
    type.resize(choices);
  }
  definition->value = type.empty() ? "VALUE" : type;
}

OptionDefinition DefinitionOf(const CLI::Option& option) {
  OptionDefinition definition;
  definition.positional = option.get_positional();
  for (const std::string& name : option.get_snames()) definition.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) definition.names.push_back("--" + name);
  TakeType(option, &definition);
  definition.description = ReplaceAll(option.get_description(), "\n", " ");
  for (const CLI::Option* other : option.get_excludes()) {
    definition.excludes.push_back(other->get_name());
  }
  std::sort(definition.excludes.begin(), definition.excludes.end());
  definition.required = option.get_required();
  if (definition.positional) {
    definition.names = {option.get_name(true)};
    definition.value = definition.names[0];
    definition.repeated = option.get_expected_max() >= CLI::detail::expected_max_vector_size;
  }
  return definition;
}

std::vector<std::string> ExamplesIn(const std::string& footer) {
  std::vector<std::string> examples;
  std::istringstream lines(footer);
  bool in_examples = false;
  for (std::string line; std::getline(lines, line);) {
    if (in_examples && line.rfind("  ", 0) == 0) examples.push_back(line.substr(2));
    in_examples = line == kExamplesTitle || (in_examples && !line.empty());
  }
  return examples;
}

}  // namespace

CommandDefinition DefinitionOf(const CLI::App& command) {
  CommandDefinition definition{.name = command.get_name(),
                               .summary = command.get_description(),
                               .examples = ExamplesIn(command.get_footer())};
  for (const CLI::Option* option : command.get_options({})) {
    if (option == command.get_help_ptr()) continue;
    OptionDefinition part = DefinitionOf(*option);
    (part.positional ? definition.positionals : definition.options).push_back(std::move(part));
  }
  return definition;
}

const CommandDefinition* Definitions::Find(std::string_view name) const {
  for (const Family& family : families) {
    for (const CommandDefinition& command : family.commands) {
      if (command.name == name) return &command;
    }
  }
  return nullptr;
}

Definitions DefinitionsOf(const CLI::App& app) {
  Definitions definitions;
  for (const CLI::Option* option : app.get_options({})) {
    definitions.options.push_back(DefinitionOf(*option));
  }
  std::vector<const CLI::App*> rest =
      app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
  for (const FamilyNames& names : AllFamilies()) {
    Family family{.title = names.title, .commands = {}};
    for (const std::string& name : names.names) {
      const auto found = std::find_if(rest.begin(), rest.end(), [&name](const CLI::App* command) {
        return command->get_name() == name;
      });
      if (found == rest.end()) continue;
      family.commands.push_back(DefinitionOf(**found));
      rest.erase(found);
    }
    definitions.families.push_back(std::move(family));
  }
  Family others{.title = "Others", .commands = {}};
  for (const CLI::App* command : rest) others.commands.push_back(DefinitionOf(*command));
  if (!rest.empty()) definitions.families.push_back(std::move(others));
  return definitions;
}

std::string NamesText(const OptionDefinition& option) {
  std::string text = absl::StrJoin(option.names, ", ");
  if (option.positional) return text + (option.repeated ? "..." : "");
  return option.value.empty() ? text : text + " " + option.value;
}

std::string PositionalsText(const CommandDefinition& command) {
  std::string text;
  for (const OptionDefinition& positional : command.positionals) {
    const std::string word = NamesText(positional);
    text += (text.empty() ? "" : " ") + (positional.required ? word : "[" + word + "]");
  }
  return text;
}

std::string DescriptionText(const OptionDefinition& option) {
  if (option.excludes.empty()) return option.description;
  return option.description + "; not with " + absl::StrJoin(option.excludes, ", ");
}

std::string ChoicesMark(const std::vector<std::string>& words) {
  return "{" + absl::StrJoin(words, "|") + "}";
}

}  // namespace linedb::dbtool
