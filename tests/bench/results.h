// Collects what was measured, and shows it as a table and as JSON.

#ifndef LINEDB_TESTS_BENCH_RESULTS_H_
#define LINEDB_TESTS_BENCH_RESULTS_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bench {

// A figure of which more is better (a rate), or less (a duration, a size).
enum class Better { kMore, kLess };

class Results {
 public:
  // One measurement of `work` by `side`: a contender, or one of the machine's limits. `unit` and
  // `better` are a work's own: the first call for it sets them.
  void Add(const std::string& work, const std::string& unit, Better better, const std::string& side,
           double value);

  // The median of a side's measurements; nothing if there are none.
  std::optional<double> Median(const std::string& work, const std::string& side) const;
  // How far linedb is ahead of a side, the median over the measurements: 2.0 is twice as good,
  // whichever way is better.
  std::optional<double> Lead(const std::string& work, const std::string& side) const;

  // For each work the median, least and most of each side, and linedb's lead over it.
  std::string Table() const;
  // The same with every single measurement. `facts` are members as JSON text: {"rows", "1000"}.
  std::string Json(const std::map<std::string, std::string>& facts) const;

 private:
  struct Samples {
    std::string side;
    std::vector<double> values;
  };
  struct Work {
    std::string name;
    std::string unit;
    Better better = Better::kMore;
    std::vector<Samples> sides;  // as they came

    const std::vector<double>* Of(const std::string& side) const;
    // linedb's lead over a side in each round; empty if there is nothing to compare with.
    std::vector<double> Leads(const std::string& side) const;
  };

  const Work* Find(const std::string& work) const;

  std::vector<Work> works_;  // as they came
};

// Columns as wide as their widest cell.
std::string Aligned(const std::vector<std::vector<std::string>>& rows);
// 1234567.8 as "1,234,568", 3.14159 as "3.14".
std::string Readable(double value);

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_RESULTS_H_
