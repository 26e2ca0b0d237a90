"""Texts of ``glassnet doctor`` other than findings, in English and in Chinese."""

from __future__ import annotations

GUESSED = {"en": "guessed indentation", "zh": "缩进为推测"}
"""Comment on a line whose indentation `doctor --fix` guessed, by language."""

DOCTOR_WORDS: dict[str, tuple[str, str]] = {
    "doctor_data": ("{source}: {samples} of {values}", "{source}：{samples}，每个 {values}"),
    "doctor_repairs": (
        "{source}: {rows}; after repair {samples} of {values}",
        "{source}：{rows}；修复后 {samples}，每个 {values}",
    ),
    "doctor_drawn": (", image size {rows} × {columns}", "，图片大小 {rows} × {columns}"),
    "doctor_colour": (" in colour", "（彩色）"),
    "doctor_class": ("{name} ({count:,})", "{name}（{count:,}）"),
    "doctor_classes": ("; classes {classes}", "；类别 {classes}"),
    "doctor_error": ("error  ", "错误"),
    "doctor_warning": ("warning", "警告"),
    "doctor_remark": ("remark ", "提示"),
    "at_file": ("file {places}", "文件 {places}"),
    "at_files": ("files {places}", "文件 {places}"),
    "at_line": ("line {places}", "文件的第 {places} 行"),
    "at_lines": ("lines {places}", "文件的第 {places} 行"),
    "at_row": ("row {places}", "数据的第 {places} 行"),
    "at_rows": ("rows {places}", "数据的第 {places} 行"),
    "some_of": ("{places}, … ({count} in total)", "{places} 等 {count}"),
    "doctor_fix": ("fix: {advice}", "建议：{advice}"),
    "doctor_or": ("or:  {command}", "或：{command}"),
    "doctor_program": ("{meaning}; fix: {advice}", "{meaning}；建议：{advice}"),
    "doctor_repaired": ("repaired  {code}  {repair}", "已修复  {code}  {repair}"),
    "doctor_places": (" ({count} places)", "（{count} 处）"),
    "doctor_copy": ("copy      {file}: {verdict}", "副本    {file}：{verdict}"),
    "doctor_unwritten": (
        "copy      not written: it would not be valid Python; correct the line of GS10 first",
        "副本    未写入：改后仍不是合法的 Python；请先改正 GS10 指出的行",
    ),
    "doctor_verdict": ("{source}: {verdict}", "{source}：{verdict}"),
    "doctor_fine": ("no problems found", "没有发现问题"),
    "doctor_next": ("next      {command}", "下一步  {command}"),
    "listing": (", ", "、"),
}
"""Key -> the text in English and in Chinese; see `language.speaking`."""
