/* A program in C99 as a user would write it, run by a test: every group of functions once, and
   nothing left behind. Prints "ok" if all went as it should. */

#include <stdio.h>
#include <string.h>

#include "linedb/linedb.h"

static linedb_error error = {LINEDB_OK, NULL};
static int faults = 0;

/* Notes where the program went wrong, and goes on. */
static void expect(int holds, int line) {
  if (holds) return;
  ++faults;
  printf("line %d: %s %s\n", line, linedb_code_name(error.code),
         error.message != NULL ? error.message : "");
}
#define EXPECT(condition) expect((condition), __LINE__)

/* Compares what was given out, and frees it. */
static int is_text(char* text, const char* expected) {
  const int same = text != NULL && strcmp(text, expected) == 0;
  if (!same) printf("%s, expected %s\n", text != NULL ? text : "NULL", expected);
  linedb_free(text);
  return same;
}

static const char student_schema[] =
    "{\"table_name\":\"student\",\"schema\":{"
    "\"id\":{\"type\":\"int\",\"primary_key\":true,\"nullable\":true},"
    "\"name\":{\"type\":\"str\"},"
    "\"email\":{\"type\":\"str\",\"nullable\":true,\"unique\":true},"
    "\"gpa\":{\"type\":\"float\",\"default\":0.0}}}";

static void write_records(linedb_database* db) {
  linedb_transaction* writer = NULL;
  int64_t savepoint = 0;
  char* key = NULL;
  EXPECT(linedb_begin(db, &writer, &error) == LINEDB_OK);
  EXPECT(linedb_insert(db, writer, "student", "{\"name\":\"Ada\",\"email\":\"ada@uni.edu\"}", &key,
                       &error) == LINEDB_OK);
  EXPECT(is_text(key, "1"));
  EXPECT(linedb_set_savepoint(writer, &savepoint, &error) == LINEDB_OK);
  EXPECT(linedb_insert(db, writer, "student", "{\"name\":\"Nobody\"}", NULL, &error) == LINEDB_OK);
  EXPECT(linedb_rollback_to(writer, savepoint, &error) == LINEDB_OK);
  EXPECT(linedb_commit(writer, &error) == LINEDB_OK);
  EXPECT(linedb_put(db, NULL, "student", "{\"id\":7,\"name\":\"Bob\",\"gpa\":2.5}", NULL, &error) ==
         LINEDB_OK);
  EXPECT(linedb_update(db, NULL, "student", "{\"id\":7,\"name\":\"Bob\",\"gpa\":3}", &error) ==
         LINEDB_OK);
}

static void read_records(linedb_database* db) {
  char* record = NULL;
  linedb_transaction* snapshot = NULL;
  EXPECT(linedb_begin_read(db, &snapshot, &error) == LINEDB_OK);
  EXPECT(linedb_delete(db, NULL, "student", "7", &error) == LINEDB_OK);
  EXPECT(linedb_get(db, snapshot, "student", "7", &record, &error) == LINEDB_OK);
  EXPECT(is_text(record, "{\"id\":7,\"name\":\"Bob\",\"email\":null,\"gpa\":3.0}"));
  EXPECT(linedb_rollback(snapshot, &error) == LINEDB_OK);
  EXPECT(linedb_get(db, NULL, "student", "7", &record, &error) == LINEDB_NOT_FOUND);
  EXPECT(record == NULL && strstr(error.message, "student") != NULL);
  EXPECT(linedb_find(db, NULL, "student", "email", "\"ada@uni.edu\"", &record, &error) ==
         LINEDB_OK);
  EXPECT(error.message == NULL);
  EXPECT(is_text(record, "{\"id\":1,\"name\":\"Ada\",\"email\":\"ada@uni.edu\",\"gpa\":0.0}"));
}

static int add_length(void* context, const char* row) {
  *(size_t*)context += strlen(row);
  return 1;
}

static void ask_questions(linedb_database* db) {
  linedb_cursor* cursor = NULL;
  const char* row = NULL;
  uint64_t count = 0;
  size_t length = 0;
  const char query[] = "{\"table\":\"student\",\"where\":\"name = 'Ada'\",\"select\":\"name\"}";
  EXPECT(linedb_cursor_open(db, NULL, query, &cursor, &error) == LINEDB_OK);
  EXPECT(linedb_cursor_next(cursor, &row, &error) == LINEDB_OK);
  EXPECT(row != NULL && strcmp(row, "{\"name\":\"Ada\"}") == 0);
  EXPECT(linedb_cursor_next(cursor, &row, &error) == LINEDB_OK && row == NULL);
  EXPECT(linedb_close(db, &error) == LINEDB_IN_USE);
  EXPECT(linedb_cursor_close(cursor, &error) == LINEDB_OK);
  EXPECT(linedb_query(db, NULL, query, add_length, &length, &error) == LINEDB_OK);
  EXPECT(length == strlen("{\"name\":\"Ada\"}"));
  EXPECT(linedb_count(db, NULL, "{\"table\":\"student\"}", &count, &error) == LINEDB_OK);
  EXPECT(count == 1);
}

int main(int argc, char** argv) {
  linedb_options options = LINEDB_OPTIONS;
  linedb_database* db = NULL;
  char* names = NULL;
  if (argc != 2) return 2;
  options.durability = LINEDB_DURABILITY_PROCESS;
  EXPECT(linedb_open(argv[1], &options, &db, &error) == LINEDB_OK);
  EXPECT(linedb_create_table(db, student_schema, &error) == LINEDB_OK);
  EXPECT(linedb_table_names(db, &names, &error) == LINEDB_OK);
  EXPECT(is_text(names, "[\"student\"]"));
  write_records(db);
  read_records(db);
  ask_questions(db);
  EXPECT(linedb_checkpoint(db, NULL, &error) == LINEDB_OK);
  EXPECT(linedb_close(db, &error) == LINEDB_OK);
  linedb_error_clear(&error);
  if (faults == 0) puts("ok");
  return faults != 0;
}
