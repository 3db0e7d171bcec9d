// Guards against what rows of cases do not think of: random work on sessions while the clock goes
// on, beside a std::map that knows when each ends; seen by key, by token, by walking and as arrays,
// now and in snapshots.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "linedb/columnar.h"
#include "linedb/query.h"
#include "tests/expiry/session.h"
#include "tests/faults/sanitized.h"
#include "tests/schema/random_seed.h"

namespace linedb {
namespace {

using testing::ExpiryTest;
using testing::IsOk;
using testing::Minute;
using testing::Session;

constexpr int kSteps = testing::kSanitized ? 300 : 3000;
constexpr int kKeys = 30;

class ExpiryModelTest : public ExpiryTest {
 protected:
  using Model = std::map<std::int64_t, Session>;

  void SetUp() override {
    random.seed(schema::TestSeed());
    ExpiryTest::SetUp();
  }
  int Pick(int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); }

  static Model Living(const Model& all, int minute) {
    Model living;
    for (const auto& [id, session] : all) {
      if (!session.until || *session.until > Minute(minute)) living[id] = session;
    }
    return living;
  }
  Session AnySession(int minute) {
    Session session{.id = 1 + Pick(kKeys), .token = absl::StrCat("t", Pick(kKeys))};
    if (Pick(5) > 0) session.until = Minute(minute + Pick(20) - 2);
    session.note = std::string(static_cast<std::size_t>(Pick(8)), '"');
    return session;
  }
  static bool IsTaken(const Model& living, const Session& session) {
    for (const auto& [id, other] : living) {
      if (id != *session.id && other.token == session.token) return true;
    }
    return false;
  }

  void Write(WriteTransaction& transaction, Model* model, int minute) {
    *model = Living(*model, minute);
    const Session session = AnySession(minute);
    const bool there = model->contains(*session.id);
    const bool fits = !IsTaken(*model, session);
    bool done = false;
    switch (Pick(6)) {
      case 0:
        done = sessions->Insert(transaction, session).ok();
        ASSERT_EQ(done, !there && fits);
        break;
      case 1:
        done = sessions->Update(transaction, session).ok();
        ASSERT_EQ(done, there && fits);
        break;
      case 2:
      case 3:
        done = sessions->Upsert(transaction, session).ok();
        ASSERT_EQ(done, fits);
        break;
      case 4:
        done = sessions
                   ->UpdateOf<&Session::token, &Session::until, &Session::note>(
                       transaction, *session.id, session.token, session.until, session.note)
                   .ok();
        ASSERT_EQ(done, there && fits);
        break;
      default:
        ASSERT_EQ(sessions->Erase(transaction, *session.id).ok(), there);
        model->erase(*session.id);
    }
    if (done) (*model)[*session.id] = session;
  }

  template <class... Reader>
  void ExpectSeen(const Model& model, const Reader&... reader) {
    Model walked;
    ASSERT_THAT(sessions->ForEach(reader..., [&](const Session& s) { walked[*s.id] = s; }), IsOk());
    ASSERT_EQ(walked, model);
    std::vector<std::int64_t> keys;
    for (const auto& [id, session] : model) keys.push_back(id);
    ASSERT_EQ(*sessions->All().Count(engine::View(reader...)), keys.size());
    ASSERT_EQ(CountOf(reader...), keys.size());
    ExpectQueried(model, engine::View(reader...));
    ASSERT_EQ(testing::KeysByNote(*sessions, engine::View(reader...)), keys);
    for (int i = 0; i < 5; ++i) {
      const std::int64_t id = 1 + Pick(kKeys);
      ASSERT_EQ(sessions->Get(reader..., id).ok(), model.contains(id));
      const std::string token = absl::StrCat("t", Pick(kKeys));
      const auto found = sessions->FindBy<&Session::token>(reader..., token);
      bool has = false;
      for (const auto& [key, session] : model) has = has || session.token == token;
      ASSERT_EQ(found.ok(), has);
    }
  }
  // As a program would ask; of a writer's view nothing is counted but by queries.
  std::uint64_t CountOf() const { return sessions->size(); }
  std::uint64_t CountOf(const ReadTransaction& snapshot) const { return *sessions->size(snapshot); }

  void ExpectQueried(const Model& model, engine::View view) {
    const std::string note(static_cast<std::size_t>(Pick(8)), '"');
    std::vector<std::int64_t> expected;
    std::optional<std::int64_t> last;
    for (const auto& [id, session] : model) {
      last = id;
      if (session.note == note) expected.push_back(id);
    }
    std::vector<std::int64_t> found;
    const auto query =
        sessions->Where(Column<&Session::note> == note).OrderBy(Column<&Session::id>);
    ASSERT_THAT(query.ForEach(view, [&](const Session& s) { found.push_back(*s.id); }), IsOk());
    ASSERT_EQ(found, expected) << *query.Explain(view);
    ASSERT_EQ(*sessions->All().Max<&Session::id>(view), last);
  }
  template <class... Reader>
  void ExpectInColumns(const Model& model, const Reader&... reader) {
    const auto view = columns->View(reader...);
    ASSERT_THAT(view, IsOk());
    std::vector<std::int64_t> ids;
    view->ForEachBatch([&](const auto& id, const auto&) {
      for (std::size_t row = 0; row < id.size(); ++row) {
        if (id.IsLive(row)) ids.push_back(id[row]);
      }
    });
    ASSERT_EQ(ids.size(), model.size());
    ASSERT_EQ(view->size(), model.size());
    for (const std::int64_t id : ids) ASSERT_TRUE(model.contains(id));
  }

  std::mt19937_64 random;
  std::optional<ColumnSet<std::int64_t, std::string_view>> columns;
};

// [schema-12.1] [schema-12.2] [schema-12.3] [schema-12.4]
TEST_F(ExpiryModelTest, RandomWorkUnderAMovingClockShowsWhatTheModelDoes) {
  Model model;
  std::vector<std::pair<ReadTransaction, Model>> held;
  int minute = 0;
  columns.emplace(sessions->Columns<&Session::id, &Session::token>().value());
  for (int step = 0; step < kSteps; ++step) {
    SCOPED_TRACE(absl::StrCat("step ", step));
    if (Pick(4) == 0) At(minute += Pick(3));
    WriteTransaction transaction = campus.Begin();
    Model changed = model;
    for (int left = Pick(4); left > 0 && !HasFatalFailure(); --left) {
      Write(transaction, &changed, minute);
    }
    if (Pick(8) == 0) At(++minute);  // it began before
    if (Pick(5) == 0) {
      transaction.Rollback();
    } else {
      ASSERT_THAT(transaction.Commit(), IsOk());
      model = std::move(changed);
    }
    if (Pick(20) == 0) held.emplace_back(Snapshot(), Living(model, minute));
    if (held.size() > 3) held.erase(held.begin() + Pick(3));
    if (Pick(15) == 0) {
      ASSERT_THAT(campus.engine->Checkpoint(), IsOk());
    }
    ExpectSeen(Living(model, minute));
    if (Pick(3) == 0) ExpectInColumns(Living(model, minute));
    for (const auto& [snapshot, then] : held) {
      ExpectSeen(then, snapshot);
      if (Pick(3) == 0) ExpectInColumns(then, snapshot);
    }
    if (Pick(200) == 0) {
      held.clear();
      columns.reset();
      ASSERT_THAT(campus.Close(), IsOk());
      Open();
      columns.emplace(sessions->Columns<&Session::id, &Session::token>().value());
    }
    ASSERT_FALSE(HasFatalFailure());
  }
  EXPECT_EQ(campus.Problems(), "");
}

}  // namespace
}  // namespace linedb
