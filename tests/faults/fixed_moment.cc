#include "tests/faults/fixed_moment.h"

#include <gtest/gtest.h>

#include <cassert>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "tests/engine/status_matchers.h"
#include "wal/file_names.h"
#include "wal/wal_compression.h"
#include "wal/wal_format.h"
#include "wal/wal_reader.h"

namespace linedb::testing {
namespace {

constexpr char kLog[] = "wal/transaction.log";
constexpr char kFixedDatabase[] = "0123456789abcdef0123456789abcdef";

std::string Digits(std::uint64_t number, std::size_t count) {
  const std::string digits = absl::StrCat(number);
  assert(digits.size() <= count);
  return std::string(count - digits.size(), '0') + digits;
}

// Each lsn has its microsecond.
std::string TimeOf(wal::Lsn lsn) {
  return absl::StrCat("2026-01-22T20:31:17.", Digits(lsn.value, 6), "Z");
}

// The log behind one whose last checksum is `*previous`, which becomes its own last one.
std::string RewrittenLog(const std::string& text, std::uint64_t* previous) {
  wal::WalReader reader(text, "a log");
  wal::LogHeader header;
  EXPECT_THAT(reader.ReadHeader(&header), IsOk());
  header.database = kFixedDatabase;
  header.timestamp = TimeOf(header.first_lsn);
  header.previous = *previous;
  std::string rewritten;
  *previous = wal::AppendHeaderLine(header, &rewritten);
  for (wal::LogEntry entry; reader.Next(&entry);) {
    const std::optional<wal::Lsn> durable =
        entry.commit ? std::optional(entry.durable) : std::nullopt;
    *previous = wal::AppendOperationLine(
        {entry.operation, entry.table, entry.record, entry.old_record},
        {entry.lsn, entry.transaction}, TimeOf(entry.lsn), durable, &rewritten);
  }
  EXPECT_EQ(reader.stop().byte, text.size()) << reader.stop().reason;
  return rewritten;
}

std::string Compressed(const std::string& text) {
  const std::unique_ptr<wal::FileSystem> disk = wal::NewMemoryFileSystem();
  EXPECT_THAT(disk->CreateDirectory("logs"), IsOk());
  EXPECT_THAT(wal::WriteFileAtomically(*disk, "logs/plain", text), IsOk());
  const auto source = disk->Open("logs/plain", wal::OpenMode::kRead);
  const auto target = disk->Open("logs/compressed", wal::OpenMode::kCreateNew);
  EXPECT_THAT(wal::CompressFile(**source, **target), IsOk());
  return *wal::ReadFile(*disk, "logs/compressed");
}

}  // namespace

Tree AtFixedMoment(const Tree& tree) {
  Tree fixed = tree;
  std::map<wal::Lsn, std::string> archives;  // by their first lsn
  for (const auto& [path, bytes] : tree) {
    if (!path.starts_with("wal/") || path == kLog) continue;
    const std::optional<wal::ArchiveName> name = wal::ParseArchiveName(path.substr(4));
    EXPECT_TRUE(name.has_value()) << path;
    if (name.has_value()) archives[name->first] = path;
  }
  std::uint64_t previous = 0;
  std::uint64_t number = 0;
  for (const auto& [first, path] : archives) {
    fixed.erase(path);
    wal::ArchiveName name = *wal::ParseArchiveName(path.substr(4));
    name.time = absl::StrCat("20260122_2032", Digits(number++, 2));
    const std::string& bytes = tree.at(path);
    const std::string text = name.compressed ? *wal::Decompress(bytes, path) : bytes;
    const std::string rewritten = RewrittenLog(text, &previous);
    fixed[absl::StrCat("wal/", wal::FormatArchiveName(name))] =
        name.compressed ? Compressed(rewritten) : rewritten;
  }
  fixed.at(kLog) = RewrittenLog(tree.at(kLog), &previous);
  return fixed;
}

}  // namespace linedb::testing
