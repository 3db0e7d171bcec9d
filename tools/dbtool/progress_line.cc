#include "tools/dbtool/progress_line.h"

#include <unistd.h>

#include <cstdio>
#include <string>

#include "tools/dbtool/process.h"

namespace linedb::dbtool {

ProgressLine::ProgressLine(const Context& context)
    : wanted_(!context.quiet && !context.json && IsTerminal(STDERR_FILENO)) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::fprintf(stderr, "\r\033[K");
}

void ProgressLine::Show(std::string_view step, std::uint64_t done, std::uint64_t total) {
  if (!wanted_ || std::chrono::steady_clock::now() - start_ < std::chrono::seconds(1)) return;
  shown_ = true;
  const std::uint64_t percent = total == 0 ? 0 : done * 100 / total;
  std::fprintf(stderr, "\r\033[K%s %d%%", std::string(step).c_str(), static_cast<int>(percent));
}

}  // namespace linedb::dbtool
