#include "tools/dbtool/man_page.h"

#include <string_view>

#include "absl/strings/ascii.h"
#include "tools/dbtool/help_text.h"

namespace linedb::dbtool {
namespace {

// Text as roff prints it: hyphens that can be copied, quotes that stay straight, and no line that
// is taken for a request.
std::string Roff(std::string_view text) {
  std::string roff;
  for (const char c : text) {
    switch (c) {
      case '\\':
        roff += "\\e";
        break;
      case '-':
        roff += "\\-";
        break;
      case '\'':
        roff += "\\(aq";
        break;
      case '`':
        roff += "\\(ga";
        break;
      case '[':
        roff +=
            roff.empty() || roff.back() == ' ' ? "[" : "\\:[";  // a long word may be broken here
        break;
      case '^':
        roff += "\\(ha";
        break;
      case '~':
        roff += "\\(ti";
        break;
      default:
        roff += c;
    }
  }
  return !roff.empty() && roff[0] == '.' ? "\\&" + roff : roff;
}

void AppendOption(const OptionDefinition& option, std::string* page) {
  *page += ".TP\n";
  std::string names;
  for (const std::string& name : option.names) {
    names += (names.empty() ? "\\fB" : ", \\fB") + Roff(name) + "\\fR";
  }
  if (option.positional) {
    names = "\\fI" + Roff(NamesText(option)) + "\\fR";
  } else if (!option.value.empty()) {
    names += " \\fI" + Roff(option.value) + "\\fR";
  }
  *page += names + "\n" + Roff(DescriptionText(option)) + "\n";
}

void AppendCommand(const CommandDefinition& command, std::string* page) {
  *page += ".SS dbtool " + Roff(command.name) + "\n";
  *page += ".B dbtool " + Roff(command.name) + "\n";
  if (!command.positionals.empty()) {
    *page += ".I \"" + Roff(PositionalsText(command)) + "\"\n";
  }
  if (!command.options.empty()) *page += "[\\fIflags\\fR]\n";
  *page += ".PP\n" + Roff(command.summary) + ".\n";
  for (const OptionDefinition& option : command.positionals) AppendOption(option, page);
  for (const OptionDefinition& option : command.options) AppendOption(option, page);
  if (command.examples.empty()) return;
  *page += ".PP\nExamples:\n.PP\n.nf\n.RS 4\n";
  for (const std::string& example : command.examples) *page += Roff(example) + "\n";
  *page += ".RE\n.fi\n";
}

constexpr char kDescription[] =
    R"(.SH DESCRIPTION
A linedb database is a directory of tables: a schema file in JSON and a file of JSON Lines for each
table, and one write\-ahead log for all of them.
.B dbtool
looks into such a directory and changes it.
.PP
Data goes to standard output, everything else to standard error.
On a terminal output is laid out for people, in a pipe it is JSON Lines.
Commands that read take no lock: they work while another process writes, and on a read\-only file
system.
A file named
.B \-
is standard input or output.
Flags may stand anywhere; behind
.B \-\-
no word is a flag.
)";

constexpr char kEnvironment[] =
    R"(.SH ENVIRONMENT
.TP
.B NO_COLOR
If it is set and not empty there is no colour, unless
.B \-\-color always
says so.
.TP
.BR VISUAL ", " EDITOR
What
.B dbtool edit
starts.
.TP
.B TMPDIR
Where
.B dbtool edit
and
.B dbtool bisect
keep what they work on.
)";

}  // namespace

std::string ManPage(const Definitions& definitions) {
  std::string page = ".TH DBTOOL 1 \"\" \"linedb " LINEDB_VERSION "\" \"User Commands\"\n";
  page += ".ad l\n.nh\n";
  page += ".SH NAME\ndbtool \\- look into and change linedb databases\n";
  page += ".SH SYNOPSIS\n.B dbtool\n.I \"COMMAND DIR\"\n\\&... [\\fIflags\\fR]\n";
  page += kDescription;
  page += ".SH FLAGS OF ALL COMMANDS\n";
  for (const OptionDefinition& option : definitions.options) AppendOption(option, &page);
  for (const Family& family : definitions.families) {
    if (family.commands.empty()) continue;
    page += ".SH COMMANDS: " + Roff(absl::AsciiStrToUpper(family.title)) + "\n";
    for (const CommandDefinition& command : family.commands) AppendCommand(command, &page);
  }
  page += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : ExitCodeMeanings()) {
    page += ".TP\n.B " + std::to_string(code) + "\n" + Roff(meaning) + "\n";
  }
  return page + kEnvironment;
}

}  // namespace linedb::dbtool
