#include "engine/exchange/member_walker.h"

#include <utility>

#include "linedb/text_reader.h"
#include "nlohmann/json.hpp"

namespace linedb::engine {
namespace {

class Walker {
 public:
  explicit Walker(std::string_view json) : json_(json) {}

  bool Walk(std::vector<JsonMember>* members) {
    if (!Take('{')) return false;
    if (Take('}')) return AtEnd();
    do {
      if (!TakeMember(members)) return false;
    } while (Take(','));
    return Take('}') && AtEnd();
  }

 private:
  void SkipSpace() {
    const std::size_t next = json_.find_first_not_of(" \t\r\n", at_);
    at_ = next == json_.npos ? json_.size() : next;
  }

  bool AtEnd() {
    SkipSpace();
    return at_ == json_.size();
  }

  bool Take(char byte) {
    SkipSpace();
    if (at_ == json_.size() || json_[at_] != byte) return false;
    ++at_;
    return true;
  }

  bool TakeMember(std::vector<JsonMember>* members) {
    SkipSpace();
    const std::size_t begin = at_;
    if (!PassString()) return false;
    JsonMember member;
    const std::string_view quoted = json_.substr(begin, at_ - begin);
    if (!Unquote(quoted, &member.name) || !Take(':')) return false;
    SkipSpace();
    const std::size_t value = at_;
    if (!PassValue()) return false;
    member.value = json_.substr(value, at_ - value);
    member.text = json_.substr(begin, at_ - begin);
    members->push_back(std::move(member));
    return true;
  }

  static bool Unquote(std::string_view quoted, std::string* text) {
    if (quoted.find('\\') == quoted.npos) {
      *text = quoted.substr(1, quoted.size() - 2);
      return true;
    }
    const nlohmann::json parsed = nlohmann::json::parse(quoted, nullptr, false);
    if (!parsed.is_string()) return false;
    *text = parsed.get_ref<const std::string&>();
    return true;
  }

  bool PassString() {
    const char* const after = schema::SkipString(json_.data() + at_, json_.data() + json_.size());
    if (after == nullptr) return false;
    at_ = static_cast<std::size_t>(after - json_.data());
    return true;
  }

  // Up to the comma or bracket behind the value.
  bool PassValue() {
    const std::size_t begin = at_;
    std::size_t depth = 0;
    std::size_t end = at_;
    while (at_ < json_.size()) {
      const char c = json_[at_];
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) break;
      if (c == '"') {
        if (!PassString()) return false;
        end = at_;
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
      if (c != ' ' && c != '\t' && c != '\r' && c != '\n') end = at_;
    }
    at_ = end;
    return end > begin && depth == 0;
  }

  std::string_view json_;
  std::size_t at_ = 0;
};

}  // namespace

bool WalkMembers(std::string_view json, std::vector<JsonMember>* members) {
  return Walker(json).Walk(members);
}

}  // namespace linedb::engine
