#include "tests/faults/damage.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace linedb::testing {
namespace {

constexpr std::uint64_t kSectorBytes = 512;
constexpr std::uint64_t kPageBytes = 4096;

std::uint64_t Below(std::uint64_t limit, std::mt19937_64& random) { return random() % limit; }

char RandomByte(std::mt19937_64& random) { return static_cast<char>(random() & 0xff); }

// A block of the disk that the file lies on, as far as the file has it.
std::pair<std::uint64_t, std::uint64_t> BlockOf(const std::string& bytes, std::uint64_t block,
                                                std::mt19937_64& random) {
  const std::uint64_t begin = Below((bytes.size() + block - 1) / block, random) * block;
  return {begin, std::min<std::uint64_t>(begin + block, bytes.size())};
}

std::vector<std::string> LinesOf(const std::string& bytes) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t newline = bytes.find('\n', begin);
    const std::size_t end = newline == std::string::npos ? bytes.size() : newline + 1;
    lines.push_back(bytes.substr(begin, end - begin));
    begin = end;
  }
  return lines;
}

// A line of another file of the same folder or, if there is none, of any other file.
std::string ForeignLine(const Tree& tree, const std::string& path, std::mt19937_64& random) {
  std::vector<std::string> near;
  std::vector<std::string> far;
  const std::string folder = path.substr(0, path.find('/') + 1);
  for (const auto& [other, bytes] : tree) {
    if (other == path || bytes.find('\n') == std::string::npos) continue;
    (other.starts_with(folder) ? near : far).push_back(other);
  }
  const std::vector<std::string>& sources = near.empty() ? far : near;
  const std::vector<std::string> lines = LinesOf(tree.at(sources[Below(sources.size(), random)]));
  return lines[Below(lines.size(), random)];
}

// The text with its lines deleted, doubled, swapped or joined by another.
std::string EditLines(DamageKind kind, const Tree& tree, const Damage& damage,
                      std::mt19937_64& random) {
  std::vector<std::string> lines = LinesOf(tree.at(damage.path));
  const auto at = [&lines](std::uint64_t i) {
    return lines.begin() + static_cast<std::ptrdiff_t>(i);
  };
  if (kind == DamageKind::kForeignLineInserted) {
    lines.insert(at(Below(lines.size() + 1, random)), ForeignLine(tree, damage.path, random));
  } else if (!lines.empty()) {
    const std::uint64_t one = Below(lines.size(), random);
    const std::uint64_t two = Below(lines.size(), random);
    if (kind == DamageKind::kLineDeleted) lines.erase(at(one));
    if (kind == DamageKind::kLineDoubled) lines.insert(at(one), std::string(lines[one]));
    if (kind == DamageKind::kLinesSwapped) std::swap(lines[one], lines[two]);
  }
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

std::string OverwriteBytes(DamageKind kind, std::string bytes, std::mt19937_64& random,
                           Damage* damage) {
  if (bytes.empty()) return bytes;
  damage->byte = Below(bytes.size(), random);
  if (kind == DamageKind::kBitFlipped) {
    bytes[damage->byte] = static_cast<char>(bytes[damage->byte] ^ (1 << Below(8, random)));
  } else if (kind == DamageKind::kByteChanged) {
    bytes[damage->byte] = RandomByte(random);
  } else if (kind == DamageKind::kFileShortened) {
    bytes.resize(damage->byte);
  } else if (kind == DamageKind::kFileEmptied) {
    bytes.clear();
  } else {
    const bool nuls = kind == DamageKind::kSectorOfNuls;
    const auto [begin, end] = BlockOf(bytes, nuls ? kSectorBytes : kPageBytes, random);
    damage->byte = begin;
    for (std::uint64_t i = begin; i < end; ++i) bytes[i] = nuls ? '\0' : RandomByte(random);
  }
  return bytes;
}

}  // namespace

std::string_view NameOf(DamageKind kind) {
  static constexpr std::array<std::string_view, kDamageKinds.size()> kNames = {
      "bit flipped",  "byte changed",   "sector of NULs", "page of garbage",
      "line deleted", "line doubled",   "lines swapped",  "line of another table inserted",
      "file emptied", "file shortened", "file missing",   "names swapped"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string Damage::Description() const {
  return absl::StrCat(std::string(NameOf(kind)), " in ", path, " byte ", byte,
                      other_path.empty() ? "" : " with ", other_path);
}

bool Inflict(DamageKind kind, const std::string& path, std::mt19937_64& random, Tree* tree,
             Damage* damage) {
  *damage = {kind, path, "", 0};
  std::string& bytes = tree->at(path);
  const std::string before = bytes;
  switch (kind) {
    case DamageKind::kFileMissing:
      tree->erase(path);
      return true;
    case DamageKind::kNamesSwapped: {
      const auto other =
          std::next(tree->begin(), static_cast<std::ptrdiff_t>(Below(tree->size(), random)));
      damage->other_path = other->first;
      std::swap(bytes, other->second);
      break;
    }
    case DamageKind::kLineDeleted:
    case DamageKind::kLineDoubled:
    case DamageKind::kLinesSwapped:
    case DamageKind::kForeignLineInserted:
      bytes = EditLines(kind, *tree, *damage, random);
      break;
    default:
      bytes = OverwriteBytes(kind, std::move(bytes), random, damage);
  }
  return bytes != before;
}

}  // namespace linedb::testing
