#include "tools/dbtool/help_text.h"

#include <algorithm>
#include <string_view>

#include "tools/dbtool/cell_text.h"

namespace linedb::dbtool {
namespace {

constexpr std::size_t kWidth = 80;  // of the narrowest terminal that help is made for
constexpr std::size_t kColumn = 26;

// Appends words, broken into lines that begin at `indent`. The cursor is at `at`.
void AppendWrapped(std::string_view text, std::size_t indent, std::size_t at, std::string* out) {
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t width = DisplayWidth(word);
    if (!first && at + 1 + width > kWidth) {
      *out += '\n' + std::string(indent, ' ');
      at = indent;
    } else if (!first) {
      *out += ' ';
      ++at;
    }
    *out += word;
    at += width;
    first = false;
  }
  *out += '\n';
}

// "  NAME      text", the text on lines of its own if the name is too long.
void AppendItem(const std::string& name, std::string_view text, std::size_t column,
                std::string* out) {
  *out += "  " + name;
  const std::size_t at = 2 + DisplayWidth(name);
  if (at + 2 > column) {
    *out += '\n' + std::string(column, ' ');
  } else {
    *out += std::string(column - at, ' ');
  }
  AppendWrapped(text, column, column, out);
}

void AppendOptions(const std::string& title, const std::vector<OptionDefinition>& options,
                   std::string* out) {
  if (options.empty()) return;
  *out += '\n' + title + ":\n";
  for (const OptionDefinition& option : options) {
    AppendItem(NamesText(option), DescriptionText(option), kColumn, out);
  }
}

std::string ExitCodesText() {
  std::string text = "Exit codes:";
  for (const auto& [code, meaning] : ExitCodeMeanings()) {
    text += (code == 0 ? " " : ", ") + std::to_string(code) + " " + meaning;
  }
  return text + ".";
}

}  // namespace

const std::vector<std::pair<int, std::string>>& ExitCodeMeanings() {
  static const std::vector<std::pair<int, std::string>> kMeanings = {{0, "success"},
                                                                     {1, "problems in the data"},
                                                                     {2, "usage"},
                                                                     {3, "not found"},
                                                                     {4, "locked"},
                                                                     {5, "corrupt"},
                                                                     {6, "I/O or disk full"},
                                                                     {7, "constraint violated"},
                                                                     {130, "interrupted"}};
  return kMeanings;
}

std::string OverviewText(const Definitions& definitions) {
  std::string text = "Usage: dbtool COMMAND DIR ...\n\n";
  for (const Family& family : definitions.families) {
    if (family.commands.empty()) continue;
    std::string names;
    for (const CommandDefinition& command : family.commands) names += command.name + " ";
    names.pop_back();
    AppendItem(family.title, names, 20, &text);
  }
  return text +
         "\nFirst steps, with your names for the words in capitals (DIR is the database):\n"
         "  dbtool init DIR                         make a database\n"
         "  dbtool import DIR TABLE FILE --create   take a file in as a table\n"
         "  dbtool inspect DIR                      see what it holds\n"
         "  dbtool cat DIR TABLE --limit 10         see records\n"
         "\n`dbtool help` says what each command does, `dbtool help COMMAND` how it is used,\n"
         "with examples.\n";
}

std::string ProgramHelpText(const Definitions& definitions) {
  std::string text =
      "Look into and change linedb databases\n\n"
      "Usage: dbtool COMMAND DIR ... [FLAGS]\n";
  for (const Family& family : definitions.families) {
    if (family.commands.empty()) continue;
    text += '\n' + family.title + ":\n";
    for (const CommandDefinition& command : family.commands) {
      AppendItem(command.name, command.summary, 14, &text);
    }
  }
  AppendOptions("Flags of all commands", definitions.options, &text);
  text += '\n';
  AppendWrapped(ExitCodesText(), 0, 0, &text);
  return text + "`dbtool help COMMAND` shows a command's flags and examples.\n";
}

std::string CommandHelpText(const CommandDefinition& command) {
  std::string text;
  AppendWrapped(command.summary, 0, 0, &text);
  std::string usage = "dbtool " + command.name;
  if (!command.positionals.empty()) usage += " " + PositionalsText(command);
  if (!command.options.empty()) usage += " [FLAGS]";
  text += "\nUsage: " + usage + "\n";
  AppendOptions("Arguments", command.positionals, &text);
  AppendOptions("Flags", command.options, &text);
  text += '\n';
  text += kExamplesTitle;
  text += '\n';
  for (const std::string& example : command.examples) text += "  " + example + "\n";
  return text + "\nFlags of all commands (--json, --format, --quiet, ...): `dbtool help`.\n";
}

}  // namespace linedb::dbtool
