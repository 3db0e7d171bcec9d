#!/usr/bin/env python3
"""linedb from Python, by ctypes alone: python3 students.py [DIRECTORY]

LINEDB_LIBRARY names the shared library where the system does not find it by itself."""
import ctypes
import json
import os
import sys

linedb = ctypes.CDLL(os.environ.get("LINEDB_LIBRARY", "liblinedb.so.0.1"))
linedb.linedb_code_name.restype = ctypes.c_char_p


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("message", ctypes.c_char_p)]


def call(name, *arguments):
    error = Error()
    given = [text.encode() if isinstance(text, str) else text for text in arguments]
    if code := getattr(linedb, name)(*given, ctypes.byref(error)):
        message = f"{linedb.linedb_code_name(code).decode()}: {error.message.decode()}"
        linedb.linedb_error_clear(ctypes.byref(error))
        raise RuntimeError(message)


def give(name, *arguments):
    """The same of a function that gives out JSON, or a handle if its name says so."""
    out = ctypes.c_void_p()  # not c_char_p, which would forget what is to be freed
    call(name, *arguments, ctypes.byref(out))
    if name.startswith(("linedb_open", "linedb_begin", "linedb_cursor")):
        return out
    text = ctypes.string_at(out)
    linedb.linedb_free(out)
    return json.loads(text)


def rows(database, **query):
    cursor, row = give("linedb_cursor_open", database, None, json.dumps(query)), ctypes.c_char_p()
    while call("linedb_cursor_next", cursor, ctypes.byref(row)) or row.value:
        yield json.loads(row.value)
    call("linedb_cursor_close", cursor)


school = give("linedb_open", [*sys.argv, "university"][1], None)
if "student" not in give("linedb_table_names", school):
    columns = {"id": {"type": "int", "primary_key": True, "nullable": True},
               "name": {"type": "str"}, "gpa": {"type": "float", "check": "gpa <= 4"}}
    call("linedb_create_table", school, json.dumps({"table_name": "student", "schema": columns}))
transaction = give("linedb_begin", school)
for name, gpa in (("Ada", 3.9), ("Bob", 2.5), ("Zoë", 3.7)):
    give("linedb_insert", school, transaction, "student", json.dumps({"name": name, "gpa": gpa}))
call("linedb_commit", transaction)
try:
    give("linedb_insert", school, None, "student", json.dumps({"name": "Eve", "gpa": 5}))
except RuntimeError as refused:
    print(refused)
for student in rows(school, table="student", where="gpa > 3", order_by="gpa desc", limit=2):
    print(student["name"], student["gpa"])
call("linedb_close", school)
