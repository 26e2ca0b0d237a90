"""Chinese of the messages of click, which parses the command line; the keys are click's sentences."""

MESSAGES: dict[str, str] = {
    "Try 'glassnet --help'.": "请运行 'glassnet --help'。",
    "Try 'glassnet {command} --help'.": "请运行 'glassnet {command} --help'。",
    "No such option {name}.": "没有选项 {name}。",
    "No such option: {name}.": "没有选项 {name}。",
    "No such command {name}.": "没有命令 {name}。",
    "Did you mean {name}?": "是否指 {name}？",
    "Did you mean one of: {names}?": "是否指以下之一：{names}？",
    "Missing argument {name}.": "缺少参数 {name}。",
    "Choose from: {names}.": "可选：{names}。",
    "Missing option {name}.": "缺少选项 {name}。",
    "Missing command.": "缺少命令。",
    "Option {name} requires an argument.": "选项 {name} 需要一个值。",
    "Option {name} is given twice. Give it once.": "选项 {name} 给出了两次。请只给一次。",
    "Option {name} does not take a value.": "选项 {name} 不接受值。",
    "Got unexpected extra argument ({words}).": "多余的参数：{words}。",
    "Got unexpected extra arguments ({words}).": "多余的参数：{words}。",
    "Invalid value for {name}: {problem}": "{name} 的值无效：{problem}",
    "Invalid value for {name}: {value} is not a valid integer.": "{name} 的值无效：{value} 不是整数。",
    "Invalid value for {name}: {value} is not a valid float.": "{name} 的值无效：{value} 不是数字。",
    "Invalid value for {name}: {value} is not a valid integer range.": "{name} 的值无效：{value} 不是整数。",
    "Invalid value for {name}: {value} is not a valid float range.": "{name} 的值无效：{value} 不是数字。",
    "Invalid value for {name}: {value} is not one of {choices}.": "{name} 的值无效：{value}，应为 {choices} 之一。",
    "Invalid value for {name}: {value} is not in the range {limits}.": (
        "{name} 的值无效：{value} 不在范围 {limits} 内。"
    ),
}
