// Import of inputs that are longer than what is taken at once: one thread reads ahead while another
// writes to the table.
//
// What they guard against: problems told in another order than they stand in, or of other lines;
// records that change places, or come twice, where two threads hand them over; a thread that goes
// on reading a stream which its owner has let go of.

#include <algorithm>
#include <functional>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <streambuf>
#include <string>
#include <thread>
#include <vector>

#include "engine/exchange/record_stream.h"
#include "gtest/gtest.h"
#include "linedb/exchange.h"
#include "linedb/json_table.h"

namespace linedb {
namespace {

std::string Line(int id) {
  return "{\"id\":" + std::to_string(id) + ",\"s\":\"" + std::to_string(id * 7) + "\"}\n";
}

// Records that are made while they are read, without end unless one is said.
class RecordBuffer : public std::streambuf {
 public:
  explicit RecordBuffer(std::function<std::string(int line)> line) : line_(std::move(line)) {}

 protected:
  int_type underflow() override {
    block_ = line_(++number_);
    if (block_.empty()) return traits_type::eof();
    setg(block_.data(), block_.data(), block_.data() + block_.size());
    return traits_type::to_int_type(block_[0]);
  }

 private:
  std::function<std::string(int line)> line_;
  int number_ = 0;
  std::string block_;
};

class ImportStreamTest : public testing::Test {
 protected:
  void SetUp() override { Renew({.name = "id", .type = Type::kInt, .primary_key = true}); }

  void Renew(const ColumnSchema& id) {
    auto opened = Database::OpenInMemory();
    ASSERT_TRUE(opened.ok()) << opened.status();
    database_ = *std::move(opened);
    const TableSchema schema{.table_name = "t", .columns = {id, {.name = "s", .nullable = true}}};
    ASSERT_TRUE(database_->CreateTable(schema).ok());
  }

  ImportReport Take(const std::string& text, const ImportOptions& options = {}) {
    std::istringstream input(text);
    auto report = Import(*database_, "t", input, options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *report : ImportReport{};
  }

  std::string Table() {
    std::ostringstream lines;
    EXPECT_TRUE(Export(*database_, "t", FileFormat::kJsonLines, lines).ok());
    return lines.str();
  }

  std::unique_ptr<Database> database_;
};

std::string Places(const ImportReport& report) {
  std::string text;
  for (const ImportProblem& problem : report.problems) {
    const char* kinds[] = {"syntax", "constraint", "clash"};
    text += std::to_string(problem.line) + " " + kinds[static_cast<int>(problem.kind)] + "\n";
  }
  return text;
}

// 2,000 lines, of which a few are wrong, at the ends of chunks and in their middle.
std::string FaultyInput() {
  std::string input;
  for (int line = 1; line <= 2000; ++line) {
    if (line == 256 || line == 900 || line == 2000) {
      input += "{\"id\":" + std::to_string(line) + ",\n";
    } else if (line == 257 || line == 1100) {
      input += "{\"id\":\"x\"}\n";
    } else if (line == 700 || line == 1024 || line == 1900) {
      input += "{\"id\":5}\n";
    } else {
      input += Line(line);
    }
  }
  return input;
}

TEST_F(ImportStreamTest, ProblemsKeepTheOrderOfTheInput) {
  const std::string faults = "256 syntax\n257 constraint\n700 clash\n900 syntax\n1024 clash\n";
  const ImportReport failed = Take(FaultyInput());
  EXPECT_EQ(Places(failed), faults + "1100 constraint\n1900 clash\n2000 syntax\n");
  EXPECT_EQ(failed.read, 2000u);
  EXPECT_EQ(failed.problems[2].reason,
            "value 5 is taken by the record {\"id\":5,\"s\":\"35\"}, from line 5");
  EXPECT_EQ(Table(), "");
  const std::string unclashing = "256 syntax\n257 constraint\n900 syntax\n1100 constraint\n";
  for (const OnConflict on_conflict : {OnConflict::kSkip, OnConflict::kReplace}) {
    const ImportReport report = Take(FaultyInput(), {.on_conflict = on_conflict});
    EXPECT_EQ(Places(report), unclashing + "2000 syntax\n");
    EXPECT_EQ(Table(), "");
  }
}

TEST_F(ImportStreamTest, RejectsKeepTheOrderOfTheInput) {
  std::string input = FaultyInput();
  const std::string overlong(std::size_t{17} << 20, 'x');
  input += Line(2001) + overlong + "\n{\"id\":\"y\"}\n";
  for (const OnConflict on_conflict :
       {OnConflict::kFail, OnConflict::kSkip, OnConflict::kReplace}) {
    SetUp();
    std::ostringstream rejects;
    const ImportReport report = Take(input, {.on_conflict = on_conflict, .rejects = &rejects});
    const std::string clash = on_conflict == OnConflict::kFail ? "{\"id\":5}\n" : "";
    EXPECT_TRUE(rejects.str() == "{\"id\":256,\n{\"id\":\"x\"}\n" + clash + "{\"id\":900,\n" +
                                     clash + "{\"id\":\"x\"}\n" + clash + "{\"id\":2000,\n" +
                                     overlong + "\n{\"id\":\"y\"}\n")
        << rejects.str().substr(0, 500);
    EXPECT_EQ(report.inserted, 1993u);
    EXPECT_EQ(report.replaced, on_conflict == OnConflict::kReplace ? 3u : 0u);
    EXPECT_EQ(report.skipped, on_conflict == OnConflict::kSkip ? 3u : 0u);
  }
}

TEST_F(ImportStreamTest, BatchesOfAnySizeHoldTheSameRecords) {
  std::string input;
  for (int line = 1; line <= 2000; ++line) input += Line(line);
  const std::vector<std::uint64_t> batches = {0, 1, 100, 255, 256, 257, 1000, 1999, 2000, 5000};
  for (const std::uint64_t batch : batches) {
    SetUp();
    const std::uint64_t commits = database_->Stats().commits;
    EXPECT_EQ(Take(input, {.batch_records = batch}).inserted, 2000u);
    EXPECT_TRUE(Table() == input) << batch;
    const std::uint64_t expected = batch == 0 ? 1 : (2000 + batch - 1) / batch;
    EXPECT_EQ(database_->Stats().commits - commits, expected) << batch;
    SetUp();
    const ImportReport failed = Take(input + "x\n", {.batch_records = batch});
    EXPECT_EQ(Places(failed), "2001 syntax\n");
    EXPECT_EQ(failed.inserted, batch == 0 ? 0 : 2000 / batch * batch);
    EXPECT_FALSE(failed.committed);
  }
}

TEST_F(ImportStreamTest, LengthToldWronglyChangesNothing) {
  std::string input;
  for (int line = 1; line <= 30000; ++line) input += Line(line);
  const std::vector<std::uint64_t> lengths = {1, input.size() / 2, input.size(), 5 * input.size()};
  for (const std::uint64_t length : lengths) {
    for (const std::uint64_t batch : {std::uint64_t{0}, std::uint64_t{1000}}) {
      SetUp();
      EXPECT_EQ(Take(input, {.batch_records = batch, .input_bytes = length}).inserted, 30000u);
      EXPECT_TRUE(Table() == input) << length;
    }
  }
}

TEST(ExpectedRecordsTest, AreAsManyAsTheInputIsLongerThanItsFirstChunk) {
  engine::RecordChunk first;
  first.records.resize(256);
  first.texts.resize(256 * 40 - 256);  // 40 bytes a line with its end, of 50 in the input
  first.input_bytes = 256 * 50;
  first.bytes_read = 20000;
  const engine::ExpectedRecords expected = engine::ExpectRecords(first, 500000);
  EXPECT_EQ(expected.records, 10000u);
  EXPECT_EQ(expected.bytes, 400000u);
  EXPECT_EQ(engine::ExpectRecords(first, 20000).records, 0u) << "all of it was read";
  EXPECT_EQ(engine::ExpectRecords(first, 0).records, 0u) << "the length is not known";
  EXPECT_LT(engine::ExpectRecords(first, std::uint64_t{1} << 60).bytes, std::size_t{1} << 30);
  EXPECT_EQ(engine::ExpectRecords({}, 500000).records, 0u) << "there is nothing to judge by";
}

TEST_F(ImportStreamTest, KeysAreAssignedInTheOrderOfTheInput) {
  for (const int first_without : {1, 300, 999}) {
    Renew({.name = "id", .type = Type::kInt, .primary_key = true, .nullable = true});
    std::string input;
    std::string expected;
    for (int line = 1; line <= 2000; ++line) {
      input += line < first_without || line % 3 == 0
                   ? Line(line)
                   : "{\"s\":\"" + std::to_string(line * 7) + "\"}\n";
      expected += Line(line);
    }
    EXPECT_EQ(Take(input).inserted, 2000u);
    EXPECT_TRUE(Table() == expected) << first_without;
  }
}

TEST_F(ImportStreamTest, RecordsLargerThanAChunkPass) {
  std::string input;
  for (int line = 1; line <= 40; ++line) {
    const std::string text(std::size_t{1} << (line % 4 == 0 ? 21 : 4), 'a');
    input += "{\"id\":" + std::to_string(line) + ",\"s\":\"" + text + "\"}\n";
  }
  EXPECT_EQ(Take(input).inserted, 40u);
  EXPECT_TRUE(Table() == input);
}

TEST_F(ImportStreamTest, ProgressIsToldInTheCallersThreadUpToTheEnd) {
  std::string input;
  for (int line = 1; line <= 50000; ++line) input += Line(line);
  std::vector<std::uint64_t> told;
  bool elsewhere = false;
  const auto caller = std::this_thread::get_id();
  ImportOptions options;
  options.progress = [&](std::uint64_t bytes) {
    told.push_back(bytes);
    elsewhere |= std::this_thread::get_id() != caller;
    return true;
  };
  Take(input, options);
  EXPECT_FALSE(elsewhere);
  ASSERT_EQ(told.size(), 50000u / 1024 + 1);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_GT(told.front(), 0u);
  EXPECT_LT(told.front(), input.size());
  EXPECT_EQ(told.back(), input.size());
}

// Of an input without end whoever goes on reading would never come back.
TEST_F(ImportStreamTest, InterruptionEndsTheReading) {
  RecordBuffer buffer(Line);
  std::istream input(&buffer);
  int calls = 0;
  ImportOptions options;
  options.progress = [&calls](std::uint64_t) { return ++calls < 5; };
  const absl::Status status = Import(*database_, "t", input, options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(std::string(status.message()),
            "the import of <input> was interrupted after 5120 records");
  EXPECT_EQ(Table(), "");
  EXPECT_EQ(Take(Line(1)).inserted, 1u) << "and the database can be written to again";
}

TEST_F(ImportStreamTest, CallbackThatThrowsEndsTheReading) {
  RecordBuffer buffer([](int line) { return Line(line % 3000); });
  std::istream input(&buffer);
  ImportOptions options;
  options.on_problem = [](const ImportProblem& problem) {
    throw std::runtime_error(std::to_string(problem.line));
  };
  try {
    (void)Import(*database_, "t", input, options);
    ADD_FAILURE() << "the exception is lost";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "3001");
  }
  EXPECT_EQ(Table(), "");
  EXPECT_EQ(Take(Line(1)).inserted, 1u) << "and the database can be written to again";
}

// A buffer that throws is a stream that is bad.
std::string LineThenError(int line) {
  if (line == 20000) throw std::runtime_error("the input is gone");
  return Line(line);
}

TEST_F(ImportStreamTest, InputThatFailsInTheMiddleLeavesNothing) {
  RecordBuffer buffer(LineThenError);
  std::istream input(&buffer);
  const absl::Status status = Import(*database_, "t", input).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(std::string(status.message()), "<input> cannot be read to its end");
  EXPECT_EQ(Table(), "");
}

TEST_F(ImportStreamTest, ExceptionOfTheInputReachesTheCaller) {
  RecordBuffer buffer(LineThenError);
  std::istream input(&buffer);
  input.exceptions(std::ios::badbit);
  std::uint64_t read = 0;
  ImportOptions options;
  options.progress = [&read](std::uint64_t) { return ++read > 0; };
  EXPECT_THROW((void)Import(*database_, "t", input, options), std::runtime_error);
  EXPECT_GT(read, 5u) << "what was read before is taken first";
  EXPECT_EQ(Table(), "");
}

}  // namespace
}  // namespace linedb
