// A reader that takes a damaged line for a good one returns wrong data; one that rejects a good
// line loses an acknowledged transaction. Both have happened to logs without a checksum per line.

#include "wal/wal_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/wal/wal_fixture.h"
#include "wal/wal_line.h"

namespace linedb::wal {
namespace {

LogHeader HeaderWithTables() {
  LogHeader header = FirstHeader();
  header.epoch = 7;
  header.first_lsn = Lsn{4711};
  header.first_transaction = TransactionId{801};
  header.previous = 0x9a7c01d2e3f40516;
  header.tables["student"] = TableCheckpoint{312, 4, 3, 0xabc, 2, -4, 0xdef, true};
  header.tables["course"] = TableCheckpoint{};
  return header;
}

absl::Status ReadHeaderOf(const std::string& line, LogHeader* header) {
  return WalReader(line, "wal/transaction.log").ReadHeader(header);
}

// A header line with `members` in it, its checksum made right.
std::string HeaderWith(const std::string& members) {
  std::string line = absl::StrCat(std::string(kHeaderStart), "1", std::string(kPreviousKey));
  const std::string range = absl::StrCat("0000000000000000\"", members);
  return absl::StrCat(line, range, std::string(kChecksumKey), FormatChecksum(ChecksumOf(range)),
                      std::string(kLineEnd));
}

// The figure that `printf abc | xxhsum -H3` prints. [wal-2.1]
TEST(WalFormatTest, ChecksumIsTheOneXxhsumPrints) {
  EXPECT_EQ(FormatChecksum(ChecksumOf("abc")), "78af5f94892f3950");
}

TEST(WalFormatTest, ChecksumDigitsAreExactlySixteenLowerCase) {
  EXPECT_EQ(ParseChecksum("00000000000000ff"), 255U);
  for (const char* text : {"", "ff", "00000000000000FF", "00000000000000fg", "000000000000000ff"}) {
    EXPECT_EQ(ParseChecksum(text), std::nullopt) << text;
  }
}

TEST(WalFormatTest, HeaderReadsBackAsWritten) {
  std::string line;
  const LogHeader written = HeaderWithTables();
  AppendHeaderLine(written, &line);
  LogHeader read;
  ASSERT_TRUE(ReadHeaderOf(line, &read).ok());
  EXPECT_EQ(read.database, written.database);
  EXPECT_EQ(read.epoch, 7U);
  EXPECT_EQ(read.first_lsn, Lsn{4711});
  EXPECT_EQ(read.first_transaction, TransactionId{801});
  EXPECT_EQ(read.previous, written.previous);
  EXPECT_EQ(read.timestamp, kTimestamp);
  EXPECT_EQ(read.tables, written.tables);
}

// [wal-5.2]
TEST(WalFormatTest, MembersOfLaterVersionsAreSkipped) {
  const std::string line = HeaderWith(absl::StrCat(
      R"(,"new":[1,{"x":"]}\""},[]],"database":")", kDatabase,
      R"(","epoch":1,"first_lsn":1,"first_txn":1,"empty":{},"tables":{"t":{"bytes":5,)",
      R"("tail":{"deep":[[["}"]]]},"flag":true,"next_id":-9}})"));
  LogHeader header;
  const absl::Status status = ReadHeaderOf(line, &header);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(header.tables["t"].bytes, 5U);
  EXPECT_EQ(header.tables["t"].next_id, -9);
}

TEST(WalFormatTest, HeadersThatSayTooLittleAreRefused) {
  for (const char* members : {"", ",", R"(,"epoch":1)", R"(,"database":"short","epoch":1)",
                              R"(,"tables":{"t":{"bytes":-5}})", R"(,"tables":{)", R"(,"a":"\)",
                              R"(,"epoch":99999999999999999999)", R"(,"a":[[[)", R"(,"a")"}) {
    LogHeader header;
    const absl::Status status = ReadHeaderOf(HeaderWith(members), &header);
    EXPECT_TRUE(absl::IsDataLoss(status)) << members << " " << status;
  }
}

// A fuzzed log with a fitting checksum once named its table "../student", and the engine asked the
// disk for that file; a control character went on into the next log's header.
TEST(WalFormatTest, TablesThatAreNoFileNamesAreRefused) {
  for (const char* name : {"../student", "", "a/b", "a\\\\b", "9a", "a b"}) {
    const std::string members =
        absl::StrCat(R"(,"database":")", kDatabase,
                     R"(","epoch":1,"first_lsn":1,"first_txn":1,"tables":{")", name, R"(":{}})");
    LogHeader header;
    const absl::Status status = ReadHeaderOf(HeaderWith(members), &header);
    EXPECT_TRUE(absl::IsDataLoss(status)) << name << " " << status;
    LogEntry entry;
    const std::string body =
        absl::StrCat(R"({"lsn":2,"txn":1,"timestamp":"t","operation":"INSERT","table":")", name,
                     R"(","record":{"a":1},"old_record":null)");
    EXPECT_FALSE(ParseOperationBody(body, &entry)) << name;
  }
}

TEST(WalFormatTest, TextsWithControlCharactersAreRefused) {
  for (const auto& [time, valid] : {std::pair("t", true), {"t\t", false}, {"\x01", false}}) {
    LogHeader header;
    const absl::Status status = ReadHeaderOf(
        HeaderWith(absl::StrCat(R"(,"database":")", kDatabase, R"(","timestamp":")", time,
                                R"(","epoch":1,"first_lsn":1,"first_txn":1,"tables":{})")),
        &header);
    EXPECT_EQ(status.ok(), valid) << time << " " << status;
    LogEntry entry;
    const std::string body =
        absl::StrCat(R"({"lsn":2,"txn":1,"timestamp":")", time,
                     R"(","operation":"INSERT","table":"s","record":{},"old_record":null)");
    EXPECT_EQ(ParseOperationBody(body, &entry), valid) << time;
  }
}

// [wal-5.3]
TEST(WalFormatTest, NewerVersionIsNamedNotCalledDamage) {
  LogHeader header;
  const absl::Status status = ReadHeaderOf("{\"format\":\"linedb-wal\",\"version\":2}\n", &header);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_EQ(status.message(),
            "wal/transaction.log line 1 byte 0: log version 2, this linedb reads up to 1");
}

TEST(WalFormatTest, OperationLineIsWrittenExactlyAsDocumented) {
  std::string text = LinkOf(1);
  AppendOperationLine({Operation::kInsert, "student", R"({"id":4})", ""},
                      LineNumbers{Lsn{4711}, TransactionId{801}}, kTimestamp, Lsn{4710}, &text);
  const std::string body =
      R"({"lsn":4711,"txn":801,"timestamp":"2026-01-22T20:31:17.592245Z","operation":"INSERT",)"
      R"("table":"student","record":{"id":4},"old_record":null,"commit":true,"durable":4710)";
  EXPECT_EQ(text, absl::StrCat(LinkOf(1), body, ",\"checksum\":\"",
                               FormatChecksum(ChecksumOf(LinkOf(1) + body)), "\"}\n"));
}

TEST(WalFormatTest, EveryKindOfOperationReadsBack) {
  for (const Operation operation :
       {Operation::kInsert, Operation::kUpdate, Operation::kDelete, Operation::kCreateTable,
        Operation::kAlterTable, Operation::kDropTable, Operation::kPurge, Operation::kPurged}) {
    EXPECT_EQ(ParseOperation(OperationName(operation)), operation);
  }
  EXPECT_EQ(ParseOperation("insert"), std::nullopt);
}

// Rows: a body, and whether it has the one form that is written.
TEST(WalFormatTest, ScannerTakesWhatIsWrittenAndNothingElse) {
  const std::string start = R"({"lsn":2,"txn":1,"timestamp":"t","operation":"UPDATE","table":"s",)";
  const std::vector<std::pair<std::string, bool>> rows{
      {R"("record":{"a":1},"old_record":{"a":2})", true},
      {R"("record":null,"old_record":null)", true},
      {R"("record":{"a":"},\"old_record\":{"},"old_record":{"b":"\\"})", true},
      {R"("record":{},"old_record":null,"commit":true,"durable":1)", true},
      {R"("record":{},"old_record":null,"commit":true,"durable":2)", false},
      {R"("record":{},"old_record":null,"commit":true,"durable":01)", false},
      {R"("record":{},"old_record":null,"commit":true,"durable":)", false},
      {R"("record":{},"old_record":null,"commit":false,"durable":1)", false},
      {R"("record":{} ,"old_record":null)", false},
      {R"("record":[],"old_record":{})", false},
      {R"("record":{"a":1,"old_record":{})", false},
      {R"("record":}{,"old_record":{})", false},
      {R"("record":,"old_record":null)", false},
      {R"("record":null)", false},
      {"", false},
  };
  for (const auto& [rest, valid] : rows) {
    LogEntry entry;
    EXPECT_EQ(ParseOperationBody(start + rest, &entry), valid) << rest;
  }
}

// Under the address sanitizer: heap bytes end where the text ends. [wal-5.1]
TEST(WalFormatTest, ScannerReadsNoByteBeyondAnyText) {
  const std::string body =
      R"({"lsn":2,"txn":1,"timestamp":"t","operation":"UPDATE","table":"s","record":{"a":"\""},)"
      R"("old_record":{"b":{}},"commit":true,"durable":1)";
  for (std::size_t length = 0; length <= body.size(); ++length) {
    for (const char c : std::string_view("\0\"\\{}0,\xff", 8)) {
      std::vector<char> exact(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(length));
      if (length > 0) exact.back() = c;
      LogEntry entry;
      ParseOperationBody(std::string_view(exact.data(), exact.size()), &entry);
      LogHeader header;
      ParseHeaderBody(std::string_view(exact.data(), exact.size()), &header);
    }
  }
}

}  // namespace
}  // namespace linedb::wal
