#include "engine/nearest_name.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace linedb::engine {
namespace {

bool IsSame(char a, char b) {
  return absl::ascii_tolower(static_cast<unsigned char>(a)) ==
         absl::ascii_tolower(static_cast<unsigned char>(b));
}

// How many letters are left out, put in, replaced, or swapped with the next.
std::size_t Distance(std::string_view a, std::string_view b) {
  // Of the first i letters of one and the first k of the other.
  std::vector<std::vector<std::size_t>> of(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) of[i][0] = i;
  for (std::size_t k = 0; k <= b.size(); ++k) of[0][k] = k;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t k = 1; k <= b.size(); ++k) {
      const std::size_t replaced = of[i - 1][k - 1] + (IsSame(a[i - 1], b[k - 1]) ? 0 : 1);
      of[i][k] = std::min({replaced, of[i - 1][k] + 1, of[i][k - 1] + 1});
      const bool is_swapped =
          i > 1 && k > 1 && IsSame(a[i - 1], b[k - 2]) && IsSame(a[i - 2], b[k - 1]);
      if (is_swapped) of[i][k] = std::min(of[i][k], of[i - 2][k - 2] + 1);
    }
  }
  return of[a.size()][b.size()];
}

// A slip, not another word: 1 up to five letters, 2 above; of a single one only its case.
std::size_t SlipsMax(std::string_view wanted) {
  const std::size_t slips = wanted.size() <= 5 ? 1 : 2;
  return wanted.size() < 2 ? 0 : slips;
}

}  // namespace

std::string NearestName(std::string_view wanted, const std::vector<std::string>& names) {
  std::string nearest;
  std::size_t distance_min = SlipsMax(wanted) + 1;
  for (const std::string& name : names) {
    const std::size_t distance = Distance(wanted, name);
    if (distance >= distance_min) continue;
    distance_min = distance;
    nearest = name;
  }
  return nearest;
}

std::string NoSuchTable(std::string_view wanted, const std::vector<std::string>& names) {
  const std::string nearest = NearestName(wanted, names);
  return absl::StrCat("there is no table \"", std::string(wanted), "\"",
                      nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?");
}

}  // namespace linedb::engine
