// Recovery stops at the first line that is not valid, and refuses. Who repairs needs what is behind
// it: a damage in one line must cost that line and no other, and not even that where the checksum
// tells what it said.

#include "wal/wal_salvage.h"

#include <algorithm>

#include "tests/wal/wal_fixture.h"
#include "wal/wal_line.h"

namespace linedb::wal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class WalSalvageTest : public WalTest {
 protected:
  // A header and five transactions of one line each.
  void SetUp() override {
    Create();
    for (int id = 1; id <= 5; ++id) Commit({id});
    const std::string log = LogBytes();
    for (std::size_t begin = 0; begin < log.size();) {
      const std::size_t end = log.find('\n', begin) + 1;
      lines.push_back(log.substr(begin, end - begin));
      begin = end;
    }
    ASSERT_EQ(lines.size(), 6U);
  }

  SalvagedLog Salvage() {
    text.clear();
    for (const std::string& line : lines) text += line;
    absl::StatusOr<SalvagedLog> log = SalvageLog(text, "wal/transaction.log");
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : SalvagedLog();
  }
  static std::string Lsns(const SalvagedLog& log) {
    std::string lsns;
    for (const SalvagedLine& line : log.lines) {
      constexpr std::string_view kProofs[] = {"", "*", "?"};
      absl::StrAppend(&lsns, lsns.empty() ? "" : " ", line.entry.lsn.value,
                      std::string(kProofs[static_cast<int>(line.proof)]));
    }
    return lsns;
  }

  std::vector<std::string> lines;
  std::string text;
};

TEST_F(WalSalvageTest, WholeLogIsGivenBackLineByLine) {
  const SalvagedLog log = Salvage();
  EXPECT_EQ(Lsns(log), "1 2 3 4 5");
  EXPECT_TRUE(log.header.has_value());
  EXPECT_THAT(log.lost, IsEmpty());
}

TEST_F(WalSalvageTest, EveryFlippedBitOfEveryLineIsPutRight) {
  const std::vector<std::string> whole = lines;
  std::vector<std::string> expected;
  {
    const SalvagedLog log = Salvage();
    for (const SalvagedLine& line : log.lines) expected.emplace_back(line.entry.record);
  }
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (std::size_t byte = 0; byte < whole[i].size(); byte += 3) {
      lines = whole;
      lines[i][byte] = static_cast<char>(lines[i][byte] ^ (1 << (byte % 8)));
      const SalvagedLog log = Salvage();
      ASSERT_EQ(log.lines.size(), 5U) << "line " << i + 1 << " byte " << byte << ": " << lines[i];
      for (std::size_t line = 0; line < 5; ++line) {
        EXPECT_EQ(log.lines[line].entry.record, expected[line]);
        EXPECT_TRUE(log.lines[line].entry.commit);
      }
      ASSERT_TRUE(log.header.has_value()) << "line " << i + 1 << " byte " << byte;
    }
  }
}

TEST_F(WalSalvageTest, LineThatIsDestroyedTakesNoOtherWithIt) {
  std::fill(lines[3].begin(), lines[3].end() - 40, '\0');
  const SalvagedLog log = Salvage();
  EXPECT_EQ(Lsns(log), "1 2 4 5");
  ASSERT_EQ(log.lost.size(), 1U);
  EXPECT_EQ(log.lost[0].line, 4U);
  EXPECT_EQ(log.lost[0].byte, lines[0].size() + lines[1].size() + lines[2].size());
  EXPECT_EQ(log.lost[0].bytes, lines[3]);
}

TEST_F(WalSalvageTest, LineBehindOneThatIsGoneRestsOnItsForm) {
  lines.erase(lines.begin() + 3);
  EXPECT_EQ(Lsns(Salvage()), "1 2 4? 5");
}

TEST_F(WalSalvageTest, LinesThatChangedPlacesAreAllProven) {
  std::swap(lines[2], lines[5]);
  const SalvagedLog log = Salvage();
  EXPECT_EQ(Lsns(log), "1 2 3 4 5");
  EXPECT_THAT(log.lost, IsEmpty());
}

TEST_F(WalSalvageTest, SecondCopyOfALineIsNoLoss) {
  lines.insert(lines.begin() + 4, std::string(lines[2]));
  const SalvagedLog log = Salvage();
  EXPECT_EQ(Lsns(log), "1 2 3 4 5");
  ASSERT_EQ(log.lost.size(), 1U);
  EXPECT_TRUE(log.lost[0].copy);
}

TEST_F(WalSalvageTest, DestroyedLineFeedJoinsNoLines) {
  lines[2].back() = 'x';
  EXPECT_EQ(Lsns(Salvage()), "1 2* 3 4 5");
}

TEST_F(WalSalvageTest, DestroyedDigitsAreThoseThatTheNextLineBeginsWith) {
  lines[2].replace(lines[2].size() - kLinkBytes, kChecksumDigits, "----------------");
  EXPECT_EQ(Lsns(Salvage()), "1 2* 3 4 5");
}

TEST_F(WalSalvageTest, LinesOutliveALostHeader) {
  lines[0] = "nothing\n";
  const SalvagedLog log = Salvage();
  EXPECT_FALSE(log.header.has_value());
  EXPECT_EQ(Lsns(log), "1? 2 3 4 5");
  ASSERT_EQ(log.lost.size(), 1U);
  lines.erase(lines.begin());
  EXPECT_EQ(Lsns(Salvage()), "1? 2 3 4 5");
}

TEST_F(WalSalvageTest, LineWithAnotherRecordThanItsChecksumSaysIsNotBelieved) {
  const std::size_t id = lines[3].find("{\"id\":3}");
  lines[3].replace(id, 8, "{\"id\":777}");
  const SalvagedLog log = Salvage();
  EXPECT_EQ(Lsns(log), "1 2 4 5");
  EXPECT_EQ(log.lost.size(), 1U);
}

TEST_F(WalSalvageTest, NewerVersionIsNoDamageUnlessItsChecksumSaysSo) {
  const std::size_t version = lines[0].find("\"version\":1") + 10;
  lines[0][version] = '9';
  EXPECT_EQ(Lsns(Salvage()), "1 2 3 4 5");
  lines[0] = "{\"format\":\"linedb-wal\",\"version\":9,\"all\":\"is new\"}\n";
  text.clear();
  for (const std::string& line : lines) text += line;
  EXPECT_EQ(SalvageLog(text, "wal/transaction.log").status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(WalSalvageTest, NoCutOfALogIsTooShortToBeRead) {
  Salvage();
  const std::string whole = text;
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    const absl::StatusOr<SalvagedLog> log =
        SalvageLog(std::string_view(whole).substr(0, bytes), "wal/transaction.log");
    ASSERT_TRUE(log.ok()) << bytes;
    const std::string_view cut = std::string_view(whole).substr(0, bytes);
    const auto newlines = std::count(cut.begin(), cut.end(), '\n');
    EXPECT_GE(static_cast<std::ptrdiff_t>(log->lines.size()) + 1, newlines) << bytes;
  }
}

}  // namespace
}  // namespace linedb::wal
