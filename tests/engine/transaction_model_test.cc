// Guards against what no single test thinks of: random work on a database, with rollbacks,
// checkpoints and reopenings, beside a std::map that does the same.

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>

#include "tests/engine/campus.h"
#include "tests/faults/sanitized.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::Campus;
using testing::IsOk;
using testing::Student;
using testing::Tree;

constexpr int kSteps = testing::kSanitized ? 1000 : 4000;
constexpr int kKeys = 40;
constexpr int kEmails = 30;

class TransactionModelTest : public ::testing::Test {
 protected:
  using Model = std::map<std::int64_t, Student>;

  void SetUp() override {
    random.seed(schema::TestSeed());
    options.compaction_bytes_small = 2000;  // so that both of its rules have their turn
    options.archives_kept = 2;
    ASSERT_THAT(campus.Open(options), IsOk());
  }

  int Pick(int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); }

  Student AnyStudent(std::optional<std::int64_t> id) {
    Student student{.id = id, .name = std::string(static_cast<std::size_t>(Pick(30)), 'n')};
    if (Pick(3) > 0) student.email = absl::StrCat("e", Pick(kEmails));
    student.gpa = Pick(100) / 8.0;
    return student;
  }

  static bool EmailIsFree(const Model& model, const Student& student) {
    if (!student.email) return true;
    for (const auto& [id, other] : model) {
      if (other.email == student.email && id != student.id) return false;
    }
    return true;
  }

  // One random change, to the table and to the model; they must agree on whether it is possible.
  void ChangeBoth(WriteTransaction& transaction) {
    const std::int64_t key = Pick(kKeys) + 1;
    switch (Pick(5)) {
      case 0: {
        Student student = AnyStudent(std::nullopt);
        const auto id = campus.students().Insert(transaction, student);
        student.id = next_id;
        ASSERT_EQ(id.ok(), EmailIsFree(open_model, student)) << id.status();
        if (!id.ok()) break;
        ASSERT_EQ(*id, next_id);
        open_model[next_id++] = student;
        break;
      }
      case 1: {
        const Student student = AnyStudent(key);
        const bool fits = !open_model.contains(key) && EmailIsFree(open_model, student);
        ASSERT_EQ(campus.students().Insert(transaction, student).ok(), fits);
        if (fits) Put(student);
        break;
      }
      case 2: {
        const Student student = AnyStudent(key);
        const bool fits = open_model.contains(key) && EmailIsFree(open_model, student);
        ASSERT_EQ(campus.students().Update(transaction, student).ok(), fits);
        if (fits) Put(student);
        break;
      }
      case 3: {
        const Student student = AnyStudent(key);
        const bool fits = EmailIsFree(open_model, student);
        ASSERT_EQ(campus.students().Upsert(transaction, student).ok(), fits);
        if (fits) Put(student);
        break;
      }
      default:
        ASSERT_EQ(campus.students().Erase(transaction, key).ok(), open_model.erase(key) > 0);
    }
    const auto own = campus.students().Get(transaction, key);
    ASSERT_EQ(own.ok(), open_model.contains(key));
    if (own.ok()) {
      ASSERT_EQ(*own, open_model[key]);
    }
  }
  void Put(const Student& student) {
    open_model[*student.id] = student;
    next_id = std::max(next_id, *student.id + 1);
  }

  void DoTransaction() {
    WriteTransaction transaction = campus.Begin();
    open_model = model;
    const std::int64_t next_id_before = next_id;
    for (int i = Pick(6); i >= 0; --i) {
      ChangeBoth(transaction);
      if (HasFatalFailure()) return;
    }
    if (Pick(3) > 0) {
      ASSERT_THAT(transaction.Commit(), IsOk());
      model = open_model;
    } else {
      next_id = next_id_before;
    }
  }

  void Reopen() {
    const bool crash = Pick(2) == 0;
    if (crash) {
      const Tree crashed = campus.Files();
      campus.engine.reset();
      campus.disk = testing::MakeDisk(crashed);
      campus.through = campus.disk.get();
    } else {
      ASSERT_THAT(campus.Close(), IsOk());
      ASSERT_EQ(campus.Problems(), "");
    }
    ASSERT_THAT(campus.Open(options), IsOk());
  }

  void ExpectSame() {
    Model found;
    ASSERT_THAT(campus.students().ForEach(
                    [&found](const Student& student) { found[*student.id] = student; }),
                IsOk());
    ASSERT_EQ(found.size(), model.size());
    ASSERT_EQ(found == model, true);
    for (const auto& [id, student] : model) {
      ASSERT_EQ(*campus.students().Get(id), student);
      if (student.email) {
        ASSERT_EQ(*campus.students().FindBy<&Student::email>(*student.email), student);
      }
    }
    for (int i = 0; i < kEmails; ++i) {
      const auto found_by = campus.students().FindBy<&Student::email>(absl::StrCat("e", i));
      ASSERT_TRUE(!found_by.ok() || model.contains(*found_by->id));
    }
    ASSERT_EQ(campus.engine->FindTable("student")->generation->written.next_id, next_id);
  }

  std::mt19937_64 random;
  Options options;
  Campus campus;
  Model model;       // what is committed
  Model open_model;  // what the open transaction sees
  std::int64_t next_id = 1;
};

TEST_F(TransactionModelTest, RandomWorkAgreesWithAMapAtEveryStep) {
  campus.students();
  for (int step = 0; step < kSteps; ++step) {
    SCOPED_TRACE(absl::StrCat("step ", step));
    const int what = Pick(40);
    if (what == 0) {
      Reopen();
    } else if (what == 1) {
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    } else {
      DoTransaction();
    }
    if (HasFatalFailure()) return;
    if (what < 4 || step % 10 == 0) ExpectSame();
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace linedb
