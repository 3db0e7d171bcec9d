// After a power cut the log's end may be missing, NUL, garbage, or whole lines behind a hole; that
// is normal and must open. The same bytes in the middle mean that a disk lost what it had promised
// to keep, and opening as if nothing were would lose acknowledged transactions in silence.

#include "wal/wal_recovery.h"

#include <algorithm>

#include "tests/wal/wal_fixture.h"
#include "wal/recovery_table.h"
#include "wal/wal_line.h"

namespace linedb::wal {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class WalRecoveryTest : public WalTest {
 protected:
  // Three transactions, each synced before the next.
  void CommitThree() {
    Create();
    Commit({1});
    Commit({2, 3});
    Commit({4});
  }
  std::size_t LineStart(int line) {
    const std::string text = LogBytes();
    std::size_t start = 0;
    for (int i = 1; i < line; ++i) start = text.find('\n', start) + 1;
    return start;
  }
  void FlipBit(std::size_t byte, int bit = 0) {
    std::string text = LogBytes();
    text[byte] = static_cast<char>(text[byte] ^ (1 << bit));
    SetLogBytes(text);
  }
};

TEST_F(WalRecoveryTest, GivesBackWholeTransactionsInOrder) {
  CommitThree();
  EXPECT_EQ(Recovered(),
            "1:INSERT {\"id\":1} 2:INSERT {\"id\":2} 2:INSERT {\"id\":3} 3:INSERT {\"id\":4}");
  const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
  EXPECT_EQ(log->position.next_lsn, Lsn{5});
  EXPECT_EQ(log->position.next_transaction, TransactionId{4});
  EXPECT_EQ(log->position.durable, Lsn{3});
  EXPECT_EQ(log->position.bytes, LogBytes().size());
  EXPECT_EQ(log->position.checksum, writer->position().checksum);
  EXPECT_EQ(log->identity, disk->Stat(paths.Log())->identity);
}

TEST_F(WalRecoveryTest, EveryKindOfOperationComesBack) {
  Create();
  CommitEveryKind();
  EXPECT_EQ(Recovered(),
            R"(1:CREATE_TABLE {"table_name":"student"} 1:INSERT {"id":1,"name":"\"}{\\"} )"
            R"(1:UPDATE {"id":1,"a":{"old_record":null}} 1:DELETE {"id":1,"old_record":null} )"
            R"(1:DROP_TABLE )");
}

// [wal-7.1] [wal-7.2]: crash cases 1 and 2.
TEST_F(WalRecoveryTest, LogCutAtEveryByteGivesExactlyTheWholeTransactions) {
  Create();
  std::vector<std::pair<std::size_t, std::string>> ends{{LogBytes().size(), ""}};
  for (const std::vector<int>& ids : {std::vector<int>{1}, {2, 3, 4}, {5}}) {
    Commit(ids);
    ends.emplace_back(LogBytes().size(), Recovered());
  }
  const std::string whole = LogBytes();
  for (std::size_t length = ends.front().first; length <= whole.size(); ++length) {
    SetLogBytes(whole.substr(0, length));
    auto last = ends.begin();
    while (std::next(last) != ends.end() && std::next(last)->first <= length) ++last;
    std::string expected = last->second;
    if (length > last->first) {
      absl::StrAppend(&expected, expected.empty() ? "" : " ", "torn ", length - last->first);
    }
    ASSERT_EQ(Recovered(), expected) << "cut at " << length;
  }
}

// [wal-7.3]: crash case 3.
TEST_F(WalRecoveryTest, NulsAndGarbageBehindLastCommitAreCut) {
  Create();
  Commit({1});
  const std::string whole = LogBytes();
  const std::vector<std::string> tails{std::string(100, '\0'),
                                       std::string(4096, '\0') + "\n",
                                       "\n\n\n",
                                       "garbage\n",
                                       "{\"lsn\":2,\"txn\":2,\n",
                                       "\xff\xfe\"}\n",
                                       whole,
                                       whole.substr(whole.size() / 2)};
  for (const std::string& tail : tails) {
    SetLogBytes(whole + tail);
    EXPECT_EQ(Recovered(), absl::StrCat("1:INSERT {\"id\":1} torn ", tail.size()));
  }
}

// [wal-7.4]: crash case 4. Nothing was synced since the first transaction, so no line says that the
// hole had been.
TEST_F(WalRecoveryTest, ValidLinesBehindHoleThatWasNotSyncedAreCut) {
  Create();
  Commit({1});
  const std::size_t hole = LogBytes().size();
  Write({2});
  Write({3});
  Write({4});
  std::string text = LogBytes();
  text.replace(hole, 40, std::string(40, '\0'));
  SetLogBytes(text);
  EXPECT_EQ(Recovered(), absl::StrCat("1:INSERT {\"id\":1} torn ", text.size() - hole));
}

// [wal-7.5]: crash case 5.
TEST_F(WalRecoveryTest, LinesWithoutTheirCommitAreCutThoughValid) {
  Create();
  Commit({1});
  const std::size_t end = LogBytes().size();
  Commit({2, 3});
  const std::string text = LogBytes().substr(0, LineStart(4));
  SetLogBytes(text);
  const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(Describe(log->entries), "1:INSERT {\"id\":1}");
  EXPECT_EQ(log->position.bytes, end);
  EXPECT_EQ(log->torn_bytes, text.size() - end);
  EXPECT_EQ(log->torn_line, 3U);
  EXPECT_EQ(log->torn_reason, "transaction 2 has no commit line");
}

// [wal-6.1]
TEST_F(WalRecoveryTest, DamageBelowWhatWasSyncedIsRefusedByFileLineAndByte) {
  CommitThree();
  const std::size_t start = LineStart(3);
  const std::string before = LogBytes();
  FlipBit(before.find("\"id\":2") + 5);
  const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
  ASSERT_TRUE(absl::IsDataLoss(log.status())) << log.status();
  const std::string digits = before.substr(LineStart(4) - kLinkBytes, kChecksumDigits);
  EXPECT_THAT(std::string(log.status().message()),
              StartsWith(absl::StrCat("wal/transaction.log line 3 byte ", start, ": checksum ",
                                      digits, ", expected ")));
  EXPECT_THAT(std::string(log.status().message()), HasSubstr("; line 5 proves lsn 2 was synced"));
}

// Rows: where a bit flips in the first transaction's line, which the third line proves. [wal-6.2]
TEST_F(WalRecoveryTest, DamageIsProvenWhereverInItsLineTheBitFlips) {
  Create();
  Commit({1});
  Commit({2});
  const std::size_t start = LineStart(2);
  const std::size_t end = LineStart(3);
  const std::string whole = LogBytes();
  for (std::size_t byte = start; byte < end; ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      FlipBit(byte, bit);
      ASSERT_THAT(Recovered(), HasSubstr("line 2 byte")) << "byte " << byte << " bit " << bit;
      ASSERT_THAT(Recovered(), HasSubstr("proves lsn 1 was synced"))
          << "byte " << byte << " bit " << bit;
      SetLogBytes(whole);
    }
  }
}

// [wal-6.3]: what cannot be told from a torn tail is at least told.
TEST_F(WalRecoveryTest, EveryFlippedBitIsRefusedOrReportedAsTorn) {
  CommitThree();
  const std::string whole = LogBytes();
  const std::string intact = Recovered();
  const std::size_t last_line = LineStart(5);
  for (std::size_t byte = 0; byte < whole.size(); ++byte) {
    for (int bit = 0; bit < 8; ++bit) {
      FlipBit(byte, bit);
      const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, false);
      if (byte < last_line) {
        ASSERT_FALSE(log.ok()) << "byte " << byte << " bit " << bit;
      } else {
        ASSERT_TRUE(log.ok()) << log.status();
        ASSERT_GT(log->torn_bytes, 0U) << "byte " << byte << " bit " << bit;
        ASSERT_TRUE(intact.starts_with(Describe(log->entries)));
        ASSERT_EQ(log->position.bytes, last_line);
      }
      SetLogBytes(whole);
    }
  }
}

TEST_F(WalRecoveryTest, LinesThatEditorRemovedSwappedOrDoubledAreRefused) {
  Create();
  for (int id = 1; id <= 6; ++id) Commit({id});
  const std::string whole = LogBytes();
  const std::size_t third = LineStart(3);
  const std::size_t fourth = LineStart(4);
  const std::size_t fifth = LineStart(5);
  const std::string a = whole.substr(third, fourth - third);
  const std::string b = whole.substr(fourth, fifth - fourth);
  const std::string head = whole.substr(0, third);
  const std::string rest = whole.substr(fifth);
  for (const std::string& text : {head + b + rest, head + b + a + rest, head + a + a + b + rest,
                                  head + "\n" + a + b + rest, head + rest}) {
    SetLogBytes(text);
    EXPECT_THAT(Recovered(), HasSubstr("was synced"));
  }
}

// A checksum that fits is not enough: the numbers must go on.
TEST_F(WalRecoveryTest, LinesWhoseNumbersDoNotGoOnAreNotTaken) {
  Create();
  Commit({1});
  const std::string whole = LogBytes();
  for (const LineNumbers numbers :
       {LineNumbers{Lsn{3}, TransactionId{2}}, LineNumbers{Lsn{2}, TransactionId{3}},
        LineNumbers{Lsn{2}, TransactionId{1}}}) {
    std::string text = whole;
    AppendOperationLine({Operation::kInsert, "student", "{}", ""}, numbers, kTimestamp, Lsn{1},
                        &text);
    SetLogBytes(text);
    EXPECT_EQ(Recovered(), absl::StrCat("1:INSERT {\"id\":1} torn ", text.size() - whole.size()));
  }
}

// [wal-6.4]
TEST_F(WalRecoveryTest, RecordThatQuotesLogLinesProvesNothing) {
  Create();
  Commit({1});
  const std::size_t end = LogBytes().size();
  const std::string record =
      R"({"a":[{"lsn":3,"txn":3,"x":"{\"lsn\":3,\"txn\":3,"}],"commit":true,"durable":2})";
  const LogOperation operation{Operation::kInsert, "student", record, ""};
  writer->Add(absl::MakeConstSpan(&operation, 1), kTimestamp);
  ASSERT_TRUE(WriteAdded().ok());
  FlipBit(end + 5);
  EXPECT_EQ(Recovered(), absl::StrCat("1:INSERT {\"id\":1} torn ", LogBytes().size() - end));
}

// Every combination of facts has one case, and every case has a combination. [wal-6.5]
TEST(RecoveryTableTest, EveryCombinationOfFactsMatchesExactlyOneCase) {
  std::vector<int> used(kRecoveryCases.size(), 0);
  for (int log = 0; log < kLogFacts; ++log) {
    for (int beside = 0; beside < kBesideFacts; ++beside) {
      for (int tail = 0; tail < kTailFacts; ++tail) {
        int matches = 0;
        for (std::size_t row = 0; row < kRecoveryCases.size(); ++row) {
          if (!kRecoveryCases[row].Matches(static_cast<LogFact>(log),
                                           static_cast<BesideFact>(beside),
                                           static_cast<TailFact>(tail))) {
            continue;
          }
          ++matches;
          ++used[row];
        }
        EXPECT_EQ(matches, 1) << "log " << log << " beside " << beside << " tail " << tail;
      }
    }
  }
  EXPECT_THAT(used, testing::Each(testing::Gt(0)));
}

struct Finding {
  const char* claim;
  const char* log;  // nullptr: none
  bool schema_is_there;
  bool schema_is_original;
  absl::StatusCode code;
  LogKind kind;
};

constexpr char kOriginalLine[] =
    "{\"timestamp\": \"2026-01-22T20:31:17.595724\", \"operation\": \"INSERT\", \"table\": "
    "\"student\", \"record\": {\"id\": 5}, \"old_record\": null}\n";

class RecoveryFactsTest : public WalTest, public testing::WithParamInterface<Finding> {};

TEST_P(RecoveryFactsTest, OutcomeIsTheOneOfItsRow) {
  const Finding& finding = GetParam();
  if (finding.schema_is_there) SetFile(paths.Schema("student"), "{}");
  if (finding.log != nullptr) SetLogBytes(finding.log);
  const absl::StatusOr<RecoveredLog> log = RecoverLog(*disk, paths, finding.schema_is_original);
  EXPECT_EQ(log.status().code(), finding.code) << finding.claim << ": " << log.status();
  if (log.ok()) {
    EXPECT_EQ(log->kind, finding.kind) << finding.claim;
  }
}

constexpr absl::StatusCode kOk = absl::StatusCode::kOk;
constexpr absl::StatusCode kNotFound = absl::StatusCode::kNotFound;
constexpr absl::StatusCode kDataLoss = absl::StatusCode::kDataLoss;
constexpr absl::StatusCode kNewer = absl::StatusCode::kFailedPrecondition;
constexpr char kTornHeader[] = "{\"format\":\"linedb-wal\",\"version\":1,\"prev";
constexpr char kBadHeader[] = "{\"format\":\"linedb-wal\",\"version\":1}\n";
constexpr char kNewHeader[] = "{\"format\":\"linedb-wal\",\"version\":2}\n";

INSTANTIATE_TEST_SUITE_P(
    Rows, RecoveryFactsTest,
    testing::Values(Finding{"nothing is no database", nullptr, false, false, kNotFound, {}},
                    Finding{"nor for one who says original", nullptr, false, true, kNotFound, {}},
                    Finding{"an empty log alone", "", false, false, kNotFound, {}},
                    Finding{"original without log", nullptr, true, true, kOk, LogKind::kOriginal},
                    Finding{"original with empty log", "", true, true, kOk, LogKind::kOriginal},
                    Finding{"original", kOriginalLine, true, true, kOk, LogKind::kOriginal},
                    Finding{"original without tables", kOriginalLine, false, false, kOk,
                            LogKind::kOriginal},
                    Finding{"original torn", "{\"time", true, true, kOk, LogKind::kOriginal},
                    Finding{"log lost", nullptr, true, false, kDataLoss, {}},
                    Finding{"log emptied", "", true, false, kDataLoss, {}},
                    Finding{"mixed", kOriginalLine, true, false, kDataLoss, {}},
                    Finding{"something else", "hello\n", true, false, kDataLoss, {}},
                    Finding{"something else alone", "hello\n", false, false, kDataLoss, {}},
                    Finding{"header torn", kTornHeader, true, false, kDataLoss, {}},
                    Finding{"header torn, original", kTornHeader, true, true, kDataLoss, {}},
                    Finding{"header damaged", kBadHeader, true, false, kDataLoss, {}},
                    Finding{"newer", kNewHeader, true, false, kNewer, {}},
                    Finding{"newer, original", kNewHeader, true, true, kNewer, {}}));

TEST_F(WalRecoveryTest, LogLostBesideArchivesOrRecordsIsNotNewDatabase) {
  SetFile(paths.Records("student"), "{}\n");
  EXPECT_THAT(Recovered(), HasSubstr("the log is lost"));
  ASSERT_TRUE(disk->Remove(paths.Records("student")).ok());
  SetFile(paths.Archive(ArchiveName{"20260122_203117", Lsn{1}, Lsn{2}}), "x");
  EXPECT_THAT(Recovered(), HasSubstr("the log is lost"));
}

// A log swapped with an archive, or put back from a copy, is valid in itself.
TEST_F(WalRecoveryTest, OlderLogInThePlaceOfTheOneInForceIsRefused) {
  Create();
  Commit({1});
  const std::string older = LogBytes();
  Rotate("20260122_203117");
  Commit({2});
  const std::string newer = LogBytes();
  const std::string archive = paths.Archive(ArchiveName{"20260122_203117", Lsn{1}, Lsn{1}});
  SetFile(archive, newer);
  SetLogBytes(older);
  EXPECT_THAT(Recovered(), HasSubstr("transaction.log line 1 byte 0: begins at lsn 1, but wal/"));
  SetFile(archive, older);
  EXPECT_THAT(Recovered(), testing::Not(HasSubstr("begins at")))
      << "a second name of the log in force";
  SetFile(paths.Archive(ArchiveName{"20260122_203118", Lsn{2}, Lsn{2}}), newer);
  EXPECT_THAT(Recovered(), HasSubstr("transaction.20260122_203118.2-2.log holds a later log"));
}

TEST_F(WalRecoveryTest, ReadingChangesNothingAndRepeatsItself) {
  Create();
  Commit({1});
  SetLogBytes(LogBytes() + "torn");
  const std::string bytes = LogBytes();
  const std::string first = Recovered();
  EXPECT_EQ(Recovered(), first);
  EXPECT_EQ(LogBytes(), bytes);
}

}  // namespace
}  // namespace linedb::wal
