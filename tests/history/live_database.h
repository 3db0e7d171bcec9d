// A database on a real disk that four threads write to, and what it was at every moment.

#ifndef LINEDB_TESTS_HISTORY_LIVE_DATABASE_H_
#define LINEDB_TESTS_HISTORY_LIVE_DATABASE_H_

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "engine/history/log_chain.h"
#include "linedb/database.h"
#include "linedb/exchange.h"
#include "nlohmann/json.hpp"
#include "tests/engine/status_matchers.h"
#include "tests/engine/student.h"
#include "wal/wal_recovery.h"

namespace linedb::testing {

class LiveDatabaseTest : public ::testing::Test {
 protected:
  static constexpr int kWriters = 4;

  void SetUp() override {
    base = ::testing::TempDir() + "/linedb_history_" + std::to_string(getpid());
    std::filesystem::remove_all(base);
    std::filesystem::create_directories(base);
    directory = base + "/live";
  }
  void TearDown() override {
    StopWriting();
    database.reset();
    std::filesystem::remove_all(base);
  }

  void Open(std::uint64_t log_bytes_max) {
    Options options;
    options.archives_kept = 100'000;
    options.log_bytes_max = log_bytes_max;
    options.durability = Durability::kProcess;
    absl::StatusOr<std::unique_ptr<Database>> opened = Database::Open(directory, options);
    ASSERT_THAT(opened, IsOk());
    database = *std::move(opened);
    ASSERT_THAT(database->OpenTable<Student>(), IsOk());
  }
  void StartWriting() {
    for (int i = 0; i < kWriters; ++i) {
      writers.emplace_back([this, i] { Write(i); });
    }
  }
  void StopWriting() {
    stop = true;
    for (std::thread& writer : writers) writer.join();
    writers.clear();
  }

  // The records of a copy, by key, and the moment that it is of.
  struct State {
    std::uint64_t lsn = 0;
    std::map<std::int64_t, std::string> records;
  };
  static absl::StatusOr<State> StateOf(const std::string& copy) {
    Options options;
    options.access = Access::kReadOnly;
    absl::StatusOr<std::unique_ptr<Database>> opened = Database::Open(copy, options);
    if (!opened.ok()) return opened.status();
    State state;
    state.lsn = (*opened)->Stats().last_lsn;
    std::stringstream lines;
    absl::StatusOr<std::uint64_t> count =
        Export(**opened, "student", FileFormat::kJsonLines, lines);
    if (!count.ok()) return count.status();
    for (std::string line; std::getline(lines, line);) state.records[KeyOf(line)] = line;
    EXPECT_EQ(state.records.size(), *count);
    return state;
  }

  // Each state is what the log, read line by line, makes of that lsn.
  void ExpectMomentsThatWere(const std::vector<State>& states) {
    std::multimap<std::uint64_t, const State*> by_lsn;
    for (const State& state : states) by_lsn.emplace(state.lsn, &state);
    std::map<std::int64_t, std::string> model;
    auto next = by_lsn.begin();
    wal::FileSystem& files = wal::PosixFileSystem();
    const wal::DatabasePaths paths(directory);
    const auto log = wal::RecoverLog(files, paths, false);
    ASSERT_THAT(log, IsOk());
    engine::LogChain chain;
    ASSERT_THAT(chain.Add(files, paths, *log), IsOk());
    const auto apply = [&](const wal::LogHeader&, const std::vector<wal::LogEntry>& transaction) {
      for (const wal::LogEntry& entry : transaction) {
        if (entry.operation == wal::Operation::kCreateTable) continue;
        if (entry.record.empty()) {
          model.erase(KeyOf(entry.old_record));
        } else {
          model[KeyOf(entry.record)] = std::string(entry.record);
        }
      }
      for (; next != by_lsn.end() && next->first <= transaction.back().lsn.value; ++next) {
        EXPECT_EQ(next->first, transaction.back().lsn.value) << "in the middle of a transaction";
        EXPECT_EQ(next->second->records, model) << "at lsn " << next->first;
      }
      return absl::OkStatus();
    };
    for (const engine::ChainLog& each : chain.logs()) {
      ASSERT_THAT(engine::ReadChainLog(files, each, log->header.database, each.last, apply),
                  IsOk());
    }
    EXPECT_EQ(next, by_lsn.end());
  }

  std::string base;
  std::string directory;
  std::unique_ptr<Database> database;
  std::vector<std::thread> writers;
  std::atomic<bool> stop = false;

 private:
  static std::int64_t KeyOf(std::string_view record) {
    return nlohmann::json::parse(record).at("id").get<std::int64_t>();
  }

  // Transactions of three operations each, on keys of the thread's own.
  void Write(int number) {
    std::mt19937_64 random(static_cast<unsigned>(number));
    const auto students = database->OpenTable<Student>();
    ASSERT_THAT(students, IsOk());
    for (std::int64_t n = 0; !stop; ++n) {
      const std::int64_t id = n * kWriters + number + 1;
      absl::StatusOr<WriteTransaction> transaction = database->Begin();
      ASSERT_THAT(transaction, IsOk());
      ASSERT_THAT(students->Insert(*transaction, {.id = id, .name = std::to_string(random())}),
                  IsOk());
      const Student first{.id = number + 1, .name = std::to_string(n)};
      ASSERT_THAT(students->Upsert(*transaction, first), IsOk());
      if (n > 100) {
        ASSERT_THAT(students->Erase(*transaction, id - 100 * kWriters), IsOk());
      }
      ASSERT_THAT(transaction->Commit(), IsOk());
      // Else the copies would be of nothing but archives.
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
};

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_HISTORY_LIVE_DATABASE_H_
