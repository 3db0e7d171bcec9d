// One JSON line <-> fields, for a layout known at run time.
//
// A line in canonical form (schema/FORMAT.md) has exactly one spelling for each record, so two
// values are equal if and only if their text is: keys are compared and hashed as text. Everything
// the engine keeps is canonical; what comes from outside goes through CanonicalizeRecord once.

#ifndef LINEDB_SCHEMA_RECORD_CODEC_H_
#define LINEDB_SCHEMA_RECORD_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "linedb/struct_codec.h"
#include "schema/record_layout.h"

namespace linedb::schema {

// What is wrong with a record that came from outside, and where in its text.
struct RecordError {
  std::size_t byte = 0;  // offset in the text given, of the value (or member name) at fault
  std::string column;    // empty if the fault is not in one column
  std::string reason;    // "expected int, found \"abc\""
};

struct CanonicalizeOptions {
  // What an assigned key column becomes if the record leaves it out or null. None: then null is
  // refused in it.
  std::optional<std::int64_t> assigned_key = std::nullopt;
  // Members whose name is no column: refused, unless this says to leave them out.
  bool ignore_unknown_columns = false;
  // Accept the Python original's naive timestamps and the like; see schema/FORMAT.md.
  bool original_format = false;
};

// Checks a JSON object against the layout (types, ranges, null, defaults, unknown and doubled
// members, UTF-8, depth, size) and appends its canonical line, without "\n", to `line`; fills
// `spans`, one per stored column, relative to the line's first byte. A fault appends nothing,
// describes itself in `error` (which may be null) and returns kInvalidArgument with
// "table.column: reason". Any thread.
absl::Status CanonicalizeRecord(const RecordLayout& layout, std::string_view json,
                                const CanonicalizeOptions& options, std::string* line,
                                std::vector<FieldSpan>* spans, RecordError* error);

// Finds the values of a canonical line of this layout, as far as stored column `last` (inclusive).
// False if the line does not have that shape; values are not judged. Any thread.
bool SplitCanonical(const RecordLayout& layout, std::string_view line, int last, FieldSpan* spans);

// Whether a line is a tombstone, canonical or not judged.
bool IsTombstone(std::string_view line);

// Appends the tombstone line (without "\n") of the record whose canonical line this is, with the
// spans of at least its primary key's columns.
void AppendTombstone(const RecordLayout& layout, std::string_view line, const FieldSpan* spans,
                     std::string* tombstone);

// The text of the primary key in a tombstone line, as KeyTextOf gives it; nothing if the line
// is no tombstone of this layout.
std::optional<std::string> TombstoneKey(const RecordLayout& layout, std::string_view tombstone);

// The text by which a key of the record is compared and hashed: the values' canonical texts joined
// by ",". A view into the line, or into `scratch` for a key of several columns. Nothing if one of
// them is null: such a record clashes with nothing by this key.
std::optional<std::string_view> KeyTextOf(const KeyLayout& key, std::string_view line,
                                          const FieldSpan* spans, std::string* scratch);

// The key text of key values given as JSON: a bare value for a key of one column (also a JSON
// array of one), an array for a compound key. kInvalidArgument if they do not fit the columns.
absl::StatusOr<std::string> KeyTextFromJson(const RecordLayout& layout, const KeyLayout& key,
                                            std::string_view json);

// As KeyTextFromJson, of a key typed by a person: text that is not JSON is taken as a string where
// the column is one, so that both `bob@x.edu` and `"bob@x.edu"` name the same key.
absl::StatusOr<std::string> KeyTextFromUser(const RecordLayout& layout, const KeyLayout& key,
                                            std::string_view text);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_RECORD_CODEC_H_
