// Single damages as bytes suffer them on real disks and in real hands: a flipped bit, a sector of
// NULs, a line that an editor dropped, a file under another's name.

#ifndef LINEDB_TESTS_FAULTS_DAMAGE_H_
#define LINEDB_TESTS_FAULTS_DAMAGE_H_

#include <array>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "tests/engine/disk_tree.h"

namespace linedb::testing {

enum class DamageKind {
  kBitFlipped,
  kByteChanged,
  kSectorOfNuls,
  kPageOfGarbage,
  kLineDeleted,
  kLineDoubled,
  kLinesSwapped,
  kForeignLineInserted,
  kFileEmptied,
  kFileShortened,
  kFileMissing,
  kNamesSwapped,
};

inline constexpr std::array kDamageKinds = {
    DamageKind::kBitFlipped,    DamageKind::kByteChanged,         DamageKind::kSectorOfNuls,
    DamageKind::kPageOfGarbage, DamageKind::kLineDeleted,         DamageKind::kLineDoubled,
    DamageKind::kLinesSwapped,  DamageKind::kForeignLineInserted, DamageKind::kFileEmptied,
    DamageKind::kFileShortened, DamageKind::kFileMissing,         DamageKind::kNamesSwapped,
};

std::string_view NameOf(DamageKind kind);

struct Damage {
  DamageKind kind = DamageKind::kBitFlipped;
  std::string path;
  std::string other_path;  // the second one of two swapped names, else empty
  std::uint64_t byte = 0;  // where it begins

  bool Touches(std::string_view file) const { return path == file || other_path == file; }
  std::string Description() const;
};

// Does one damage of this kind to a file of the tree, at a place of the generator's choosing. False
// if there is none to be done (no bit in an empty file) or the bytes came out the same.
bool Inflict(DamageKind kind, const std::string& path, std::mt19937_64& random, Tree* tree,
             Damage* damage);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_FAULTS_DAMAGE_H_
