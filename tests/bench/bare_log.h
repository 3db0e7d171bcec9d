// The limit of the disk: a file that grows by one write, and one sync, for each commit.

#ifndef LINEDB_TESTS_BENCH_BARE_LOG_H_
#define LINEDB_TESTS_BENCH_BARE_LOG_H_

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "tests/bench/contender.h"

namespace bench {

class BareLog {
 public:
  explicit BareLog(const std::string& path)
      : file_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644)) {
    if (file_ < 0) Fail("cannot create " + path);
  }
  ~BareLog() { close(file_); }
  BareLog(const BareLog&) = delete;
  BareLog& operator=(const BareLog&) = delete;

  void Append(const std::string& bytes, Level level) const {
    const ssize_t written = write(file_, bytes.data(), bytes.size());
    if (written != static_cast<ssize_t>(bytes.size())) Fail("cannot append");
    if (level == Level::kDurable && fdatasync(file_) != 0) Fail("cannot sync");
  }

 private:
  int file_;
};

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_BARE_LOG_H_
