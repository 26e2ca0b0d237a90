"""Chinese of the messages that every part of glassnet shares: those of ``errors``."""

MESSAGES: dict[str, str] = {
    "engine: {kind}, expected one of {names}, or an Engine.": (
        "engine：给定的是 {kind}，应为 {names} 之一，或 Engine 对象。"
    ),
    "No such option before the command: {flag}. Options are after the command.": (
        "命令之前没有此选项：{flag}。选项应写在命令之后。"
    ),
    "checkpoint: {kind}, expected a path, or a CheckpointPolicy.": (
        "checkpoint：给定的是 {kind}，应为路径或 CheckpointPolicy。"
    ),
    "{what} {value}: expected one of {choices}.": "{what} {value}：应为 {choices} 之一。",
    "{owner} has no parameter {name}. Use {other}.": "{owner} 没有参数 {name}。请使用 {other}。",
    "{owner} has no parameter {name}. Did you mean {near}?": "{owner} 没有参数 {name}。您是否想用 {near}？",
    "{owner} has no parameter {name}. Expected one of {names}.": "{owner} 没有参数 {name}。应为 {names} 之一。",
    "{name}: {kind}, expected {what}.": "{name}：是 {kind}，应为{what}。",
    "{what} {value}: expected a number.": "{what} {value}：应为数字。",
    "{what} {value}: expected a whole number from {low}.": "{what} {value}：应为从 {low} 起的整数。",
    "{what} {value}: expected {least} to {most}.": "{what} {value}：应在 {least} 到 {most} 之间。",
}
