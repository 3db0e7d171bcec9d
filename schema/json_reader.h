// Reads JSON that came from outside, token by token, and knows the byte of each fault.
//
// Everything that enters is read once by this and by nothing else. simdjson finds a fault but not
// its place, accepts doubled members, and costs an index and a padded copy per text, which for
// lines of a hundred bytes is more than this whole reader; so only its UTF-8 check is used here.

#ifndef LINEDB_SCHEMA_JSON_READER_H_
#define LINEDB_SCHEMA_JSON_READER_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "linedb/text_writer.h"

namespace linedb::schema {

struct JsonFault {
  std::size_t byte = 0;  // offset in the text
  std::string reason;
};

struct JsonNumber {
  std::string_view text;
  bool is_integer = false;  // neither a point nor an exponent
};

// Functions that return bool are false after a fault, the first of which stays in fault(). Not for
// several threads at once. `text` must outlive the reader.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text);

  const JsonFault& fault() const { return fault_; }
  // Records a fault at that byte, unless there is one already. False.
  bool Fail(std::size_t byte, std::string reason);

  // The offset of the next token, after spaces.
  std::size_t Offset();
  // Its first character; '\0' at the end.
  char Peek();

  // Every text must be UTF-8: to be called once, before reading.
  bool CheckUtf8();
  // Nothing but spaces is left.
  bool ExpectEnd();

  // Steps into an object, and through its members: true with `name` and the reader at the value,
  // or false at the object's end or a fault (then failed() is true). The name is valid until the
  // next string is read.
  bool EnterObject();
  bool NextMember(std::string_view* name, std::size_t* name_byte);
  bool EnterArray();
  bool NextElement();
  bool failed() const { return failed_; }

  bool ReadString(std::string_view* value);
  bool ReadNumber(JsonNumber* number);
  bool ReadBool(bool* value);
  // The fault of a number at that byte that no 64-bit `what` can hold.
  bool FailRange(std::size_t byte, std::string_view what);
  // Takes `null` if it is next.
  bool TakeNull();

  // Appends any value in canonical form; members keep their order, doubled ones are a fault.
  bool CopyValue(TextWriter* writer);
  bool SkipValue();
  // The text of the next value, cut to what a message can hold.
  std::string Excerpt();

 private:
  struct Member {
    std::string name;
    std::size_t byte;
  };

  bool Expect(std::string_view literal);
  // A fault because no value begins at the next token.
  bool FailNoValue();
  bool CopyAt(TextWriter* writer, int depth);
  bool CopyObject(TextWriter* writer, int depth);
  bool CopyArray(TextWriter* writer, int depth);
  bool CopyNumber(TextWriter* writer);
  bool CheckDoubled(std::size_t first_member);
  std::size_t OffsetOf(const char* at) const { return static_cast<std::size_t>(at - begin_); }
  const char* SkipSpaces();

  const char* begin_;
  const char* at_;
  const char* end_;
  bool at_first_ = false;  // a bracket was just opened: no comma is due
  bool failed_ = false;
  JsonFault fault_;
  std::string unescaped_;
  std::vector<Member> members_;  // of the objects that are being copied
};

// The line and column (from 1, in bytes) of an offset: "line 3 column 17".
std::string LineAndColumn(std::string_view text, std::size_t byte);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_JSON_READER_H_
