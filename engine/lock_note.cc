#include "engine/lock_note.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "schema/time_text.h"

namespace linedb::engine {
namespace {

using Json = nlohmann::ordered_json;

std::string HostName() {
  std::array<char, 256> name = {};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

// What the system tells of a process; empty if it does not. Its files have no size, so that none of
// the disk's functions reads them.
std::string ProcessText(std::int64_t pid, std::string_view name) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/", std::string(name)));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Whether the process of that number runs and is that program: a dead one stays until its parent
// has asked for it, and numbers are given again. True where the system does not tell.
bool IsRunning(std::int64_t pid, const std::string& program) {
  // "4711 (dbtool) S 1 …"; the name is cut to 15 bytes and may hold anything.
  const std::string stat = ProcessText(pid, "stat");
  const std::size_t begin = stat.find('(');
  const std::size_t end = stat.rfind(')');
  if (begin == stat.npos || end == stat.npos || end + 2 >= stat.size()) return true;
  const char state = stat[end + 2];
  if (state == 'Z' || state == 'X') return false;
  if (stat.substr(begin + 1, end - begin - 1) == program.substr(0, 15)) return true;
  // Threads and scripts have other names than what the program was called by.
  std::string called = ProcessText(pid, "cmdline");
  called.resize(std::min(called.find('\0'), called.size()));
  return called.substr(called.rfind('/') + 1) == program;  // npos + 1 is 0
}

// The note as an object with the four members, or null.
Json ParseNote(std::string_view note) {
  Json json = Json::parse(note, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return nullptr;
  for (const char* member : {"program", "host", "since"}) {
    if (!json.contains(member) || !json[member].is_string()) return nullptr;
  }
  if (!json.contains("pid") || !json["pid"].is_number_integer()) return nullptr;
  return json;
}

}  // namespace

std::string MakeLockNote() {
  const Json note = {{"pid", static_cast<std::int64_t>(getpid())},
                     {"program", program_invocation_short_name},
                     {"host", HostName()},
                     {"since", schema::FormatTimestamp(schema::Now())}};
  return note.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) + "\n";
}

std::string DescribeLockNote(std::string_view note) {
  const Json json = ParseNote(note);
  if (note.empty()) return "another process";
  if (json.is_null()) return std::string(note.substr(0, 200));
  return absl::StrCat(json["program"].get<std::string>(), " (pid ", json["pid"].get<std::int64_t>(),
                      " on ", json["host"].get<std::string>(), ", since ",
                      json["since"].get<std::string>(), ")");
}

bool IsLockNoteOfLiveProcess(std::string_view note) {
  const Json json = ParseNote(note);
  if (json.is_null() || json["host"].get<std::string>() != HostName()) return false;
  const std::int64_t pid = json["pid"].get<std::int64_t>();
  if (pid <= 0) return false;
  if (kill(static_cast<pid_t>(pid), 0) != 0 && errno != EPERM) return false;
  return IsRunning(pid, json["program"].get<std::string>());
}

bool IsLockNote(std::string_view note) { return !ParseNote(note).is_null(); }

bool MayBeHoldersNote(std::string_view note) {
  const Json json = ParseNote(note);
  if (json.is_null()) return false;
  return json["host"].get<std::string>() != HostName() || IsLockNoteOfLiveProcess(note);
}

WriterState WriterStateOf(wal::FileSystem& files, const wal::DatabasePaths& paths) {
  const absl::StatusOr<std::string> note = wal::ReadFile(files, paths.Lock());
  if (!note.ok() || note->empty()) return WriterState::kNone;
  return IsLockNoteOfLiveProcess(*note) ? WriterState::kAlive : WriterState::kDied;
}

}  // namespace linedb::engine
