// The program of guide/store.md that shows transactions, savepoints, snapshots and levels of
// durability.

#include <iostream>

#include "linedb/database.h"

struct Account {
  std::string owner = {};
  std::int64_t cents = 0;
};

template <>
struct linedb::Describe<Account> {
  static constexpr auto kTable =
      linedb::DescribeTable<"account">(linedb::Field<"owner", &Account::owner>().PrimaryKey(),
                                       linedb::Field<"cents", &Account::cents>());
};

int main() {
  auto opened = linedb::Database::Open("bank");
  if (!opened.ok()) return std::cerr << opened.status() << "\n", 1;
  linedb::Database& database = **opened;
  auto accounts = *database.OpenTable<Account>();
  for (const char* owner : {"Alice", "Bob"})
    accounts.Upsert({.owner = owner, .cents = 500}).value();

  // [shown]
  auto before = *database.BeginRead();  // a snapshot: all tables, as they are now

  auto transfer = *database.Begin(linedb::Durability::kProcess);
  accounts.Update(transfer, {.owner = "Alice", .cents = 200}).IgnoreError();
  auto savepoint = *transfer.SetSavepoint();
  accounts.Update(transfer, {.owner = "Bob", .cents = 900}).IgnoreError();
  transfer.RollbackTo(savepoint).IgnoreError();  // undoes what came after it, and no more
  accounts.Update(transfer, {.owner = "Bob", .cents = 800}).IgnoreError();
  std::cout << transfer.Commit() << "\n";  // both accounts, or neither

  std::cout << accounts.Get("Alice")->cents << ", " << accounts.Get("Bob")->cents << "\n";
  std::cout << accounts.Get(before, "Alice")->cents << "\n";
  // [shown]
}
