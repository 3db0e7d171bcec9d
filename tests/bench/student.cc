#include "tests/bench/student.h"

#include <array>
#include <cstdio>
#include <string_view>

namespace bench {
namespace {

constexpr std::array<std::string_view, 16> kFirstNames = {
    "Alice", "Bob",   "Carol", "Daniel", "Emma",  "Felix", "Grace",  "Henry",
    "Ines",  "Jakob", "Karin", "Liam",   "Maria", "Noah",  "Olivia", "Paul"};
constexpr std::array<std::string_view, 16> kLastNames = {
    "Johnson", "Smith",    "Keller", "Okafor", "Novak",  "Garcia",  "Tanaka", "Larsen",
    "Moreau",  "Kowalski", "Rossi",  "Singh",  "Hansen", "Fischer", "Silva",  "Brown"};

// Names by key, mixed, so that neighbours in the table are none in the order of e-mails.
std::string_view FirstName(std::int64_t id) {
  return kFirstNames[Mix(static_cast<std::uint64_t>(id)) % kFirstNames.size()];
}
std::string_view LastName(std::int64_t id) {
  return kLastNames[(Mix(static_cast<std::uint64_t>(id)) >> 8) % kLastNames.size()];
}

void AppendLower(std::string_view text, std::string* out) {
  for (const char letter : text) {
    out->push_back(letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter);
  }
}

}  // namespace

std::uint64_t Mix(std::uint64_t value) {  // splitmix64
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

std::string MakeEmail(std::int64_t id) {
  // An odd factor permutes the numbers below 2^26, so that no two keys below it share an e-mail.
  const std::uint64_t number = (static_cast<std::uint64_t>(id) * 0x9e3775U) & 0x3ffffffU;
  std::string email;
  AppendLower(FirstName(id), &email);
  email.push_back('.');
  AppendLower(LastName(id), &email);
  email += std::to_string(number);
  return email + "@university.edu";
}

double MakeGpa(std::int64_t id, std::uint64_t version) {
  const std::uint64_t chance = Mix(static_cast<std::uint64_t>(id) ^ (version << 40));
  return static_cast<double>((chance >> 16) % 401) / 100.0;
}

Student MakeStudent(std::int64_t id, std::uint64_t version) {
  Student row;
  row.id = id;
  row.name = std::string(FirstName(id)) + " " + std::string(LastName(id));
  row.email = MakeEmail(id);
  row.gpa = MakeGpa(id, version);
  return row;
}

std::string JsonLineOf(const Student& row) {
  char gpa[32];
  std::snprintf(gpa, sizeof gpa, "%.2f", row.gpa);
  return "{\"id\":" + std::to_string(row.id) + ",\"name\":\"" + row.name + "\",\"email\":\"" +
         *row.email + "\",\"gpa\":" + gpa + "}\n";
}

}  // namespace bench
