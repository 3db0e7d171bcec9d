#include "engine/nearest_name.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace linedb::engine {
namespace {

// Levenshtein's distance, a row at a time.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t k = 0; k < b.size(); ++k) {
      const bool same = absl::ascii_tolower(static_cast<unsigned char>(a[i])) ==
                        absl::ascii_tolower(static_cast<unsigned char>(b[k]));
      const std::size_t replaced = diagonal + (same ? 0 : 1);
      diagonal = row[k + 1];
      row[k + 1] = std::min({replaced, row[k] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string NearestName(std::string_view wanted, const std::vector<std::string>& names) {
  std::string nearest;
  std::size_t distance_min = wanted.size() / 3 + 2;  // a slip, not another word
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
