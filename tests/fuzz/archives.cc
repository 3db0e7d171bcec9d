// An archive is decompressed into memory as a whole, and a few bytes of zstd can stand for very
// many. What it may cost: a block of zstd has four bytes or more and stands for 128 KiB at most, so
// the text has at most 32 KiB for each byte of the file. Nothing smaller bounds it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "tests/fuzz/fuzz_target.h"
#include "wal/file_names.h"
#include "wal/file_system.h"
#include "wal/wal_archive.h"
#include "wal/wal_compression.h"
#include "wal/wal_format.h"

namespace linedb::fuzz {
namespace {

constexpr std::uint64_t kTextBytesPerByte = 32 << 10;

void Write(wal::FileSystem& disk, const std::string& path, std::string_view bytes) {
  Require((*disk.Open(path, wal::OpenMode::kCreateNew))->Append(bytes).ok(), "the disk has room");
}

// A frame gets the checksum that no mutation finds.
std::string WithTrailer(std::string_view frame) {
  std::string bytes(frame);
  bytes.append(std::string_view("\x50\x2a\x4d\x18\x10\0\0\0", 8));
  return bytes.append(wal::FormatChecksum(wal::ChecksumOf(frame)));
}

void CheckText(wal::FileSystem& disk, const std::string& text) {
  Write(disk, "db/wal/plain", text);
  Write(disk, "db/wal/again", "");
  const auto source = disk.Open("db/wal/plain", wal::OpenMode::kRead);
  const auto target = disk.Open("db/wal/again", wal::OpenMode::kAppend);
  Require(wal::CompressFile(**source, **target).ok(), "what was read can be archived");
  const auto again = wal::Decompress(*wal::ReadFile(disk, "db/wal/again"), "again");
  Require(again.ok() && *again == text, "it reads back as it was");
}

}  // namespace
}  // namespace linedb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linedb::fuzz;
  std::string_view input = TextOf(data, size);
  const unsigned choice = TakeChoice(&input);
  const std::string bytes = (choice & 1) != 0 ? WithTrailer(input) : std::string(input);
  const std::unique_ptr<linedb::wal::FileSystem> disk = linedb::wal::NewMemoryFileSystem();
  const linedb::wal::DatabasePaths paths("db");
  Require(disk->CreateDirectory(paths.WalDirectory()).ok(), "the disk is there");
  const linedb::wal::ArchiveName name{
      .time = "20260101_000000", .first = {1}, .last = {2}, .compressed = true};
  const std::string path = paths.Archive(name);
  Write(*disk, path, bytes);
  const auto text = ReadArchive(*disk, {name, path, bytes.size()});
  if (!text.ok()) {
    Require(absl::IsDataLoss(text.status()), "it is refused as damaged", text.status().ToString());
    return 0;
  }
  Require(text->size() <= bytes.size() * kTextBytesPerByte, "its text has a bound");
  if (text->size() <= (1 << 20)) CheckText(*disk, *text);
  return 0;
}
