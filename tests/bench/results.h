// Collects what was measured, and shows it as a table and as JSON.

#ifndef LINEDB_TESTS_BENCH_RESULTS_H_
#define LINEDB_TESTS_BENCH_RESULTS_H_

#include <map>
#include <string>
#include <vector>

namespace bench {

// A figure of which more is better (a rate), or less (a duration, a size).
enum class Better { kMore, kLess };

class Results {
 public:
  // One measurement of `work` by `side` ("linedb", "sqlite", "bare"). `unit` and `better` are a
  // work's own: the first call for it sets them.
  void Add(const std::string& work, const std::string& unit, Better better, const std::string& side,
           double value);

  // For each work the median, least and most of each side, and how far linedb is ahead: 2.0x is
  // twice as good, whichever way is better.
  std::string Table() const;
  // The same with every single measurement. `facts` are members as JSON text: {"rows", "1000"}.
  std::string Json(const std::map<std::string, std::string>& facts) const;

 private:
  struct Work {
    std::string name;
    std::string unit;
    Better better = Better::kMore;
    std::map<std::string, std::vector<double>> samples;
  };

  // linedb's lead over a side in each round; empty if there is nothing to compare with.
  static std::vector<double> Leads(const Work& work, const std::string& side = "sqlite");

  std::vector<Work> works_;  // as they came
};

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_RESULTS_H_
