#include "wal/temporary_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace linedb::wal {
namespace {

class TemporaryFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string base = ::testing::TempDir() + "linedb_temporary_XXXXXX";
    ASSERT_NE(::mkdtemp(base.data()), nullptr);
    directory_ = base;
    ::setenv("TMPDIR", base.c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("TMPDIR");
    std::filesystem::remove_all(directory_);
  }

  std::string directory_;
};

TEST_F(TemporaryFileTest, IsAFileWithoutAName) {
  const auto file = NewTemporaryFile();
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->Append("abc").ok());
  ASSERT_TRUE((*file)->Append("def").ok());
  EXPECT_EQ(*(*file)->ReadAt(2, 10), "cdef");
  EXPECT_EQ(std::string_view((*(*file)->Map(6))->data(), 6), "abcdef");
  EXPECT_TRUE(std::filesystem::is_empty(directory_));
}

TEST_F(TemporaryFileTest, MissingDirectoryIsNamedInTheError) {
  std::filesystem::remove(directory_);
  const absl::Status status = NewTemporaryFile().status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_EQ(std::string(status.message()),
            "make a temporary file in " + directory_ + ": No such file or directory");
}

}  // namespace
}  // namespace linedb::wal
