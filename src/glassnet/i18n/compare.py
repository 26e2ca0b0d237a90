"""Texts of ``glassnet compare``, in English and in Chinese."""

from __future__ import annotations

from .language import Say, speaking

COMPARE_WORDS: dict[str, tuple[str, str]] = {
    "pair": (
        "seed {seed}: A {a:.4f}, B {b:.4f}, difference {difference:+.4f} ({number} of at most {planned})",
        "种子 {seed}：A {a:.4f}，B {b:.4f}，差值 {difference:+.4f}（第 {number} 个，至多 {planned} 个）",
    ),
    "pairs": (
        "seed {seed}: {scores} ({number} of at most {planned})",
        "种子 {seed}：{scores}（第 {number} 个，至多 {planned} 个）",
    ),
    "side": ("{side}         {recipe}", "{side}         {recipe}"),
    "data": (
        "data      {source}: {samples:,} training and {validation:,} validation samples, drawn anew for each seed",
        "数据      {source}：训练 {samples:,} 个样本，验证 {validation:,} 个样本，每个种子重新抽取",
    ),
    "differ": ("differ    option", "差异      选项"),
    "higher": ("score     {metric}; higher is better", "得分      {metric}；越高越好"),
    "lower": ("score     {metric}; lower is better", "得分      {metric}；越低越好"),
    "seed": ("seed", "种子"),
    "mean": (
        "mean      {mean}{unit}, 95% interval {low} to {high}",
        "平均      {mean}{unit}，95% 置信区间 {low} 至 {high}",
    ),
    "points": (" points", " 个百分点"),
    "better": (
        "verdict   B is better: chance alone gives such differences in {p:.1%} of comparisons (limit {level:.0%})",
        "结论      B 更好：仅凭偶然出现这样的差值的概率为 {p:.1%}（上限 {level:.0%}）",
    ),
    "worse": (
        "verdict   B is worse: chance alone gives such differences in {p:.1%} of comparisons (limit {level:.0%})",
        "结论      B 更差：仅凭偶然出现这样的差值的概率为 {p:.1%}（上限 {level:.0%}）",
    ),
    "not_seen": (
        "verdict   no difference seen: chance alone can explain these differences",
        "结论      未见差异：这些差值仅凭偶然就能解释",
    ),
    "too_few": (
        "verdict   no difference seen: {pairs} seeds cannot show one; use --seeds {fewest} or more",
        "结论      未见差异：{pairs} 个种子无法显示差异，请使用 --seeds {fewest} 或更多",
    ),
    "stopped": (
        "          clear after {pairs} of {planned} seeds; --all-seeds trains the others too",
        "          {planned} 个种子中训练 {pairs} 个后结论已明确；加上 --all-seeds 会训练其余种子",
    ),
    "detectable": (
        "          {pairs} seeds would usually show a mean difference of {size}{unit} or more (in 80% of comparisons)",
        "          {pairs} 个种子通常能显示不小于 {size}{unit}的平均差值（在 80% 的比较中）",
    ),
    # three or more sides
    "ranking": ("ranking", "排名"),
    "mean_score": ("mean", "平均"),
    "interval": ("{level}% interval", "{level}% 置信区间"),
    "verdict": ("verdict", "结论"),
    "span": ("{low} to {high}", "{low} 至 {high}"),
    "short_better": ("better", "更好"),
    "short_worse": ("worse", "更差"),
    "short_not_seen": ("no difference seen", "未见差异"),
    "better_than_a": (
        "verdict   {side} is better than A (seeds: {pairs}, p {p:.1%})",
        "结论      {side} 优于 A（种子数 {pairs}，p {p:.1%}）",
    ),
    "worse_than_a": (
        "verdict   {side} is worse than A (seeds: {pairs}, p {p:.1%})",
        "结论      {side} 不如 A（种子数 {pairs}，p {p:.1%}）",
    ),
    "not_seen_than_a": (
        "verdict   no difference seen between {side} and A",
        "结论      未见 {side} 与 A 有差异",
    ),
    "family": (
        "          chance alone leads to one or more such differences in at most {level:.0%} of comparisons",
        "          仅凭偶然出现一个或多个这样的差异的比较至多占 {level:.0%}",
    ),
    "stopped_all": (
        "          all clear after {pairs} of {planned} seeds; --all-seeds trains the others too",
        "          {planned} 个种子中训练 {pairs} 个后结论均已明确；加上 --all-seeds 会训练其余种子",
    ),
    "picture": ("picture   {file}", "图        {file}"),
}
"""Key -> the text in English and in Chinese; see `language.speaking`."""


def compare_words(language: str) -> Say:
    """Return the function that gives these texts in a language."""
    return speaking(language, COMPARE_WORDS)
