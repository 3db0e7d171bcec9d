// A format document whose example is wrong teaches the wrong format. The example of
// engine/FORMAT.md is read from the document and must be what the program computes.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/storage/block_checksum.h"
#include "wal/wal_format.h"

namespace linedb::engine {
namespace {

std::string Document() {
  std::ifstream file(LINEDB_SOURCE_DIR "/engine/FORMAT.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// [engine-3.1]
TEST(FormatDocumentTest, ExampleHasTheLengthAndTheChecksumItClaims) {
  const std::string document = Document();
  const std::string fence = "```records\n";
  const std::size_t begin = document.find(fence);
  ASSERT_NE(begin, std::string::npos);
  const std::size_t first = begin + fence.size();
  const std::string records = document.substr(first, document.find("```", first) - first);
  const std::string claim =
      absl::StrCat("is ", records.size(), " bytes long, one block, and has the checksum `",
                   wal::FormatChecksum(BlockChecksumOf(records)), "`");
  EXPECT_NE(document.find(claim), std::string::npos) << claim;
}

}  // namespace
}  // namespace linedb::engine
