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

std::string SpreadText(const Spread& spread) {
  std::string text = Readable(spread.median);
  if (spread.min == spread.max) return text;
  return text + " (" + Readable(spread.min) + ".." + Readable(spread.max) + ")";
}

std::string Times(const std::vector<double>& leads) {
  if (leads.empty()) return "";
  const Spread spread = SpreadOf(leads);
  const int digits = spread.median < 0.1 ? 4 : 2;
  char text[96];
  std::snprintf(text, sizeof text, "%.*fx (%.*f..%.*f)", digits, spread.median, digits, spread.min,
                digits, spread.max);
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

const std::vector<double>* Results::Work::Of(const std::string& side) const {
  for (const Samples& each : sides) {
    if (each.side == side) return &each.values;
  }
  return nullptr;
}

std::vector<double> Results::Work::Leads(const std::string& side) const {
  const std::vector<double>* ours = Of("linedb");
  const std::vector<double>* theirs = Of(side);
  if (ours == nullptr || theirs == nullptr || ours == theirs) return {};
  std::vector<double> leads;
  for (std::size_t i = 0; i < std::min(ours->size(), theirs->size()); ++i) {
    const double ratio = (*ours)[i] / (*theirs)[i];
    leads.push_back(better == Better::kMore ? ratio : 1 / ratio);
  }
  return leads;
}

const Results::Work* Results::Find(const std::string& work) const {
  for (const Work& each : works_) {
    if (each.name == work) return &each;
  }
  return nullptr;
}

void Results::Add(const std::string& work, const std::string& unit, Better better,
                  const std::string& side, double value) {
  auto found = std::find_if(works_.begin(), works_.end(),
                            [&](const Work& known) { return known.name == work; });
  if (found == works_.end()) found = works_.insert(works_.end(), Work{work, unit, better, {}});
  for (Samples& each : found->sides) {
    if (each.side == side) return each.values.push_back(value);
  }
  found->sides.push_back({side, {value}});
}

std::optional<double> Results::Median(const std::string& work, const std::string& side) const {
  const Work* found = Find(work);
  const std::vector<double>* values = found == nullptr ? nullptr : found->Of(side);
  if (values == nullptr) return std::nullopt;
  return SpreadOf(*values).median;
}

std::optional<double> Results::Lead(const std::string& work, const std::string& side) const {
  const Work* found = Find(work);
  if (found == nullptr) return std::nullopt;
  const std::vector<double> leads = found->Leads(side);
  if (leads.empty()) return std::nullopt;
  return SpreadOf(leads).median;
}

std::string Results::Table() const {
  std::string text;
  const auto add = [&](const char* format, const std::string& first, const std::string& second,
                       const std::string& third) {
    char line[256];
    std::snprintf(line, sizeof line, format, first.c_str(), second.c_str(), third.c_str());
    text += line;
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  };
  for (const Work& work : works_) {
    if (work.sides.size() == 1) {
      const Samples& only = work.sides.front();
      add("%s, %s: %s", work.name, only.side, SpreadText(SpreadOf(only.values)) + " " + work.unit);
      continue;
    }
    add("%s (%s)%s", work.name, work.unit, "");
    for (const Samples& each : work.sides) {
      const std::string lead = Times(work.Leads(each.side));
      add("    %-16s %-34s %s", each.side, SpreadText(SpreadOf(each.values)),
          lead.empty() ? "" : "linedb at " + lead);
    }
  }
  return text;
}

std::string Results::Json(const std::map<std::string, std::string>& facts) const {
  std::string text = "{";
  for (const auto& [name, value] : facts) text += "\"" + name + "\":" + value + ",";
  text += "\"works\":[";
  for (const Work& work : works_) {
    text += (&work == works_.data() ? "\n{\"work\":\"" : ",\n{\"work\":\"") + work.name +
            "\",\"unit\":\"" + work.unit +
            "\",\"better\":" + (work.better == Better::kMore ? "\"more\"" : "\"less\"") +
            ",\"sides\":{";
    for (const Samples& each : work.sides) {
      text += (&each == work.sides.data() ? "\"" : ",\"") + each.side + "\":" + JsonOf(each.values);
    }
    text += "},\"lead_of_linedb\":{";
    bool first = true;
    for (const Samples& each : work.sides) {
      const std::vector<double> leads = work.Leads(each.side);
      if (leads.empty()) continue;
      text += (first ? "\"" : ",\"") + each.side + "\":" + JsonOf(leads);
      first = false;
    }
    text += "}}";
  }
  return text + "]}\n";
}

}  // namespace bench
