// SVG as text. Only shapes, in classes that style.css colours: no text, since a picture is
// stretched to its place and text must not be, and no style attribute, which the page's content
// security policy would drop.

#ifndef LINEDB_TOOLS_DBTOOL_UI_SVG_H_
#define LINEDB_TOOLS_DBTOOL_UI_SVG_H_

#include <string>
#include <string_view>

namespace linedb::dbtool {

// `&`, `<`, `>` and both quotes as entities; other control characters than a line's end, which no
// document may hold, as "�".
std::string EscapeMarkup(std::string_view text);

struct SvgBox {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

class SvgWriter {
 public:
  // A picture of that size, in its own units; stretched to the place that it gets. `label` is what
  // it is called by those who do not see it.
  SvgWriter(double width, double height, std::string_view label);

  // With `title`, what a pointer that rests on it is told. One without width is left out.
  void Rectangle(const SvgBox& box, std::string_view css_class, std::string_view title = {});
  void Line(double x, double y_begin, double y_end, std::string_view css_class,
            std::string_view title = {});

  // Ends the picture, and is called once.
  std::string Finish();

 private:
  std::string text_;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_UI_SVG_H_
