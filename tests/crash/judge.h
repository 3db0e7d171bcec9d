// Whether a disk that a crash left is one that a database goes on from.

#ifndef LINEDB_TESTS_CRASH_JUDGE_H_
#define LINEDB_TESTS_CRASH_JUDGE_H_

#include <string>

#include "tests/crash/disk_image.h"

namespace linedb::testing {

struct Verdict {
  std::string state;  // as Model::Text, right after opening
  std::string
      trouble;  // empty: it opens, takes a commit, closes, verifies, and opens with it again
};

Verdict Judge(const DiskImage& image);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_JUDGE_H_
