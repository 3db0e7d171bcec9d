#include "tests/bench/growth.h"

#include <cstdio>
#include <filesystem>

#include "tests/bench/child.h"
#include "tests/bench/works.h"

namespace bench {
namespace {

struct Figure {
  const char* name;
  const char* unit;
};

// In the order in which the children print them.
constexpr Figure kLoaded[] = {{"load", "rows/s"},
                              {"memory at most, loading", "MiB"},
                              {"memory of its own", "MiB"},
                              {"lookup by primary key", "lookups/s"},
                              {"lookup by unique e-mail", "lookups/s"},
                              {"filtered sum", "rows/s"},
                              {"filtered sum, one thread", "rows/s"},
                              {"on disk", "MiB"}};
constexpr Figure kOpened[] = {{"open, after a close", "ms"},
                              {"memory of its own, opened", "MiB"},
                              {"open, after kill -9", "ms"}};

std::int64_t RandomKey(const ChildOptions& options, std::int64_t number) {
  const std::uint64_t chance = Mix(static_cast<std::uint64_t>(number));
  return 1 + static_cast<std::int64_t>(chance % static_cast<std::uint64_t>(options.rows));
}

double LookupsPerSecond(Contender* contender, const ChildOptions& options, bool by_email) {
  constexpr std::int64_t kLookups = 300'000;
  std::vector<std::int64_t> keys;
  std::vector<std::string> emails;
  std::uint64_t expected = 0;
  for (std::int64_t i = 0; i < kLookups; ++i) {
    keys.push_back(RandomKey(options, i));
    expected += Digest(MakeStudent(keys.back()));
    if (by_email) emails.push_back(MakeEmail(keys.back()));
  }
  Stopwatch watch;
  const std::uint64_t found = watch.Time(
      [&] { return by_email ? contender->ReadByEmail(emails) : contender->ReadByKey(keys); });
  if (found != expected) Fail("a lookup read another row");
  return kLookups / watch.seconds();
}

double RowsSummedPerSecond(Contender* contender, const ChildOptions& options,
                           FilteredSum (Contender::*sum)(double gpa)) {
  // A walk is short while the table is small: over enough rows in any case.
  const std::int64_t turns = 1 + 3'000'000 / options.rows;
  (contender->*sum)(3.0);
  Stopwatch watch;
  watch.Time([&] {
    for (std::int64_t i = 0; i < turns; ++i) (contender->*sum)(3.0);
  });
  return static_cast<double>(turns * options.rows) / watch.seconds();
}

}  // namespace

void RunGrowthChild(Contender* contender, const ChildOptions& options) {
  EmptyDirectory(options.directory);
  contender->Open(options.directory);
  const double seconds = LoadRows(contender, options.rows);
  std::printf("%f %f ", static_cast<double>(options.rows) / seconds, StatusMib("VmHWM"));
  std::printf("%f ", StatusMib("RssAnon"));
  contender->Checkpoint();
  std::printf("%f ", LookupsPerSecond(contender, options, /*by_email=*/false));
  std::printf("%f ", LookupsPerSecond(contender, options, /*by_email=*/true));
  std::printf("%f ", RowsSummedPerSecond(contender, options, &Contender::SumAbove));
  std::printf("%f ", RowsSummedPerSecond(contender, options, &Contender::SumAboveByOneThread));
  std::printf("%f\n", DatabaseMib(options.directory));
  contender->Close();
}

void RunOpenChild(Contender* contender, const ChildOptions& options) {
  const std::int64_t key = options.rows / 2;
  Stopwatch watch;
  const std::uint64_t digest = watch.Time([&] {
    contender->Open(options.directory);
    return contender->ReadByKey({&key, 1});
  });
  if (digest != Digest(MakeStudent(key))) Fail("another row after opening");
  std::printf("%f %f\n", watch.seconds() * 1000, StatusMib("RssAnon"));
  contender->Close();
}

namespace {

// One number of rows, each step in a process of its own, so that memory is that step's alone.
std::vector<double> MeasureRows(const std::string& directory, std::int64_t rows) {
  const auto progress = [rows](const char* step) {
    std::fprintf(stderr, "%lld rows: %s\n", static_cast<long long>(rows), step);
  };
  ChildOptions child{"growth", "linedb", directory, rows};
  progress("loading, looking up, summing");
  std::vector<double> found = RunChild(child, ChildEnd::kReturned);
  progress("opening, after a close");
  child.task = "open";
  for (const double value : RunChild(child, ChildEnd::kReturned)) found.push_back(value);
  progress("opening, after kill -9");
  child.task = "kill";
  RunChild(child, ChildEnd::kKilled);
  child.task = "open";
  found.push_back(RunChild(child, ChildEnd::kReturned).front());
  std::filesystem::remove_all(directory);
  return found;
}

}  // namespace

std::string MeasureGrowth(const std::string& directory, const std::vector<std::int64_t>& rows) {
  std::vector<Figure> figures(std::begin(kLoaded), std::end(kLoaded));
  figures.insert(figures.end(), std::begin(kOpened), std::end(kOpened));
  std::vector<std::vector<double>> values(figures.size());
  std::string rows_json;
  for (const std::int64_t count : rows) {
    rows_json += (rows_json.empty() ? "" : ",") + std::to_string(count);
    const std::vector<double> found = MeasureRows(directory + "/growth", count);
    if (found.size() != figures.size()) Fail("the child processes printed too little");
    std::printf("%lld rows\n", static_cast<long long>(count));
    for (std::size_t i = 0; i < figures.size(); ++i) {
      values[i].push_back(found[i]);
      std::printf("  %-26s %14s %s\n", figures[i].name, Readable(found[i]).c_str(),
                  figures[i].unit);
    }
    std::fflush(stdout);
  }
  std::string json = "{\"rows\":[" + rows_json + "],\"figures\":[";
  for (std::size_t i = 0; i < figures.size(); ++i) {
    json += std::string(i == 0 ? "\n" : ",\n") + "{\"name\":\"" + figures[i].name +
            "\",\"unit\":\"" + figures[i].unit + "\",\"values\":[";
    for (std::size_t j = 0; j < values[i].size(); ++j) {
      char text[32];
      std::snprintf(text, sizeof text, "%s%.6g", j == 0 ? "" : ",", values[i][j]);
      json += text;
    }
    json += "]}";
  }
  return json + "]}\n";
}

}  // namespace bench
