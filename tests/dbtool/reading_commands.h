// The commands that only read, in the database that the fixture makes.

#ifndef LINEDB_TESTS_DBTOOL_READING_COMMANDS_H_
#define LINEDB_TESTS_DBTOOL_READING_COMMANDS_H_

namespace linedb {

inline constexpr const char* kReading[] = {"inspect data/university",
                                           "inspect data/university student",
                                           "schema data/university student",
                                           "get data/university student 1",
                                           "cat data/university student",
                                           "grep data/university Alice",
                                           "sql data/university 'SELECT * FROM student'",
                                           "export data/university student",
                                           "wal data/university",
                                           "verify data/university",
                                           "verify data/university --quick",
                                           "stats data/university",
                                           "checkpoint data/university --dry-run",
                                           "log data/university student 1",
                                           "tail data/university",
                                           "dump data/university",
                                           "export data/university student --canonical",
                                           "diff data/university --from 7 --to 7",
                                           "report data/university -o -",
                                           "diff data/university data/university"};

// The same of those that write, but elsewhere.
inline constexpr const char* kReadingFrom[] = {
    "export data/university student out.jsonl",
    "dump data/university -o out.dump",
    "report data/university -o out.html",
    "slice data/university --to cut --from 6 --through 7",
    "backup data/university copied",
    "restore data/university restored --at 3",
    "repair data/university --to mended",
    "bisect data/university --test '! dbtool get \"$DB\" student 3'"};

}  // namespace linedb

#endif  // LINEDB_TESTS_DBTOOL_READING_COMMANDS_H_
