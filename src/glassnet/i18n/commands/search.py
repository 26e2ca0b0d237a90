"""Texts of ``glassnet search``, in English and in Chinese."""

from __future__ import annotations

from ..language import Say, speaking

SEARCH_WORDS: dict[str, tuple[str, str]] = {
    "trial_complete": (
        "trial {number}: {score} ({done}; best so far {best}, trial {best_number})",
        "试验 {number}：{score}（{done}；目前最好 {best}，试验 {best_number}）",
    ),
    "trial_pruned": (
        "trial {number}: ended early at {score} ({done})",
        "试验 {number}：在 {score} 时提前结束（{done}）",
    ),
    "trial_diverged": (
        "trial {number}: training diverged ({done})",
        "试验 {number}：训练发散（{done}）",
    ),
    "trial_failed": (
        "trial {number}: not enough memory ({done})",
        "试验 {number}：内存不足（{done}）",
    ),
    "done_of": ("{ended} of {planned}", "{planned} 个中的 {ended} 个"),
    "done": ("{ended} done", "已完成 {ended} 个"),
    "final_best": ("training the winner on all training samples", "用全部训练样本训练胜者"),
    "final_default": ("training the recipe's own options for comparison", "训练配方自身的选项以作对照"),
    "bar": ("trials {ended}/{planned}", "试验 {ended}/{planned}"),
    "bar_best": ("best {best}", "最好 {best}"),
    "bar_left": ("{minutes:.1f} min left", "剩 {minutes:.1f} 分钟"),
    "data": (
        "data      {source}: {samples:,} training and {validation:,} validation samples, {test:,} for the test",
        "数据      {source}：训练 {samples:,} 个样本，验证 {validation:,} 个样本，测试 {test:,} 个样本",
    ),
    "data_folds": (
        "data      {source}: {validation:,} samples in {folds} folds of a cross-validation, {test:,} for the test",
        "数据      {source}：{validation:,} 个样本分 {folds} 折交叉验证，测试 {test:,} 个样本",
    ),
    "higher": ("score     {metric}; higher is better", "得分      {metric}；越高越好"),
    "lower": ("score     {metric}; lower is better", "得分      {metric}；越低越好"),
    "space": ("space     {space}", "范围      {space}"),
    "to": ("{low} to {high}", "{low} 至 {high}"),
    "log": (" (log)", "（对数）"),
    "trial": ("trial", "试验"),
    "score": ("score", "得分"),
    "own_options": ("recipe", "配方"),
    "others": (
        "          {count} more: {complete} complete, {pruned} ended early, {diverged} diverged, "
        "{failed} out of memory",
        "          另有 {count} 个：{complete} 个完成，{pruned} 个提前结束，{diverged} 个发散，{failed} 个内存不足",
    ),
    "winner": (
        "winner    trial {number}: {score} in validation; as the best of {complete} it is too good by about {optimism}",
        "胜者      试验 {number}：验证得分 {score}；作为 {complete} 个中的最好者，约偏好 {optimism}",
    ),
    "winner_recipe": (
        "winner    the recipe's own options: no trial of {complete} was better than {score}",
        "胜者      配方自身的选项：{complete} 个试验中没有一个好于 {score}",
    ),
    "sure": (
        "          probability {probability:.0%} that it is the best of them, by resampling the validation samples",
        "          按验证样本的重抽样，它是其中最好者的概率为 {probability:.0%}",
    ),
    "not_told_apart": (
        "          its lead over these trials may be chance: {numbers}",
        "          它对以下试验的领先可能出于偶然：{numbers}",
    ),
    "test": (
        "test      {score}, 95% interval {low} to {high}, on {samples:,} samples that chose nothing",
        "测试      {score}，95% 置信区间 {low} 至 {high}，{samples:,} 个样本未参与选择",
    ),
    "default": (
        "          the recipe's own options: {score}; difference {difference}, 95% interval {low} to {high}",
        "          配方自身的选项：{score}；差值 {difference}，95% 置信区间 {low} 至 {high}",
    ),
    "not_shown": (
        "          the test does not show that the winner is better: the interval includes 0",
        "          测试未显示胜者更好：区间包含 0",
    ),
    "model": ("model     {file}", "模型      {file}"),
    "repeat": ("repeat    {command}", "重复      {command}"),
    "picture": ("picture   {file}", "图        {file}"),
}
"""Key -> the text in English and in Chinese; see `language.speaking`."""


def search_words(language: str) -> Say:
    """Return the function that gives these texts in a language."""
    return speaking(language, SEARCH_WORDS)
