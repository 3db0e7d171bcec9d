// The logs, archived and current, one behind the other.

#include <algorithm>

#include "tools/dbtool/context.h"
#include "tools/dbtool/ui/pictures.h"
#include "tools/dbtool/ui/svg.h"

namespace linedb::dbtool {
namespace {

constexpr double kWidth = 1000;
constexpr double kHeight = 100;
constexpr double kWidthLeast = 4;

std::uint64_t OperationsOf(const LogFile& log) {
  return log.last_lsn < log.first_lsn || log.last_lsn == 0 ? 0 : log.last_lsn - log.first_lsn + 1;
}

struct Segment {
  std::uint64_t operations = 0;
  std::string css_class;
  std::string title;
};

std::vector<Segment> SegmentsOf(const std::vector<LogFile>& logs) {
  std::vector<Segment> segments;
  std::uint64_t next = 1;
  for (const LogFile& log : logs) {
    if (log.last_lsn == 0) continue;  // the original's, or an empty log
    if (log.first_lsn > next) {
      segments.push_back({log.first_lsn - next, "missing",
                          "lsn " + WithThousands(next) + " to " + WithThousands(log.first_lsn - 1) +
                              ": removed, not kept any more"});
    }
    segments.push_back(
        {OperationsOf(log), log.current ? "current" : "archive",
         log.name + ": " + Counted(OperationsOf(log), "operation") + ", " + ByteText(log.bytes)});
    next = std::max(next, log.last_lsn + 1);
  }
  return segments;
}

}  // namespace

Picture DrawLogs(const std::vector<LogFile>& logs) {
  const std::vector<Segment> segments = SegmentsOf(logs);
  Picture picture;
  std::uint64_t all = 0;
  for (const Segment& segment : segments) all += segment.operations;
  picture.label = Counted(all, "operation") + " in " + Counted(logs.size(), "log");
  SvgWriter svg(kWidth, kHeight, picture.label);
  svg.Rectangle({0, 0, kWidth, kHeight}, "ground");
  const double least = std::min(kWidthLeast, kWidth / static_cast<double>(segments.size() + 1));
  const double shared = kWidth - least * static_cast<double>(segments.size());
  double x = 0;
  for (const Segment& segment : segments) {
    const double share =
        all == 0 ? 0 : static_cast<double>(segment.operations) / static_cast<double>(all);
    const double width = least + shared * share;
    svg.Rectangle({x, 0, width, kHeight}, segment.css_class, segment.title);
    if (x > 0) svg.Line(x, 0, kHeight, "checkpoint", "checkpoint");
    x += width;
  }
  picture.svg = svg.Finish();
  picture.axis_begin = all == 0 ? "" : "lsn 1";
  picture.axis_end = all == 0 ? "" : "lsn " + WithThousands(logs.back().last_lsn);
  picture.legend = {{"archive", "archived"},
                    {"current", "current log"},
                    {"missing", "not kept any more"},
                    {"checkpoint", "checkpoint"}};
  return picture;
}

}  // namespace linedb::dbtool
