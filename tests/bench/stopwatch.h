// Time, passed or of the processor.

#ifndef LINEDB_TESTS_BENCH_STOPWATCH_H_
#define LINEDB_TESTS_BENCH_STOPWATCH_H_

namespace bench {

// Adds up the time in which it runs, so that making the input stays outside.
class Stopwatch {
 public:
  // Processor time of this program and the children it waited for instead of time passed, for all
  // of them: on a machine that others keep busy it is the steadier figure for work that does not
  // wait for the disk.
  static void UseProcessorTime();

  template <class Work>
  auto Time(Work&& work) {
    const Running running(this);
    return work();
  }
  double seconds() const { return seconds_; }

 private:
  struct Running {
    explicit Running(Stopwatch* watch) : owner(watch) {}
    ~Running() { owner->seconds_ += Now() - start; }
    Stopwatch* owner;
    double start = Now();
  };

  static double Now();  // in seconds

  double seconds_ = 0.0;
};

}  // namespace bench

#endif  // LINEDB_TESTS_BENCH_STOPWATCH_H_
