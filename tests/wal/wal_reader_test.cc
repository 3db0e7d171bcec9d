// The reader compares what a line says with what the line before said, and reads only what is new.
// What comes out must be what each line says alone. The seed is printed; set LINEDB_TEST_SEED to
// repeat a run.

#include "wal/wal_reader.h"

#include <cstdlib>
#include <iostream>
#include <random>
#include <tuple>

#include "tests/fuzz/mended_log.h"
#include "tests/wal/wal_fixture.h"
#include "wal/wal_line.h"

namespace linedb::wal {
namespace {

// All that an entry says.
auto Facts(const LogEntry& entry) {
  return std::tuple(entry.lsn, entry.transaction, entry.timestamp, entry.operation, entry.table,
                    entry.record, entry.old_record, entry.commit, entry.durable);
}

// Judges the line at `byte` knowing nothing but the line before it.
std::optional<LogEntry> ReadAlone(std::string_view text, std::size_t byte) {
  const std::size_t newline = text.find('\n', byte);
  if (newline == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(byte, newline + 1 - byte);
  const auto previous = ParseChecksum(text.substr(byte - kLinkBytes, kChecksumDigits));
  const auto found = ChecksumInTail(line);
  if (!previous.has_value() || !found.has_value()) return std::nullopt;
  const std::string_view body = line.substr(0, line.size() - kTailBytes);
  LogEntry entry;
  if (*found != ChecksumAfter(*previous, body) || !ParseOperationBody(body, &entry)) {
    return std::nullopt;
  }
  return entry;
}

class WalReaderTest : public ::testing::Test {
 protected:
  WalReaderTest() {
    const char* given = std::getenv("LINEDB_TEST_SEED");
    const std::uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    std::cout << "LINEDB_TEST_SEED=" << seed << "\n";
    random.seed(seed);
  }

  std::size_t Below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
  }
  template <typename Choices>
  auto OneOf(const Choices& choices) {
    return choices[Below(std::size(choices))];
  }

  // A log whose lines are mostly like the ones before them.
  std::string RandomLog() {
    static constexpr std::string_view kTables[] = {"a", "student", "students"};
    static constexpr std::string_view kTimes[] = {kTimestamp, "2026-01-22T20:31:17.592246Z", "now",
                                                  ""};
    static constexpr std::string_view kRecords[] = {R"({"id":1})", R"({"id":2,"name":"\"}{\\"})",
                                                    R"({"a":{"old_record":null},"table":"b"})"};
    static constexpr std::string_view kNone;
    std::string text;
    AppendHeaderLine(FirstHeader(), &text);
    LineNumbers numbers{Lsn{1}, TransactionId{1}};
    std::string_view table = kTables[0];
    std::string_view time = kTimes[0];
    for (std::size_t lines = 1 + Below(30); lines > 0; --lines) {
      if (Below(6) == 0) table = OneOf(kTables);
      if (Below(4) == 0) time = OneOf(kTimes);
      const auto operation = static_cast<Operation>(Below(3));
      const bool deletes = operation == Operation::kDelete;
      const bool commit = Below(2) == 0;
      AppendOperationLine({operation, table, deletes ? kNone : OneOf(kRecords),
                           operation == Operation::kInsert ? kNone : OneOf(kRecords)},
                          numbers, time,
                          commit ? std::optional(Lsn{numbers.lsn.value - 1}) : std::nullopt, &text);
      numbers.lsn.value += 1;
      numbers.transaction.value += commit ? 1 : 0;
    }
    return text;
  }

  // Changes bytes behind the header and then mends the checksums, but for a line here and there.
  std::string Damaged(std::string text) {
    static constexpr std::string_view kBytes = "\"\\{}:,0123456789aZ\n\x01";
    const std::size_t start = text.find('\n') + 1;
    for (std::size_t damages = 1 + Below(3); damages > 0; --damages) {
      const std::size_t at = start + Below(text.size() - start);
      if (Below(3) == 0) {
        text.erase(at, 1 + Below(3));
      } else {
        text[at] = OneOf(kBytes);
      }
    }
    return fuzz::MendLog(text, {.line = Below(4) == 0 ? 2 + Below(20) : 0, .digits_count = true});
  }

  void ExpectEachLineAsIfAlone(const std::string& text) {
    WalReader reader(text, "log");
    LogHeader header;
    ASSERT_TRUE(reader.ReadHeader(&header).ok());
    for (;;) {
      const LogPosition at = reader.position();
      std::optional<LogEntry> alone = ReadAlone(text, at.bytes);
      if (alone && (alone->lsn != at.next_lsn || alone->transaction != at.next_transaction)) {
        alone.reset();
      }
      LogEntry entry;
      ASSERT_EQ(reader.Next(&entry), alone.has_value()) << text << "\nbyte " << at.bytes;
      if (!alone) return;
      ASSERT_EQ(Facts(entry), Facts(*alone)) << text << "\nbyte " << at.bytes;
      ++lines_read;
    }
  }

  std::mt19937_64 random;
  std::size_t lines_read = 0;
};

TEST_F(WalReaderTest, LineLikeTheOneBeforeIsReadAsIfAlone) {
  for (int round = 0; round < 500; ++round) ExpectEachLineAsIfAlone(RandomLog());
  EXPECT_GT(lines_read, 500U);
}

TEST_F(WalReaderTest, DamagedLineLikeTheOneBeforeIsRefusedAsIfAlone) {
  for (int round = 0; round < 4000; ++round) ExpectEachLineAsIfAlone(Damaged(RandomLog()));
  EXPECT_GT(lines_read, 4000U);
}

// Rows: what stands in the middle of the second line, where the first has `T","operation":"INSERT`.
TEST_F(WalReaderTest, MiddleOfALineThatIsAlmostTheSameIsReadAnew) {
  const LogOperation operation{Operation::kInsert, "a", R"({"id":1})", ""};
  std::string two;
  AppendHeaderLine(FirstHeader(), &two);
  AppendOperationLine(operation, {Lsn{1}, TransactionId{1}}, "T", Lsn{0}, &two);
  const std::size_t second = two.size();
  AppendOperationLine(operation, {Lsn{2}, TransactionId{2}}, "T", Lsn{1}, &two);
  const std::string middle = R"(T","operation":"INSERT","table":"a","record":)";
  struct Row {
    std::string middle;
    bool valid;
  };
  const Row rows[] = {
      {R"(T","operation":"INSERT","table":"a","record":)", true},
      {R"(U","operation":"INSERT","table":"a","record":)", true},
      {R"(TU","operation":"INSERT","table":"a","record":)", true},
      {R"(","operation":"INSERT","table":"a","record":)", true},
      {R"(T","operation":"UPDATE","table":"a","record":)", true},
      {R"(T","operation":"INSERT","table":"b","record":)", true},
      {R"(\","operation":"INSERT","table":"a","record":)", false},
      {R"(T","operation":"INSERT","table":"1","record":)", false},
      {R"(T","operation":"INSERT","table":"a","recorD":)", false},
      {R"(T","operation":"INSERT","table":"a")", false},
  };
  for (const Row& row : rows) {
    std::string text = two;
    text.replace(text.find(middle, second), middle.size(), row.middle);
    text = fuzz::MendLog(text);
    ExpectEachLineAsIfAlone(text);
    WalReader reader(text, "log");
    LogHeader header;
    LogEntry entry;
    ASSERT_TRUE(reader.ReadHeader(&header).ok() && reader.Next(&entry));
    EXPECT_EQ(reader.Next(&entry), row.valid) << row.middle;
  }
}

}  // namespace
}  // namespace linedb::wal
