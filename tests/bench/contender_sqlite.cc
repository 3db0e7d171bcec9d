// SQLite as its documents recommend for speed without loss: WAL, synchronous=FULL (a commit is
// synced, as linedb's is), prepared statements, a cache that holds the database, memory-mapped
// reads, many reads under one read transaction, and a log as long as linedb's before a checkpoint.

#include <sqlite3.h>

#include <filesystem>
#include <string_view>
#include <vector>

#include "tests/bench/contender.h"

namespace bench {
namespace {

class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql) : database_(database) {
    const int code = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
    if (code != SQLITE_OK) Fail(std::string("sqlite: ") + sqlite3_errmsg(database));
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  sqlite3_stmt* get() const { return statement_; }

  // Whether there is a row.
  bool Step() const {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
      Fail(std::string("sqlite: ") + sqlite3_errmsg(database_));
    }
    return code == SQLITE_ROW;
  }
  void Reset() const { sqlite3_reset(statement_); }
  void Run() const {
    Step();
    Reset();
  }

  void Bind(int place, std::string_view text) const {
    sqlite3_bind_text(statement_, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  std::string_view Text(int column) const {
    // In this order: sqlite3_column_text may convert, which changes the length.
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

void RunSql(sqlite3* database, const char* sql) {
  char* message = nullptr;
  sqlite3_exec(database, sql, nullptr, nullptr, &message);
  if (message != nullptr) Fail(std::string("sqlite: ") + message);
}

constexpr const char* kSettings =
    "PRAGMA busy_timeout=60000;"
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144;"
    "PRAGMA mmap_size=1073741824; PRAGMA wal_autocheckpoint=16384;"  // 64 MiB of pages
    "CREATE TABLE IF NOT EXISTS student"
    "(id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT UNIQUE, gpa REAL);";

// The connection and its prepared statements, closed together.
struct Connection {
  explicit Connection(sqlite3* opened)
      : database(opened),
        begin(opened, "BEGIN"),
        begin_writing(opened, "BEGIN IMMEDIATE"),
        commit(opened, "COMMIT"),
        insert(opened, "INSERT INTO student(id,name,email,gpa) VALUES(?,?,?,?)"),
        by_key(opened, "SELECT id,name,email,gpa FROM student WHERE id=?"),
        by_email(opened, "SELECT id,name,email,gpa FROM student WHERE email=?"),
        all(opened, "SELECT id,name,email,gpa FROM student"),
        sum_above(opened, "SELECT sum(gpa),count(*) FROM student WHERE gpa>?") {}

  sqlite3* database;
  Statement begin;
  Statement begin_writing;
  Statement commit;
  Statement insert;
  Statement by_key;
  Statement by_email;
  Statement all;
  Statement sum_above;
};

class SqliteContender : public Contender {
 public:
  ~SqliteContender() override {
    if (connection_) Close();
  }

  const char* name() const override { return "sqlite"; }

  void Open(const std::string& directory) override {
    std::filesystem::create_directories(directory);
    path_ = directory + "/student.db";
    connection_ = Connect();
  }

  void Close() override {
    for (std::unique_ptr<Connection>& each : thread_connections_) Disconnect(&each);
    thread_connections_.clear();
    Disconnect(&connection_);
  }

  void InsertTogether(std::span<const Student> rows) override {
    connection_->begin_writing.Run();
    for (const Student& row : rows) Insert(*connection_, row);
    connection_->commit.Run();
  }

  void InsertEach(std::span<const Student> rows) override {
    for (const Student& row : rows) Insert(*connection_, row);
  }

  // A connection for each thread, as SQLite's documents say.
  double InsertEachByThreads(std::span<const Student> rows, int threads) override {
    while (thread_connections_.size() < static_cast<std::size_t>(threads)) {
      thread_connections_.push_back(Connect());
    }
    return InsertByThreads(rows, threads, [this](int thread, std::span<const Student> part) {
      const Connection& mine = *thread_connections_[static_cast<std::size_t>(thread)];
      for (const Student& row : part) {
        mine.begin_writing.Run();
        Insert(mine, row);
        mine.commit.Run();
      }
    });
  }

  std::uint64_t ReadByKey(std::span<const std::int64_t> keys) override {
    const Statement& select = connection_->by_key;
    std::uint64_t digest = 0;
    connection_->begin.Run();
    for (const std::int64_t key : keys) {
      sqlite3_bind_int64(select.get(), 1, key);
      digest += DigestOfOne(select);
    }
    connection_->commit.Run();
    return digest;
  }

  std::uint64_t ReadByEmail(std::span<const std::string> emails) override {
    const Statement& select = connection_->by_email;
    std::uint64_t digest = 0;
    connection_->begin.Run();
    for (const std::string& email : emails) {
      select.Bind(1, email);
      digest += DigestOfOne(select);
    }
    connection_->commit.Run();
    return digest;
  }

  std::uint64_t ReadAll() override {
    const Statement& select = connection_->all;
    Student row;  // reused, as linedb's walk does
    std::uint64_t digest = 0;
    while (select.Step()) {
      ReadRow(select, &row);
      digest += Digest(row);
    }
    select.Reset();
    return digest;
  }

  FilteredSum SumAbove(double gpa_min) override {
    const Statement& select = connection_->sum_above;
    sqlite3_bind_double(select.get(), 1, gpa_min);
    if (!select.Step()) Fail("sqlite: no sum");
    const FilteredSum result{sqlite3_column_double(select.get(), 0),
                             sqlite3_column_int64(select.get(), 1)};
    select.Reset();
    return result;
  }

  void Checkpoint() override { RunSql(connection_->database, "PRAGMA wal_checkpoint(TRUNCATE)"); }

  std::uint64_t LogBytes() override {
    std::error_code missing;
    const std::uintmax_t bytes = std::filesystem::file_size(path_ + "-wal", missing);
    return missing ? 0 : bytes;
  }

 private:
  std::unique_ptr<Connection> Connect() const {
    sqlite3* opened = nullptr;
    const int code =
        sqlite3_open_v2(path_.c_str(), &opened,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code != SQLITE_OK) Fail("sqlite: cannot open " + path_);
    RunSql(opened, kSettings);
    return std::make_unique<Connection>(opened);
  }
  static void Disconnect(std::unique_ptr<Connection>* connection) {
    sqlite3* database = (*connection)->database;
    connection->reset();
    if (sqlite3_close(database) != SQLITE_OK) Fail("sqlite: cannot close");
  }

  static void Insert(const Connection& connection, const Student& row) {
    const Statement& insert = connection.insert;
    sqlite3_bind_int64(insert.get(), 1, row.id);
    insert.Bind(2, row.name);
    insert.Bind(3, *row.email);
    sqlite3_bind_double(insert.get(), 4, row.gpa);
    insert.Run();
  }

  static void ReadRow(const Statement& select, Student* row) {
    row->id = sqlite3_column_int64(select.get(), 0);
    row->name = select.Text(1);
    row->email = select.Text(2);
    row->gpa = sqlite3_column_double(select.get(), 3);
  }

  static std::uint64_t DigestOfOne(const Statement& select) {
    if (!select.Step()) Fail("sqlite: a row is missing");
    Student row;
    ReadRow(select, &row);
    select.Reset();
    return Digest(row);
  }

  std::string path_;
  std::unique_ptr<Connection> connection_;
  std::vector<std::unique_ptr<Connection>> thread_connections_;
};

}  // namespace

std::unique_ptr<Contender> MakeSqlite() { return std::make_unique<SqliteContender>(); }

}  // namespace bench
