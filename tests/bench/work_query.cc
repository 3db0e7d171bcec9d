// Queries beside the same ones of SQLite, each prepared once and then run again and again: a table
// of as many rows as asked for, with two ordered indexes, and one of a thousand. What a query finds
// is read, all columns of it, and compared.

#include <cmath>
#include <filesystem>
#include <functional>
#include <optional>

#include "linedb/database.h"
#include "linedb/query.h"
#include "tests/bench/linedb_status.h"
#include "tests/bench/sqlite_statement.h"
#include "tests/bench/works.h"

namespace bench {

struct Grade {
  std::int64_t id = 0;
  std::int64_t student = 0;  // indexed: ten rows each
  std::int64_t course = 0;   // one of a thousand
  std::int64_t place = 0;    // indexed: each once
  double points = 0;
  std::int32_t section = 0;  // one of a hundred
  std::string remark;
};
struct Course {
  std::int64_t id = 0;
  std::string title;
  std::int32_t credits = 0;
};

}  // namespace bench

template <>
struct linedb::Describe<bench::Grade> {
  using Grade = bench::Grade;
  static constexpr auto kTable = linedb::DescribeTable<"grade">(
      linedb::Field<"id", &Grade::id>().PrimaryKey(),
      linedb::Field<"student", &Grade::student>().Indexed(),
      linedb::Field<"course", &Grade::course>(), linedb::Field<"place", &Grade::place>().Indexed(),
      linedb::Field<"points", &Grade::points>(), linedb::Field<"section", &Grade::section>(),
      linedb::Field<"remark", &Grade::remark>());
};
template <>
struct linedb::Describe<bench::Course> {
  using Course = bench::Course;
  static constexpr auto kTable = linedb::DescribeTable<"course">(
      linedb::Field<"id", &Course::id>().PrimaryKey(), linedb::Field<"title", &Course::title>(),
      linedb::Field<"credits", &Course::credits>());
};

namespace bench {
namespace {

using linedb::Column;

constexpr std::int64_t kCourses = 1000;
constexpr std::int64_t kSections = 100;

Grade MakeGrade(std::int64_t id, std::int64_t rows) {
  const std::uint64_t chance = Mix(static_cast<std::uint64_t>(id) + 77);
  // A prime larger than any number of rows takes each place once.
  const auto place = static_cast<std::int64_t>(static_cast<std::uint64_t>(id) * 2147483647U %
                                               static_cast<std::uint64_t>(rows));
  return {.id = id,
          .student = static_cast<std::int64_t>(chance % static_cast<std::uint64_t>(rows / 10)),
          .course = 1 + static_cast<std::int64_t>(chance >> 20) % kCourses,
          .place = place,
          .points = static_cast<double>(Mix(chance) % 1000000) / 100,
          .section = static_cast<std::int32_t>((chance >> 40) % kSections),
          .remark = "remark of grade " + std::to_string(chance % 1000)};
}
Course MakeCourse(std::int64_t id) {
  return {.id = id,
          .title = "Course " + std::to_string(id),
          .credits = static_cast<std::int32_t>(1 + id % 8)};
}

// Of a row that was read, and of numbers that were computed.
double Weigh(const Grade& row) {
  return static_cast<double>(row.id) + static_cast<double>(row.student + row.course + row.place) +
         row.points + row.section + static_cast<double>(row.remark.size());
}

class LinedbSide {
 public:
  LinedbSide(const std::string& directory, std::int64_t rows)
      : db_(ValueOf(linedb::Database::Open(directory))),
        grades_(ValueOf(db_->OpenTable<Grade>())),
        courses_(ValueOf(db_->OpenTable<Course>())) {
    for (std::int64_t first = 1; first <= rows; first += 10'000) {
      std::vector<Grade> batch;
      for (std::int64_t id = first; id < first + 10'000 && id <= rows; ++id) {
        batch.push_back(MakeGrade(id, rows));
      }
      RequireOk(grades_.InsertAll(batch));
    }
    std::vector<Course> courses;
    for (std::int64_t id = 1; id <= kCourses; ++id) courses.push_back(MakeCourse(id));
    RequireOk(courses_.InsertAll(courses));
    RequireOk(db_->Checkpoint().status());
  }

  double WhereStudent(std::int64_t student) const {
    return Read(grades_.Where(Column<&Grade::student> == student));
  }
  double RangeOf100(std::int64_t place) const {
    return Read(grades_.Where(Column<&Grade::place>.Between(place, place + 99)));
  }
  double TopByPlace(std::int64_t) const {
    return Read(grades_.All().OrderBy(Column<&Grade::place>.Descending()).Limit(10));
  }
  double TopByPoints(std::int64_t) const {
    return Read(
        grades_.All().OrderBy(Column<&Grade::points>.Descending(), Column<&Grade::id>).Limit(10));
  }
  double Groups(std::int64_t) const {
    double weight = 0;
    RequireOk(grades_.All()
                  .GroupBy<&Grade::section>()
                  .Select(Column<&Grade::section>, linedb::Count(),
                          linedb::Average(Column<&Grade::points>))
                  .ForEach([&](std::int32_t section, std::int64_t count,
                               const std::optional<double>& mean) {
                    weight += (section + 1) * (static_cast<double>(count) + *mean);
                  }));
    return weight;
  }
  double Join(std::int64_t) const {
    const auto row = ValueOf(grades_.All()
                                 .Join<&Grade::course>(courses_.All())
                                 .Select(linedb::Count(), linedb::Sum(Column<&Grade::points>),
                                         linedb::Sum(Column<&Course::credits>))
                                 .First());
    return static_cast<double>(std::get<0>(*row)) + *std::get<1>(*row) +
           static_cast<double>(*std::get<2>(*row));
  }

 private:
  static double Read(const linedb::Query<Grade>& query) {
    double weight = 0;
    RequireOk(query.ForEach([&weight](const Grade& row) { weight += Weigh(row); }));
    return weight;
  }

  std::unique_ptr<linedb::Database> db_;
  linedb::Table<Grade> grades_;
  linedb::Table<Course> courses_;
};

class SqliteSide {
 public:
  SqliteSide(const std::string& directory, std::int64_t rows) {
    std::filesystem::create_directories(directory);
    if (sqlite3_open((directory + "/query.db").c_str(), &db_) != SQLITE_OK) Fail("sqlite: open");
    RunSql(
        db_,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-262144;"
        "PRAGMA mmap_size=1073741824;"
        "CREATE TABLE grade(id INTEGER PRIMARY KEY, student INTEGER NOT NULL, course INTEGER NOT "
        "NULL, place INTEGER NOT NULL, points REAL NOT NULL, section INTEGER NOT NULL, remark "
        "TEXT NOT NULL);"
        "CREATE TABLE course(id INTEGER PRIMARY KEY, title TEXT NOT NULL, credits INTEGER NOT "
        "NULL); BEGIN");
    Load(rows);
    RunSql(db_,
           "COMMIT; CREATE INDEX by_student ON grade(student); CREATE INDEX by_place ON "
           "grade(place); ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)");
    const std::string all = "SELECT id,student,course,place,points,section,remark FROM grade ";
    where_.emplace(db_, all + "WHERE student=?1");
    range_.emplace(db_, all + "WHERE place BETWEEN ?1 AND ?1+99");
    top_place_.emplace(db_, all + "ORDER BY place DESC LIMIT 10");
    top_points_.emplace(db_, all + "ORDER BY points DESC,id LIMIT 10");
    groups_.emplace(db_, "SELECT section,count(*),avg(points) FROM grade GROUP BY section");
    join_.emplace(db_,
                  "SELECT count(*),sum(points),sum(credits) FROM grade JOIN course ON course.id="
                  "grade.course");
  }
  ~SqliteSide() {
    for (auto* statement : {&where_, &range_, &top_place_, &top_points_, &groups_, &join_}) {
      statement->reset();
    }
    sqlite3_close(db_);
  }
  SqliteSide(const SqliteSide&) = delete;
  SqliteSide& operator=(const SqliteSide&) = delete;

  double WhereStudent(std::int64_t student) const { return Read(*where_, student); }
  double RangeOf100(std::int64_t place) const { return Read(*range_, place); }
  double TopByPlace(std::int64_t) const { return Read(*top_place_, std::nullopt); }
  double TopByPoints(std::int64_t) const { return Read(*top_points_, std::nullopt); }
  double Groups(std::int64_t) const {
    double weight = 0;
    while (groups_->Step()) {
      weight += (sqlite3_column_int(groups_->get(), 0) + 1) *
                (static_cast<double>(sqlite3_column_int64(groups_->get(), 1)) +
                 sqlite3_column_double(groups_->get(), 2));
    }
    groups_->Reset();
    return weight;
  }
  double Join(std::int64_t) const {
    join_->Step();
    double weight = 0;
    for (int i = 0; i < 3; ++i) weight += sqlite3_column_double(join_->get(), i);
    join_->Reset();
    return weight;
  }

 private:
  void Load(std::int64_t rows) {
    const Statement grade(db_, "INSERT INTO grade VALUES(?,?,?,?,?,?,?)");
    for (std::int64_t id = 1; id <= rows; ++id) {
      const Grade row = MakeGrade(id, rows);
      grade.Bind(1, row.id);
      grade.Bind(2, row.student);
      grade.Bind(3, row.course);
      grade.Bind(4, row.place);
      grade.Bind(5, row.points);
      grade.Bind(6, std::int64_t{row.section});
      grade.Bind(7, row.remark);
      grade.Run();
    }
    const Statement course(db_, "INSERT INTO course VALUES(?,?,?)");
    for (std::int64_t id = 1; id <= kCourses; ++id) {
      const Course row = MakeCourse(id);
      course.Bind(1, row.id);
      course.Bind(2, row.title);
      course.Bind(3, std::int64_t{row.credits});
      course.Run();
    }
  }
  static double Read(const Statement& statement, std::optional<std::int64_t> parameter) {
    if (parameter.has_value()) statement.Bind(1, *parameter);
    double weight = 0;
    Grade row;
    while (statement.Step()) {
      sqlite3_stmt* at = statement.get();
      row.id = sqlite3_column_int64(at, 0);
      row.student = sqlite3_column_int64(at, 1);
      row.course = sqlite3_column_int64(at, 2);
      row.place = sqlite3_column_int64(at, 3);
      row.points = sqlite3_column_double(at, 4);
      row.section = sqlite3_column_int(at, 5);
      row.remark = statement.Text(6);
      weight += Weigh(row);
    }
    statement.Reset();
    return weight;
  }

  sqlite3* db_ = nullptr;
  std::optional<Statement> where_;
  std::optional<Statement> range_;
  std::optional<Statement> top_place_;
  std::optional<Statement> top_points_;
  std::optional<Statement> groups_;
  std::optional<Statement> join_;
};

// Both sides in turns; the numbers for each time are the same. Sums of floats are about the same.
void Measure(Bench* bench, const LinedbSide& ours, const SqliteSide& theirs,
             const std::string& work, double (LinedbSide::*our_way)(std::int64_t) const,
             double (SqliteSide::*their_way)(std::int64_t) const, int times) {
  Stopwatch our_watch;
  Stopwatch their_watch;
  const auto last = static_cast<std::uint64_t>(bench->options.rows / 10);
  for (int turn = 0; turn < 4; ++turn) {
    std::vector<std::int64_t> numbers;
    for (int i = 0; i < times; ++i) {
      const auto chance = static_cast<std::uint64_t>(bench->round * 1000 + turn * times + i);
      numbers.push_back(static_cast<std::int64_t>(Mix(chance) % last));
    }
    double our_weight = 0;
    double their_weight = 0;
    our_watch.Time([&] {
      for (const std::int64_t number : numbers) our_weight += (ours.*our_way)(number);
    });
    their_watch.Time([&] {
      for (const std::int64_t number : numbers) their_weight += (theirs.*their_way)(number);
    });
    if (std::abs(our_weight - their_weight) > 1e-9 * std::abs(their_weight)) {
      Fail("linedb answers otherwise than SQLite: " + work);
    }
  }
  const auto add = [&](const char* side, const Stopwatch& watch) {
    bench->results.Add(work, "queries/s", Better::kMore, side, 4 * times / watch.seconds());
  };
  add("linedb", our_watch);
  add("sqlite", their_watch);
}

}  // namespace

void WorkQuery(Bench* bench) {
  if (!bench->options.Wants("query")) return;
  const std::string directory = bench->options.directory + "/query";
  EmptyDirectory(directory);
  {
    const LinedbSide ours(directory + "/linedb", bench->options.rows);
    const SqliteSide theirs(directory + "/sqlite", bench->options.rows);
    const auto measure = [&](const char* work, auto our_way, auto their_way, int times) {
      Measure(bench, ours, theirs, work, our_way, their_way, times);
    };
    measure(kWorkWhere, &LinedbSide::WhereStudent, &SqliteSide::WhereStudent, 2500);
    measure(kWorkRange, &LinedbSide::RangeOf100, &SqliteSide::RangeOf100, 500);
    measure(kWorkTopIndexed, &LinedbSide::TopByPlace, &SqliteSide::TopByPlace, 2500);
    measure(kWorkTopScanned, &LinedbSide::TopByPoints, &SqliteSide::TopByPoints, 1);
    measure(kWorkGroups, &LinedbSide::Groups, &SqliteSide::Groups, 1);
    measure(kWorkJoin, &LinedbSide::Join, &SqliteSide::Join, 1);
  }
  std::filesystem::remove_all(directory);
}

}  // namespace bench
