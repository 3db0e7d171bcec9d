// A private file, and the editor that somebody changes it with.

#ifndef LINEDB_TOOLS_DBTOOL_EDITED_FILE_H_
#define LINEDB_TOOLS_DBTOOL_EDITED_FILE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace linedb::dbtool {

// Removed when it is destroyed, unless it is kept. Nobody but its owner reads it. One thread.
class EditedFile {
 public:
  // `name` is a file that does not exist yet; empty: one in TMPDIR, or /tmp, with the table's name.
  static absl::StatusOr<std::unique_ptr<EditedFile>> Create(const std::string& name,
                                                            const std::string& table,
                                                            std::string_view text);
  ~EditedFile();
  EditedFile(const EditedFile&) = delete;
  EditedFile& operator=(const EditedFile&) = delete;

  // Whether $VISUAL or $EDITOR names an editor, which need not be one for terminals.
  static bool HasEditor();
  // Runs $VISUAL, $EDITOR, `editor` or `vi`, the first there is, and waits for it. An interrupt
  // meanwhile is the editor's. kFailedPrecondition if it cannot be run or fails.
  absl::Status Edit() const;
  absl::StatusOr<std::string> Text() const;
  const std::string& name() const { return name_; }
  // It stays: what was typed is not to be lost.
  void Keep() { kept_ = true; }

 private:
  explicit EditedFile(std::string name) : name_(std::move(name)) {}

  const std::string name_;
  bool kept_ = false;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_EDITED_FILE_H_
