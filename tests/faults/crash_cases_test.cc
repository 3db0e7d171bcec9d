// Guards against what a crash leaves behind that is neither the old nor the new: an end of NULs or
// of another file's bytes, a page missing in the middle, a removed file that comes back, a name
// without its data, a disk that said "durable" and lied. Recovery has to tell these from damage,
// and from each other, with nothing but the files.
//
// The numbers are those of the table in README.md.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/engine/campus.h"
#include "tests/engine/page_cache_disk.h"
#include "tests/engine/ruled_disk.h"
#include "tests/faults/damaged_campus.h"
#include "tests/wal/forwarding_disk.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::IsOk;
using testing::PageCacheDisk;
using testing::RuledDisk;
using testing::Student;
using testing::Tree;

constexpr char kLog[] = "wal/transaction.log";
constexpr char kRecords[] = "data/student.records";

Options ByHand() {
  Options options;
  options.maintenance = Maintenance::kManual;
  return options;
}

// The files of a process that died after three commits, the last of which is not yet synced.
struct Crash {
  Tree before;  // the files when all but the last commit were done
  Tree files;
  std::string state_before;
  std::string state;
};

Crash MakeCrash() {
  Crash crash;
  Campus campus;
  EXPECT_THAT(campus.Open(ByHand()), IsOk());
  for (const char* name : {"Alice", "Bob"}) {
    EXPECT_THAT(campus.students().Insert({.name = name}), IsOk());
  }
  EXPECT_THAT(campus.engine->Checkpoint(), IsOk());
  EXPECT_THAT(campus.students().Insert({.name = "Carol"}), IsOk());
  crash.before = campus.Files();
  crash.state_before = campus.State();
  WriteTransaction last = campus.Begin();
  for (int i = 0; i < 40; ++i) {
    EXPECT_THAT(campus.students().Insert(last, {.name = absl::StrCat("s", i)}), IsOk());
  }
  EXPECT_THAT(last.Commit(), IsOk());
  crash.files = campus.Files();
  crash.state = campus.State();
  crash.before["LOCK"] = crash.files["LOCK"] = testing::kNoteOfTheDead;
  return crash;
}

// Opens to `state` and is sound afterwards, and says how much was cut.
std::uint64_t ExpectRecovered(const Tree& files, const std::string& state) {
  Campus reader(files);
  EXPECT_THAT(reader.OpenToRead(), IsOk());
  EXPECT_EQ(reader.State(), state) << "read-only";
  Campus campus(files);
  EXPECT_THAT(campus.Open(ByHand()), IsOk());
  EXPECT_EQ(campus.State(), state);
  EXPECT_TRUE(campus.engine->report().recovered);
  const std::uint64_t torn = campus.engine->report().torn_bytes;
  EXPECT_EQ(campus.Notes().empty(), torn == 0) << campus.Notes();
  EXPECT_THAT(campus.Close(), IsOk());
  EXPECT_EQ(campus.Problems(), "");
  return torn;
}

// The end of a file, which was not synced, as `fill` says.
void ExpectEndsAreCut(const std::function<char(std::size_t)>& fill) {
  const Crash crash = MakeCrash();
  for (const std::string path : {kLog, kRecords}) {
    const std::size_t synced = crash.before.at(path).size();
    for (std::size_t from = synced; from < crash.files.at(path).size(); from += 97) {
      SCOPED_TRACE(absl::StrCat(path, " from byte ", from));
      Tree files = crash.files;
      for (std::size_t i = from; i < files[path].size(); ++i) files[path][i] = fill(i);
      const bool log_is_whole = path != kLog;
      const std::uint64_t torn =
          ExpectRecovered(files, log_is_whole ? crash.state : crash.state_before);
      EXPECT_EQ(torn == 0, log_is_whole);
    }
  }
}

TEST(FaultCase05, EndOfNulsInLogOrRecordsIsTornNotDamaged) {
  ExpectEndsAreCut([](std::size_t) { return '\0'; });
}

TEST(FaultCase06, EndOfGarbageInLogOrRecordsIsTornNotDamaged) {
  ExpectEndsAreCut([](std::size_t i) { return static_cast<char>(i * 7919 % 251); });
  ExpectEndsAreCut([](std::size_t i) { return i % 50 == 49 ? '\n' : '{'; });
}

TEST(FaultCase07, PageMissingInsideTheLastTransactionDropsAllOfIt) {
  const Crash crash = MakeCrash();
  const std::size_t synced = crash.before.at(kLog).size();
  const std::size_t end = crash.files.at(kLog).size();
  ASSERT_GT(end - synced, 3 * 512U);
  for (std::size_t page = (synced / 512 + 1) * 512; page + 512 < end; page += 512) {
    Tree files = crash.files;
    files[kLog].replace(page, 512, std::string(512, '\0'));
    EXPECT_GT(ExpectRecovered(files, crash.state_before), 0U) << "page at byte " << page;
  }
}

// Checkpoints, and a table, on a machine whose process dies at each step.
void Live(Campus& campus, std::vector<std::string>* states) {
  const auto note = [&](const absl::Status& done) {
    if (done.ok()) states->push_back(campus.State());
    return done.ok();
  };
  if (!campus.Open(ByHand()).ok() || !note(absl::OkStatus())) return;
  if (!note(campus.engine->CreateTable(schema::StructCodec<Student>::Schema()))) return;
  for (const char* name : {"Alice", "Bob", "Carol"}) {
    if (!note(campus.students().Insert({.name = name}).status())) return;
    if (!note(campus.students().Update({.id = 1, .name = name}))) return;
    if (!note(campus.engine->Checkpoint().status())) return;
  }
}

std::vector<std::string> StatesOfALife() {
  Campus campus;
  std::vector<std::string> states;
  Live(campus, &states);
  return states;
}

// Whether the process died before its day's end.
bool LiveUntil(int step, wal::FileSystem& disk, std::vector<std::string>* states) {
  RuledDisk until(disk);
  int steps = 0;
  until.SetRule([&steps, step](std::string_view, const std::string&) {
    return ++steps < step ? absl::OkStatus() : absl::InternalError("killed");
  });
  Campus campus;
  campus.through = &until;
  Live(campus, states);
  campus.engine.reset();
  return steps >= step;
}

constexpr char kFolders[][24] = {"university", "university/schema", "university/data",
                                 "university/wal"};

TEST(FaultCase10, NamesThatReachTheDiskBeforeTheirDataDoNoHarm) {
  const std::vector<std::string> states = StatesOfALife();
  int step = 1;
  for (;; ++step) {
    SCOPED_TRACE(absl::StrCat("killed before operation ", step));
    PageCacheDisk disk;
    std::vector<std::string> acknowledged;
    const bool killed = LiveUntil(step, disk, &acknowledged);
    // A journal commit by another program: every name is durable, no data is.
    for (const char* folder : kFolders) disk.SyncDirectory(folder).IgnoreError();
    Campus after(disk.AfterPowerCut());
    const absl::Status opened = after.Open(ByHand());
    ASSERT_TRUE(opened.ok() || acknowledged.empty()) << opened;
    if (opened.ok() && !acknowledged.empty()) {
      const std::string next = states[std::min(acknowledged.size(), states.size() - 1)];
      ASSERT_THAT(after.State(), ::testing::AnyOf(acknowledged.back(), next));
      ASSERT_THAT(after.Close(), IsOk());
      ASSERT_EQ(after.Problems(), "");
    }
    if (!killed) break;
  }
  EXPECT_GT(step, 60);
}

TEST(FaultCase12, RemovedFilesThatComeBackAreIgnoredAndRemoved) {
  Options options = ByHand();
  options.archives_kept = 2;
  Campus campus;
  std::vector<Tree> trees;
  ASSERT_THAT(campus.Open(options), IsOk());
  for (int i = 0; i < 5; ++i) {
    ASSERT_THAT(campus.students().Insert({.name = absl::StrCat("s", i)}), IsOk());
    ASSERT_THAT(campus.students().Update({.id = 1, .name = absl::StrCat("t", i)}), IsOk());
    trees.push_back(campus.Files());
    ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    trees.push_back(campus.Files());
  }
  const std::string state = campus.State();
  ASSERT_THAT(campus.Close(), IsOk());
  const Tree closed = campus.Files();
  Tree haunted = closed;
  for (const Tree& earlier : trees) haunted.insert(earlier.begin(), earlier.end());
  haunted["data/student.records.compacted"] = trees[2].at(kRecords);
  haunted["wal/transaction.log.tmp"] = trees[3].at(kLog);
  haunted["schema/student.schema.json.tmp"] = "{";
  ASSERT_GT(haunted.size(), closed.size() + 3);
  Campus again(haunted);
  ASSERT_THAT(again.Open(options), IsOk());
  EXPECT_EQ(again.State(), state);
  ASSERT_THAT(again.students().Insert({.name = "Zoe"}), IsOk());
  ASSERT_THAT(again.engine->Checkpoint(), IsOk());
  EXPECT_FALSE(again.Files().contains("data/student.records.compacted"));
  EXPECT_FALSE(again.Files().contains("wal/transaction.log.tmp"));
  EXPECT_EQ(again.students().size(), 6U);
  ASSERT_THAT(again.Close(), IsOk());
  EXPECT_EQ(again.Problems(), "");
}

// A disk whose syncs say "durable" and do nothing, all of them from one on, or just that one.
class LyingDisk final : public wal::ForwardingDisk {
 public:
  LyingDisk(PageCacheDisk& disk, int from, bool for_ever)
      : ForwardingDisk(disk), from_(from), for_ever_(for_ever) {}

  bool has_lied() const { return syncs_ >= from_; }
  bool Lies() { return ++syncs_ == from_ || (for_ever_ && syncs_ > from_); }

  absl::StatusOr<std::unique_ptr<wal::File>> Open(const std::string& path,
                                                  wal::OpenMode mode) override {
    absl::StatusOr<std::unique_ptr<wal::File>> file = disk().Open(path, mode);
    if (!file.ok()) return file;
    return std::make_unique<LyingFile>(*std::move(file), this);
  }
  absl::Status SyncDirectory(const std::string& path) override {
    return Lies() ? absl::OkStatus() : disk().SyncDirectory(path);
  }

 private:
  class LyingFile final : public wal::ForwardingFile {
   public:
    LyingFile(std::unique_ptr<wal::File> file, LyingDisk* disk)
        : ForwardingFile(std::move(file)), disk_(disk) {}
    absl::Status Sync() override { return disk_->Lies() ? absl::OkStatus() : file().Sync(); }

   private:
    LyingDisk* disk_;
  };

  const int from_;
  const bool for_ever_;
  int syncs_ = 0;
};

// What a lie loses is lost; what is left must be a moment of the past, or be refused.
TEST(FaultCase39, LyingDiskLeavesAnEarlierStateOrAnErrorThatNamesTheFile) {
  const std::vector<std::string> states = StatesOfALife();
  int refused = 0;
  int earlier = 0;
  for (const bool for_ever : {false, true}) {
    for (int from = 1;; ++from) {
      SCOPED_TRACE(absl::StrCat("sync ", from, for_ever ? " and all behind it" : "", " is a lie"));
      PageCacheDisk cache;
      LyingDisk lying(cache, from, for_ever);
      Campus campus;
      campus.through = &lying;
      std::vector<std::string> acknowledged;
      Live(campus, &acknowledged);
      ASSERT_EQ(acknowledged, states);
      Campus after(cache.AfterPowerCut());
      const absl::Status opened = after.OpenToRead();
      if (opened.ok()) {
        ASSERT_THAT(states, ::testing::Contains(after.State()));
        ++earlier;
      } else {
        ASSERT_THAT(opened, ::testing::AnyOf(testing::Fails(absl::StatusCode::kDataLoss, " line "),
                                             testing::Fails(absl::StatusCode::kNotFound,
                                                            "there is no linedb database")));
        ++refused;
      }
      if (!lying.has_lied()) break;
    }
  }
  EXPECT_GT(refused, 10);
  EXPECT_GT(earlier, 10);
}

}  // namespace
}  // namespace linedb
