// Tables as files: how large, and what lies where.

#include <algorithm>

#include "tools/dbtool/context.h"
#include "tools/dbtool/ui/pictures.h"
#include "tools/dbtool/ui/svg.h"

namespace linedb::dbtool {
namespace {

constexpr double kWidth = 1000;
constexpr double kBarHeight = 10;
constexpr double kMapHeight = 100;
// What is there is seen, however little it is.
constexpr double kWidthLeast = 1.5;
constexpr double kHeightLeast = 3;

double Scaled(std::uint64_t part, std::uint64_t whole, double size, double least) {
  if (part == 0 || whole == 0) return 0;
  const double scaled = static_cast<double>(part) / static_cast<double>(whole) * size;
  return std::min(std::max(scaled, least), size);
}

std::string StretchTitle(const FileStretch& stretch, bool in_tail) {
  const std::uint64_t bytes = stretch.end - stretch.begin;
  return "bytes " + WithThousands(stretch.begin) + " to " + WithThousands(stretch.end) + ": " +
         ByteText(bytes - stretch.superseded_bytes) + " live, " +
         ByteText(stretch.superseded_bytes) + " superseded" +
         (in_tail ? ", since the last checkpoint" : "");
}

void DrawStretch(const FileStretch& stretch, const FileMap& map, SvgWriter& svg) {
  const std::uint64_t bytes = stretch.end - stretch.begin;
  const double x = static_cast<double>(stretch.begin) / static_cast<double>(map.bytes) * kWidth;
  const double width = static_cast<double>(bytes) / static_cast<double>(map.bytes) * kWidth;
  const double superseded = Scaled(stretch.superseded_bytes, bytes, kMapHeight, kHeightLeast);
  const bool in_tail = stretch.begin >= map.tail_begin;
  const std::string title = StretchTitle(stretch, in_tail);
  // A little wider than its place, so that no gaps show between stretches.
  const double drawn = width + 0.15;
  svg.Rectangle({x, superseded, drawn, kMapHeight - superseded}, in_tail ? "tail" : "live", title);
  svg.Rectangle({x, 0, drawn, superseded}, "superseded", title);
}

}  // namespace

Picture DrawTableSize(const FileMap& map, std::uint64_t bytes_most) {
  const std::uint64_t live = map.bytes - map.superseded_bytes;
  Picture picture;
  picture.size = "bar";
  picture.label = map.table + ": " + ByteText(live) + " live, " + ByteText(map.superseded_bytes) +
                  " superseded";
  SvgWriter svg(kWidth, kBarHeight, picture.label);
  svg.Rectangle({0, 0, kWidth, kBarHeight}, "ground");
  const double live_width = Scaled(live, bytes_most, kWidth, kWidthLeast);
  svg.Rectangle({0, 0, live_width, kBarHeight}, "live", ByteText(live) + " live");
  svg.Rectangle(
      {live_width, 0, Scaled(map.superseded_bytes, bytes_most, kWidth, kWidthLeast), kBarHeight},
      "superseded", ByteText(map.superseded_bytes) + " superseded");
  picture.svg = svg.Finish();
  return picture;
}

Picture DrawFileMap(const FileMap& map) {
  const std::uint64_t tail = map.bytes - map.tail_begin;
  Picture picture;
  picture.label = "data/" + map.table + ".records: " + ByteText(map.bytes - map.superseded_bytes) +
                  " live, " + ByteText(map.superseded_bytes) + " superseded, of these " +
                  ByteText(tail) + " since the last checkpoint";
  SvgWriter svg(kWidth, kMapHeight, picture.label);
  svg.Rectangle({0, 0, kWidth, kMapHeight}, "ground");
  for (const FileStretch& stretch : map.stretches) DrawStretch(stretch, map, svg);
  if (tail > 0 && map.tail_begin > 0) {
    const double x = static_cast<double>(map.tail_begin) / static_cast<double>(map.bytes) * kWidth;
    svg.Line(x, 0, kMapHeight, "checkpoint", "the last checkpoint");
  }
  picture.svg = svg.Finish();
  picture.axis_begin = "0";
  picture.axis_end = ByteText(map.bytes);
  const std::uint64_t tail_live = tail - map.tail_superseded_bytes;
  picture.legend = {{"live", "live " + ByteText(map.bytes - map.superseded_bytes - tail_live)},
                    {"tail", "live, in the tail since the last checkpoint " + ByteText(tail_live)},
                    {"superseded", "superseded " + ByteText(map.superseded_bytes)}};
  return picture;
}

}  // namespace linedb::dbtool
