"""Words of exported pages, in English and in Chinese, besides those of the studio's views (`studio.py`)."""

from __future__ import annotations

from .studio import STUDIO_WORDS

PAGE_WORDS: dict[str, tuple[str, str]] = {
    "page_digits": (
        "Draw a digit: the network answers while you draw, and shows which pixels its answer rests on.",
        "写一个数字：边写边看网络的回答，以及它依据了哪些像素。",
    ),
    "page_image": (
        "Paint, or open an image: the network answers at once, and shows which pixels its answer rests on.",
        "涂画或打开一幅图像：网络立即回答，并显示依据了哪些像素。",
    ),
    "page_row": (
        "Change any value: the network answers at once, and shows what its answer rests on.",
        "修改任一数值：网络立即回答，并显示依据了什么。",
    ),
    "page_private": (
        "The whole network is in this page: it works offline, and what you enter stays on your device.",
        "整个网络都在本页中：无需联网，您输入的内容不会离开您的设备。",
    ),
    "page_examples": ("Or try one of these", "或试试这些"),
    "page_example": ("Example {number}: {answer}", "示例 {number}：{answer}"),
    "page_file": ("An image of your own", "用自己的图像"),
    "page_file_line": (
        "Choose, drop or paste one. Its middle is resized to {columns} × {rows} pixels; nothing is uploaded.",
        "选择、拖入或粘贴一幅图像。其中间部分会缩放为 {columns} × {rows} 像素；不会上传。",
    ),
    "page_file_choose": ("Choose an image …", "选择图像……"),
    "page_file_opened": ("{name} is on the board.", "已打开 {name}。"),
    "page_file_wrong": (
        "{name} is not an image that this browser can read. Try a PNG or JPEG file.",
        "本浏览器无法读取 {name}。请试试 PNG 或 JPEG 文件。",
    ),
    "page_start": ("Start from", "起始值"),
    "page_own_values": ("Your own values", "您输入的值"),
    "page_other_word": ("(another word)", "（其他词）"),
    "page_first_inputs": (
        "The first {count} of {all} inputs; the others keep the values of the example.",
        "这里是 {all} 个输入中的前 {count} 个，其余保持示例的值。",
    ),
    "page_shares_line": (
        "How much each input adds, compared with all inputs at 0.",
        "与全部输入均为 0 相比，每个输入的贡献。",
    ),
    "page_shares_unit": (
        "How much each column adds, in {unit}, compared with a row in the middle of all columns.",
        "与各列均取中间值的一行相比，每列的贡献（单位 {unit}）。",
    ),
    "page_explain": ("Explain", "解释"),
    "page_explain_best": ("The label with the largest output", "输出最大的标签"),
    "page_about": ("About this network", "关于这个网络"),
    "page_layers": ("Nodes per layer", "每层节点数"),
    "page_parameters": ("Parameters", "参数"),
    "page_members": ("in {members} networks, whose outputs are averaged", "共 {members} 个网络，取其输出的平均"),
    "page_score": ("On test data", "测试数据上"),
    "page_accuracy": ("{value} correct", "正确率 {value}"),
    "page_r2": ("R² {value}", "R² {value}"),
    "page_score_help": ("measured when it was trained", "训练时测得"),
    "page_agrees": (
        "✓ Checked in this browser: the outputs of {count} examples equal those of Python, bit for bit.",
        "✓ 已在本浏览器中核对：{count} 个示例的输出与 Python 逐位相同。",
    ),
    "page_differs": (
        "In this browser, the outputs of {count} examples differ from those of Python. Try another browser.",
        "在本浏览器中，{count} 个示例的输出与 Python 不同。请换一个浏览器。",
    ),
    "page_made": ("Made by glassnet {version}; model {hash}…", "由 glassnet {version} 生成；模型 {hash}…"),
    "page_programs": ("For programs", "供程序使用"),
    "page_programs_line": (
        "A script of this page, or the browser's console, can ask the network too:",
        "本页中的脚本或浏览器的控制台也可以调用网络：",
    ),
}


def exported_page_words(language: str) -> dict[str, str]:
    """Return the words of an exported page by key, in ``"en"`` or ``"zh"``."""
    place = ("en", "zh").index(language)
    views = {key: words for key, words in STUDIO_WORDS.items() if key.startswith("draw_") or key == "skip"}
    return {key: words[place] for key, words in {**views, **PAGE_WORDS}.items()}
