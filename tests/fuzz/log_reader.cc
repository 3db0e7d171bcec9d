// A log is read after a crash, when its end may hold anything. No text may stop the reader, and no
// entry may come out of it whose bytes the checksums do not vouch for.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/mended_log.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_line.h"
#include "wal/wal_reader.h"
#include "wal/wal_recovery.h"

namespace linedb::fuzz {
namespace {

std::string_view LineAt(std::string_view text, std::uint64_t byte) {
  const std::size_t end = text.find('\n', byte);
  Require(end != std::string_view::npos, "an entry is a whole line");
  return text.substr(byte, end + 1 - byte);
}

// Reckoned here from the line alone, not from what the reader keeps.
void CheckEntry(std::string_view text, const wal::LogEntry& entry) {
  Require(entry.byte >= wal::kLinkBytes && entry.byte < text.size(), "an entry lies in the log");
  const std::string_view line = LineAt(text, entry.byte);
  const auto previous =
      wal::ParseChecksum(text.substr(entry.byte - wal::kLinkBytes, wal::kChecksumDigits));
  Require(previous.has_value(), "the line before ends in a checksum", line);
  Require(wal::ChecksumInTail(line) == FittingChecksum(line, /*is_header=*/false, *previous),
          "an entry has a right checksum", line);
  Require(!entry.commit || entry.durable < entry.lsn, "what is durable comes before", line);
  std::string again(text.substr(0, entry.byte));
  wal::AppendOperationLine({entry.operation, entry.table, entry.record, entry.old_record},
                           {entry.lsn, entry.transaction}, entry.timestamp,
                           entry.commit ? std::optional(entry.durable) : std::nullopt, &again);
  Require(again.substr(entry.byte) == line, "an entry is written as it was read", line);
}

void CheckProof(std::string_view text, std::uint64_t byte, wal::Lsn hole) {
  const std::optional<wal::LogEntry> proof = wal::FindDurableProof(text, byte, hole);
  if (!proof.has_value()) return;
  Require(proof->byte > byte, "a proof lies behind the hole");
  Require(proof->commit && proof->durable >= hole, "a proof says that the hole was synced");
}

// Reads as far as the reader does; returns the entries.
std::vector<wal::LogEntry> CheckReader(std::string_view text) {
  std::vector<wal::LogEntry> entries;
  wal::WalReader reader(text, "log");
  wal::LogHeader header;
  if (!reader.ReadHeader(&header).ok()) return entries;
  wal::LogEntry entry;
  while (reader.Next(&entry)) {
    CheckEntry(text, entry);
    Require(entry.lsn.value == header.first_lsn.value + entries.size(), "lsns have no gap");
    entries.push_back(entry);
  }
  Require(reader.stop().byte == reader.position().bytes, "it stops behind the last entry");
  Require(reader.stop().reason.empty() == (reader.stop().byte == text.size()),
          "it says why it stopped", reader.stop().reason);
  CheckProof(text, reader.stop().byte, reader.position().next_lsn);
  return entries;
}

void CheckRecovery(std::string_view text, const std::vector<wal::LogEntry>& entries) {
  const std::unique_ptr<wal::FileSystem> disk = wal::NewMemoryFileSystem();
  const wal::DatabasePaths paths("db");
  Require(disk->CreateDirectory(paths.WalDirectory()).ok(), "the disk is there");
  Require((*disk->Open(paths.Log(), wal::OpenMode::kCreateNew))->Append(text).ok(), "it has room");
  const auto recovered = wal::RecoverLog(*disk, paths, /*is_original=*/false);
  if (!recovered.ok() || recovered->kind != wal::LogKind::kOurs) return;
  const std::size_t whole = recovered->entries.size();
  Require(recovered->position.bytes + recovered->torn_bytes == text.size(), "no byte is forgotten");
  Require(whole <= entries.size(), "nothing is made up");
  Require(whole == 0 || recovered->entries.back().commit, "transactions are whole");
  for (std::size_t i = whole; i < entries.size(); ++i) {
    Require(!entries[i].commit, "no whole transaction is left out");
  }
}

}  // namespace
}  // namespace linedb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linedb::fuzz;
  std::string_view input = TextOf(data, size);
  const unsigned choice = TakeChoice(&input);
  const Spared spared{.line = choice >> 2, .digits_count = (choice & 2) != 0};
  const std::string text = (choice & 1) != 0 ? MendLog(input, spared) : std::string(input);
  CheckRecovery(text, CheckReader(text));
  const std::uint64_t byte = text.empty() ? 0 : choice * text.size() / 64;
  CheckProof(text, byte, linedb::wal::Lsn{choice});
  return 0;
}
