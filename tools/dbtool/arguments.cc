#include "tools/dbtool/arguments.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <iterator>
#include <memory>
#include <system_error>
#include <utility>

#include "CLI/Config.hpp"
#include "absl/strings/match.h"
#include "engine/nearest_name.h"
#include "tools/dbtool/definitions.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/help_text.h"
#include "tools/dbtool/missing_word.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/suggestions.h"

namespace linedb::dbtool {
namespace {

// Without hidden ones.
std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (!command->get_group().empty()) names.push_back(command->get_name());
  }
  return names;
}

// Hidden ones, too; null: there is none.
const CLI::App* FindCommand(const CLI::App& app, const std::string& name) {
  const auto found =
      app.get_subcommands([&name](const CLI::App* command) { return command->get_name() == name; });
  return found.empty() ? nullptr : found[0];
}

// The word that ought to be the command; empty if there is none.
std::string CommandWord(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--format" || words[i] == "--color") {
      ++i;
    } else if (words[i].empty() || words[i][0] != '-') {
      return words[i];
    }
  }
  return "";
}

// CLI11 has its own ideas of some words: [1,101] is two where there may be several, ++ ends the
// flags, and what stands behind -- may still be one. Such words go through it with this before
// them. It is taken off each word exactly once, and a word that begins with it gets one, too: so
// whatever was typed arrives as it was typed.
constexpr char kMark = '\x01';

// Where the mark goes; npos: none is needed. A flag's value behind = gets one if it is empty, for
// CLI11 would take the next word for it.
std::size_t MarkPlace(const std::string& word) {
  if (word.rfind("--", 0) != 0) {
    const bool needed = !word.empty() && (word[0] == '[' || word[0] == '+' || word[0] == kMark);
    return needed ? 0 : word.npos;
  }
  const std::size_t value = word.find('=') + 1;  // npos + 1 is 0
  const bool needed = value != 0 && (value == word.size() || word[value] == kMark);
  return needed ? value : word.npos;
}

std::vector<std::string> Marked(std::vector<std::string> words) {
  const auto end_of_flags = std::find(words.begin(), words.end(), "--");
  for (auto word = words.begin(); word != words.end(); ++word) {
    const std::size_t place = word > end_of_flags ? 0 : MarkPlace(*word);
    if (place != word->npos) word->insert(place, 1, kMark);
  }
  if (end_of_flags != words.end()) words.erase(end_of_flags);
  return words;
}

// Of which an empty word is a value like another: text to look for, a key that is a string, how a
// file spells null.
constexpr const char* kMayBeEmpty[] = {"KEY", "PATTERN", "--null", kTypedWords};

// Comes before all else that looks at a word. An empty one, of a script's variable that is not set,
// is no way to leave an option out: `restore --at "$LSN"` would restore something else.
CLI::Validator AsTyped(bool may_be_empty) {
  const auto take = [may_be_empty](std::string& word) {
    if (!word.empty() && word[0] == kMark) word.erase(0, 1);
    return word.empty() && !may_be_empty ? "expected a value, found an empty one" : std::string();
  };
  return CLI::Validator(take, "");
}

void TakeWordsAsTyped(CLI::App& app) {
  const auto all = [](const CLI::App*) { return true; };
  for (CLI::App* command : app.get_subcommands(all)) TakeWordsAsTyped(*command);
  for (CLI::Option* option : app.get_options()) {
    if (option->get_items_expected_max() == 0) continue;  // a flag
    const std::string name = option->get_name();
    option->transform(AsTyped(std::find(std::begin(kMayBeEmpty), std::end(kMayBeEmpty), name) !=
                              std::end(kMayBeEmpty)));
  }
}

// The flags the command knows, for "did you mean".
std::vector<std::string> FlagNames(const CLI::App& app) {
  std::vector<std::string> names;
  const auto add = [&names](const CLI::App* command) {
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
  };
  add(&app);
  for (const CLI::App* command : app.get_subcommands()) add(command);
  return names;
}

std::string UsageHint(const CLI::App& app, const std::vector<std::string>& words,
                      const Context& context, const std::string& message) {
  const std::vector<std::string> flags = FlagNames(app);
  for (const std::string& word : words) {
    const std::string flag = word.substr(0, word.find('='));
    const bool known = std::find(flags.begin(), flags.end(), flag) != flags.end();
    if (flag.size() < 3 || flag.compare(0, 2, "--") != 0 || known) continue;
    const std::string meant = engine::NearestName(flag, flags);
    if (!meant.empty()) return "did you mean `" + meant + "`?";
  }
  const auto commands = app.get_subcommands();
  if (commands.empty()) return "`dbtool help` lists the commands";
  const std::string command = commands[0]->get_name();
  const std::string hint = MissingWordHint(context, command, message);
  return hint.empty() ? "`dbtool help " + command + "` shows how it is used" : hint;
}

// "expected table, jsonl or json, found xml"; empty if it is one of them.
std::string ExpectedOneOf(const std::vector<std::string>& words, const std::string& found) {
  std::string expected;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == found) return "";
    if (i > 0) expected += i + 1 < words.size() ? ", " : " or ";
    expected += words[i];
  }
  return "expected " + expected + ", found " + found;
}

constexpr std::pair<const char*, Format> kFormats[] = {{"table", Format::kTable},
                                                       {"jsonl", Format::kJsonLines},
                                                       {"json", Format::kJson},
                                                       {"csv", Format::kCsv}};

std::vector<std::string> FormatNames() {
  std::vector<std::string> names;
  for (const auto& [name, format] : kFormats) names.emplace_back(name);
  return names;
}

// Turns the word into the number of its enumerator, which is what the option is made of.
CLI::Validator FormatName() {
  const auto to_number = [](std::string& word) {
    for (const auto& [name, format] : kFormats) {
      if (word != name) continue;
      word = std::to_string(static_cast<int>(format));
      return std::string();
    }
    return ExpectedOneOf(FormatNames(), word);
  };
  return CLI::Validator(to_number, ChoicesMark(FormatNames()));
}

// What the parser says, on one line and without what is for definitions.cc and us alone.
std::string OneLine(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), kMark), text.end());
  std::replace(text.begin(), text.end(), '\n', ' ');
  const std::size_t required = text.find(": 1 required ");
  if (required == text.npos || !absl::EndsWith(text, " missing")) return text;
  const std::string option = text.substr(0, required);
  std::string value = text.substr(required + 13, text.size() - required - 13 - 8);
  value.resize(std::min(value.find(":{"), value.size()));
  return option + " needs a value" + (value.empty() ? "" : ": " + option + " " + value);
}

// What the call names, for hints.
void NoteWords(const CLI::App& app, Context& context) {
  for (const CLI::App* command : app.get_subcommands()) {
    for (const CLI::Option* option : command->get_options()) {
      const bool is_named = option->get_positional() && option->count() > 0;
      if (is_named) context.words[option->get_name(true)] = option->results().front();
    }
  }
}

int RunAction(Context& context) {
  const auto start = std::chrono::steady_clock::now();
  const int exit_code = context.action();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  Detail(context, "ended after " + std::to_string(milliseconds.count()) + " ms, having used " +
                      ByteText(PeakMemoryBytes()) + " of memory");
  return exit_code;
}

int Run(CLI::App& app, const std::vector<std::string>& words, Context& context) {
  try {
    std::vector<std::string> marked = Marked(words);
    std::reverse(marked.begin(), marked.end());
    app.parse(std::move(marked));
  } catch (const CLI::CallForHelp&) {
    const auto commands = app.get_subcommands();
    return PrintHelp(context, app, commands.empty() ? "" : commands[0]->get_name());
  } catch (const CLI::CallForVersion&) {
    context.out << "dbtool " << LINEDB_VERSION << '\n';
    return kExitOk;
  } catch (const CLI::ParseError& error) {
    NoteWords(app, context);
    const std::string message = OneLine(error.what());
    return FailUsage(context, message, UsageHint(app, words, context, message));
  }
  NoteWords(app, context);
  return RunAction(context);
}

}  // namespace

void AddCommonFlags(CLI::App& app, Context& context) {
  app.fallthrough();
  app.require_subcommand(1);
  app.set_help_flag("-h,--help", "Show how a command is used");
  app.set_version_flag("--version", std::string(LINEDB_VERSION), "Show the version of dbtool");
  app.add_flag("--json", context.json, "One JSON object on stdout; errors as JSON, too");
  app.add_option("--format", context.format,
                 "table, jsonl, json or csv; else a table on a terminal, jsonl in a pipe")
      ->transform(FormatName())
      ->type_name("FORMAT");
  app.add_option("--color", context.color, "auto, always or never")
      ->check(OneOf({"auto", "always", "never"}))
      ->type_name("WHEN");
  app.add_flag("-q,--quiet", context.quiet, "Nothing on stderr but errors");
  app.add_flag("-v,--verbose", context.verbose, "More on stderr");
  app.add_flag("-y,--yes", context.yes, "Do not ask before replacing or removing something");
}

int PrintHelp(Context& context, const CLI::App& app, const std::string& name) {
  if (name.empty()) {
    context.out << ProgramHelpText(DefinitionsOf(app));
    return kExitOk;
  }
  const CLI::App* const command = FindCommand(app, name);
  if (command == nullptr) {
    return FailUsage(context, "there is no command `" + name + "`",
                     MeantCommand(name, CommandNames(app)));
  }
  context.out << CommandHelpText(DefinitionOf(*command));
  return kExitOk;
}

CLI::App* AddCommand(CLI::App& app, const std::string& name, const std::string& summary,
                     const std::vector<std::string>& examples) {
  CLI::App* command = app.add_subcommand(name, summary);
  std::string footer = kExamplesTitle;
  for (const std::string& example : examples) footer += "\n  " + example;
  command->footer(footer);
  return command;
}

void AddDirectory(CLI::App* command, std::string* directory) {
  command->add_option("DIR", *directory, "The database directory")->required()->type_name("");
}

void AddTable(CLI::App* command, std::string* table) {
  command->add_option("TABLE", *table, "The table")->required()->type_name("");
}

CLI::Validator OneOf(const std::vector<std::string>& words) {
  return CLI::Validator([words](std::string& word) { return ExpectedOneOf(words, word); },
                        ChoicesMark(words));
}

CLI::Validator WholeNumber() {
  const auto check = [](std::string& word) {
    std::uint64_t number = 0;
    const char* const end = word.data() + word.size();
    const auto [parsed, error] = std::from_chars(word.data(), end, number);
    if (parsed == end && error == std::errc()) return std::string();
    const bool is_large = parsed == end && error == std::errc::result_out_of_range;
    return is_large ? "expected at most 18446744073709551615, found " + word
                    : "expected a whole number, 0 or more, found " + word;
  };
  return CLI::Validator(check, "");
}

int ParseAndRun(CLI::App& app, int argc, const char* const* argv, Context& context) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const auto end_of_flags = std::find(words.begin(), words.end(), "--");
  TakeWordsAsTyped(app);
  // Errors of parsing are told in the form asked for, wherever the flag stands.
  context.json = std::find(words.begin(), end_of_flags, "--json") != end_of_flags;
  const std::vector<std::string> names = CommandNames(app);
  const std::string command = CommandWord(words);
  if (words.empty()) {
    std::cerr << OverviewText(DefinitionsOf(app));
    return kExitUsage;
  }
  if (!command.empty() && FindCommand(app, command) == nullptr) {
    const std::string meant = MeantCommand(command, names);
    return FailUsage(context, "there is no command `" + command + "`",
                     meant.empty() ? "`dbtool help` lists the commands" : meant);
  }
  return FinishOutput(context, Run(app, words, context));
}

std::optional<std::string> TakeQuotedName(std::string_view* text) {
  if (text->empty() || text->front() != '"') return std::nullopt;
  std::string name;
  for (std::size_t at = 1; at < text->size(); ++at) {
    if ((*text)[at] == '"') {
      const bool doubled = at + 1 < text->size() && (*text)[at + 1] == '"';
      if (!doubled) {
        text->remove_prefix(at + 1);
        return name;
      }
      ++at;
    }
    name.push_back((*text)[at]);
  }
  return std::nullopt;  // it is not closed
}

std::vector<std::string> SplitNames(const std::string& list) {
  std::vector<std::string> names;
  std::string_view rest = list;
  for (bool more = true; more;) {
    std::string_view behind = rest;
    std::optional<std::string> quoted = TakeQuotedName(&behind);
    if (quoted.has_value() && (behind.empty() || behind.front() == ',')) {
      names.push_back(*std::move(quoted));
      rest = behind;
    } else {
      const std::string_view typed = rest.substr(0, rest.find(','));
      names.emplace_back(typed);
      rest.remove_prefix(typed.size());
    }
    more = !rest.empty();
    if (more) rest.remove_prefix(1);  // the comma
  }
  return names;
}

}  // namespace linedb::dbtool
