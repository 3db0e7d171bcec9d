#include "tools/dbtool/ui/report_html.h"

#include <initializer_list>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "tools/dbtool/context.h"
#include "tools/dbtool/ui/assets.h"
#include "tools/dbtool/ui/pages.h"
#include "tools/dbtool/ui/pictures.h"
#include "tools/dbtool/ui/session.h"
#include "tools/dbtool/ui/svg.h"

namespace linedb::dbtool {
namespace {

std::string Text(const PageJson& value) { return EscapeMarkup(value.get<std::string>()); }
std::string Number(const PageJson& value) { return WithThousands(value.get<std::uint64_t>()); }
std::string Bytes(const PageJson& value) { return ByteText(value.get<std::uint64_t>()); }

// Cells are markup already.
using Cells = std::vector<std::string>;

std::string Row(const Cells& cells, std::size_t numbers_from) {
  std::string html = "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    html += i >= numbers_from ? "<td class=\"number\">" : "<td>";
    html += cells[i] + "</td>";
  }
  return html + "</tr>";
}

std::string Head(std::initializer_list<const char*> names, std::size_t numbers_from) {
  std::string html = "<thead><tr>";
  std::size_t place = 0;
  for (const char* name : names) {
    html += place++ >= numbers_from ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">";
    html += std::string(name) + "</th>";
  }
  return html + "</tr></thead>";
}

std::string Table(const std::string& head, const std::string& rows) {
  return "<div class=\"scroll\" tabindex=\"0\"><table>" + head + "<tbody>" + rows +
         "</tbody></table></div>";
}

std::string Fact(const std::string& name, const std::string& value) {
  return "<div><dt>" + name + "</dt><dd>" + value + "</dd></div>";
}

std::string Overview(const PageJson& page) {
  std::string html =
      "<section><h2>Overview</h2><dl class=\"facts\">" +
      Fact("last lsn", Number(page["last_lsn"])) +
      Fact("log",
           Bytes(page["log_bytes"]) + ", " + Number(page["log_operations"]) + " operations") +
      Fact("last checkpoint", "<time>" + Text(page["checkpoint_time"]) + "</time> at lsn " +
                                  Number(page["checkpoint_lsn"])) +
      Fact("archives", Number(page["archive_count"]) + ", " + Bytes(page["archive_bytes"])) +
      "</dl>";
  if (page["tables"].empty()) return html + "<p class=\"empty\">No tables.</p></section>";
  std::string rows;
  for (const PageJson& table : page["tables"]) {
    rows +=
        Row({"<a href=\"#table-" + Text(table["table"]) + "\">" + Text(table["table"]) + "</a>",
             PictureHtml(table["picture"]), Number(table["records"]), Bytes(table["live_bytes"]),
             Bytes(table["superseded_bytes"]), Bytes(table["index_bytes"])},
            2);
  }
  return html +
         Table(
             Head({"Table", "Live and superseded", "Records", "Live", "Superseded", "Indexes"}, 2),
             rows) +
         "</section>";
}

std::string Timeline(const PageJson& page) {
  std::string html = "<section><h2>Timeline</h2>";
  if (page["transactions"].empty()) {
    return html + "<p class=\"empty\">The log has no operation.</p></section>";
  }
  std::string rows;
  for (const PageJson& note : page["transactions"]) {
    rows += Row({"<time>" + Text(note["timestamp"]) + "</time>", Number(note["transaction"]),
                 Number(note["last_lsn"]), Number(note["inserts"]), Number(note["updates"]),
                 Number(note["deletes"]), Number(note["others"])},
                1);
  }
  return html + PictureHtml(page["picture"]) +
         Table(Head({"When", "Transaction", "Last lsn", "Inserted", "Updated", "Deleted", "Other"},
                    1),
               rows) +
         "</section>";
}

std::string FileSection(const PageJson& file) {
  if (file.contains("error")) return "<p class=\"error\">" + Text(file["error"]) + "</p>";
  return "<p>" + Bytes(file["bytes"]) + " in <code>" + Text(file["file"]) + "</code>, " +
         Text(file["superseded_share"]) + " superseded.</p>" + PictureHtml(file["picture"]);
}

std::string TableSection(const PageJson& file, const PageJson& schema) {
  const std::string name = Text(schema["table"]);
  std::string rows;
  for (const PageJson& column : schema["columns"]) {
    std::vector<std::string> constraints;
    for (const PageJson& constraint : column["constraints"])
      constraints.push_back(Text(constraint));
    rows += Row({"<code>" + Text(column["name"]) + "</code>", Text(column["type"]),
                 absl::StrJoin(constraints, "; ")},
                3);
  }
  std::string rules;
  for (const PageJson& rule : schema["rules"]) rules += "<li><code>" + Text(rule) + "</code></li>";
  return "<section id=\"table-" + name + "\"><h2>" + name + "</h2>" + FileSection(file) +
         Table(Head({"Column", "Type", "Constraints"}, 3), rows) +
         (rules.empty() ? "" : "<ul>" + rules + "</ul>") + "</section>";
}

std::string Logs(const PageJson& page) {
  std::string rows;
  for (const PageJson& log : page["logs"]) {
    const bool any = log["last_lsn"] >= log["first_lsn"] && log["last_lsn"] != 0;
    rows += Row({"<code>" + Text(log["name"]) + "</code>", "<time>" + Text(log["time"]) + "</time>",
                 any ? Number(log["first_lsn"]) : "", any ? Number(log["last_lsn"]) : "",
                 Bytes(log["bytes"])},
                2);
  }
  return "<section><h2>Checkpoints and archives</h2>" + PictureHtml(page["picture"]) +
         Table(Head({"Log", "Checkpoint", "First lsn", "Last lsn", "Size"}, 2), rows) +
         "</section>";
}

std::string Document(const PageJson& overview, const std::string& body) {
  const std::string directory = Text(overview["directory"]);
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'\"><meta name=\"viewport\" content=\"width=device-width, "
         "initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><title>" +
         directory + " – linedb</title><style>" + std::string(FindAsset("style.css")->text) +
         "</style></head><body class=\"report\"><header><h1>" + directory + "</h1><p>as of lsn " +
         Number(overview["last_lsn"]) + ", database <code>" + Text(overview["database"]) +
         "</code></p></header><main>" + body + "</main></body></html>\n";
}

// Until the follower has seen the end of the log.
void CatchUp(Follower& follower) {
  std::uint64_t seen = 0;
  std::uint64_t lsn = 0;
  do {
    seen = lsn;
    follower.Poll();
    lsn = follower.News(0, 0).lsn;
  } while (lsn != seen);
}

absl::StatusOr<std::string> TableSections(Session& session, const PageJson& files) {
  std::string html;
  for (const PageJson& file : files["files"]) {
    const auto schema = session.database().Schema(file["table"].get<std::string>());
    if (absl::IsNotFound(schema.status())) continue;  // dropped just now
    if (!schema.ok()) return schema.status();
    html += TableSection(file, SchemaJson(*schema));
  }
  return html;
}

}  // namespace

absl::StatusOr<std::string> ReportHtml(Database& database) {
  Session session(database);
  CatchUp(session.follower());
  const absl::StatusOr<PageJson> overview = OverviewPage(session, {});
  if (!overview.ok()) return overview.status();
  const absl::StatusOr<PageJson> timeline = TimelinePage(session, {});
  if (!timeline.ok()) return timeline.status();
  const absl::StatusOr<PageJson> files = FilesPage(session, {});
  if (!files.ok()) return files.status();
  const absl::StatusOr<PageJson> logs = LogsPage(session, {});
  if (!logs.ok()) return logs.status();
  const absl::StatusOr<std::string> tables = TableSections(session, *files);
  if (!tables.ok()) return tables.status();
  return Document(*overview, Overview(*overview) + Timeline(*timeline) + *tables + Logs(*logs));
}

}  // namespace linedb::dbtool
