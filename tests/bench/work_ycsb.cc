// YCSB's core workloads (workloads/workloada to workloadf): its mixes of operations and its
// distributions of keys, over the students of the other works. An update writes one column of a
// known row, each operation is a transaction of its own, and all sides commit so that the process's
// end is survived. linedb has no ordered index yet and so no E: it is left out of it.

#include "tests/bench/works.h"
#include "tests/bench/zipfian.h"

namespace bench {
namespace {

struct Workload {
  const char* name;
  double read = 0;
  double update = 0;
  double insert = 0;
  double scan = 0;  // the rest reads, changes and writes back
  bool latest = false;
};

constexpr Workload kWorkloads[] = {
    {"YCSB A: read 50, update 50", 0.5, 0.5},
    {"YCSB B: read 95, update 5", 0.95, 0.05},
    {"YCSB C: read 100", 1.0},
    {"YCSB D: read the latest 95, insert 5", 0.95, 0, 0.05, 0, true},
    {"YCSB E: short scans 95, insert 5", 0, 0, 0.05, 0.95},
    {"YCSB F: read 50, read-modify-write 50", 0.5},
};

enum class Kind { kRead, kUpdate, kInsert, kScan, kReadAndUpdate };

struct Operation {
  Kind kind = Kind::kRead;
  Student row;  // its id, and what is written
  int count = 1;
};

class Generator {
 public:
  Generator(const Workload& workload, Bench* bench)
      : workload_(workload),
        bench_(*bench),
        latest_(workload.latest ? bench->table.row_count() : 2),
        chance_(static_cast<std::uint64_t>(bench->round) << 50) {}

  // So many operations; what their reads must add up to is added to `digest`.
  std::vector<Operation> Make(int count, std::uint64_t* digest) {
    std::vector<Operation> operations;
    for (int i = 0; i < count; ++i) operations.push_back(MakeOne(digest));
    return operations;
  }

 private:
  double Uniform() { return static_cast<double>(Mix(++chance_) >> 11) * 0x1p-53; }

  std::int64_t Key() {
    const std::int64_t rows = bench_.table.row_count();
    if (!workload_.latest) return keys_.Key(Uniform(), rows);
    latest_.Grow(rows);
    return rows - latest_.Rank(Uniform());
  }

  Operation MakeOne(std::uint64_t* digest) {
    const double choice = Uniform();
    Operation operation;
    if (choice < workload_.insert) {
      operation.kind = Kind::kInsert;
      operation.row = bench_.table.Append(1).front();
      return operation;
    }
    operation.row = bench_.table.Row(Key());
    const std::int64_t id = operation.row.id;
    if (choice < workload_.insert + workload_.scan) {
      operation.kind = Kind::kScan;
      operation.count = 1 + static_cast<int>(Uniform() * 100);
      const std::int64_t end = std::min(id + operation.count, bench_.table.row_count() + 1);
      for (std::int64_t i = id; i < end; ++i) *digest += Digest(bench_.table.Row(i));
      return operation;
    }
    const bool updates = choice < workload_.insert + workload_.update;
    operation.kind = updates ? Kind::kUpdate
                     : choice < workload_.insert + workload_.update + workload_.read
                         ? Kind::kRead
                         : Kind::kReadAndUpdate;
    if (operation.kind != Kind::kUpdate) *digest += Digest(operation.row);
    if (operation.kind != Kind::kRead) operation.row = bench_.table.Change(id);
    return operation;
  }

  const Workload& workload_;
  Bench& bench_;
  ScrambledZipfian keys_;
  Zipfian latest_;
  std::uint64_t chance_;
};

std::uint64_t Run(Contender* contender, const std::vector<Operation>& operations) {
  std::uint64_t digest = 0;
  for (const Operation& operation : operations) {
    const Student& row = operation.row;
    switch (operation.kind) {
      case Kind::kRead:
        digest += contender->ReadByKey({&row.id, 1});
        break;
      case Kind::kUpdate:
        contender->ReplaceOne(row);
        break;
      case Kind::kInsert:
        contender->InsertEach({&row, 1});
        break;
      case Kind::kScan:
        digest += contender->ReadInOrder(row.id, operation.count);
        break;
      case Kind::kReadAndUpdate:
        digest += contender->ReadByKey({&row.id, 1});
        contender->ReplaceOne(row);
        break;
    }
  }
  return digest;
}

void InsertOnly(Contender* contender, const std::vector<Operation>& operations) {
  for (const Operation& operation : operations) {
    if (operation.kind == Kind::kInsert) contender->InsertEach({&operation.row, 1});
  }
}

void Measure(Bench* bench, const Workload& workload) {
  constexpr int kOperationsPerTurn = 1'000;
  const std::int64_t share = workload.scan > 0 ? 50 : 10;
  const std::int64_t turns =
      std::max<std::int64_t>(1, bench->options.rows / share / kOperationsPerTurn);
  Generator generator(workload, bench);
  std::vector<Stopwatch> watches(bench->sides.size());
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    std::uint64_t expected = 0;
    const std::vector<Operation> operations = generator.Make(kOperationsPerTurn, &expected);
    for (std::size_t i = 0; i < bench->sides.size(); ++i) {
      const Side& side = bench->sides[i];
      if (workload.scan > 0 && !side.contender->has_order()) {
        InsertOnly(side.contender.get(), operations);
        continue;
      }
      const std::uint64_t found =
          watches[i].Time([&] { return Run(side.contender.get(), operations); });
      if (found != expected) bench->FailAt(side, workload.name);
    }
  }
  for (std::size_t i = 0; i < bench->sides.size(); ++i) {
    if (watches[i].seconds() == 0) continue;
    bench->Add(workload.name, "operations/s", Better::kMore, bench->sides[i],
               static_cast<double>(turns * kOperationsPerTurn) / watches[i].seconds());
  }
}

}  // namespace

void WorkYcsb(Bench* bench) {
  if (!bench->options.Wants("ycsb")) return;
  for (Side& side : bench->sides) side.contender->SetLevel(Level::kProcess);
  for (const Workload& workload : kWorkloads) Measure(bench, workload);
  for (Side& side : bench->sides) side.contender->SetLevel(Level::kDurable);
}

}  // namespace bench
