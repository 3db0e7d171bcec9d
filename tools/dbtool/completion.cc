#include "tools/dbtool/completion.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/schema_document.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::dbtool {
namespace {

constexpr std::string_view kDirectoryWords[] = {"DIR", "DIR2", "DEST", "NEWDIR"};
constexpr std::string_view kColumnWords[] = {"COLUMN", "COLUMNS", "NAME", "ORDER", "EXPRESSION"};

template <std::size_t kSize>
bool IsOneOf(const std::string_view (&words)[kSize], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

wal::DatabasePaths PathsOf(const std::string& directory) {
  return wal::DatabasePaths(wal::WithoutSlash(directory));
}

std::vector<Candidate> TablesOf(const std::string& directory) {
  std::vector<Candidate> tables;
  for (const std::string& name : TableNamesIn(directory)) tables.push_back({name, ""});
  return tables;
}

std::vector<Candidate> ColumnsOf(const std::string& directory, const std::string& table) {
  std::vector<Candidate> columns;
  const auto text = wal::ReadFile(wal::PosixFileSystem(), PathsOf(directory).Schema(table));
  if (!text.ok()) return columns;
  const auto document = schema::ParseSchemaDocument(*text);
  if (!document.ok()) return columns;
  for (const ColumnSchema& column : document->schema.columns) {
    columns.push_back({column.name, std::string(TypeName(column.type))});
  }
  return columns;
}

// A command line as far as it was typed.
class Line {
 public:
  Line(const Definitions& definitions, const std::vector<std::string>& words)
      : definitions_(definitions) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) Take(words[i]);
    if (!words.empty()) typed_ = words.back();
  }

  Completion Complete() {
    if (awaited_ != nullptr) return ValuesOf(*awaited_, "");
    const std::size_t equals = typed_.find('=');
    if (!flags_end_ && typed_.rfind("--", 0) == 0 && equals != typed_.npos) {
      const OptionDefinition* option = FindOption(typed_.substr(0, equals));
      if (option == nullptr || option->value.empty()) return {};
      const std::string before = typed_.substr(0, equals + 1);
      typed_.erase(0, equals + 1);
      return ValuesOf(*option, before);
    }
    if (!flags_end_ && typed_.rfind('-', 0) == 0) return Flags();
    if (command_ == nullptr) return unknown_command_ ? Completion() : Commands("");
    const OptionDefinition* next = NextPositional();
    return next == nullptr ? Completion() : ValuesOf(*next, "");
  }

 private:
  void Take(const std::string& word) {
    if (awaited_ != nullptr) {
      awaited_ = nullptr;
    } else if (!flags_end_ && word == "--") {
      flags_end_ = true;
    } else if (!flags_end_ && word.size() > 1 && word[0] == '-') {
      const OptionDefinition* option = FindOption(word);
      if (option != nullptr && !option->value.empty()) awaited_ = option;
    } else if (command_ == nullptr && !unknown_command_) {
      command_ = definitions_.Find(word);
      unknown_command_ = command_ == nullptr;
    } else {
      positionals_.push_back(word);
    }
  }

  const OptionDefinition* FindOption(const std::string& name) const {
    const auto is_named = [&name](const OptionDefinition& option) {
      return std::count(option.names.begin(), option.names.end(), name) > 0;
    };
    if (command_ != nullptr) {
      const auto own = std::find_if(command_->options.begin(), command_->options.end(), is_named);
      if (own != command_->options.end()) return &*own;
    }
    const auto& common = definitions_.options;
    const auto found = std::find_if(common.begin(), common.end(), is_named);
    return found == common.end() ? nullptr : &*found;
  }

  const OptionDefinition* NextPositional() const {
    const auto& all = command_->positionals;
    if (positionals_.size() < all.size()) return &all[positionals_.size()];
    return !all.empty() && all.back().repeated ? &all.back() : nullptr;
  }

  // What was typed for the positional of this name; empty if nothing was.
  std::string Positional(std::string_view name) const {
    if (command_ == nullptr) return "";
    for (std::size_t i = 0; i < command_->positionals.size() && i < positionals_.size(); ++i) {
      if (command_->positionals[i].value == name) return positionals_[i];
    }
    return "";
  }

  // Those that go on as what was typed.
  Completion Fitting(std::vector<Candidate> candidates, const std::string& before) const {
    Completion completion;
    for (Candidate& candidate : candidates) {
      if (candidate.word.rfind(typed_, 0) != 0) continue;
      candidate.word.insert(0, before);
      completion.words.push_back(std::move(candidate));
    }
    return completion;
  }

  Completion Commands(const std::string& before) const {
    std::vector<Candidate> commands;
    for (const Family& family : definitions_.families) {
      for (const CommandDefinition& command : family.commands) {
        commands.push_back({command.name, command.summary});
      }
    }
    return Fitting(std::move(commands), before);
  }

  Completion Flags() const {
    std::vector<Candidate> flags;
    const auto add = [&flags](const std::vector<OptionDefinition>& options) {
      for (const OptionDefinition& option : options) {
        const auto known = [&](const Candidate& flag) { return flag.word == option.names.back(); };
        if (std::any_of(flags.begin(), flags.end(), known)) continue;
        flags.push_back({option.names.back(), option.description});
      }
    };
    if (command_ != nullptr) add(command_->options);
    add(definitions_.options);
    return Fitting(std::move(flags), "");
  }

  Completion ValuesOf(const OptionDefinition& option, std::string before) {
    if (!option.choices.empty()) {
      std::vector<Candidate> choices;
      for (const std::string& choice : option.choices) choices.push_back({choice, ""});
      return Fitting(std::move(choices), before);
    }
    if (option.value == "COMMAND" && option.positional) return Commands(before);
    if (option.value == "TABLE") return Fitting(TablesOf(Positional("DIR")), before);
    if (option.value == "FILE") return {.kind = Completion::Kind::kFiles};
    if (IsOneOf(kDirectoryWords, option.value)) return {.kind = Completion::Kind::kDirectories};
    if (!IsOneOf(kColumnWords, option.value)) return {};
    // The last of "a,b,c".
    const std::size_t last = typed_.rfind(',') + 1;  // npos + 1 is 0
    before += typed_.substr(0, last);
    typed_.erase(0, last);
    return Fitting(ColumnsOf(Positional("DIR"), Positional("TABLE")), before);
  }

  const Definitions& definitions_;
  const CommandDefinition* command_ = nullptr;
  const OptionDefinition* awaited_ = nullptr;  // whose value comes next
  std::vector<std::string> positionals_;
  std::string typed_;
  bool unknown_command_ = false;
  bool flags_end_ = false;
};

}  // namespace

std::vector<std::string> TableNamesIn(const std::string& directory) {
  std::vector<std::string> tables;
  const auto files = wal::PosixFileSystem().List(PathsOf(directory).SchemaDirectory());
  if (!files.ok()) return tables;
  for (const std::string& file : *files) {
    if (auto name = wal::TableOfSchemaFile(file); name.has_value()) tables.push_back(*name);
  }
  return tables;
}

Completion Complete(const Definitions& definitions, const std::vector<std::string>& words) {
  return Line(definitions, words).Complete();
}

}  // namespace linedb::dbtool
