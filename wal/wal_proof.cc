// Tells a torn tail from damage: what was synced cannot be torn, and a later line may say that it
// was synced. So every line behind the hole is tried by itself. Its checksum's range begins with
// the link of the line before, of which only the 16 digits carry anything: the rest is put in as it
// must have been, so that a hole in a link (a flipped bit in the newline) hides nothing.

#include <algorithm>
#include <array>
#include <cassert>

#include "absl/strings/str_cat.h"
#include "wal/wal_line.h"
#include "wal/wal_reader.h"

namespace linedb::wal {
namespace {

struct Proof {
  std::string_view text;
  std::uint64_t byte;  // where the hole begins
  Lsn hole;
};

std::string_view LineFrom(std::string_view text, std::size_t start) {
  const std::size_t end = text.find('\n', start);
  return text.substr(start, end == std::string_view::npos ? end : end + 1 - start);
}

// True if the line at `start` is valid behind digits of value `previous`, and proves the hole.
bool Proves(const Proof& proof, std::size_t start, std::optional<std::uint64_t> previous,
            LogEntry* entry) {
  const std::string_view line = LineFrom(proof.text, start);
  const std::optional<std::uint64_t> found = ChecksumInTail(line);
  if (!previous.has_value() || !found.has_value()) return false;
  const std::string_view body = line.substr(0, line.size() - kTailBytes);
  // Read before it is summed: cheap, and most candidates say too little to be worth summing.
  if (!ParseOperationBody(body, entry)) return false;
  if (!entry->commit || entry->durable < proof.hole) return false;
  return ChecksumAfter(*previous, body) == *found;
}

// The digits as they stand before a line, whatever else of that link is damaged.
std::optional<std::uint64_t> DigitsBefore(std::string_view text, std::size_t start) {
  if (start < kLinkBytes) return std::nullopt;
  return ParseChecksum(text.substr(start - kLinkBytes, kChecksumDigits));
}

// The checksum of the damaged line computed anew, as if only its tail were damaged: the line behind
// it confirms that or not.
std::optional<std::uint64_t> DigitsComputed(const Proof& proof, std::size_t start) {
  const std::optional<std::uint64_t> previous = DigitsBefore(proof.text, proof.byte);
  if (!previous.has_value() || start < proof.byte + kTailBytes) return std::nullopt;
  const std::size_t body_bytes = start - kTailBytes - proof.byte;
  return ChecksumAfter(*previous, proof.text.substr(proof.byte, body_bytes));
}

bool ProvesInEitherWay(const Proof& proof, std::size_t start, bool follows_damage,
                       LogEntry* entry) {
  if (Proves(proof, start, DigitsBefore(proof.text, start), entry)) return true;
  return follows_damage && Proves(proof, start, DigitsComputed(proof, start), entry);
}

// Where the line behind the damaged one begins if the newline between them is what is damaged.
std::size_t MergedLine(const Proof& proof) {
  const std::string_view line = LineFrom(proof.text, proof.byte);
  const std::string start =
      absl::StrCat(std::string(kOperationStart), proof.hole.value + 1, ",\"txn\":");
  const std::size_t found = line.rfind(start);
  return found == 0 || found == std::string_view::npos ? std::string_view::npos
                                                       : proof.byte + found;
}

}  // namespace

std::optional<LogEntry> FindDurableProof(std::string_view text, std::uint64_t byte, Lsn hole) {
  assert(byte <= text.size());
  const Proof proof{text, byte, hole};
  LogEntry entry;
  std::size_t start = MergedLine(proof);
  bool found = start != std::string_view::npos && ProvesInEitherWay(proof, start, true, &entry);
  bool follows_damage = true;
  std::size_t newline = found ? std::string_view::npos : text.find('\n', byte);
  while (newline != std::string_view::npos && !found) {
    start = newline + 1;
    found = ProvesInEitherWay(proof, start, follows_damage, &entry);
    follows_damage = false;
    newline = text.find('\n', start);
  }
  if (!found) return std::nullopt;
  const std::string_view before = text.substr(0, start);
  entry.line = 1 + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
  entry.byte = start;
  assert(entry.durable >= hole);
  return entry;
}

}  // namespace linedb::wal
