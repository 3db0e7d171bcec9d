// A whole directory after anything: what opens must be readable to the end, opening to read must
// write nothing, and neither that nor verifying may stop the program, whatever the files hold.
//
// The input is the files one behind the other, each after a line "=== log", "=== schema",
// "=== records", "=== compacted", "=== archive", "=== surplus" or "=== lock". Its first byte says
// whether checksums are made to fit.

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/engine.h"
#include "engine/storage/block_checksum.h"
#include "engine/verify.h"
#include "linedb/table_core.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/mended_log.h"
#include "wal/file_names.h"
#include "wal/file_system.h"

namespace linedb::fuzz {
namespace {

constexpr std::string_view kMark = "=== ";
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNames = {{
    {"log", "wal/transaction.log"},
    {"schema", "schema/student.schema.json"},
    {"records", "data/student.records"},
    {"compacted", "data/student.records.compacted"},
    {"archive", "wal/transaction.20260101_000000.1-2.log"},
    {"surplus", "data/student.records.surplus"},
    {"lock", "LOCK"},
}};
using Files = std::map<std::string, std::string>;

std::string PathOf(std::string_view name) {
  for (const auto& [short_name, path] : kNames) {
    if (name == short_name) return std::string(path);
  }
  return "";
}

Files SplitFiles(std::string_view input) {
  Files files;
  std::string* bytes = nullptr;
  while (!input.empty()) {
    const std::size_t newline = input.find('\n');
    const std::size_t end = newline == std::string_view::npos ? input.size() : newline + 1;
    const std::string_view line = input.substr(0, end);
    const bool is_mark = line.starts_with(kMark) && line.ends_with('\n');
    const std::string path =
        is_mark ? PathOf(line.substr(kMark.size(), end - kMark.size() - 1)) : "";
    if (!path.empty()) {
      bytes = &files[path];
    } else if (bytes != nullptr) {
      bytes->append(line);
    }
    input.remove_prefix(end);
  }
  return files;
}

// Makes the header's words on the table true of the files there are.
void MendHeader(const Files& files, wal::LogHeader* header) {
  const auto table = header->tables.find("student");
  if (table == header->tables.end()) return;
  const std::string name = table->second.compacted ? "compacted" : "records";
  if (const auto records = files.find(PathOf(name)); records != files.end()) {
    const std::string& bytes = records->second;
    if (table->second.bytes > bytes.size()) table->second.bytes = bytes.size();
    table->second.checksum =
        engine::BlockChecksumOf(std::string_view(bytes).substr(0, table->second.bytes));
  }
  if (const auto schema = files.find(PathOf("schema")); schema != files.end()) {
    table->second.schema_checksum = wal::ChecksumOf(schema->second);
  }
}

void Mend(Files* files) {
  std::string& log = (*files)[PathOf("log")];
  const std::size_t end = log.find('\n');
  wal::LogHeader header;
  if (end != std::string::npos && end >= wal::kTailBytes &&
      wal::ParseHeaderBody(std::string_view(log).substr(0, end + 1 - wal::kTailBytes), &header)) {
    MendHeader(*files, &header);
    std::string line;
    wal::AppendHeaderLine(header, &line);
    log.replace(0, end + 1, line);
  }
  log = MendLog(log);
  if (const auto archive = files->find(PathOf("archive")); archive != files->end()) {
    archive->second = MendLog(archive->second);
  }
}

std::unique_ptr<wal::FileSystem> MakeDisk(const Files& files) {
  std::unique_ptr<wal::FileSystem> disk = wal::NewMemoryFileSystem();
  for (const char* directory : {"db", "db/schema", "db/data", "db/wal"}) {
    Require(disk->CreateDirectory(directory).ok(), "the disk is there");
  }
  for (const auto& [path, bytes] : files) {
    const auto file = disk->Open("db/" + path, wal::OpenMode::kCreateNew);
    Require(file.ok() && (*file)->Append(bytes).ok(), "the disk has room", path);
  }
  return disk;
}

Files ReadDisk(wal::FileSystem& disk) {
  Files files;
  for (const char* folder : {"", "schema/", "data/", "wal/"}) {
    const std::string directory = folder;
    const auto names = disk.List("db/" + directory);
    for (const std::string& name : *names) {
      const std::string path = directory + name;
      if (!disk.Stat("db/" + path)->is_directory) files[path] = *wal::ReadFile(disk, "db/" + path);
    }
  }
  return files;
}

// Every record of every table, or why it does not open.
std::string StateOf(wal::FileSystem& disk, Access access) {
  Options options;
  options.access = access;
  options.create = Create::kNever;
  options.maintenance = Maintenance::kManual;
  const auto opened = engine::Engine::Open(nullptr, disk, "db", options);
  if (!opened.ok()) return "refused: " + std::string(opened.status().message());
  std::string state;
  for (const std::string& name : (*opened)->TableNames()) {
    state += name + "\n";
    engine::TableCore table(opened->get(), (*opened)->FindTable(name));
    engine::RecordCursor cursor = table.Scan({}).value();
    std::uint64_t records = 0;
    for (std::string_view line; cursor.Next(&line); ++records) {
      state.append(line).append("\n");
    }
    Require(records == table.record_count(), "as many records as are counted", name);
  }
  Require((*opened)->Close().ok(), "what was opened can be closed");
  return state;
}

bool Opened(const std::string& state) { return !state.starts_with("refused: "); }

}  // namespace
}  // namespace linedb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace linedb;
  using namespace linedb::fuzz;
  std::string_view input = TextOf(data, size);
  const unsigned choice = TakeChoice(&input);
  Files files = SplitFiles(input);
  if ((choice & 1) != 0) Mend(&files);
  const std::unique_ptr<wal::FileSystem> disk = MakeDisk(files);
  const std::string state = StateOf(*disk, Access::kReadOnly);
  const auto report = engine::VerifyDatabase(*disk, wal::DatabasePaths("db"));
  Require(ReadDisk(*disk) == files, "reading and verifying write nothing");
  if (report.ok() && report->problems.empty()) {
    Require(Opened(state), "what is found good can be opened", state);
  }
  // A writer sees what the reader saw, and leaves behind what a reader sees then.
  const std::string written = StateOf(*disk, Access::kReadWrite);
  Require(Opened(state) || !Opened(written), "what a writer opens a reader opens", state);
  if (!Opened(written)) return 0;
  Require(written == state, "a writer sees what a reader saw", state + "---\n" + written);
  const std::string after = StateOf(*disk, Access::kReadOnly);
  Require(after == state, "and leaves it so", after);
  return 0;
}
