#include "tools/dbtool/ui/svg.h"

#include <cstdio>

namespace linedb::dbtool {
namespace {

std::string NumberText(double number) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.2f", number);
  return text;
}

std::string Attribute(std::string_view name, double number) {
  return " " + std::string(name) + "=\"" + NumberText(number) + "\"";
}

std::string Ended(std::string_view element, std::string_view title) {
  if (title.empty()) return "/>";
  return "><title>" + EscapeMarkup(title) + "</title></" + std::string(element) + ">";
}

}  // namespace

std::string EscapeMarkup(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
          escaped += "\uFFFD";
        } else {
          escaped += c;
        }
    }
  }
  return escaped;
}

SvgWriter::SvgWriter(double width, double height, std::string_view label) {
  text_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + NumberText(width) + " " +
          NumberText(height) + "\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"" +
          EscapeMarkup(label) + "\">";
}

void SvgWriter::Rectangle(const SvgBox& box, std::string_view css_class, std::string_view title) {
  if (box.width <= 0 || box.height <= 0) return;
  text_ += "<rect" + Attribute("x", box.x) + Attribute("y", box.y) + Attribute("width", box.width) +
           Attribute("height", box.height) + " class=\"" + std::string(css_class) + "\"" +
           Ended("rect", title);
}

void SvgWriter::Line(double x, double y_begin, double y_end, std::string_view css_class,
                     std::string_view title) {
  text_ += "<line" + Attribute("x1", x) + Attribute("x2", x) + Attribute("y1", y_begin) +
           Attribute("y2", y_end) + " class=\"" + std::string(css_class) + "\"" +
           Ended("line", title);
}

std::string SvgWriter::Finish() { return text_ + "</svg>"; }

}  // namespace linedb::dbtool
