// SQLite as its documents recommend for speed without loss: WAL, synchronous=FULL (a commit is
// synced, as linedb's is), prepared statements, a cache that holds the database, memory-mapped
// reads, many reads under one read transaction, and a log as long as linedb's before a checkpoint.
// Commits that survive the process alone are those of synchronous=NORMAL, which in WAL syncs at
// checkpoints only.

#include <filesystem>
#include <vector>

#include "tests/bench/sqlite_statement.h"

namespace bench {
namespace {

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
        update(opened, "UPDATE student SET gpa=? WHERE id=?"),
        erase(opened, "DELETE FROM student WHERE id=?"),
        all(opened, "SELECT id,name,email,gpa FROM student"),
        in_order(opened, "SELECT id,name,email,gpa FROM student WHERE id>=? ORDER BY id LIMIT ?"),
        sum_above(opened, "SELECT sum(gpa),count(*) FROM student WHERE gpa>?") {}

  sqlite3* database;
  Statement begin;
  Statement begin_writing;
  Statement commit;
  Statement insert;
  Statement by_key;
  Statement by_email;
  Statement update;
  Statement erase;
  Statement all;
  Statement in_order;
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

  void SetLevel(Level level) override {
    RunSql(connection_->database,
           level == Level::kProcess ? "PRAGMA synchronous=NORMAL" : "PRAGMA synchronous=FULL");
  }

  // Without a log, which for rows in no order of e-mails would be many times the database's size.
  void SpareSafety() override {
    RunSql(connection_->database, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF");
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

  void UpdateTogether(std::span<const Student> rows) override {
    connection_->begin_writing.Run();
    for (const Student& row : rows) ReplaceOne(row);
    connection_->commit.Run();
  }

  void EraseTogether(std::span<const std::int64_t> keys) override {
    connection_->begin_writing.Run();
    for (const std::int64_t key : keys) {
      connection_->erase.Bind(1, key);
      connection_->erase.Run();
      RequireChanged();
    }
    connection_->commit.Run();
  }

  void ReplaceOne(const Student& row) override {
    connection_->update.Bind(1, row.gpa);
    connection_->update.Bind(2, row.id);
    connection_->update.Run();
    RequireChanged();
  }

  std::uint64_t ReadByKey(std::span<const std::int64_t> keys) override {
    const Statement& select = connection_->by_key;
    std::uint64_t digest = 0;
    const Reading reading(*connection_, keys.size());
    for (const std::int64_t key : keys) {
      select.Bind(1, key);
      digest += DigestOfOne(select);
    }
    return digest;
  }

  std::uint64_t ReadByEmail(std::span<const std::string> emails) override {
    const Statement& select = connection_->by_email;
    std::uint64_t digest = 0;
    const Reading reading(*connection_, emails.size());
    for (const std::string& email : emails) {
      select.Bind(1, std::string_view(email));
      digest += DigestOfOne(select);
    }
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
    select.Bind(1, gpa_min);
    if (!select.Step()) Fail("sqlite: no sum");
    const FilteredSum result{sqlite3_column_double(select.get(), 0),
                             sqlite3_column_int64(select.get(), 1)};
    select.Reset();
    return result;
  }

  bool has_order() const override { return true; }

  std::uint64_t ReadInOrder(std::int64_t key, int count) override {
    const Statement& select = connection_->in_order;
    select.Bind(1, key);
    select.Bind(2, std::int64_t{count});
    Student row;
    std::uint64_t digest = 0;
    while (select.Step()) {
      ReadRow(select, &row);
      digest += Digest(row);
    }
    select.Reset();
    return digest;
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

  // One read transaction for many statements; a single one needs none of its own.
  class Reading {
   public:
    Reading(const Connection& connection, std::size_t statements)
        : connection_(connection), shared_(statements > 1) {
      if (shared_) connection_.begin.Run();
    }
    ~Reading() {
      if (shared_) connection_.commit.Run();
    }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

   private:
    const Connection& connection_;
    const bool shared_;
  };

  static void Insert(const Connection& connection, const Student& row) {
    const Statement& insert = connection.insert;
    insert.Bind(1, row.id);
    insert.Bind(2, std::string_view(row.name));
    insert.Bind(3, std::string_view(*row.email));
    insert.Bind(4, row.gpa);
    insert.Run();
  }

  void RequireChanged() const {
    if (sqlite3_changes(connection_->database) != 1) Fail("sqlite: a row to change is missing");
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
