// The columns of JSON records: the narrowest type that takes in all values unchanged.

#include <charconv>
#include <cstdint>
#include <map>
#include <utility>

#include "engine/exchange/column_guess.h"
#include "engine/exchange/member_walker.h"

namespace linedb::engine {
namespace {

// Integers beyond this lose digits as a float.
constexpr std::int64_t kFloatExactMax = std::int64_t{1} << 53;

// Which values a column has shown.
struct Seen {
  std::string name;
  std::uint64_t records = 0;
  std::uint64_t last_record = 0;
  std::uint64_t nulls = 0;
  bool is_int = false;
  bool is_float = false;
  bool is_bool = false;
  bool is_string = false;
  bool is_other = false;      // arrays, objects, integers of more than 64 bits
  bool beyond_float = false;  // an integer that a float cannot hold
};

void NoteNumber(std::string_view text, Seen* seen) {
  if (text.find_first_of(".eE") != text.npos) {
    seen->is_float = true;
    return;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    seen->is_other = true;
    return;
  }
  seen->is_int = true;
  seen->beyond_float |= value > kFloatExactMax || value < -kFloatExactMax;
}

void NoteValue(std::string_view value, std::uint64_t record, Seen* seen) {
  // A doubled member must not make up for a record without it.
  if (seen->last_record != record) ++seen->records;
  seen->last_record = record;
  switch (value.front()) {
    case '"':
      seen->is_string = true;
      break;
    case 't':
    case 'f':
      seen->is_bool = true;
      break;
    case 'n':
      ++seen->nulls;
      break;
    case '{':
    case '[':
      seen->is_other = true;
      break;
    default:
      NoteNumber(value, seen);
  }
}

Type TypeOf(const Seen& seen) {
  const bool is_number = seen.is_int || seen.is_float;
  const int kinds = (is_number ? 1 : 0) + (seen.is_bool ? 1 : 0) + (seen.is_string ? 1 : 0) +
                    (seen.is_other ? 1 : 0);
  if (kinds != 1 || seen.is_other) return Type::kJson;
  if (seen.is_bool) return Type::kBool;
  if (seen.is_string) return Type::kString;
  if (!seen.is_float) return Type::kInt;
  return seen.is_int && seen.beyond_float ? Type::kJson : Type::kFloat;
}

class JsonGuesser : public ColumnGuesser {
 public:
  void Note(std::string_view record) override {
    members_.clear();
    if (!WalkMembers(record, &members_)) return;
    ++records_;
    for (std::size_t i = 0; i < members_.size(); ++i) {
      // Records mostly have their members in the same order.
      const bool expected = i < columns_.size() && columns_[i].name == members_[i].name;
      NoteValue(members_[i].value, records_, expected ? &columns_[i] : &Column(members_[i].name));
    }
  }

  std::vector<ColumnGuess> Guesses() const override {
    std::vector<ColumnGuess> guesses;
    for (const Seen& seen : columns_) {
      guesses.push_back({seen.name, TypeOf(seen), seen.nulls > 0 || seen.records < records_});
    }
    return guesses;
  }

 private:
  Seen& Column(const std::string& name) {
    const auto [place, is_new] = places_.try_emplace(name, columns_.size());
    if (is_new) columns_.push_back(Seen{.name = name});
    return columns_[place->second];
  }

  std::uint64_t records_ = 0;
  std::vector<Seen> columns_;
  std::map<std::string, std::size_t> places_;
  std::vector<JsonMember> members_;
};

}  // namespace

std::unique_ptr<ColumnGuesser> NewJsonGuesser() { return std::make_unique<JsonGuesser>(); }

}  // namespace linedb::engine
