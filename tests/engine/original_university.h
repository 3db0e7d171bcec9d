// A directory as the Python original of the format writes it: no header in the log, the key last
// in the line, ASCII escapes, naive local times.

#ifndef LINEDB_TESTS_ENGINE_ORIGINAL_UNIVERSITY_H_
#define LINEDB_TESTS_ENGINE_ORIGINAL_UNIVERSITY_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/engine/disk_tree.h"

namespace linedb::testing {

struct OriginalColumn {
  std::string name;
  std::string type;
  bool key = false;
  bool nullable = true;
  bool unique = false;
};

inline std::string OriginalSchema(const std::string& table,
                                  const std::vector<OriginalColumn>& columns) {
  const auto text = [](bool value) { return value ? "true" : "false"; };
  std::string schema = "{\n  \"table_name\": \"" + table + "\",\n  \"schema\": {";
  for (const OriginalColumn& column : columns) {
    absl::StrAppend(&schema, schema.back() == '{' ? "" : ",", "\n    \"", column.name,
                    "\": {\n      \"type\": \"", column.type,
                    "\",\n      \"primary_key\": ", text(column.key),
                    ",\n      \"nullable\": ", text(column.nullable),
                    ",\n      \"unique\": ", text(column.unique), "\n    }");
  }
  return schema + "\n  },\n  \"created_at\": \"2026-01-22T20:31:17.592172\"\n}";
}

inline std::string OriginalLogLine(const std::string& operation, const std::string& table,
                                   const std::string& record, const std::string& old_record) {
  return absl::StrCat("{\"timestamp\": \"2026-01-22T20:31:17.595724\", \"operation\": \"",
                      operation, "\", \"table\": \"", table, "\", \"record\": ", record,
                      ", \"old_record\": ", old_record, "}\n");
}

inline Tree OriginalUniversity() {
  const std::string zoe =
      R"({"name": "Zo\u00eb M\u00fcller", "email": "zoe@university.edu", "gpa": 4.0, "id": 5})";
  const std::string lilei = R"({"name": "\u674e\u96f7 \ud83d\ude00", )"
                            R"("email": "lilei@university.edu", "gpa": 1e+16, "id": 6})";
  const std::string quote =
      R"({"name": "Quote \" Back \\ Tab\t", "email": "q@university.edu", "gpa": 1e-05, "id": 7})";
  const std::string dan =
      R"({"name": "Dan Unsaved", "email": "dan@university.edu", "gpa": 2.5, "id": 8})";
  const std::string bob =
      R"({"name": "Bob Smith", "email": "bob@university.edu", "gpa": 3.5, "id": 2})";
  const std::string bob_later =
      R"({"name": "Bob Smith", "email": "bob@university.edu", "gpa": 3.6, "id": 2})";
  const std::string mechanics =
      R"({"code": "PHYS110", "title": "Mechanics", "credits": 4, "id": 3})";
  Tree tree;
  tree["schema/student.schema.json"] =
      OriginalSchema("student", {{"id", "int", true},
                                 {"name", "str", false, false},
                                 {"email", "str", false, true, true},
                                 {"gpa", "float"}});
  tree["schema/course.schema.json"] = OriginalSchema("course", {{"id", "int", true},
                                                                {"code", "str", false, true, true},
                                                                {"title", "str"},
                                                                {"credits", "int"}});
  tree["schema/enrollment.schema.json"] =
      OriginalSchema("enrollment", {{"id", "int", true},
                                    {"student_id", "int", false, false},
                                    {"course_id", "int", false, false},
                                    {"grade", "str"},
                                    {"active", "bool"}});
  tree["data/student.records"] =
      R"({"name": "Alice Johnson", "email": "alice@university.edu", "gpa": 3.8, "id": 1})"
      "\n" +
      bob +
      "\n"
      R"({"name": "Carol White", "email": "carol@university.edu", "gpa": 3.9, "id": 3})"
      "\n" +
      zoe + "\n" + lilei + "\n" + quote + "\n";
  tree["data/course.records"] =
      R"({"code": "CS101", "title": "Introduction to Programming", "credits": 4, "id": 1})"
      "\n"
      R"({"code": "MATH201", "title": "Linear Algebra", "credits": 3, "id": 2})"
      "\n" +
      mechanics + "\n";
  tree["data/enrollment.records"] =
      R"({"student_id": 1, "course_id": 1, "grade": "A", "active": true, "id": 1})"
      "\n"
      R"({"student_id": 1, "course_id": 2, "grade": null, "active": true, "id": 2})"
      "\n"
      R"({"student_id": 2, "course_id": 1, "grade": "B+", "active": false, "id": 3})"
      "\n";
  tree["wal/transaction.20260122_203117.log"] =
      OriginalLogLine("CREATE_TABLE", "student", "null", "null") +
      OriginalLogLine("INSERT", "student", bob, "null");
  // The first three repeat what the .records file holds.
  tree["wal/transaction.log"] =
      OriginalLogLine("INSERT", "student", zoe, "null") +
      OriginalLogLine("INSERT", "student", lilei, "null") +
      OriginalLogLine("INSERT", "student", quote, "null") +
      OriginalLogLine("INSERT", "student", dan, "null") +
      OriginalLogLine("UPDATE", "student", bob_later, bob) +
      OriginalLogLine("DELETE", "course", "null", mechanics) +
      OriginalLogLine(
          "INSERT", "enrollment",
          R"({"student_id": 8, "course_id": 2, "grade": null, "active": true, "id": 4})", "null");
  return tree;
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_ENGINE_ORIGINAL_UNIVERSITY_H_
