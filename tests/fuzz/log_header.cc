// The header of a log is the checkpoint, and a reader skips what a later version adds to it. What
// it takes from a header must be what it takes from that header written anew: each rotation does
// so.

#include <string>
#include <string_view>

#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/mended_log.h"
#include "wal/wal_line.h"
#include "wal/wal_reader.h"

namespace linedb::fuzz {
namespace {

void CheckHeader(const wal::LogHeader& header) {
  std::string line;
  const std::uint64_t checksum = wal::AppendHeaderLine(header, &line);
  Require(line.find('\n') + 1 == line.size(), "a header is one line", line);
  wal::WalReader reader(line, "log");
  wal::LogHeader again;
  Require(reader.ReadHeader(&again).ok(), "what is written can be read", line);
  Require(reader.position().checksum == checksum, "its checksum is the one returned", line);
  Require(again.tables == header.tables, "tables are read as written", line);
  std::string twice;
  wal::AppendHeaderLine(again, &twice);
  Require(twice == line, "it is written the same", twice);
}

}  // namespace
}  // namespace linedb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linedb::fuzz;
  const std::string_view text = TextOf(data, size);
  linedb::wal::LogHeader header;
  // As it stands, without a checksum; and as a line whose checksum is made to fit.
  if (linedb::wal::ParseHeaderBody(text, &header)) CheckHeader(header);
  const std::string mended = MendLog(text);
  linedb::wal::WalReader reader(mended, "log");
  linedb::wal::LogHeader read;
  if (reader.ReadHeader(&read).ok()) CheckHeader(read);
  return 0;
}
