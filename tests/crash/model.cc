#include "tests/crash/model.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "linedb/table_core.h"

namespace linedb::testing {
namespace {

void AppendTable(std::string* text, const std::string& name, std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  *text += name + "\n";
  for (const std::string& line : lines) *text += "  " + line + "\n";
}

}  // namespace

Model Model::FromText(const std::string& text) {
  Model model;
  std::map<std::string, std::string>* rows = nullptr;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    if (line.starts_with("  ")) {
      (*rows)[line] = line.substr(2);
    } else {
      rows = &model.tables_[line];
    }
    begin = end + 1;
  }
  return model;
}

std::string Model::Text() const {
  std::string text;
  for (const auto& [name, rows] : tables_) {
    std::vector<std::string> lines;
    for (const auto& [key, line] : rows) lines.push_back(line);
    AppendTable(&text, name, std::move(lines));
  }
  return text;
}

std::string Observe(engine::Engine& engine) {
  std::string text;
  for (const std::string& name : engine.TableNames()) {
    std::vector<std::string> lines;
    engine::RecordCursor cursor =
        engine::TableCore(&engine, engine.FindTable(name)).Scan({}).value();
    for (std::string_view line; cursor.Next(&line);) lines.emplace_back(line);
    AppendTable(&text, name, std::move(lines));
  }
  return text;
}

}  // namespace linedb::testing
