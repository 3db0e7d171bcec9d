// Base64 as RFC 4648 has it: the standard alphabet, padded, nothing else between the letters.

#ifndef LINEDB_SCHEMA_BASE64_H_
#define LINEDB_SCHEMA_BASE64_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace linedb::schema {

constexpr std::size_t Base64Size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }

// Writes the Base64Size(size) letters of the bytes to `text`. Any thread.
void EncodeBase64(const void* bytes, std::size_t size, char* text);

// Replaces `bytes` by what the text encodes. False, with `bytes` unspecified, if the text is not
// the one encoding of some bytes: wrong letters, no padding, bits set beyond the last byte.
bool DecodeBase64(std::string_view text, std::string* bytes);

}  // namespace linedb::schema

#endif  // LINEDB_SCHEMA_BASE64_H_
