// The name of a crash state, and the state of that name.

#ifndef LINEDB_TESTS_CRASH_CRASH_STATE_H_
#define LINEDB_TESTS_CRASH_CRASH_STATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/crash/disk_image.h"
#include "tests/crash/power_model.h"

namespace linedb::testing {

enum class CrashKind {
  kKill,     // the process dies; number 0: all of its last write is there, else the write is torn
  kExtreme,  // power cut: number is the combination of names kept and extreme fates of files
  kCut,      // power cut: everything by chance; number is the seed's companion
};

// A crash after so many operations of a life.
struct CrashPoint {
  std::size_t operations = 0;
  CrashKind kind = CrashKind::kKill;
  std::uint64_t number = 0;
};

// "17/cut/3", and "17/cut/3>5/kill/0" for a crash in the recovery from that.
using CrashName = std::vector<CrashPoint>;
std::string FormatCrashName(const CrashName& name);
std::optional<CrashName> ParseCrashName(const std::string& text);

// How many extremes there are at this point; the largest number stands for "too many to count".
std::uint64_t ExtremeCount(const PowerModel& model);

// A moment of a life, at which it may crash. A kill may have torn the last operation.
struct Moment {
  PowerModel before;                // the last operation
  const Operation* last = nullptr;  // null at the very beginning
  PowerModel after;
};

// Whether the last operation is cut short, and so never returned.
bool IsTorn(const Moment& moment, const CrashPoint& point);

// What the disk shows to the next process after the crash ...
DiskImage Crash(const Moment& moment, const CrashPoint& point, std::uint64_t seed);
// ... and what of that is certain, should the power fail then. `image` is what Crash returned.
PowerModel ModelAfterCrash(const Moment& moment, const CrashPoint& point, std::uint64_t seed,
                           const DiskImage& image);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_CRASH_STATE_H_
