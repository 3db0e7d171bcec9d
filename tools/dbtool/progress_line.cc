#include "tools/dbtool/progress_line.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "tools/dbtool/process.h"

namespace linedb::dbtool {

ProgressLine::ProgressLine(const Context& context)
    : wanted_(!context.quiet && !context.json && IsTerminal(STDERR_FILENO)),
      next_(Clock::now() + std::chrono::seconds(1)) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::fprintf(stderr, "\r\033[K");
}

void ProgressLine::Show(std::string_view step, std::uint64_t done, std::uint64_t total) {
  constexpr auto kBetween = std::chrono::milliseconds(50);
  if (!wanted_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  next_ = now + kBetween;
  shown_ = true;
  std::string text(step);
  if (total > 0) text += " " + std::to_string(done * 100 / total) + "%";
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
}

ByteProgress::ByteProgress(const Context& context)
    : wanted_(!context.quiet && !context.json && IsTerminal(STDERR_FILENO)) {}

void ByteProgress::Show(std::string_view step, std::uint64_t done, std::uint64_t total) {
  constexpr auto kBetween = std::chrono::milliseconds(250);
  if (!wanted_) return;
  const Clock::time_point now = Clock::now();
  if (now - last_ < kBetween) return;
  last_ = now;
  shown_ = true;
  std::string text = std::string(step) + " " + ByteText(done);
  if (total > 0) {
    text += " of " + ByteText(total) + " (" + std::to_string(done * 100 / total) + "%)";
  }
  const double seconds = std::chrono::duration<double>(now - start_).count();
  text += ", " + ByteText(static_cast<std::uint64_t>(static_cast<double>(done) / seconds)) + "/s";
  std::fprintf(stderr, "\r\033[K%s", text.c_str());
}

void ByteProgress::ShowLast(std::string_view step) {
  if (shown_) std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(step.size()), step.data());
}

void ByteProgress::End() {
  if (shown_) std::fprintf(stderr, "\r\033[K");
  shown_ = false;
  start_ = last_ = Clock::now();
}

}  // namespace linedb::dbtool
