// A window that moves over an input stream: text is read in blocks, looked at as far ahead as the
// caller wants, and let go once it is consumed. So memory depends on the longest record.

#ifndef LINEDB_ENGINE_EXCHANGE_INPUT_WINDOW_H_
#define LINEDB_ENGINE_EXCHANGE_INPUT_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>

namespace linedb::engine {

struct TextPosition {
  std::uint64_t line = 1;
  std::uint64_t column = 1;  // in bytes

  friend bool operator==(const TextPosition&, const TextPosition&) = default;
};

// Where the byte behind `passed` stands if its first byte stands at `start`.
TextPosition PositionAfter(TextPosition start, std::string_view passed);

// One thread.
class InputWindow {
 public:
  explicit InputWindow(std::istream& input) : input_(input) {}

  // What has been read and not consumed. Valid until the next call of another method.
  std::string_view text() const { return std::string_view(buffer_).substr(begin_); }
  // Reads another block behind `text`; false if there is none.
  bool More();
  // The byte at `offset` of the text, reading on as needed; -1 past the end of the input.
  int At(std::size_t offset) {
    while (offset >= buffer_.size() - begin_) {
      if (!More()) return -1;
    }
    return static_cast<unsigned char>(buffer_[begin_ + offset]);
  }
  // Moves the window's start on by `bytes` of its text.
  void Consume(std::size_t bytes);
  // The same, of a line with its "\n".
  void ConsumeLine(std::size_t bytes) {
    begin_ += bytes;
    position_ = {position_.line + 1, 1};
  }
  // Consumes without moving the position: a byte order mark has no column.
  void Skip(std::size_t bytes) { begin_ += bytes; }

  // Of the first byte of the text.
  TextPosition position() const { return position_; }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  std::istream& input_;
  std::string buffer_;
  std::size_t begin_ = 0;
  TextPosition position_;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_EXCHANGE_INPUT_WINDOW_H_
