/* linedb for C, and through C for every other language. C99; of C++ programs linedb/database.h is
   the header. engine/DESIGN.md says what stays the same from version to version.

     linedb_error error = {0, NULL};
     linedb_database* db = NULL;
     if (linedb_open("university", NULL, &db, &error) != LINEDB_OK) {
       fprintf(stderr, "%s\n", error.message);
       linedb_error_clear(&error);
       return 1;
     }
     char* key = NULL;
     linedb_insert(db, NULL, "student", "{\"name\":\"Alice\"}", &key, &error);
     linedb_free(key);
     linedb_close(db, &error);
     linedb_error_clear(&error);

   Text is UTF-8 and ends with a NUL; what the library gives out is freed with linedb_free, but for
   what is `const char*`. Records, keys, schemas and reports are JSON: a record is an object with a
   member for each column (schema/FORMAT.md), a key a value, of a compound key an array.

   Every function that can fail returns a LINEDB_ code and takes a linedb_error, which may be NULL.
   What it gives out through a pointer is NULL (a handle, text) or 0 after a failure. No exception
   leaves the library.

   Handles are numbers that look like pointers: do not look behind them. One that is NULL, was
   closed, or is of another kind is LINEDB_INVALID_ARGUMENT wherever it is not allowed, never a
   crash.

   Threads: any thread may call any function at any time, but for those of a transaction that writes
   (the thread that began it) and of a cursor (one thread at a time). In a forked child no handle of
   the parent's may be used. */

#ifndef LINEDB_LINEDB_H_
#define LINEDB_LINEDB_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Errors ---- */

/* What a caller does next. The numbers are frozen: never changed, never used again. */
enum {
  LINEDB_OK = 0,
  LINEDB_CANCELLED = 1,
  LINEDB_UNKNOWN = 2,
  LINEDB_INVALID_ARGUMENT = 3,    /* the call is wrong, or the record does not fit the table */
  LINEDB_NOT_FOUND = 5,           /* no such database, table or record */
  LINEDB_ALREADY_EXISTS = 6,      /* the database, table or key is there */
  LINEDB_PERMISSION_DENIED = 7,   /* the file system's */
  LINEDB_RESOURCE_EXHAUSTED = 8,  /* the disk is full, or a limit is reached */
  LINEDB_FAILED_PRECONDITION = 9, /* schema or state do not allow it: mend these first */
  LINEDB_ABORTED = 10,            /* try again */
  LINEDB_OUT_OF_RANGE = 11,       /* a watch fell behind the logs that are kept */
  LINEDB_UNIMPLEMENTED = 12,
  LINEDB_INTERNAL = 13,    /* the disk failed */
  LINEDB_UNAVAILABLE = 14, /* another process has it open for writing */
  LINEDB_DATA_LOSS = 15,   /* bytes are wrong: the message names file, line and byte */
  LINEDB_OUT_OF_MEMORY = 100,
  LINEDB_IN_USE = 101 /* linedb_close: something made from the handle is still open */
};

/* The caller's; begins as {0, NULL}. Each call that is given one frees what message it had and sets
   it anew, so one serves for all calls of a thread; linedb_error_clear frees the last message. */
typedef struct linedb_error {
  int code;
  char* message; /* NULL if code is LINEDB_OK */
} linedb_error;

void linedb_error_clear(linedb_error* error);

/* "NOT_FOUND"; "UNKNOWN" of a number that is no code. Valid for ever. */
const char* linedb_code_name(int code);

/* Frees text that the library gave out; NULL is allowed. */
void linedb_free(char* text);

/* "0.1.0". Valid for ever. */
const char* linedb_version(void);

/* ---- Databases ---- */

typedef struct linedb_database linedb_database;
typedef struct linedb_transaction linedb_transaction;
typedef struct linedb_cursor linedb_cursor;
typedef struct linedb_watch linedb_watch;

/* Frozen numbers, as are all below. */
enum { LINEDB_READ_WRITE = 0, LINEDB_READ_ONLY = 1 };
enum { LINEDB_CREATE_IF_MISSING = 0, LINEDB_CREATE_NEVER = 1, LINEDB_CREATE_ALWAYS = 2 };
/* What a commit survives: everything; the end of the process but not of the machine; nothing until
   it is written, within a second. */
enum { LINEDB_DURABILITY_FULL = 0, LINEDB_DURABILITY_PROCESS = 1, LINEDB_DURABILITY_BUFFERED = 2 };
/* Who makes checkpoints: a thread of the database's own, or nobody but linedb_checkpoint. */
enum { LINEDB_MAINTENANCE_BACKGROUND = 0, LINEDB_MAINTENANCE_MANUAL = 1 };

/* Begins as LINEDB_OPTIONS, which is the default of everything. Grows at its end only, and
   struct_bytes says how much of it the caller's program knows. */
typedef struct linedb_options {
  size_t struct_bytes;
  int access;                  /* read only: no lock, beside a writer; see linedb_refresh */
  int create;                  /* whether a directory may become a database */
  int durability;              /* of transactions that do not say otherwise */
  int maintenance;             /* who keeps it in shape */
  int64_t refresh_interval_ms; /* a read-only handle goes on with the writer so often; 0: never */
  int64_t archives_kept;       /* archived logs beside the current one; 0: 10, -1: none */
} linedb_options;

#define LINEDB_OPTIONS \
  { sizeof(linedb_options), 0, 0, 0, 0, 0, 0 }

/* Opens the database in `directory`; `options` may be NULL. LINEDB_NOT_FOUND (none there, and not
   to be created), LINEDB_ALREADY_EXISTS (LINEDB_CREATE_ALWAYS), LINEDB_UNAVAILABLE (the message
   names the process that has it), LINEDB_DATA_LOSS, LINEDB_FAILED_PRECONDITION (a newer format),
   LINEDB_INVALID_ARGUMENT (an option is none), and the disk's. */
int linedb_open(const char* directory, const linedb_options* options, linedb_database** database,
                linedb_error* error);

/* A database that lives in memory and ends with its handle. */
int linedb_open_in_memory(const linedb_options* options, linedb_database** database,
                          linedb_error* error);

/* Makes everything durable, frees the lock and ends the handle, whatever it returns, but for
   LINEDB_IN_USE: then a transaction, cursor or watch of it is open, or another thread is in a call,
   and nothing is done. NULL: does nothing. */
int linedb_close(linedb_database* database, linedb_error* error);

/* The same figures as `dbtool stats --json` has them: tables, log, archives. */
int linedb_statistics(linedb_database* database, char** statistics, linedb_error* error);

/* Writes what the log has into the tables, and starts a new log. `report` may be NULL.
   LINEDB_FAILED_PRECONDITION if this thread has a transaction open that writes. */
int linedb_checkpoint(linedb_database* database, char** report, linedb_error* error);

/* A read-only handle goes on with what was committed since; other handles do nothing.
   LINEDB_FAILED_PRECONDITION if the log is another one by now. */
int linedb_refresh(linedb_database* database, linedb_error* error);

/* Copies the database, which may be in use, into `directory`: a new or empty one, or an earlier
   backup of it. `report` may be NULL. LINEDB_ALREADY_EXISTS, LINEDB_FAILED_PRECONDITION,
   LINEDB_UNAVAILABLE, LINEDB_DATA_LOSS, and the disk's. */
int linedb_backup(linedb_database* database, const char* directory, char** report,
                  linedb_error* error);

/* Checks every file of the database in `directory`, which may be in use, and changes nothing. What
   is wrong is in the report and no error: "problems" has "file", "line", "byte", "kind", "key" (as
   JSON text; null if it is not known) and "message" of each. LINEDB_NOT_FOUND: no database. */
int linedb_verify(const char* directory, char** report, linedb_error* error);

/* ---- Tables ---- */

/* `schema` is a schema file's text (schema/FORMAT.md):
     {"table_name": "student", "schema": {
        "id": {"type": "int", "primary_key": true, "nullable": true},
        "name": {"type": "str"}, "gpa": {"type": "float", "nullable": true}}}
   LINEDB_ALREADY_EXISTS; LINEDB_INVALID_ARGUMENT or LINEDB_DATA_LOSS (no such text: the message
   names line and column); otherwise as linedb_commit. */
int linedb_create_table(linedb_database* database, const char* schema, linedb_error* error);

/* Gives the table of that name another schema and carries its records over, all or nothing.
   LINEDB_NOT_FOUND; LINEDB_INVALID_ARGUMENT (not possible); LINEDB_FAILED_PRECONDITION or
   LINEDB_ALREADY_EXISTS (a record that does not fit it). */
int linedb_alter_table(linedb_database* database, const char* schema, linedb_error* error);

int linedb_drop_table(linedb_database* database, const char* table, linedb_error* error);

/* ["course","student"] */
int linedb_table_names(linedb_database* database, char** names, linedb_error* error);

/* The text of the table's schema file. LINEDB_NOT_FOUND, with a suggestion. */
int linedb_table_schema(linedb_database* database, const char* table, char** schema,
                        linedb_error* error);

/* ---- Transactions ---- */

/* The right to write; waits for the transaction before it. Its changes are seen by calls that name
   it, and by others once it is committed. Ends by linedb_commit or linedb_rollback, in the thread
   that began it; any other use of it is that thread's, too, else LINEDB_FAILED_PRECONDITION, as if
   this thread has one open already or the database is read-only. */
int linedb_begin(linedb_database* database, linedb_transaction** transaction, linedb_error* error);

/* The same with a LINEDB_DURABILITY_ of its own. */
int linedb_begin_with(linedb_database* database, int durability, linedb_transaction** transaction,
                      linedb_error* error);

/* A snapshot: all tables as they are committed now, for reading. Waits for nobody. Any thread. */
int linedb_begin_read(linedb_database* database, linedb_transaction** transaction,
                      linedb_error* error);

/* Makes the changes durable and visible, and ends the transaction, whatever it returns, unless the
   thread is not its own. After an error nothing of it happened: LINEDB_RESOURCE_EXHAUSTED (the disk
   is full), LINEDB_ABORTED (try again), LINEDB_FAILED_PRECONDITION (a reference is broken, or
   writing has stopped); but LINEDB_INTERNAL may say that this is unknown until the database is
   opened again. Of a snapshot: ends it. */
int linedb_commit(linedb_transaction* transaction, linedb_error* error);

/* Drops the changes and ends the transaction. NULL: does nothing. */
int linedb_rollback(linedb_transaction* transaction, linedb_error* error);

/* Remembers this moment, and goes back to it: what was done since is undone. It can be gone back to
   again, those set after it cannot (LINEDB_FAILED_PRECONDITION). */
int linedb_set_savepoint(linedb_transaction* transaction, int64_t* savepoint, linedb_error* error);
int linedb_rollback_to(linedb_transaction* transaction, int64_t savepoint, linedb_error* error);

/* ---- Records ----

   `transaction` may be NULL wherever it is asked for: what is written is a transaction of its own,
   durable when the call returns, and may fail as linedb_begin and linedb_commit; what is read is
   what is committed. A snapshot is for reading only: LINEDB_INVALID_ARGUMENT. A table that is not
   there is LINEDB_NOT_FOUND everywhere, a transaction of another database
   LINEDB_FAILED_PRECONDITION. A failed call leaves its transaction as it was. */

/* Inserts a record. Columns left out become their default, or null, or are assigned (keys). `key`,
   which may be NULL, becomes its primary key. LINEDB_ALREADY_EXISTS: a key is taken, the message
   says by which record; LINEDB_INVALID_ARGUMENT: it does not fit, the message says where. */
int linedb_insert(linedb_database* database, linedb_transaction* transaction, const char* table,
                  const char* record, char** key, linedb_error* error);

/* Inserts the record or replaces the one of that key. */
int linedb_put(linedb_database* database, linedb_transaction* transaction, const char* table,
               const char* record, char** key, linedb_error* error);

/* Replaces the record of that key. LINEDB_NOT_FOUND if there is none. */
int linedb_update(linedb_database* database, linedb_transaction* transaction, const char* table,
                  const char* record, linedb_error* error);

/* Removes the record of that key. LINEDB_NOT_FOUND if there is none. */
int linedb_delete(linedb_database* database, linedb_transaction* transaction, const char* table,
                  const char* key, linedb_error* error);

/* The record of a primary key. LINEDB_NOT_FOUND if there is none. */
int linedb_get(linedb_database* database, linedb_transaction* transaction, const char* table,
               const char* key, char** record, linedb_error* error);

/* The record of a unique key, named by its columns joined by ",": "email", "\"a@uni.edu\"".
   LINEDB_INVALID_ARGUMENT if there is no such key. */
int linedb_find(linedb_database* database, linedb_transaction* transaction, const char* table,
                const char* columns, const char* key, char** record, linedb_error* error);

/* ---- Queries ----

   A query is a JSON object; texts in it are those of linedb/json_query.h and linedb/expression.h:

     {"table": "student",                   whose records; all else may be left out
      "where": "gpa >= 3.5",                which of them
      "exists": [{"table": "enrolment", "on": "id = student_id", "where": "grade = 'A'",
                  "not": false}],           only those that have, or have not, a match there
      "join": {"table": "enrolment", "on": "id = student_id", "where": "grade = 'A'",
               "as": "taken", "pairs_where": "student.gpa > taken.weight"},
      "group_by": "year", "select": "year, count(*), avg(gpa) as mean", "distinct": false,
      "order_by": "mean desc", "limit": 10, "offset": 0}

   Rows are JSON objects: whole records; of a join an object for each table; of "select" a member
   for each thing selected. LINEDB_INVALID_ARGUMENT: it is no query, or does not fit its tables. */

/* Returns 0 to stop. The row is valid during the call, which may call into the library. */
typedef int (*linedb_visitor)(void* context, const char* row);

/* Calls `visit` with each row; memory does not grow with their number, unless they are sorted or
   grouped. */
int linedb_query(linedb_database* database, linedb_transaction* transaction, const char* query,
                 linedb_visitor visit, void* context, linedb_error* error);

/* The same to be fetched row by row. A plain walk over a table (nothing but "table" in the query,
   and no transaction that writes) reads as it goes; of all others the rows are kept in memory. It
   sees the moment at which it was opened, and may outlive its transaction. */
int linedb_cursor_open(linedb_database* database, linedb_transaction* transaction,
                       const char* query, linedb_cursor** cursor, linedb_error* error);

/* The next row, valid until the next call with this cursor, or NULL at the end. LINEDB_DATA_LOSS
   where the file is damaged. */
int linedb_cursor_next(linedb_cursor* cursor, const char** row, linedb_error* error);

/* NULL: does nothing. */
int linedb_cursor_close(linedb_cursor* cursor, linedb_error* error);

/* How many rows the query has. */
int linedb_count(linedb_database* database, linedb_transaction* transaction, const char* query,
                 uint64_t* rows, linedb_error* error);

/* Gives columns of all records found new values: "gpa = gpa + 0.1, email = null". All or none.
   `records`, which may be NULL, becomes how many there were. */
int linedb_update_where(linedb_database* database, linedb_transaction* transaction,
                        const char* query, const char* assignments, uint64_t* records,
                        linedb_error* error);

/* Removes all records found, or none. */
int linedb_delete_where(linedb_database* database, linedb_transaction* transaction,
                        const char* query, uint64_t* records, linedb_error* error);

/* How the query would be run. */
int linedb_explain(linedb_database* database, linedb_transaction* transaction, const char* query,
                   char** plan, linedb_error* error);

/* ---- Watching ---- */

/* What became of a record in the eyes of a watch. */
enum { LINEDB_ENTERED = 1, LINEDB_CHANGED = 2, LINEDB_LEFT = 3 };

/* Grows at its end only. Valid during the call. */
typedef struct linedb_change {
  size_t struct_bytes;
  int event;               /* LINEDB_ENTERED, … */
  int last_of_transaction; /* no other change of this transaction is told after this one */
  uint64_t lsn;            /* each has a higher one than the last */
  uint64_t transaction;    /* its number */
  const char* timestamp;   /* of the commit, RFC 3339 */
  const char* position;    /* behind the transaction, for linedb_watch_open */
  const char* before;      /* the record as it was; NULL: it is new */
  const char* after;       /* the record as it is; NULL: it is gone */
} linedb_change;

/* Called in a thread of the watch's own, one change after the other. It may call into the library
   and end its own watch; linedb_close there is LINEDB_IN_USE. Called once with NULL, and never
   again, if the watch ends by itself: linedb_watch_status says why. */
typedef void (*linedb_watcher)(void* context, const linedb_change* change);

/* Calls `watch` for each record of the table that a commit changes, or, if `where` is not NULL, of
   those that meet the expression. Begins with the next commit, or, if `position` is not NULL,
   behind it, from the log and its archives. linedb/watch.h has the contract. */
int linedb_watch_open(linedb_database* database, const char* table, const char* where,
                      const char* position, linedb_watcher watch, void* context,
                      linedb_watch** handle, linedb_error* error);

/* Behind the last transaction whose calls have returned. */
int linedb_watch_position(linedb_watch* watch, char** position, linedb_error* error);

/* LINEDB_OK while it goes on; else why it ended. */
int linedb_watch_status(linedb_watch* watch, linedb_error* error);

/* Waits for the call under way, unless made from it; none comes after it. NULL: does nothing. */
int linedb_watch_close(linedb_watch* watch, linedb_error* error);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* LINEDB_LINEDB_H_ */
