// What a power cut leaves of a single file.

#include <algorithm>

#include "tests/crash/power_model.h"

namespace linedb::testing {
namespace {

constexpr std::uint64_t kPageBytes = 4096;

void FillNuls(std::string* content, ByteRange range) {
  for (std::uint64_t i = range.begin; i < range.end; ++i) (*content)[i] = '\0';
}

void FillGarbage(std::string* content, ByteRange range, Dice& dice) {
  for (std::uint64_t i = range.begin; i < range.end; ++i) {
    (*content)[i] = static_cast<char>(dice.Below(256));
  }
}

// The bytes as they were at the last sync; NULs where there were none.
void FillOld(std::string* content, ByteRange range, const std::string& old) {
  for (std::uint64_t i = range.begin; i < range.end; ++i) {
    (*content)[i] = i < old.size() ? old[i] : '\0';
  }
}

void FillAnyhow(std::string* content, ByteRange range, const std::string& old, Dice& dice) {
  switch (dice.Below(3)) {
    case 0:
      return FillNuls(content, range);
    case 1:
      return FillGarbage(content, range, dice);
    default:
      return FillOld(content, range, old);
  }
}

// What no sync vouches for, from any byte on, in a hole, or page by page.
void Damage(std::string* content, const ModelFile& file, Dice& dice) {
  const std::uint64_t size = content->size();
  const std::uint64_t stable = std::min<std::uint64_t>(file.stable, size);
  if (stable == size || dice.OneIn(3)) return;
  switch (dice.Below(3)) {
    case 0:
      return FillAnyhow(content, {dice.Between(stable, size), size}, file.durable, dice);
    case 1: {
      const std::uint64_t begin = dice.Between(stable, size);
      return FillAnyhow(content, {begin, dice.Between(begin, size)}, file.durable, dice);
    }
    default:
      for (std::uint64_t page = stable / kPageBytes; page * kPageBytes < size; ++page) {
        const ByteRange range{std::max(stable, page * kPageBytes),
                              std::min(size, (page + 1) * kPageBytes)};
        if (dice.OneIn(2)) FillAnyhow(content, range, file.durable, dice);
      }
  }
}

// The file after some of its unsynced changes, the last of them perhaps torn.
std::string SomeVersion(const ModelFile& file, Dice& dice) {
  const std::uint64_t changes = file.unsynced.size();
  const std::uint64_t applied = dice.OneIn(2) ? changes : dice.Between(0, changes);
  std::string content = file.durable;
  for (std::uint64_t i = 0; i < applied; ++i) file.unsynced[i].ApplyTo(&content);
  if (applied == 0 || file.unsynced[applied - 1].action != Action::kAppend) return content;
  const std::uint64_t appended = file.unsynced[applied - 1].bytes.size();
  if (dice.OneIn(2)) content.resize(content.size() - dice.Between(0, appended));
  return content;
}

// What a failed sync left.
void Lose(std::string* content, const ModelFile& file, FileFate fate, Dice& dice) {
  if (fate == FileFate::kNew) return;
  for (ByteRange range : file.lost_durable) {
    range.end = std::min<std::uint64_t>(range.end, content->size());
    if (range.begin >= range.end) continue;
    // Its length need not have reached the disk either, while nothing stands behind it.
    if (fate == FileFate::kOld && range.end == content->size()) {
      content->resize(range.begin);
    } else if (fate == FileFate::kGarbage) {
      FillGarbage(content, range, dice);
    } else if (fate != FileFate::kMixed) {
      FillNuls(content, range);
    } else if (!dice.OneIn(4)) {
      FillNuls(content, {dice.Between(range.begin, range.end - 1), range.end});
    }
  }
}

std::string WithNewLength(const ModelFile& file, bool garbage, Dice& dice) {
  std::string content = file.cached;
  const ByteRange unsynced{std::min<std::uint64_t>(file.stable, content.size()), content.size()};
  if (garbage) {
    FillGarbage(&content, unsynced, dice);
  } else {
    FillNuls(&content, unsynced);
  }
  return content;
}

std::string Content(const ModelFile& file, FileFate fate, Dice& dice) {
  switch (fate) {
    case FileFate::kOld:
      return file.durable;
    case FileFate::kNew:
      return file.cached;
    case FileFate::kNuls:
    case FileFate::kGarbage:
      return WithNewLength(file, fate == FileFate::kGarbage, dice);
    case FileFate::kMixed:
      break;
  }
  std::string content = SomeVersion(file, dice);
  Damage(&content, file, dice);
  return content;
}

}  // namespace

std::string ContentAfterCut(const ModelFile& file, FileFate fate, Dice& dice) {
  std::string content = Content(file, fate, dice);
  Lose(&content, file, fate, dice);
  return content;
}

}  // namespace linedb::testing
