// What a person left in a text of records, line by line.

#ifndef LINEDB_ENGINE_EDIT_EDITED_LINES_H_
#define LINEDB_ENGINE_EDIT_EDITED_LINES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/edit/problem_list.h"
#include "engine/exchange/input_window.h"
#include "schema/record_layout.h"

namespace linedb::engine {

struct EditedLine {
  TextPosition position;
  std::string_view text;      // as it stands there
  std::string line;           // canonical; empty if it is no record, or its key is to be assigned
  std::string key;            // the primary key's text; empty if it is to be assigned
  bool is_tombstone = false;  // `line` is the canonical tombstone
};

// Whether a text may hold tombstones: that of a .records file.
enum class Tombstones { kAllowed, kRefused };

// The records of a text, whose views point into it. What is none is told to `problems`, and left
// out.
absl::StatusOr<std::vector<EditedLine>> ReadEditedLines(const schema::RecordLayout& layout,
                                                        std::string_view text,
                                                        Tombstones tombstones,
                                                        ProblemList& problems);

// Two lines of one key, of which one is too many.
void AddDoubledKey(const schema::RecordLayout& layout, const EditedLine& line, TextPosition other,
                   ProblemList& problems);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EDIT_EDITED_LINES_H_
