// How far something is, for a person who waits for it.

#ifndef LINEDB_TOOLS_DBTOOL_PROGRESS_LINE_H_
#define LINEDB_TOOLS_DBTOOL_PROGRESS_LINE_H_

#include <chrono>
#include <cstdint>
#include <string_view>

#include "tools/dbtool/context.h"

namespace linedb::dbtool {

// On stderr, if that is a terminal, and only once it takes longer than a person likes to wait in
// silence. Gone when this is.
class ProgressLine {
 public:
  explicit ProgressLine(const Context& context);
  ~ProgressLine();

  // A total of 0 is not known.
  void Show(std::string_view step, std::uint64_t done, std::uint64_t total);

 private:
  using Clock = std::chrono::steady_clock;

  const bool wanted_;
  Clock::time_point next_;  // not before this
  bool shown_ = false;
};

// The same of bytes, with their rate: "importing 12.5 MiB of 2.0 GiB (1%), 40.1 MiB/s".
class ByteProgress {
 public:
  explicit ByteProgress(const Context& context);
  ~ByteProgress() { End(); }

  // A total of 0 is not known.
  void Show(std::string_view step, std::uint64_t done, std::uint64_t total);
  // What follows the bytes, and takes nobody knows how long. Only if they took long.
  void ShowLast(std::string_view step);
  // Takes the line away; the next Show begins anew.
  void End();

 private:
  using Clock = std::chrono::steady_clock;

  const bool wanted_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
  bool shown_ = false;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_PROGRESS_LINE_H_
