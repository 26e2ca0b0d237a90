"""Words of the studio's page, in English and in Chinese. Keys begin with the room they are for."""

from __future__ import annotations

STUDIO_WORDS: dict[str, tuple[str, str]] = {
    # the shell
    "studio": ("studio", "工作室"),
    "rooms": ("rooms", "各个页面"),
    "room_draw": ("Draw", "手写"),
    "room_train": ("Train", "训练"),
    "room_step": ("Step", "单步"),
    "room_compare": ("Compare", "比较"),
    "room_look": ("Look", "查看"),
    "skip": ("Skip to the content", "跳到正文"),
    "theme": ("Colours", "颜色"),
    "theme_auto": ("Auto", "自动"),
    "theme_light": ("Light", "浅色"),
    "theme_dark": ("Dark", "深色"),
    "theme_next": ("Change the colours of the page", "切换页面的颜色"),
    "dismiss": ("Dismiss", "关闭"),
    "offline": (
        "The studio does not answer. If it was stopped, run “glassnet studio” again and open the new address.",
        "工作室没有响应。如果它已停止，请再次运行 glassnet studio，并打开新的地址。",
    ),
    "online": ("Connected again.", "已重新连接。"),
    "went_wrong": ("Something went wrong", "出错了"),
    # parts of several rooms
    "model": ("Model", "模型"),
    "data": ("Data", "数据"),
    "open_model": ("Open …", "打开……"),
    "open_data": ("Open …", "打开……"),
    "as_table": ("As a table", "以表格显示"),
    # take it away
    "take_title": ("Take it away", "带走"),
    "take_hint": ("the same work as a command or a Python program", "同样的工作，写成命令或 Python 程序"),
    "take_form": ("Form", "形式"),
    "take_command": ("As command", "命令"),
    "take_python": ("As Python", "Python"),
    "take_copy": ("Copy", "复制"),
    "take_copied": ("copied", "已复制"),
    "take_text": ("Text to run elsewhere", "可在别处运行的文本"),
    "take_nothing": ("Nothing to take yet.", "还没有可带走的内容。"),
}
"""Key -> the words in English and in Chinese; the page fills the holes in braces."""
