// ui, report: the database as pictures, in a browser and as a file.

#include <poll.h>

#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "CLI/App.hpp"
#include "tools/dbtool/arguments.h"
#include "tools/dbtool/commands.h"
#include "tools/dbtool/errors.h"
#include "tools/dbtool/export_file.h"
#include "tools/dbtool/process.h"
#include "tools/dbtool/report.h"
#include "tools/dbtool/ui/report_html.h"
#include "tools/dbtool/ui/server.h"
#include "tools/dbtool/ui/session.h"
#include "tools/dbtool/ui/site.h"
#include "tools/dbtool/ui/token.h"

namespace linedb::dbtool {
namespace {

constexpr int kPortMax = 65'535;

struct UiOptions {
  std::string directory;
  int port = 0;
};

struct ReportOptions {
  std::string directory;
  std::string file;
};

#ifdef LINEDB_UI
// The address is all that stdout gets: a script may read it.
void TellAddress(Context& context, const std::string& address) {
  if (context.json) {
    context.out << ReportJson{{"address", address}}.dump() << '\n';
  } else {
    context.out << address << '\n';
  }
  context.out.flush();
  Note(context, "open this address in a browser; it lets in whoever has it. Ctrl-C ends it");
}

void WaitForInterrupt() {
  pollfd waited = {InterruptedDescriptor(), POLLIN, 0};
  while (!Interrupted()) ::poll(&waited, 1, -1);
}

int Ui(Context& context, const UiOptions& options) {
  CatchInterrupts();
  auto database = OpenDatabase(context, options.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  absl::StatusOr<std::string> token = MakeToken();
  if (!token.ok()) return Fail(context, token.status());
  Session session(**database);
  Site site(session, *std::move(token));
  const auto server = Server::Listen(site, options.port);
  if (!server.ok()) {
    return FailUsage(context, std::string(server.status().message()),
                     "without --port a free one is taken");
  }
  session.follower().Start();
  std::thread serving([&server] { (*server)->Run(); });
  TellAddress(context, site.Address());
  WaitForInterrupt();
  session.follower().Stop();  // whoever waits for news is answered
  (*server)->Stop();
  serving.join();
  return kExitInterrupted;
}
#else
int Ui(Context& context, const UiOptions&) {
  return FailUsage(context, "this dbtool was built without its page",
                   "`dbtool report DIR -o FILE` shows the same pictures as a file");
}
#endif

int Report(Context& context, const ReportOptions& options) {
  if (options.file != "-" && IsInside(options.file, options.directory)) {
    return FailUsage(context, options.file + " is inside the database " + options.directory,
                     "write the report to a file outside it");
  }
  auto database = OpenDatabase(context, options.directory, Access::kReadOnly);
  if (!database.ok()) return FailOpen(context, database.status());
  const absl::StatusOr<std::string> html = ReportHtml(**database);
  if (!html.ok()) return Fail(context, html.status());
  const int exit_code = WriteNamed(context, options.file, [&](std::ostream& output) {
    output << *html;
    return absl::OkStatus();
  });
  if (exit_code != kExitOk || options.file == "-") return exit_code;
  const ReportJson report = {
      {"directory", options.directory}, {"file", options.file}, {"bytes", html->size()}};
  PrintReport(context, report, "", [&](std::ostream& output) {
    PrintPairs(output, {{"report", options.file}, {"size", ByteText(html->size())}});
  });
  return kExitOk;
}

}  // namespace

void AddUiCommands(CLI::App& app, Context& context) {
  auto ui_options = std::make_shared<UiOptions>();
  CLI::App* ui = AddCommand(app, "ui", "Show the database in a browser, and follow its writer",
                            {"dbtool ui data/university", "dbtool ui data/university --port 0"});
  AddDirectory(ui, &ui_options->directory);
  ui->add_option("--port", ui_options->port, "Of 127.0.0.1; 0: a free one")
      ->check(CLI::Range(0, kPortMax))
      ->type_name("N");
  ui->callback([&context, ui_options] {
    context.action = [&, ui_options] { return Ui(context, *ui_options); };
  });

  auto report_options = std::make_shared<ReportOptions>();
  CLI::App* report = AddCommand(app, "report", "Write the pictures of `ui` as one HTML file",
                                {"dbtool report data/university -o report.html",
                                 "dbtool report data/university -o - | grep -c '<svg'"});
  AddDirectory(report, &report_options->directory);
  report->add_option("-o,--output", report_options->file, "The file; - is stdout")
      ->required()
      ->type_name("FILE");
  report->callback([&context, report_options] {
    context.action = [&, report_options] { return Report(context, *report_options); };
  });
}

}  // namespace linedb::dbtool
