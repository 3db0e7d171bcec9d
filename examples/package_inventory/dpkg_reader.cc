#include "dpkg_reader.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "process.h"

namespace inventory {
namespace {

// A byte that stands in no package's fields; a tab could.
constexpr char kFieldEnd = '\x1f';

enum FieldIndex {
  kName,
  kVersion,
  kArchitecture,
  kSection,
  kInstalledSize,
  kMaintainer,
  kSummary,
  kStatus,
  kDepends,
  kPreDepends,
  kProvides,
  kFieldCount,
};
constexpr std::array<std::string_view, kFieldCount> kFieldFormats = {
    "${Package}",        "${Version}",     "${Architecture}",   "${Section}",
    "${Installed-Size}", "${Maintainer}",  "${binary:Summary}", "${db:Status-Status}",
    "${Depends}",        "${Pre-Depends}", "${Provides}",
};
using Fields = std::array<std::string_view, kFieldCount>;

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Takes what stands before the first `separator` off the text; all of it if there is none.
std::string_view TakePart(std::string_view* text, char separator) {
  const std::size_t end = text->find(separator);
  const std::string_view part = text->substr(0, end);
  *text = end == std::string_view::npos ? std::string_view() : text->substr(end + 1);
  return part;
}

std::optional<std::string> TextOrNull(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return std::string(text);
}

// The length of the UTF-8 character at the front of the text, 0 if there is none.
std::size_t CharacterLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x80) return 1;
  const std::size_t length = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  // Over-long forms, surrogates, beyond U+10FFFF: the second byte tells.
  const bool wrong = (byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xed && byte(1) > 0x9f) ||
                     (byte(0) == 0xf0 && byte(1) < 0x90) || (byte(0) == 0xf4 && byte(1) > 0x8f);
  return wrong ? 0 : length;
}

// linedb stores UTF-8 only; old packages from elsewhere hold Latin-1 here and there.
std::string RepairUtf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    repaired += length == 0 ? std::string_view("\uFFFD") : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return repaired;
}

// "libc6:any (>= 2.36)"
Dependency ParseAlternative(std::string_view text) {
  Dependency dependency;
  std::string_view name = TakePart(&text, '(');
  std::string_view constraint = Trim(TakePart(&text, ')'));
  name = Trim(name);
  dependency.target = TakePart(&name, ':');
  dependency.target_architecture = TextOrNull(name);
  const std::size_t relation_size = constraint.find_first_not_of("<=>");
  if (relation_size != std::string_view::npos && relation_size > 0) {
    dependency.relation = constraint.substr(0, relation_size);
    dependency.target_version = Trim(constraint.substr(relation_size));
  }
  return dependency;
}

// Provides has the form of dependencies without alternatives.
std::vector<Provision> ParseProvisions(std::string_view text) {
  std::vector<Provision> provisions;
  for (Dependency& item : ParseDependencies(text, DependencyKind::kDepends)) {
    provisions.push_back({.position = item.position,
                          .name = std::move(item.target),
                          .version = std::move(item.target_version)});
  }
  return provisions;
}

PackageFacts ParsePackage(const Fields& fields) {
  PackageFacts facts;
  Package& package = facts.package;
  package.name = fields[kName];
  package.architecture = fields[kArchitecture];
  package.version = fields[kVersion];
  package.section = TextOrNull(fields[kSection]);
  package.summary = fields[kSummary];
  std::int64_t size = 0;
  const std::string_view digits = fields[kInstalledSize];
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (!digits.empty() && parsed.ec == std::errc()) package.installed_kib = size;

  facts.maintainer = ParseMaintainer(fields[kMaintainer]);
  facts.dependencies = ParseDependencies(fields[kDepends], DependencyKind::kDepends);
  for (Dependency& row : ParseDependencies(fields[kPreDepends], DependencyKind::kPreDepends)) {
    facts.dependencies.push_back(std::move(row));
  }
  facts.provisions = ParseProvisions(fields[kProvides]);
  for (Dependency& row : facts.dependencies) {
    row.package = package.name;
    row.architecture = package.architecture;
  }
  for (Provision& row : facts.provisions) {
    row.package = package.name;
    row.architecture = package.architecture;
  }
  return facts;
}

// dpkg remembers packages that are gone but for their settings; those are not installed.
bool IsInstalled(std::string_view status) {
  return status == "installed" || status == "triggers-awaited" || status == "triggers-pending";
}

}  // namespace

Maintainer ParseMaintainer(std::string_view text) {
  std::string_view rest = text;
  const std::string_view name = Trim(TakePart(&rest, '<'));
  const std::string_view email = Trim(TakePart(&rest, '>'));
  return {.name = std::string(name.empty() ? email : name), .email = TextOrNull(email)};
}

std::vector<Dependency> ParseDependencies(std::string_view text, DependencyKind kind) {
  std::vector<Dependency> dependencies;
  std::int64_t position = 0;
  while (!text.empty()) {
    std::string_view item = TakePart(&text, ',');
    if (Trim(item).empty()) continue;
    ++position;
    for (std::int64_t alternative = 1; !item.empty(); ++alternative) {
      Dependency& row = dependencies.emplace_back(ParseAlternative(TakePart(&item, '|')));
      row.kind = kind;
      row.position = position;
      row.alternative = alternative;
    }
  }
  return dependencies;
}

absl::StatusOr<std::vector<PackageFacts>> ReadInstalledPackages() {
  std::string format;
  for (const std::string_view field : kFieldFormats) {
    format += field;
    format += kFieldEnd;
  }
  absl::StatusOr<CommandResult> listing = Run({"dpkg-query", "-W", "-f=" + format + "\\n"});
  if (absl::IsNotFound(listing.status())) {
    return absl::NotFoundError(
        "dpkg-query is not installed: this example reads the package database of a Debian or "
        "Ubuntu machine, and here is none");
  }
  if (!listing.ok()) return listing.status();
  if (listing->exit_code != 0) {
    return absl::InternalError(absl::StrCat("dpkg-query ended with code ", listing->exit_code));
  }

  std::vector<PackageFacts> packages;
  const std::string repaired = RepairUtf8(listing->output);
  std::string_view rest = repaired;
  while (!rest.empty()) {
    std::string_view line = TakePart(&rest, '\n');
    Fields fields;
    for (std::string_view& field : fields) field = TakePart(&line, kFieldEnd);
    if (IsInstalled(fields[kStatus])) packages.push_back(ParsePackage(fields));
  }
  if (packages.empty()) return absl::NotFoundError("dpkg-query lists no installed package");
  return packages;
}

}  // namespace inventory
