#include "tools/dbtool/errors.h"

#include <cctype>
#include <cerrno>
#include <charconv>
#include <iostream>
#include <string_view>

#include "nlohmann/json.hpp"
#include "tools/dbtool/process.h"

namespace linedb::dbtool {
namespace {

std::size_t DigitsAt(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && std::isdigit(static_cast<unsigned char>(text[at + count]))) {
    ++count;
  }
  return count;
}

void ParseNumber(std::string_view text, std::size_t at, std::uint64_t* number) {
  std::from_chars(text.data() + at, text.data() + text.size(), *number);
}

std::string UsualHint(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return "meanwhile these work: cat dump export get grep inspect log schema stats tail verify "
             "wal";
    case absl::StatusCode::kDataLoss:
      return "nothing was changed; `dbtool verify DIR` lists every problem; a .records file that "
             "was changed by hand is taken in by `dbtool adopt DIR TABLE`";
    case absl::StatusCode::kResourceExhausted:
      return "make room and run it again";
    default:
      return "";
  }
}

void Tell(const Context& context, std::string_view code, const std::string& message,
          const std::string& hint) {
  if (context.json) {
    const Place place = PlaceIn(message);
    nlohmann::ordered_json error = {{"code", code},
                                    {"message", message},
                                    {"file", nullptr},
                                    {"line", nullptr},
                                    {"hint", nullptr}};
    if (!place.file.empty()) error["file"] = place.file;
    if (place.line > 0) error["line"] = place.line;
    if (!hint.empty()) error["hint"] = hint;
    std::cerr << nlohmann::ordered_json{{"error", error}}.dump(
                     -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
              << '\n';
    return;
  }
  const bool color = UseColor(context, STDERR_FILENO);
  std::cerr << "dbtool: " << (color ? "\033[31merror:\033[0m " : "error: ") << message << '\n';
  if (!hint.empty()) std::cerr << "dbtool: hint: " << hint << '\n';
}

}  // namespace

Place PlaceIn(std::string_view message) {
  Place place;
  constexpr std::string_view kLine = " line ";
  std::size_t file_end = message.find(kLine);
  std::size_t digits = file_end + kLine.size();
  if (file_end == message.npos || DigitsAt(message, digits) == 0) {
    file_end = message.find(':');
    digits = file_end + 1;
    if (file_end == message.npos || DigitsAt(message, digits) == 0) return place;
  }
  const std::size_t space = message.substr(0, file_end).rfind(' ');
  const std::size_t file_begin = space == message.npos ? 0 : space + 1;
  place.file = message.substr(file_begin, file_end - file_begin);
  ParseNumber(message, digits, &place.line);
  constexpr std::string_view kByte = " byte ";
  const std::size_t byte = message.find(kByte, digits);
  if (byte != message.npos) ParseNumber(message, byte + kByte.size(), &place.byte);
  return place;
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
      return kExitUsage;
    case absl::StatusCode::kCancelled:
      return kExitInterrupted;
    default:
      return kExitDisk;
  }
}

int Fail(const Context& context, const absl::Status& status, const std::string& hint) {
  Tell(context, absl::StatusCodeToString(status.code()), std::string(status.message()),
       hint.empty() ? UsualHint(status.code()) : hint);
  return ExitCodeOf(status);
}

int FailOpen(const Context& context, const absl::Status& status) {
  const bool missing = status.code() == absl::StatusCode::kNotFound;
  return Fail(context, status, missing ? "`dbtool init DIR` creates a database" : "");
}

int FailUsage(const Context& context, const std::string& message, const std::string& hint) {
  Tell(context, "USAGE", message, hint);
  return kExitUsage;
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
