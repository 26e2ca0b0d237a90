"""Texts of ``glassnet compare``."""

from __future__ import annotations

COMPARE_WORDS: dict[str, str] = {
    "pair": "seed {seed}: A {a:.4f}, B {b:.4f}, difference {difference:+.4f} ({number} of at most {planned})",
    "pairs": "seed {seed}: {scores} ({number} of at most {planned})",
    "side": "{side}         {recipe}",
    "data": "data      {source}: {samples:,} training and {validation:,} validation samples, drawn anew for each seed",
    "data_time": (
        "data      {source}: {samples:,} training and {validation:,} validation samples, the latest for every seed"
    ),
    "differ": "differ    option",
    "higher": "score     {metric}; higher is better",
    "lower": "score     {metric}; lower is better",
    "seed": "seed",
    "mean": "mean      {mean}{unit}, 95% interval {low} to {high}",
    "points": " points",
    "better": (
        "verdict   B is better: chance alone gives such differences in {p:.1%} of comparisons (limit {level:.0%})"
    ),
    "worse": "verdict   B is worse: chance alone gives such differences in {p:.1%} of comparisons (limit {level:.0%})",
    "not_seen": "verdict   no difference seen: chance alone can explain these differences",
    "too_few": "verdict   no difference seen: {pairs} seeds cannot show one; use --seeds {fewest} or more",
    "stopped": "          clear after {pairs} of {planned} seeds; --all-seeds trains the others too",
    "detectable": (
        "          {pairs} seeds would usually show a mean difference of {size}{unit} or more (in 80% of comparisons)"
    ),
    # three or more sides
    "ranking": "ranking",
    "mean_score": "mean",
    "interval": "{level}% interval",
    "verdict": "verdict",
    "span": "{low} to {high}",
    "short_better": "better",
    "short_worse": "worse",
    "short_not_seen": "no difference seen",
    "better_than_a": "verdict   {side} is better than A (seeds: {pairs}, p {p:.1%})",
    "worse_than_a": "verdict   {side} is worse than A (seeds: {pairs}, p {p:.1%})",
    "not_seen_than_a": "verdict   no difference seen between {side} and A",
    "family": "          chance alone leads to one or more such differences in at most {level:.0%} of comparisons",
    "stopped_all": "          all clear after {pairs} of {planned} seeds; --all-seeds trains the others too",
    "picture": "picture   {file}",
}
"""Key -> the English text; see `speaking.speaking`."""
