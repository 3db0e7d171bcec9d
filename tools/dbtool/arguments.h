// From the command line to a command: common flags, help, and what to say about a call that makes
// no sense.

#ifndef LINEDB_TOOLS_DBTOOL_ARGUMENTS_H_
#define LINEDB_TOOLS_DBTOOL_ARGUMENTS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "CLI/App.hpp"
#include "CLI/Validators.hpp"
#include "tools/dbtool/context.h"

namespace linedb::dbtool {

void AddCommonFlags(CLI::App& app, Context& context);

// The help of a command, or of all; a name that is none is a mistake of the call.
int PrintHelp(Context& context, const CLI::App& app, const std::string& name);

// The name of the positional that takes the words of a half-typed command line.
inline constexpr char kTypedWords[] = "WORD";

// A command with its help's examples; tests run each of them.
CLI::App* AddCommand(CLI::App& app, const std::string& name, const std::string& summary,
                     const std::vector<std::string>& examples);
// The first two words of most commands.
void AddDirectory(CLI::App* command, std::string* directory);
void AddTable(CLI::App* command, std::string* table);

// Checks of an option's value, which say what was expected: one of these words, which completion
// offers, too; a whole number. (An
// unsigned option by itself would take -1 for the largest number there is.)
CLI::Validator OneOf(const std::vector<std::string>& words);
CLI::Validator WholeNumber();

// Parses, runs the command and returns the exit code. Words arrive as they were typed; behind --
// none is a flag. An empty one is refused, but for a KEY and a PATTERN.
int ParseAndRun(CLI::App& app, int argc, const char* const* argv, Context& context);

// A name in double quotes that the text begins with, which is taken off it; "" within them is one.
std::optional<std::string> TakeQuotedName(std::string_view* text);

// The names of `a,b` or `"a,b",c`. One that is not in quotes is taken as it was typed: `q"x`.
std::vector<std::string> SplitNames(const std::string& list);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_ARGUMENTS_H_
