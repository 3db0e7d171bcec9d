#include "tools/dbtool/output.h"

#include <cstdint>
#include <utility>

#include "nlohmann/json.hpp"
#include "tools/dbtool/cell_text.h"
#include "tools/dbtool/process.h"

namespace linedb::dbtool {
namespace {

// What stands before each value of a JSON row.
std::vector<std::string> MemberPrefixes(const std::vector<std::string>& columns) {
  std::vector<std::string> prefixes;
  for (const std::string& column : columns) {
    std::string prefix = prefixes.empty() ? "{" : ",";
    AppendQuoted(column, &prefix);
    prefixes.push_back(prefix + ":");
  }
  return prefixes;
}

class JsonRows {
 public:
  explicit JsonRows(const std::vector<std::string>& columns) : prefixes_(MemberPrefixes(columns)) {}

  void Write(const std::vector<std::string_view>& cells, std::ostream& output) const {
    for (std::size_t i = 0; i < cells.size(); ++i) output << prefixes_[i] << cells[i];
    output << (cells.empty() ? "{}" : "}");
  }

 private:
  std::vector<std::string> prefixes_;
};

class JsonLinesWriter : public RowWriter {
 public:
  JsonLinesWriter(std::ostream& output, const std::vector<std::string>& columns)
      : output_(output), rows_(columns) {}
  void Add(const std::vector<std::string_view>& cells) override {
    rows_.Write(cells, output_);
    output_.put('\n');
  }
  void End() override {}

 private:
  std::ostream& output_;
  JsonRows rows_;
};

// An array of the rows, or one object that has it as a member.
class JsonWriter : public RowWriter {
 public:
  JsonWriter(std::ostream& output, const RowShape& shape, bool in_object)
      : output_(output), rows_(shape.columns), in_object_(in_object) {
    if (in_object_) {
      std::string name;
      AppendQuoted(shape.rows_name, &name);
      output_ << '{' << shape.head_members << (shape.head_members.empty() ? "" : ",") << name
              << ':';
    }
    output_.put('[');
  }
  void Add(const std::vector<std::string_view>& cells) override {
    output_ << (count_++ == 0 ? "\n" : ",\n");
    rows_.Write(cells, output_);
  }
  void End() override {
    output_ << (count_ == 0 ? "]" : "\n]");
    if (in_object_) output_ << ",\"count\":" << count_ << '}';
    output_.put('\n');
  }

 private:
  std::ostream& output_;
  JsonRows rows_;
  const bool in_object_;
  std::uint64_t count_ = 0;
};

class CsvWriter : public RowWriter {
 public:
  CsvWriter(std::ostream& output, const std::vector<std::string>& columns) : output_(output) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::string name;
      AppendQuoted(columns[i], &name);
      output_ << (i == 0 ? "" : ",") << CsvField(name);
    }
    output_ << "\r\n";
  }
  void Add(const std::vector<std::string_view>& cells) override {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      output_ << (i == 0 ? "" : ",") << CsvField(cells[i]);
    }
    output_ << "\r\n";
  }
  void End() override {}

 private:
  std::ostream& output_;
};

}  // namespace

std::unique_ptr<RowWriter> NewRowWriter(Context& context, RowShape shape) {
  if (context.json) return std::make_unique<JsonWriter>(context.out, shape, true);
  switch (OutputFormat(context)) {
    case Format::kJson:
      return std::make_unique<JsonWriter>(context.out, shape, false);
    case Format::kCsv:
      return std::make_unique<CsvWriter>(context.out, shape.columns);
    case Format::kTable:
      return NewTableWriter(context.out, std::move(shape.columns), LookOf(context));
    case Format::kAuto:
    case Format::kJsonLines:
      break;
  }
  return std::make_unique<JsonLinesWriter>(context.out, shape.columns);
}

std::size_t LineWidthMax(const Context& context) {
  return !context.verbose && IsTerminal(STDOUT_FILENO) ? TerminalWidth(STDOUT_FILENO) : 0;
}

TableLook LookOf(const Context& context) {
  return {LineWidthMax(context), UseColor(context, STDOUT_FILENO)};
}

void AppendQuoted(std::string_view text, std::string* json) {
  *json += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace linedb::dbtool
