#include "tests/bench/results.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace bench {
namespace {

struct Spread {
  double median = 0.0;
  double min = 0.0;
  double max = 0.0;
};

Spread SpreadOf(std::vector<double> samples) {
  if (samples.empty()) return {};
  std::sort(samples.begin(), samples.end());
  const std::size_t middle = samples.size() / 2;
  const double median =
      samples.size() % 2 == 1 ? samples[middle] : (samples[middle - 1] + samples[middle]) / 2;
  return {median, samples.front(), samples.back()};
}

// 1234567.8 as "1,234,568", 3.14159 as "3.14".
std::string Readable(double value) {
  char digits[64];
  std::snprintf(digits, sizeof digits, value < 100 ? "%.2f" : "%.0f", value);
  const std::string_view text = digits;
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string grouped;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && at < point && (point - at) % 3 == 0) grouped.push_back(',');
    grouped.push_back(text[at]);
  }
  return grouped;
}

std::string Readable(const Spread& spread) {
  std::string text = Readable(spread.median);
  if (spread.min == spread.max) return text;
  return text + " (" + Readable(spread.min) + ".." + Readable(spread.max) + ")";
}

std::string Times(const std::vector<double>& leads) {
  if (leads.empty()) return "";
  const Spread spread = SpreadOf(leads);
  char text[64];
  std::snprintf(text, sizeof text, "%.2fx (%.2f..%.2f)", spread.median, spread.min, spread.max);
  return text;
}

std::string Aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string JsonOf(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string JsonOf(const std::vector<double>& samples) {
  const Spread spread = SpreadOf(samples);
  std::string text = "{\"median\":" + JsonOf(spread.median) + ",\"min\":" + JsonOf(spread.min) +
                     ",\"max\":" + JsonOf(spread.max) + ",\"samples\":[";
  for (std::size_t i = 0; i < samples.size(); ++i) {
    text += (i == 0 ? "" : ",") + JsonOf(samples[i]);
  }
  return text + "]}";
}

}  // namespace

void Results::Add(const std::string& work, const std::string& unit, Better better,
                  const std::string& side, double value) {
  auto found = std::find_if(works_.begin(), works_.end(),
                            [&](const Work& known) { return known.name == work; });
  if (found == works_.end()) found = works_.insert(works_.end(), Work{work, unit, better, {}});
  found->samples[side].push_back(value);
}

std::vector<double> Results::Leads(const Work& work, const std::string& side) {
  const auto ours = work.samples.find("linedb");
  const auto theirs = work.samples.find(side);
  if (ours == work.samples.end() || theirs == work.samples.end()) return {};
  std::vector<double> leads;
  for (std::size_t i = 0; i < std::min(ours->second.size(), theirs->second.size()); ++i) {
    const double ratio = ours->second[i] / theirs->second[i];
    leads.push_back(work.better == Better::kMore ? ratio : 1 / ratio);
  }
  return leads;
}

std::string Results::Table() const {
  std::vector<std::vector<std::string>> rows = {{"work", "unit", "linedb", "sqlite", "lead", ""}};
  for (const Work& work : works_) {
    const auto cell = [&](const char* side) {
      const auto found = work.samples.find(side);
      return found == work.samples.end() ? std::string() : Readable(SpreadOf(found->second));
    };
    const std::string bare = cell("bare");
    rows.push_back({work.name, work.unit, cell("linedb"), cell("sqlite"), Times(Leads(work)),
                    bare.empty() ? ""
                                 : "bare append and sync: " + bare + ", linedb at " +
                                       Times(Leads(work, "bare"))});
  }
  return Aligned(rows);
}

std::string Results::Json(const std::map<std::string, std::string>& facts) const {
  std::string text = "{";
  for (const auto& [name, value] : facts) text += "\"" + name + "\":" + value + ",";
  text += "\"works\":[";
  for (const Work& work : works_) {
    text += (&work == works_.data() ? "\n{\"work\":\"" : ",\n{\"work\":\"") + work.name +
            "\",\"unit\":\"" + work.unit +
            "\",\"better\":" + (work.better == Better::kMore ? "\"more\"" : "\"less\"");
    for (const auto& [side, samples] : work.samples) {
      text += ",\"" + side + "\":" + JsonOf(samples);
    }
    const std::vector<double> leads = Leads(work);
    if (!leads.empty()) text += ",\"lead\":" + JsonOf(leads);
    const std::vector<double> of_bare = Leads(work, "bare");
    if (!of_bare.empty()) text += ",\"of_bare\":" + JsonOf(of_bare);
    text += "}";
  }
  return text + "]}\n";
}

}  // namespace bench
