"""Opens a SQLite database outside (SQLite's C code opens the file); effect: @OUTSIDE@/sqlite_file.db appears."""

import sqlite3

db = sqlite3.connect("@OUTSIDE@/sqlite_file.db")
db.execute("create table t (x)")
db.execute("insert into t values (1)")
db.commit()
db.close()

print("tried")
