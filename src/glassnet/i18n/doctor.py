"""What ``glassnet doctor`` prints besides findings, in English and in Chinese."""

from __future__ import annotations

DOCTOR_WORDS: dict[str, tuple[str, str]] = {
    "doctor_data": ("{source}: {samples} of {values}", "{source}：{samples}，每个 {values}"),
    "doctor_repairs": (
        "{source}: {rows}; once repaired, {samples} of {values}",
        "{source}：{rows}；修复后 {samples}，每个 {values}",
    ),
    "doctor_drawn": (", drawn as {rows} × {columns}", "，画作 {rows} × {columns}"),
    "doctor_colour": (" in colour", "（彩色）"),
    "doctor_classes": ("; classes {classes}", "；类别 {classes}"),
    "doctor_error": ("error  ", "错误"),
    "doctor_warning": ("warning", "警告"),
    "doctor_remark": ("remark ", "提示"),
    "at_file": ("file {places}", "文件 {places}"),
    "at_files": ("files {places}", "文件 {places}"),
    "at_line": ("line {places}", "文件第 {places} 行"),
    "at_lines": ("lines {places}", "文件第 {places} 行"),
    "at_row": ("row {places}", "第 {places} 行"),
    "at_rows": ("rows {places}", "第 {places} 行"),
    "some_of": ("{places}, … ({count} in all)", "{places} 等 {count}"),
    "doctor_fix": ("fix: {advice}", "怎么办：{advice}"),
    "doctor_or": ("or:  {command}", "或：{command}"),
    "doctor_program": ("{meaning}; fix: {advice}", "{meaning}；怎么办：{advice}"),
    "doctor_repaired": ("repaired  {code}  {repair}", "已修复  {code}  {repair}"),
    "doctor_places": (" ({count} places)", "（{count} 处）"),
    "doctor_copy": ("copy      {file}: {verdict}", "副本    {file}：{verdict}"),
    "doctor_verdict": ("{source}: {verdict}", "{source}:{verdict}"),
    "doctor_fine": ("nothing wrong", "没有问题"),
    "doctor_next": ("next      {command}", "接下来  {command}"),
    "listing": (", ", "、"),
}
"""Key -> the word in English and in Chinese; see `pictures.words`."""
