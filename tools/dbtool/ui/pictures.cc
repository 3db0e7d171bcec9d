#include "tools/dbtool/ui/pictures.h"

#include <chrono>
#include <cstdio>

#include "tools/dbtool/ui/svg.h"

namespace linedb::dbtool {

PageJson PictureJson(const Picture& picture) {
  PageJson legend = PageJson::array();
  for (const LegendEntry& entry : picture.legend) {
    legend.push_back({{"class", entry.css_class}, {"text", entry.text}});
  }
  return {{"svg", picture.svg},
          {"label", picture.label},
          {"axis_begin", picture.axis_begin},
          {"axis_end", picture.axis_end},
          {"legend", std::move(legend)},
          {"size", picture.size}};
}

std::string PictureHtml(const PageJson& picture) {
  const auto text = [](const PageJson& value) { return EscapeMarkup(value.get<std::string>()); };
  std::string html = "<figure class=\"picture " + text(picture["size"]) + "\">" +
                     picture["svg"].get<std::string>();
  const std::string begin = text(picture["axis_begin"]);
  const std::string end = text(picture["axis_end"]);
  if (!begin.empty() || !end.empty()) {
    html += "<div class=\"axis\"><span>" + begin + "</span><span>" + end + "</span></div>";
  }
  if (!picture["legend"].empty()) {
    html += "<figcaption><ul class=\"legend\">";
    for (const PageJson& entry : picture["legend"]) {
      html += "<li><span class=\"key " + text(entry["class"]) + "\"></span>" + text(entry["text"]) +
              "</li>";
    }
    html += "</ul></figcaption>";
  }
  return html + "</figure>";
}

std::int64_t MicrosecondsOf(const std::string& timestamp) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hours = 0;
  int minutes = 0;
  double seconds = 0;
  if (std::sscanf(timestamp.c_str(), "%4d-%2u-%2uT%2d:%2d:%lf", &year, &month, &day, &hours,
                  &minutes, &seconds) != 6) {
    return 0;
  }
  const std::chrono::sys_days date =
      std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
  const std::int64_t whole =
      date.time_since_epoch().count() * std::int64_t{86'400} + hours * 3'600 + minutes * 60;
  return whole * 1'000'000 + static_cast<std::int64_t>(seconds * 1e6);
}

std::string ShareText(std::uint64_t part, std::uint64_t whole) {
  if (part == 0 || whole == 0) return "0 %";
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f %%",
                100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

}  // namespace linedb::dbtool
