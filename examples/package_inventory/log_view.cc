#include "log_view.h"

#include <fstream>
#include <iterator>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "linedb/json_table.h"
#include "upgrade.h"

namespace inventory {
namespace {

// What the lines of one transaction have done so far.
struct Pending {
  std::size_t versions = 0;  // packages that got a new one
  std::size_t rows = 0;      // of `upgrade`
  std::set<std::int64_t> batches;

  void Add(const linedb::Json& line) {
    const auto text = [&](const char* name) {
      const auto member = line.find(name);
      return member != line.end() && member->is_string() ? member->get<std::string>() : "";
    };
    if (text("table") == "package" && text("operation") == "UPDATE") ++versions;
    if (text("table") != "upgrade" || text("operation") != "INSERT") return;
    ++rows;
    batches.insert(line.at("record").value("batch", std::int64_t{0}));
  }
};

void TakeTransaction(const Pending& pending, LogView* view) {
  ++view->transactions_whole;
  if (pending.rows == 0) return;  // not a batch of upgrades
  if (pending.versions != kPackagesPerBatch || pending.rows != kPackagesPerBatch ||
      pending.batches.size() != 1) {
    view->faults.push_back(absl::StrCat("the log has a transaction of batch ",
                                        *pending.batches.begin(), " with ", pending.versions,
                                        " versions and ", pending.rows, " rows"));
    return;
  }
  view->batches_whole.insert(*pending.batches.begin());
}

}  // namespace

absl::StatusOr<LogView> ReadLog(const std::string& directory) {
  const std::string path = directory + "/wal/transaction.log";
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return absl::NotFoundError(path + " cannot be read");

  LogView view;
  view.bytes = text.size();
  Pending pending;
  bool is_header = true;
  std::size_t begin = 0, committed = 0;
  for (;;) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;
    const linedb::Json line =
        linedb::Json::parse(std::string_view(text).substr(begin, end - begin), nullptr,
                            /*allow_exceptions=*/false);
    if (!line.is_object()) break;
    begin = end + 1;
    if (is_header || line.value("commit", false)) committed = begin;
    if (!is_header) {
      pending.Add(line);
      if (line.value("commit", false)) {
        TakeTransaction(pending, &view);
        pending = {};
      }
    }
    is_header = false;
  }
  view.bytes_unfinished = text.size() - committed;
  return view;
}

}  // namespace inventory
