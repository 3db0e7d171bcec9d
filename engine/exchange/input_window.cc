#include "engine/exchange/input_window.h"

#include <algorithm>
#include <cassert>

namespace linedb::engine {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 18;

}  // namespace

TextPosition PositionAfter(TextPosition start, std::string_view passed) {
  const std::size_t last_newline = passed.rfind('\n');
  if (last_newline == std::string_view::npos) {
    return {start.line, start.column + passed.size()};
  }
  const auto newlines = std::count(passed.begin(), passed.end(), '\n');
  return {start.line + static_cast<std::uint64_t>(newlines), passed.size() - last_newline};
}

bool InputWindow::More() {
  if (!input_.good()) return false;
  // Moving the text forward only when half of the buffer is free keeps the moves' cost linear.
  if (begin_ >= buffer_.size() / 2) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  const std::size_t size_before = buffer_.size();
  buffer_.resize(size_before + kBlockBytes);
  input_.read(buffer_.data() + size_before, static_cast<std::streamsize>(kBlockBytes));
  const auto count = static_cast<std::size_t>(input_.gcount());
  buffer_.resize(size_before + count);
  bytes_read_ += count;
  return count > 0;
}

void InputWindow::Consume(std::size_t bytes) {
  assert(bytes <= buffer_.size() - begin_);
  position_ = PositionAfter(position_, text().substr(0, bytes));
  begin_ += bytes;
}

}  // namespace linedb::engine
