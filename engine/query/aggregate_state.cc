#include "engine/query/aggregate_state.h"

#include <cmath>
#include <limits>
#include <utility>

namespace linedb::engine {

void AggregateState::Add(Aggregate kind, const schema::ValueView& value, const RowRank& rank) {
  if (value.is_null()) return;
  ++count_;
  if (kind == Aggregate::kSum || kind == Aggregate::kAverage) {
    AddNumber(value);
  } else if (kind != Aggregate::kCount && Replaces(kind, value, rank)) {
    extreme_ = schema::ToValue(value);
    extreme_rank_ = rank;
  }
}

void AggregateState::AddNumber(const schema::ValueView& value) {
  if (value.type == Type::kInt) {
    integers_ += value.number;
    return;
  }
  if (reals_ == nullptr) reals_ = std::make_unique<ExactSum>();
  reals_->Add(value.real);
}

bool AggregateState::Replaces(Aggregate kind, const schema::ValueView& value,
                              const RowRank& rank) const {
  if (extreme_.is_null()) return true;
  const int compared = schema::CompareValues(value, schema::ViewOf(extreme_));
  if (compared == 0) return rank < extreme_rank_;
  return kind == Aggregate::kMin ? compared < 0 : compared > 0;
}

void AggregateState::Merge(Aggregate kind, AggregateState&& other) {
  count_ += other.count_;
  integers_ += other.integers_;
  if (other.reals_ != nullptr) {
    if (reals_ == nullptr) {
      reals_ = std::move(other.reals_);
    } else {
      reals_->Merge(*std::move(other.reals_));
    }
  }
  if (!other.extreme_.is_null() &&
      Replaces(kind, schema::ViewOf(other.extreme_), other.extreme_rank_)) {
    extreme_ = std::move(other.extreme_);
    extreme_rank_ = other.extreme_rank_;
  }
}

double AggregateState::RealSum() const {
  ExactSum sum = reals_ == nullptr ? ExactSum() : *reals_;
  sum.AddInteger(integers_);
  return sum.Result();
}

Value AggregateState::Sum() const {
  const bool fits = integers_ >= std::numeric_limits<std::int64_t>::min() &&
                    integers_ <= std::numeric_limits<std::int64_t>::max();
  if (reals_ == nullptr && fits) return Value::Int(static_cast<std::int64_t>(integers_));
  const double sum = RealSum();
  return std::isnan(sum) ? Value() : Value::Float(sum);
}

Value AggregateState::Result(Aggregate kind) const {
  if (kind == Aggregate::kCount) return Value::Int(static_cast<std::int64_t>(count_));
  if (count_ == 0) return {};
  if (kind == Aggregate::kSum) return Sum();
  if (kind != Aggregate::kAverage) return extreme_;
  const double average = RealSum() / static_cast<double>(count_);
  return std::isnan(average) ? Value() : Value::Float(average);
}

}  // namespace linedb::engine
