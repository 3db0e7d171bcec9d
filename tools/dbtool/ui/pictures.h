// The pictures, each drawn from data and from nothing else: the page and the report show the same.

#ifndef LINEDB_TOOLS_DBTOOL_UI_PICTURES_H_
#define LINEDB_TOOLS_DBTOOL_UI_PICTURES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "linedb/file_map.h"
#include "linedb/log_files.h"
#include "tools/dbtool/ui/follower.h"
#include "tools/dbtool/ui/http.h"

namespace linedb::dbtool {

struct LegendEntry {
  std::string css_class;
  std::string text;
};

// What is drawn, with the words around it: these are text, which stays readable at any width.
struct Picture {
  std::string svg;
  std::string label;  // the whole of it, in a sentence
  std::string axis_begin;
  std::string axis_end;
  std::vector<LegendEntry> legend;
  std::string size = "strip";  // "strip", "bar" or "chart": how high it is
};

PageJson PictureJson(const Picture& picture);
// What PictureJson made, as a <figure>.
std::string PictureHtml(const PageJson& picture);

// How much of each table's file is live and superseded, as bars of one scale: `bytes_most` is the
// length of the longest table's file.
Picture DrawTableSize(const FileMap& map, std::uint64_t bytes_most);
// The file from its first byte to its last: live from below, superseded from above, and behind the
// last checkpoint the tail.
Picture DrawFileMap(const FileMap& map);
// Operations by time, one colour for each kind. Lines stand where logs begin, at checkpoints.
Picture DrawTimeline(const std::vector<TransactionNote>& transactions,
                     const std::vector<LogFile>& logs);
// The logs by their operations, and what is missing between them.
Picture DrawLogs(const std::vector<LogFile>& logs);

// Microseconds since 1970 of a log's timestamp; 0 if it is none.
std::int64_t MicrosecondsOf(const std::string& timestamp);

// "12.3 %", of nothing: "0 %".
std::string ShareText(std::uint64_t part, std::uint64_t whole);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_UI_PICTURES_H_
