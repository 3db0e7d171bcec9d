// What of a journal is on the disk for certain, and what a crash may make of the rest.
//
// A process that is killed leaves all that it did: the page cache survives it. Only the write that
// was under way may have been cut, at any byte.
//
// A power cut leaves what was synced. The bytes of a file are durable after a good sync of the
// file; a name (of a new file, a link, a rename, a removal, a directory) after a good sync of the
// directory it stands in. Syncing a file does not make its name durable, nor the other way round.
// What was not synced is there or not, each name for itself and each file for itself, in any order:
//
// * a name is kept or lost; a rename is atomic, and so never leaves both names or none. It may be
//   there while the bytes of the file it names are not
// * a file has the length it had after any of its unsynced changes, or one in the midst of an
//   append; behind the bytes that no change touched since the last sync there may be the new bytes,
//   those of before, NULs or garbage; from any byte on, in any page of 4096, or in a hole
//
// A sync of a file that fails loses what it was to write and marks it clean: no later sync brings
// it to the disk, though reading goes on showing it. What it leaves is NULs, garbage, or some of
// it. A sync of a directory that fails leaves its names as unsynced as before.

#ifndef LINEDB_TESTS_CRASH_POWER_MODEL_H_
#define LINEDB_TESTS_CRASH_POWER_MODEL_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/crash/dice.h"
#include "tests/crash/disk_image.h"
#include "tests/crash/journal.h"

namespace linedb::testing {

struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

// One file, on the disk and in the cache.
struct ModelFile {
  // What a change makes of the bytes.
  struct Change {
    Action action = Action::kAppend;  // kAppend, kTruncate or kLockNote
    std::string bytes = {};
    std::uint64_t length = 0;

    void ApplyTo(std::string* content) const;
  };

  std::string durable;
  std::string cached;
  // Where a failed sync lost the bytes: as the disk has it, and as the next good sync will.
  std::vector<ByteRange> lost_durable;
  std::vector<ByteRange> lost_cached;
  std::vector<Change> unsynced;
  std::uint64_t stable = 0;  // so many bytes from the start are the same in every version

  bool certain() const { return unsynced.empty() && lost_durable.empty(); }
  void Apply(Change change);
  void Sync(bool failed);
};

// The extremes of what a power cut may make of a file that is not certain, and everything between.
enum class FileFate { kOld, kNew, kNuls, kGarbage, kMixed };
inline constexpr int kExtremeFates = 4;

class PowerModel {
 public:
  // Everything in the image is on the disk.
  explicit PowerModel(const DiskImage& image);

  void Apply(const Operation& operation);

  // What a killed process leaves.
  DiskImage Killed() const;

  // The choices that a power cut has: so many names kept or lost, and the fates of these files.
  int unsynced_names() const { return static_cast<int>(names_.size()); }
  std::vector<int> UncertainFiles() const;
  // Bit i of `kept`: the i-th unsynced name is there; of more than 64 names those that lie 64 apart
  // share a bit. `fates` belong to UncertainFiles().
  DiskImage Cut(std::uint64_t kept, const std::vector<FileFate>& fates, Dice& dice) const;

 private:
  struct Names {
    std::set<std::string> directories;
    std::map<std::string, int> files;

    void Apply(const Operation& operation);
    void DropOrphans();
  };

  DiskImage ImageOf(Names names) const;
  ModelFile& FileOf(const Operation& operation);

  Names durable_;
  Names cached_;
  std::vector<Operation> names_;  // unsynced, in order
  std::vector<ModelFile> files_;  // by number
};

// What the power leaves of a file.
std::string ContentAfterCut(const ModelFile& file, FileFate fate, Dice& dice);

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_CRASH_POWER_MODEL_H_
