// Where a record's line lies in its .records file.

#ifndef LINEDB_ENGINE_STORAGE_RECORD_LOCATION_H_
#define LINEDB_ENGINE_STORAGE_RECORD_LOCATION_H_

#include <cassert>
#include <cstdint>

namespace linedb::engine {

// Offset and length packed into one word, so that an index slot is 16 bytes. No line is empty, so
// the word 0 is free to mean "nothing".
class RecordLocation {
 public:
  static constexpr int kLengthBits = 24;
  static constexpr int kOffsetBits = 64 - kLengthBits;
  static constexpr std::uint64_t kOffsetMax = (std::uint64_t{1} << kOffsetBits) - 1;
  static constexpr std::uint64_t kLengthMax = (std::uint64_t{1} << kLengthBits) - 1;

  constexpr RecordLocation() = default;
  RecordLocation(std::uint64_t offset, std::uint64_t length)
      : packed_(offset << kLengthBits | length) {
    assert(offset <= kOffsetMax);
    assert(length > 0 && length <= kLengthMax);
  }

  // Of the line's first byte.
  std::uint64_t offset() const { return packed_ >> kLengthBits; }
  // Without the "\n".
  std::uint64_t length() const { return packed_ & kLengthMax; }
  explicit operator bool() const { return packed_ != 0; }
  friend bool operator==(RecordLocation, RecordLocation) = default;

 private:
  std::uint64_t packed_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_STORAGE_RECORD_LOCATION_H_
