// A reference by column and key numbers instead of names.

#ifndef LINEDB_ENGINE_REFERENCES_RESOLVED_REFERENCE_H_
#define LINEDB_ENGINE_REFERENCES_RESOLVED_REFERENCE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/references.h"
#include "linedb/table_schema.h"
#include "schema/record_layout.h"

namespace linedb::engine {

struct ResolvedReference {
  ReferenceSchema schema;
  // The columns that reference, in the order of the key that they are: their text as of
  // schema::KeyTextOf is that of the key.
  schema::KeyLayout columns;
  int key = 0;    // among the referenced table's keys
  int index = 0;  // among the referencing table's ordered indexes; it begins with schema.columns
  // For each of schema.columns its place in the key.
  std::vector<int> places;
};

// kInvalidArgument if the table `to` has no such key, or one of other types, or if its records go
// by themselves (`expires`). Any thread.
absl::StatusOr<ResolvedReference> ResolveReference(const schema::RecordLayout& from,
                                                   const ReferenceSchema& reference,
                                                   const schema::RecordLayout& to);

// "track.AlbumId"
std::string ReferenceName(const schema::RecordLayout& from, const ResolvedReference& reference);
// "album 17" of a primary key, else "student.email \"a@x.edu\"".
std::string ReferencedName(const schema::RecordLayout& to, int key, std::string_view key_text);

// The sentence of a record that references nothing.
BrokenReference MissingKey(const schema::RecordLayout& from, const ResolvedReference& reference,
                           const schema::RecordLayout& to, std::string_view key_text,
                           std::string_view record);
// Likewise if there is not even the table.
BrokenReference MissingTable(const schema::RecordLayout& from, const ReferenceSchema& reference,
                             std::string_view value, std::string_view record);
// The sentence of a record that keeps `referenced`, which was to go, or to change its key.
BrokenReference StillReferenced(const schema::RecordLayout& from,
                                const ResolvedReference& reference, const schema::RecordLayout& to,
                                std::string_view key_text, std::string_view record,
                                std::string_view referenced);

// The error of these, of which there is at least one; `count` were found.
absl::Status BrokenReferencesError(const std::vector<BrokenReference>& broken, std::uint64_t count);

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_REFERENCES_RESOLVED_REFERENCE_H_
