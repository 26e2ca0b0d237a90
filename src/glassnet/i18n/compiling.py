"""What is printed while loops are compiled, in English and Chinese."""

from __future__ import annotations

from .language import Say, speaking

COMPILING_WORDS: dict[str, tuple[str, str]] = {
    "train_samples": ("training on single samples", "逐样本训练"),
    "train_batches": ("training in batches", "按批训练"),
    "answer_rows": ("prediction", "预测"),
    "distort_rows": ("image augmentation", "图像增强"),
    "begins": (
        "compiling the loop for {what} ({types}){once} …",
        "正在编译{what}的循环（{types}）{once}……",
    ),
    "types": ("weights {weights}, inputs {inputs}", "权重 {weights}，输入 {inputs}"),
    "types_of_images": ("images {inputs}", "图像 {inputs}"),
    "once": (", needed once for these types and options", "，这些类型与选项只需编译一次"),
    "ends": ("compiled in {seconds:.1f} s", "编译完成，用时 {seconds:.1f} 秒"),
    "waits": (
        "another process is compiling the loop for {what}; waiting for it …",
        "另一个进程正在编译{what}的循环，等待其完成……",
    ),
}


def compiling_words(language: str) -> Say:
    """Return the texts in "en" or "zh"; called with a key and the values for its braces."""
    return speaking(language, COMPILING_WORDS)
