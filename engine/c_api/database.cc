// linedb/linedb.h: databases and tables.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/c_api/calls.h"
#include "engine/c_api/handles.h"
#include "engine/c_api/reports.h"
#include "linedb/json_table.h"
#include "schema/schema_document.h"

namespace linedb::c_api {
namespace {

static_assert(LINEDB_READ_ONLY == static_cast<int>(Access::kReadOnly) &&
              LINEDB_CREATE_NEVER == static_cast<int>(Create::kNever) &&
              LINEDB_CREATE_ALWAYS == static_cast<int>(Create::kAlways) &&
              LINEDB_DURABILITY_PROCESS == static_cast<int>(Durability::kProcess) &&
              LINEDB_DURABILITY_BUFFERED == static_cast<int>(Durability::kBuffered) &&
              LINEDB_MAINTENANCE_MANUAL == static_cast<int>(Maintenance::kManual));

// The number as a member of an enumeration that goes from 0 to `last`.
template <class Enum>
absl::Status Read(const char* name, int number, Enum last, Enum* value) {
  if (number < 0 || number > static_cast<int>(last)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is ", number, "; there are 0 to ", static_cast<int>(last)));
  }
  *value = static_cast<Enum>(number);
  return absl::OkStatus();
}

absl::Status ReadDurability(int number, Durability* durability) {
  return Read("durability", number, Durability::kBuffered, durability);
}

// What a program knows of the options that was compiled with this header or an earlier one; of a
// later one the rest must be what it defaults to.
absl::StatusOr<linedb_options> KnownPart(const linedb_options* options) {
  linedb_options known = LINEDB_OPTIONS;
  if (options == nullptr) return known;
  const std::size_t bytes = options->struct_bytes;
  if (bytes < offsetof(linedb_options, access) + sizeof(int)) {
    return absl::InvalidArgumentError(
        "struct_bytes of the options is not set: begin with "
        "LINEDB_OPTIONS");
  }
  const auto* first = reinterpret_cast<const unsigned char*>(options);
  if (bytes > sizeof known && std::any_of(first + sizeof known, first + bytes,
                                          [](unsigned char byte) { return byte != 0; })) {
    return absl::InvalidArgumentError(
        absl::StrCat("an option that is newer than this version, ", LINEDB_VERSION));
  }
  std::memcpy(&known, options, std::min(bytes, sizeof known));
  return known;
}

absl::Status ReadOptions(const linedb_options* given, Options* options) {
  const absl::StatusOr<linedb_options> known = KnownPart(given);
  if (!known.ok()) return known.status();
  absl::Status read = Read("access", known->access, Access::kReadOnly, &options->access);
  read.Update(Read("create", known->create, Create::kAlways, &options->create));
  read.Update(ReadDurability(known->durability, &options->durability));
  read.Update(Read("maintenance", known->maintenance, Maintenance::kManual, &options->maintenance));
  if (!read.ok()) return read;
  if (known->refresh_interval_ms < 0) {
    return absl::InvalidArgumentError("refresh_interval_ms is negative");
  }
  options->refresh_interval = std::chrono::milliseconds(known->refresh_interval_ms);
  if (known->archives_kept < -1 || known->archives_kept > 1'000'000) {
    return absl::InvalidArgumentError("archives_kept is none of -1 to 1000000");
  }
  if (known->archives_kept != 0) {
    options->archives_kept = static_cast<int>(std::max<std::int64_t>(known->archives_kept, 0));
  }
  return absl::OkStatus();
}

// What `open` opens, as a handle.
template <class Open>
absl::Status OpenHandle(const linedb_options* given, linedb_database** handle, Open&& open) {
  Options options;
  if (absl::Status read = ReadOptions(given, &options); !read.ok()) return read;
  absl::StatusOr<std::unique_ptr<Database>> database = open(options);
  if (!database.ok()) return database.status();
  *handle = Databases().Add(std::make_shared<OpenDatabase>(*std::move(database)));
  return absl::OkStatus();
}

// `users` becomes how many use it; if that is not 0, nothing is done.
absl::Status Close(linedb_database* handle, std::size_t* users) {
  const std::shared_ptr<OpenDatabase> open = Databases().Find(handle);
  if (open == nullptr) return NoSuchHandle("database", handle);
  *users = open->BeginClosing();
  if (*users != 0) return absl::OkStatus();
  if (Databases().Remove(handle) == nullptr) return NoSuchHandle("database", handle);
  return open->database().Close();
}

// Runs `body` with the database that the handle names.
template <class Body>
absl::Status With(linedb_database* handle, Body&& body) {
  absl::StatusOr<DatabaseUse> use = DatabaseUse::Of(handle);
  if (!use.ok()) return use.status();
  return body(**use);
}

template <class Report>
absl::Status GiveReport(const absl::StatusOr<Report>& report, char** out) {
  if (!report.ok()) return report.status();
  Give(ReportText(*report), out);
  return absl::OkStatus();
}

absl::StatusOr<TableSchema> ParseSchema(const char* schema) {
  if (absl::Status given = CheckGiven({{"schema", schema}}); !given.ok()) return given;
  absl::StatusOr<schema::SchemaDocument> document = schema::ParseSchemaDocument(schema);
  if (!document.ok()) return document.status();
  return std::move(document->schema);
}

absl::Status Begin(linedb_database* handle, absl::StatusOr<WriteTransaction> begun,
                   linedb_transaction** transaction) {
  if (!begun.ok()) return begun.status();
  absl::StatusOr<DatabaseUse> use = DatabaseUse::Of(handle);
  if (!use.ok()) return use.status();
  *transaction = Transactions().Add(std::make_shared<OpenTransaction>(
      OpenTransaction{.database = *std::move(use), .writer = *std::move(begun), .snapshot = {}}));
  return absl::OkStatus();
}

}  // namespace
}  // namespace linedb::c_api

using namespace linedb::c_api;  // NOLINT: what follows is C
using linedb::Database;

extern "C" {

int linedb_open(const char* directory, const linedb_options* options, linedb_database** database,
                linedb_error* error) {
  return Call(error, [&] {
    Clear(database);
    absl::Status given = CheckGiven({{"directory", directory}, {"database", database}});
    if (!given.ok()) return given;
    return OpenHandle(options, database,
                      [&](const linedb::Options& read) { return Database::Open(directory, read); });
  });
}

int linedb_open_in_memory(const linedb_options* options, linedb_database** database,
                          linedb_error* error) {
  return Call(error, [&] {
    Clear(database);
    if (absl::Status given = CheckGiven({{"database", database}}); !given.ok()) return given;
    return OpenHandle(options, database, &Database::OpenInMemory);
  });
}

int linedb_close(linedb_database* database, linedb_error* error) {
  if (database == nullptr) return Tell(LINEDB_OK, {}, error);
  std::size_t users = 0;
  const int code = Call(error, [&] { return Close(database, &users); });
  if (users == 0) return code;
  std::array<char, 120> message;
  std::snprintf(message.data(), message.size(),
                "the database is in use: %zu transactions, cursors, watches or calls are open",
                users);
  return Tell(LINEDB_IN_USE, message.data(), error);
}

int linedb_statistics(linedb_database* database, char** statistics, linedb_error* error) {
  return Call(error, [&] {
    Clear(statistics);
    return With(database, [&](Database& open) {
      Give(ReportText(open.Stats()), statistics);
      return absl::OkStatus();
    });
  });
}

int linedb_checkpoint(linedb_database* database, char** report, linedb_error* error) {
  return Call(error, [&] {
    Clear(report);
    return With(database, [&](Database& open) { return GiveReport(open.Checkpoint(), report); });
  });
}

int linedb_refresh(linedb_database* database, linedb_error* error) {
  return Call(error, [&] { return With(database, [](Database& open) { return open.Refresh(); }); });
}

int linedb_backup(linedb_database* database, const char* directory, char** report,
                  linedb_error* error) {
  return Call(error, [&] {
    Clear(report);
    if (absl::Status given = CheckGiven({{"directory", directory}}); !given.ok()) return given;
    return With(database,
                [&](Database& open) { return GiveReport(open.Backup(directory), report); });
  });
}

int linedb_verify(const char* directory, char** report, linedb_error* error) {
  return Call(error, [&] {
    Clear(report);
    absl::Status given = CheckGiven({{"directory", directory}, {"report", report}});
    if (!given.ok()) return given;
    return GiveReport(Database::Verify(directory), report);
  });
}

int linedb_create_table(linedb_database* database, const char* schema, linedb_error* error) {
  return Call(error, [&] {
    const auto parsed = ParseSchema(schema);
    if (!parsed.ok()) return parsed.status();
    return With(database, [&](Database& open) { return open.CreateTable(*parsed); });
  });
}

int linedb_alter_table(linedb_database* database, const char* schema, linedb_error* error) {
  return Call(error, [&] {
    const auto parsed = ParseSchema(schema);
    if (!parsed.ok()) return parsed.status();
    return With(database, [&](Database& open) { return open.AlterTable(*parsed); });
  });
}

int linedb_drop_table(linedb_database* database, const char* table, linedb_error* error) {
  return Call(error, [&] {
    if (absl::Status given = CheckGiven({{"table", table}}); !given.ok()) return given;
    return With(database, [&](Database& open) { return open.DropTable(table); });
  });
}

int linedb_table_names(linedb_database* database, char** names, linedb_error* error) {
  return Call(error, [&] {
    Clear(names);
    return With(database, [&](Database& open) {
      Give(linedb::Json(open.TableNames()).dump(), names);
      return absl::OkStatus();
    });
  });
}

int linedb_table_schema(linedb_database* database, const char* table, char** schema,
                        linedb_error* error) {
  return Call(error, [&] {
    Clear(schema);
    if (absl::Status given = CheckGiven({{"table", table}}); !given.ok()) return given;
    return With(database, [&](Database& open) {
      const absl::StatusOr<linedb::TableSchema> stored = open.Schema(table);
      if (!stored.ok()) return stored.status();
      Give(linedb::schema::FormatSchemaDocument(*stored), schema);
      return absl::OkStatus();
    });
  });
}

int linedb_begin(linedb_database* database, linedb_transaction** transaction, linedb_error* error) {
  return Call(error, [&] {
    Clear(transaction);
    if (absl::Status given = CheckGiven({{"transaction", transaction}}); !given.ok()) return given;
    return With(database,
                [&](Database& open) { return Begin(database, open.Begin(), transaction); });
  });
}

int linedb_begin_with(linedb_database* database, int durability, linedb_transaction** transaction,
                      linedb_error* error) {
  return Call(error, [&] {
    Clear(transaction);
    linedb::Durability level{};
    absl::Status given = CheckGiven({{"transaction", transaction}});
    given.Update(ReadDurability(durability, &level));
    if (!given.ok()) return given;
    return With(database,
                [&](Database& open) { return Begin(database, open.Begin(level), transaction); });
  });
}

}  // extern "C"
