"""Words of the notebook views of networks and models, in English and in Chinese."""

from __future__ import annotations

NOTEBOOK_WORDS: dict[str, tuple[str, str]] = {
    "inputs": ("inputs", "输入"),
    "rule_is": ("rule {rule}", "规则 {rule}"),
    "loss_is": ("loss {loss}", "损失 {loss}"),
    "parameters_are": ("{count:,} parameters, {dtype}", "{count:,} 个参数，{dtype}"),
    "members_are": ("{count} members", "{count} 个集成成员"),
    "inputs_are": ("inputs {scaling}", "输入 {scaling}"),
    "inputs_of_columns": ("inputs encoded column by column", "输入逐列编码"),
    "inputs_standard": (
        "{features:,} inputs, each standardised to mean 0 and standard deviation 1",
        "{features:,} 个输入，各自标准化为均值 0、标准差 1",
    ),
    "recipe_is": ("recipe {recipe}", "配方 {recipe}"),
    "right_in_test": ("test accuracy {share:.2%}", "测试准确率 {share:.2%}"),
    "r2_in_test": ("test R² {r2:.4f}", "测试 R² {r2:.4f}"),
}
"""Key -> the words in English and in Chinese; see `language.speaking`."""
