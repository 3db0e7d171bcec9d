// help, completion, man: what dbtool tells of itself. None needs a database.

#include <memory>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/completion.h"
#include "tools/dbtool/definitions.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/help_text.h"
#include "tools/dbtool/man_page.h"

namespace linedb::dbtool {
namespace {

int PrintCompletion(Context& context, const Completion& completion) {
  switch (completion.kind) {
    case Completion::Kind::kFiles:
      context.out << "files\n";
      break;
    case Completion::Kind::kDirectories:
      context.out << "directories\n";
      break;
    case Completion::Kind::kWords:
      context.out << "words\n";
      for (const Candidate& candidate : completion.words) {
        context.out << candidate.word << '\t' << candidate.description << '\n';
      }
  }
  return kExitOk;
}

void AddCompletion(CLI::App& app, Context& context) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion =
      AddCommand(app, "completion", "Print the script that makes a shell complete dbtool's words",
                 {"dbtool completion bash > dbtool.bash", "dbtool completion zsh > _dbtool",
                  "dbtool completion fish > dbtool.fish"});
  completion->add_option("SHELL", *shell, "The shell: source <(dbtool completion bash)")
      ->required()
      ->check(OneOf(ShellNames()))
      ->type_name("");
  completion->callback([&context, shell] {
    context.action = [&, shell] {
      context.out << CompletionScript(*shell);
      return kExitOk;
    };
  });

  // For those scripts. Not listed.
  auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* complete = app.add_subcommand("complete", "What could stand there");
  complete->group("");
  complete->add_option(kTypedWords, *words)->type_name("");
  complete->callback([&context, &app, words] {
    context.action = [&, words] {
      return PrintCompletion(context, Complete(DefinitionsOf(app), *words));
    };
  });
}

}  // namespace

void AddProgramCommands(CLI::App& app, Context& context) {
  auto name = std::make_shared<std::string>();
  CLI::App* help =
      AddCommand(app, "help", "Show how a command is used", {"dbtool help", "dbtool help import"});
  help->add_option("COMMAND", *name, "The command")->type_name("");
  help->callback([&context, &app, name] {
    context.action = [&, name] { return PrintHelp(context, app, *name); };
  });

  AddCompletion(app, context);

  CLI::App* man =
      AddCommand(app, "man", "Print the manual page, for `man -l -`", {"dbtool man > dbtool.1"});
  man->callback([&context, &app] {
    context.action = [&] {
      context.out << ManPage(DefinitionsOf(app));
      return kExitOk;
    };
  });
}

}  // namespace linedb::dbtool
