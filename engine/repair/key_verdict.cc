#include "engine/repair/key_verdict.h"

#include <cassert>

namespace linedb::engine {

KeyVerdict Judge(const KeySigns& signs) {
  assert(IsPossible(signs));
  for (const KeyRule& rule : kKeyRules) {
    if (rule.Matches(signs)) return rule.verdict;
  }
  assert(false && "a combination without a row");
  return KeyVerdict::kNothing;
}

}  // namespace linedb::engine
