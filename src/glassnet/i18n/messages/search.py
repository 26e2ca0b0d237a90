"""Chinese of the messages of searches; the key is the English sentence of the code."""

MESSAGES: dict[str, str] = {
    "a search": "搜索",
    "--{flag} {value}: expected {low} to {high}.": "--{flag} {value}：应为 {low} 至 {high}。",
    "--cv 1: expected 2 or more folds, or 0 for one held-out part.": "--cv 1：应为 2 折或更多，或用 0 表示留出一部分。",
    "--workers {workers}: on Ray the cluster decides. Omit it.": (
        "--workers {workers}：在 Ray 上由集群决定。请去掉该选项。"
    ),
    "y: a file has its own labels. Omit it, or pass X instead of the file.": (
        "y：文件有自己的标签。请去掉它，或传入 X 而不是文件。"
    ),
    'y: {text} is text. Pass a column of a data frame as target="{name}".': (
        'y：{text} 是文字。请以 target="{name}" 传入数据框的列名。'
    ),
    'data: a table needs the column to predict, such as target="price". Pass target.': (
        'data：表格需要指明要预测的列，例如 target="price"。请传入 target。'
    ),
    "executor: {kind}, expected an executor such as ThreadExecutor(1) or ray_cluster().": (
        "executor：{kind}，应为执行器，例如 ThreadExecutor(1) 或 ray_cluster()。"
    ),
    # space
    "the name of a recipe": "配方的名称",
    "a path": "路径",
    "a mapping of options to values, or a list of texts such as 'hidden=50,100'": (
        "选项到取值的映射，或如 'hidden=50,100' 的文本列表"
    ),
    "--space {text}: {name} is named twice. Name each option once.": (
        "--space {text}：{name} 出现了两次。每个选项只写一次。"
    ),
    "--space {text}: {name} also has a given value. Give a value, or a range.": (
        "--space {text}：{name} 也给了值。请给出值或范围之一。"
    ),
    "--space {text}: a search does not vary {name}, expected one of {names}.": (
        "--space {text}：搜索不改变 {name}，应为 {names} 之一。"
    ),
    "--space {text}: {name} has no range, expected {option}={names} or some of them.": (
        "--space {text}：{name} 没有范围，应为 {option}={names} 或其中几个。"
    ),
    "--space {text}: expected {name}=LOW..HIGH or {other}=LOW..HIGH:log.": (
        "--space {text}：应为 {name}=LOW..HIGH 或 {other}=LOW..HIGH:log。"
    ),
    "--space {text}: expected a range with LOW below HIGH.": "--space {text}：应为 LOW 小于 HIGH 的范围。",
    "--space {text}: a logarithmic range needs LOW above 0.": "--space {text}：对数范围的 LOW 须大于 0。",
    "--space {text}: {word}, expected whole numbers from {low} to {high}.": (
        "--space {text}：{word}，应为 {low} 至 {high} 的整数。"
    ),
    "--space {text}: {word}, expected numbers from {low} to {high}.": (
        "--space {text}：{word}，应为 {low} 至 {high} 的数。"
    ),
    "--space {text} has a value that is not allowed: {problem}": "--space {text} 中有不允许的值：{problem}",
    "every option that a search varies has a given value. Omit one of them.": (
        "搜索会改变的每个选项都给了值。请去掉其中一个。"
    ),
    "to choose by. Use more samples.": "用于选择。请使用更多样本。",
    "{source}: {count} samples for {folds} folds, expected {least} or more. Use fewer folds.": (
        "{source}：{folds} 折只有 {count} 个样本，应不少于 {least} 个。请减少折数。"
    ),
    "trials: expected one or more with a score.": "trials：应至少有一个带得分的试验。",
    "trials, and one per option": "试验，以及每个选项一个",
    # folder
    "{folder}: the search in this folder has other settings ({names}). Repeat its command, or choose another folder "
    "with --out.": "{folder}：此文件夹中的搜索设置不同（{names}）。请重复它的命令，或用 --out 选择其他文件夹。",
    "{folder}: the search in this folder has other data. Use its data, or choose another folder with --out.": (
        "{folder}：此文件夹中的搜索使用的是其他数据。请使用它的数据，或用 --out 选择其他文件夹。"
    ),
    "{folder}: the search in this folder has other words or names in its columns or classes. Use its data, or choose "
    "another folder with --out.": (
        "{folder}：此文件夹中的搜索，其列或类别中的词或名称不同。请使用它的数据，或用 --out 选择其他文件夹。"
    ),
    "--minutes {minutes}: too short for a trial; the search is in {folder}. Repeat the command with more minutes to "
    "continue.": "--minutes {minutes}：时间太短，没有试验完成；搜索在 {folder} 中。请用更多分钟再运行同一命令以继续。",
    "damaged, so this search cannot be continued. Choose another folder with --out.": (
        "已损坏，此搜索无法继续。请用 --out 选择其他文件夹。"
    ),
    "{folder}: a folder with other files. Choose another folder with --out.": (
        "{folder}：文件夹中有其他文件。请用 --out 选择其他文件夹。"
    ),
    'For words, pass a table with all columns, and target="{name}".': (
        '如有文字，请传入含所有列的表格和 target="{name}"。'
    ),
    "{folder}: another search is running in this folder. Wait for it, or choose another.": (
        "{folder}：此文件夹中正在进行另一次搜索。请等待，或选择其他文件夹。"
    ),
    "ended before a trial was complete; the search is in {folder}. Repeat the command to continue.": (
        "没有试验完成就已结束；搜索在 {folder} 中。再运行同一命令即可继续。"
    ),
    "interrupted; trials in {folder}: {count}. Repeat the command to continue the search.": (
        "已中断；{folder} 中的试验数：{count}。再运行同一命令即可继续搜索。"
    ),
}
