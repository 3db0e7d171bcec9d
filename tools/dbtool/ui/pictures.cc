#include "tools/dbtool/ui/pictures.h"

#include <cstdio>

#include "schema/time_text.h"
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
  const auto time = schema::ParseTimestamp(timestamp, /*naive_is_utc=*/true);
  return time ? time->time_since_epoch().count() : 0;
}

std::string ShareText(std::uint64_t part, std::uint64_t whole) {
  if (part == 0 || whole == 0) return "0 %";
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f %%",
                100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

}  // namespace linedb::dbtool
