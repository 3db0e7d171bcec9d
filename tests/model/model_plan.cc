#include "tests/model/model_plan.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <utility>

namespace linedb::model {
namespace {

constexpr int kIds = 40;
constexpr int kTags = 30;
constexpr int kStepsMax = 6;

class Planner {
 public:
  Planner(const State& base, std::uint64_t seed) : random_(seed) { plan_.after = base; }

  Plan Make() {
    ++plan_.after.number;
    for (int i = 1 + Pick(kStepsMax); i > 0; --i) AddStep();
    return std::move(plan_);
  }

 private:
  int Pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

  bool TagIsFree(const Item& item) const {
    return !item.tag ||
           std::none_of(plan_.after.items.begin(), plan_.after.items.end(),
                        [&item](const auto& other) {
                          return other.second.tag == item.tag && other.first != item.id;
                        });
  }

  Item AnyItem(std::optional<std::int64_t> id) {
    Item item{.id = id};
    if (Pick(3) > 0) item.tag = "tag " + std::to_string(Pick(kTags));
    item.value = Pick(1'000'000);
    item.text = std::string(static_cast<std::size_t>(Pick(60)), 't');
    return item;
  }

  // One that there is, as a rule; there are few enough for their tags.
  std::int64_t AnyId() {
    const auto& items = plan_.after.items;
    if (items.empty() || Pick(4) == 0) return 1 + Pick(kIds);
    return std::next(items.begin(), Pick(static_cast<int>(items.size())))->first;
  }

  void AddStep() {
    if (Pick(6) == 0) {
      saved_ = plan_.after;
      plan_.steps.push_back({Step::Kind::kSetSavepoint, {}, true});
    } else if (saved_ && Pick(5) == 0) {
      plan_.after = *saved_;
      plan_.steps.push_back({Step::Kind::kRollbackTo, {}, true});
    } else {
      AddChange();
    }
  }

  void AddChange() {
    State& state = plan_.after;
    const bool many = state.items.size() > kIds;
    constexpr Step::Kind kKinds[] = {Step::Kind::kInsertNew, Step::Kind::kInsert,
                                     Step::Kind::kUpdate, Step::Kind::kUpsert, Step::Kind::kErase};
    Step step{many ? Step::Kind::kErase : kKinds[Pick(5)], {}, false};
    const bool is_new = step.kind == Step::Kind::kInsertNew;
    step.item = AnyItem(is_new ? state.next_id : AnyId());
    const bool exists = state.items.contains(*step.item.id);
    step.fits = step.kind == Step::Kind::kErase ? exists : TagIsFree(step.item);
    if (step.kind == Step::Kind::kInsert) step.fits = step.fits && !exists;
    if (step.kind == Step::Kind::kUpdate) step.fits = step.fits && exists;
    if (step.fits) Apply(step);
    plan_.steps.push_back(std::move(step));
  }

  void Apply(const Step& step) {
    State& state = plan_.after;
    if (step.kind == Step::Kind::kErase) {
      state.items.erase(*step.item.id);
    } else {
      state.items[*step.item.id] = step.item;
      state.next_id = std::max(state.next_id, *step.item.id + 1);
    }
  }

  std::mt19937_64 random_;
  Plan plan_;
  std::optional<State> saved_;
};

}  // namespace

Plan MakePlan(const State& base, std::uint64_t seed) { return Planner(base, seed).Make(); }

std::uint64_t SeedOf(std::uint64_t seed, std::int64_t number) {
  return (seed ^ static_cast<std::uint64_t>(number)) * 0x9e3779b97f4a7c15U;
}

}  // namespace linedb::model
