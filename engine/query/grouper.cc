#include "engine/query/grouper.h"

#include <algorithm>
#include <utility>

#include "engine/query/value_key.h"

namespace linedb::engine {
namespace {

constexpr std::int64_t kAnything = 0;

void SetValues(const std::vector<schema::ValueView>& views, Group* group) {
  group->values.clear();
  for (const schema::ValueView& view : views) group->values.push_back(schema::ToValue(view));
}

}  // namespace

Grouper::Grouper(const BoundQuery& query) : query_(query), key_values_(query.groups.size()) {
  if (!query.groups.empty()) return;
  numbers_.emplace(std::string(), 0);
  groups_.emplace_back().aggregates.resize(query.aggregates.size());
}

Group& Grouper::GroupOf(const QueryRow& row) {
  if (query_.groups.empty()) return groups_[0];
  key_.clear();
  for (std::size_t i = 0; i < query_.groups.size(); ++i) {
    key_values_[i] = query_.groups[i].Evaluate(row.slots);
    AppendValueKey(key_values_[i], &key_);
  }
  const auto [found, inserted] = numbers_.try_emplace(key_, groups_.size());
  if (inserted) {
    Group& group = groups_.emplace_back();
    group.first = row.rank;
    SetValues(key_values_, &group);
    group.aggregates.resize(query_.aggregates.size());
  } else if (Group& group = groups_[found->second]; row.rank < group.first) {
    group.first = row.rank;
    SetValues(key_values_, &group);
  }
  return groups_[found->second];
}

void Grouper::Take(const QueryRow& row) {
  Group& group = GroupOf(row);
  for (std::size_t i = 0; i < query_.aggregates.size(); ++i) {
    const BoundAggregate& aggregate = query_.aggregates[i];
    const schema::ValueView value = aggregate.of.has_value()
                                        ? aggregate.of->Evaluate(row.slots)
                                        : schema::ValueView::Number(Type::kInt, kAnything);
    group.aggregates[i].Add(aggregate.kind, value, row.rank);
  }
}

void Grouper::Merge(Grouper&& other) {
  for (auto& [key, number] : other.numbers_) {
    Group& theirs = other.groups_[number];
    const auto [found, inserted] = numbers_.try_emplace(key, groups_.size());
    if (inserted) {
      groups_.push_back(std::move(theirs));
      continue;
    }
    Group& ours = groups_[found->second];
    if (theirs.first < ours.first) {
      ours.first = theirs.first;
      ours.values = std::move(theirs.values);
    }
    for (std::size_t i = 0; i < query_.aggregates.size(); ++i) {
      ours.aggregates[i].Merge(query_.aggregates[i].kind, std::move(theirs.aggregates[i]));
    }
  }
}

std::vector<Group> Grouper::TakeGroups() {
  std::sort(groups_.begin(), groups_.end(),
            [](const Group& a, const Group& b) { return a.first < b.first; });
  return std::move(groups_);
}

}  // namespace linedb::engine
