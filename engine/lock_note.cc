#include "engine/lock_note.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>

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

// Whether the process of that number runs: a dead one stays until its parent has asked for it. What
// it calls itself says nothing: a writer may give itself another name. True where the system does
// not tell.
bool IsRunning(std::int64_t pid) {
  // "4711 (dbtool) S 1 …"; the name may hold anything. A file without a size, which none of the
  // disk's functions reads.
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  const std::string stat(std::istreambuf_iterator<char>(file), {});
  const std::size_t end = stat.rfind(')');
  if (end == stat.npos || end + 2 >= stat.size()) return true;
  const char state = stat[end + 2];
  if (state != 'Z' && state != 'X') return true;
  // Its first thread may have ended while others go on: their number is the 20th field.
  std::istringstream fields(stat.substr(end + 2));
  std::string field;
  for (int number = 3; number <= 20; ++number) fields >> field;
  return fields.good() && field != "0" && field != "1";
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
  return IsRunning(pid);
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
