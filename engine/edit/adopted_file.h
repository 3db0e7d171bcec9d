// What a .records file that somebody changed means.

#ifndef LINEDB_ENGINE_EDIT_ADOPTED_FILE_H_
#define LINEDB_ENGINE_EDIT_ADOPTED_FILE_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/edit/edited_lines.h"
#include "engine/edit/known_table.h"
#include "engine/edit/problem_list.h"

namespace linedb::engine {

// The rows of the file, each key once: its last line is the record. The lines before it are
// versions that were superseded, as a file that grows at its end has them, and what became of them
// (of sed, perhaps) is all one; but a key with more lines than the file had for it stands there
// twice. A key whose newest version, of after the checkpoint, is gone while older ones are there
// was changed by the database behind the editor's back. Both are told to `problems`. A key that is
// left out, or ends in a tombstone, is deleted.
absl::StatusOr<std::vector<EditedLine>> ReadAdoptedFile(const KnownTable& known,
                                                        std::string_view text,
                                                        ProblemList& problems);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EDIT_ADOPTED_FILE_H_
