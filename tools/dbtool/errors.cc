#include "tools/dbtool/errors.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <initializer_list>
#include <iostream>
#include <string_view>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "engine/lock_note.h"
#include "linedb/references.h"
#include "nlohmann/json.hpp"
#include "tools/dbtool/process.h"
#include "wal/file_names.h"
#include "wal/wal_line.h"

namespace linedb::dbtool {
namespace {

using wal::ConsumeNumber;
using wal::ConsumePrefix;

// What wal/file_system.h says of a disk's errors, and input_file.cc and export_file.cc of theirs.
constexpr std::string_view kDiskCalls[] = {"open ",     "read ", "write ",  "sync ",
                                           "truncate ", "stat ", "map ",    "list ",
                                           "create ",   "lock ", "remove ", "make directory "};
constexpr char kStoppedWriting[] = "an earlier failure stopped writing";

bool IsOf(const absl::Status& status, std::initializer_list<absl::StatusCode> codes) {
  return std::find(codes.begin(), codes.end(), status.code()) != codes.end();
}

// "wal/transaction.log line 17 byte 4096": the engine's own, a name without spaces.
bool StartsWithFileOfDatabase(std::string_view text, Place* place) {
  const std::size_t name_end = std::min(text.find(' '), text.size());
  const std::string_view name = text.substr(0, name_end);
  if (name.find('/') == name.npos || name.find_first_of("\":{") != name.npos) return false;
  text.remove_prefix(name_end);
  if (!ConsumePrefix(&text, " line ") || !ConsumeNumber(&text, &place->line)) return false;
  if (ConsumePrefix(&text, " byte ")) ConsumeNumber(&text, &place->byte);
  place->file = name;
  return true;
}

// "write data/student.records: No space left on device"
bool StartsWithDiskCall(std::string_view text, Place* place) {
  for (const std::string_view call : kDiskCalls) {
    if (!ConsumePrefix(&text, call)) continue;
    const std::size_t name_end = text.rfind(": ");
    if (name_end == text.npos) return false;
    place->file = text.substr(0, name_end);
    return true;
  }
  return false;
}

// "my students.jsonl:3:1: …", "plan.json: line 3 column 1: …": files of the call, whose names may
// be anything, and so have to be there.
bool StartsWithFileOfCall(std::string_view text, Place* place) {
  for (std::size_t at = text.find(':'); at != text.npos; at = text.find(':', at + 1)) {
    std::string_view rest = text.substr(at + 1);
    ConsumePrefix(&rest, " line ");
    std::uint64_t column = 0;
    if (!ConsumeNumber(&rest, &place->line)) continue;
    const bool is_place = ConsumePrefix(&rest, ":") || ConsumePrefix(&rest, " column ");
    if (!is_place || !ConsumeNumber(&rest, &column) || !ConsumePrefix(&rest, ": ")) continue;
    const std::string file(text.substr(0, at));
    std::error_code ignored;
    if (file != "<stdin>" && !std::filesystem::exists(file, ignored)) return false;
    place->file = file;
    return true;
  }
  return false;
}

// What a file of a newer format is refused with has this in it, behind its version.
constexpr char kNewerFormat[] = "reads up to ";

constexpr char kNoTable[] = "there is no table ";

// Only what a table's file says can have been meant: no log and no schema is taken in.
std::string DamageHint(const absl::Status& status) {
  const std::string hint =
      "nothing was changed; `dbtool verify DIR` lists every problem\n"
      "`dbtool repair DIR --to NEWDIR` makes a new database of all that is left";
  const std::string table = TableOfFile(PlaceIn(status).file);
  if (table.empty()) return hint;
  return hint + "\na .records file that was changed by hand is taken in by `dbtool adopt DIR " +
         table + "`";
}

// Of an assigned key. Its code is that of a full disk, but no room helps.
bool AreKeysUsedUp(const absl::Status& status) {
  return absl::IsResourceExhausted(status) &&
         absl::EndsWith(status.message(), "so none can be assigned");
}

std::string UsualHint(const absl::Status& status) {
  if (absl::StrContains(status.message(), kNewerFormat)) {
    return "a newer dbtool reads it, and what its `dbtool export` writes this one imports";
  }
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return absl::StartsWith(status.message(), kNoTable) &&
                     !absl::StrContains(status.message(), "did you mean")
                 ? "`dbtool inspect DIR` lists the tables"
                 : "";
    case absl::StatusCode::kUnavailable:
      return WorkHint();
    case absl::StatusCode::kDataLoss:
      return DamageHint(status);
    default:
      return MoreRoomHint(status);
  }
}

// As a word that a shell takes as it is.
std::string ShellWord(const std::string& word) {
  const bool plain = std::all_of(word.begin(), word.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::strchr("_-./+,:@%", c) != nullptr || c >= 0x80;
  });
  if (plain && !word.empty()) return word;
  return "'" + absl::StrReplaceAll(word, {{"'", "'\\''"}}) + "'";
}

// DIR and TABLE in it are what the call has for them.
std::string InWordsOfCall(const Context& context, std::string hint) {
  const auto is_letter = [&hint](std::size_t at) {
    return at < hint.size() && std::isalnum(static_cast<unsigned char>(hint[at])) != 0;
  };
  for (const std::string name : {"DIR", "TABLE"}) {
    const auto word = context.words.find(name);
    if (word == context.words.end()) continue;
    const std::string typed = ShellWord(word->second);
    for (std::size_t at = hint.find(name); at != hint.npos; at = hint.find(name, at)) {
      const bool whole = !is_letter(at + name.size()) && (at == 0 || !is_letter(at - 1));
      if (whole) hint.replace(at, name.size(), typed);
      at += whole ? typed.size() : name.size();
    }
  }
  return hint;
}

void TellHint(const std::string& hint) {
  if (hint.empty()) return;
  std::cerr << "dbtool: hint: " << absl::StrReplaceAll(hint, {{"\n", "\ndbtool: hint: "}}) << '\n';
}

void Tell(const Context& context, std::string_view code, const absl::Status& status,
          const std::string& placed_hint) {
  context.out.flush();
  const std::string hint = InWordsOfCall(context, placed_hint);
  const std::string message(status.message());
  if (context.json) {
    const Place place = PlaceIn(status);
    nlohmann::ordered_json error = {{"code", code},
                                    {"message", message},
                                    {"file", nullptr},
                                    {"line", nullptr},
                                    {"hint", nullptr}};
    if (!place.file.empty()) error["file"] = place.file;
    if (place.line > 0) error["line"] = place.line;
    if (!hint.empty()) error["hint"] = absl::StrReplaceAll(hint, {{"\n", "; "}});
    std::cerr << nlohmann::ordered_json{{"error", error}}.dump(
                     -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
              << '\n';
    return;
  }
  const bool color = UseColor(context, STDERR_FILENO);
  std::cerr << "dbtool: " << (color ? "\033[31merror:\033[0m " : "error: ") << message << '\n';
  TellHint(hint);
}

// Who holds the lock of the directory that is to be made is told in the lock file's own words, the
// whole message or its end; here in those of a conflict over a database. Empty if it is about
// something else.
std::string HolderIn(const Making& making, const std::string& message) {
  const std::size_t begin = message.find('{');
  const std::string note = begin == message.npos ? "" : message.substr(begin);
  if (!message.empty() && !engine::IsLockNote(note)) return "";
  const std::string what =
      begin == 0 || message.empty() ? making.directory + ": in use by " : message.substr(0, begin);
  return what + engine::DescribeLockNote(note);
}

}  // namespace

std::string WorkHint() { return "meanwhile these work: " + std::string(kWorkBesideAWriter); }

// A place begins the message: what follows may be anything that somebody typed.
Place PlaceIn(const absl::Status& status) {
  using Code = absl::StatusCode;
  std::string_view text(status.message().data(), status.message().size());
  Place place;
  const bool is_of_database =
      IsOf(status, {Code::kDataLoss, Code::kFailedPrecondition, Code::kUnavailable});
  // "DIR: the backup is damaged: wal/transaction.log line 3 …", but not in the text of a record.
  const std::string_view own = text.substr(0, std::min(text.find_first_of("\"{"), text.size()));
  for (std::size_t begin = 0; is_of_database && begin < own.size();) {
    const std::string_view part = text.substr(begin);
    if (StartsWithFileOfDatabase(part, &place)) return place;
    if (begin > 0 && StartsWithDiskCall(part, &place)) return place;
    const std::size_t colon = own.find(": ", begin);
    begin = colon == own.npos ? own.size() : colon + 2;
  }
  place = Place();
  if (!IsOf(status, {Code::kInvalidArgument, Code::kDataLoss}) &&
      StartsWithDiskCall(text, &place)) {
    return place;
  }
  return StartsWithFileOfCall(text, &place) ? place : Place();
}

std::string MoreRoomHint(const absl::Status& status) {
  if (AreKeysUsedUp(status)) return "a record that has a key of its own, one that is free, goes in";
  return absl::IsResourceExhausted(status) ? "make room and run it again" : "";
}

std::string TableOfFile(std::string_view file) {
  if (!ConsumePrefix(&file, "data/")) return "";
  return wal::TableOfRecordsFile(file).value_or("");
}

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kOutOfRange:
      return kExitNotFound;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
      return kExitLocked;
    case absl::StatusCode::kDataLoss:
      return kExitCorrupt;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kInvalidArgument:
      return kExitConstraint;
    case absl::StatusCode::kFailedPrecondition:
      if (!BrokenReferencesIn(status).empty()) return kExitConstraint;
      // Told by a second call, but it is the disk's.
      return absl::StrContains(status.message(), kStoppedWriting) ? kExitDisk : kExitUsage;
    case absl::StatusCode::kCancelled:
      return kExitInterrupted;
    default:
      return kExitDisk;
  }
}

int Fail(const Context& context, const absl::Status& found, const std::string& hint) {
  const absl::Status status =
      AreKeysUsedUp(found) ? absl::InvalidArgumentError(found.message()) : found;
  Tell(context, absl::StatusCodeToString(status.code()), status,
       hint.empty() ? UsualHint(found) : hint);
  return ExitCodeOf(status);
}

void Hint(const Context& context, const std::string& hint) {
  if (context.quiet) return;
  context.out.flush();
  TellHint(InWordsOfCall(context, hint));
}

int FailOpen(const Context& context, const absl::Status& status) {
  if (status.code() != absl::StatusCode::kNotFound) return Fail(context, status);
  const auto directory = context.words.find("DIR");
  std::error_code ignored;
  const bool is_file = directory != context.words.end() &&
                       std::filesystem::is_regular_file(directory->second, ignored);
  return Fail(context, status,
              is_file
                  ? "DIR is a file, and a database is a directory; `dbtool import` takes files in"
                  : "`dbtool init DIR` creates a database");
}

int FailUsage(const Context& context, const std::string& message, const std::string& hint) {
  const bool is_key = hint.empty() && absl::StrContains(message, "expected an array, found");
  Tell(context, "USAGE", absl::InvalidArgumentError(message),
       is_key ? "a key of several columns is a JSON array, such as '[1,3]'" : hint);
  return kExitUsage;
}

int FailMaking(const Context& context, const Making& making, const absl::Status& status) {
  const std::string message(status.message());
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kAlreadyExists:
      return FailUsage(context, message);
    case absl::StatusCode::kCancelled:
      return Fail(context, absl::CancelledError("the " + making.what + " was interrupted"),
                  "nothing was made in " + making.directory);
    case absl::StatusCode::kUnavailable: {
      const std::string holder = HolderIn(making, message);
      if (holder.empty()) return Fail(context, status);
      return Fail(context, absl::UnavailableError(holder),
                  "name another directory, or wait until it has ended");
    }
    default:
      return Fail(context, status);
  }
}

int FinishOutput(Context& context, int exit_code) {
  context.out.flush();
  const int error = context.out_buffer.error();
  if (error == 0 || error == EPIPE) return exit_code;
  const int failed =
      Fail(context, absl::InternalError(std::string("write <stdout>: ") + ErrorText(error)));
  return exit_code == kExitOk ? failed : exit_code;
}

}  // namespace linedb::dbtool
