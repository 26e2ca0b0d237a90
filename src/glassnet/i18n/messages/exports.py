"""Chinese of the messages of exports; holes of the English sentence have names in braces."""

MESSAGES: dict[str, str] = {
    # the portable form
    "model: it deskews images, which portable arithmetic does not define. Train without --deskew to export it.": (
        "model：该模型对图片作倾斜校正，可移植算术没有定义它。要导出模型，请在训练时不用 --deskew。"
    ),
    "column {name}: encoded by a logarithm, which portable arithmetic does not define. Train the model again.": (
        "列 {name}：以对数编码，可移植算术没有定义它。请重新训练模型。"
    ),
    "model: a weight is beyond the range of float32, which portable arithmetic has.": (
        "model：有权重超出可移植算术所用 float32 的范围。"
    ),
    # export and prove
    "no form is named. Pass --to (one of {forms}), or a file name with -o.": (
        "没有指明形式。请给出 --to（{forms} 之一），或用 -o 给出文件名。"
    ),
    "{path}: its suffix means none of the forms {forms}. Pass --to (in Python: to=…).": (
        "{path}：后缀不属于任何一种形式（{forms}）。请给出 --to（Python 中为 to=…）。"
    ),
    "quantize {quantize}: {form} files have weights of 32 bits. Omit it, or export to {others}.": (
        "quantize {quantize}：{form} 文件的权重是 32 位的。请去掉它，或导出为 {others}。"
    ),
    "{path}: not written, because {tool} computed other answers than the model: {differ} of {rows} differ, and an "
    "output by {largest}. Please report this.": (
        "{path}：未写入，因为 {tool} 算出的回答与模型不同：{rows} 个中有 {differ} 个不同，"
        "输出相差 {largest}。请报告此问题。"
    ),
    "{path}: an export of the model with hash {other}, but the given model has hash {hash}. Name the model that it was "
    "exported from.": "{path}：由哈希为 {other} 的模型导出，而给出的模型哈希为 {hash}。请给出导出它的模型。",
    "{path}: cannot be run here ({why}).": "{path}：无法在此运行（{why}）。",
    "{path}: not a file that `glassnet export` wrote. Export the model again.": (
        "{path}：不是 `glassnet export` 写出的文件。请重新导出模型。"
    ),
    "{path}: no such file. Write one with `glassnet export`.": "{path}：没有这个文件。请用 `glassnet export` 写一个。",
    "{path}: a folder, expected an exported file.": "{path}：是文件夹，应为导出的文件。",
    "{source}: no rows, expected at least one. Check the data.": "{source}：没有数据行，至少需要一行。请检查数据。",
    "{source}: values are not whole numbers from 0 to 255, which the model was trained on.": (
        "{source}：值不是 0 到 255 的整数，而模型是用这样的值训练的。"
    ),
    "{source}, sample {number}: its values or outputs are beyond the range of float32, so that portable arithmetic "
    "does not define them. Leave such samples out.": (
        "{source}，样本 {number}：其值或输出超出 float32 的范围，可移植算术没有定义它们。请去掉这样的样本。"
    ),
    "value {number} of {fact} is {value} in the file, and {expected} in the model": (
        "{fact} 的第 {number} 个值在文件中为 {value}，在模型中为 {expected}"
    ),
    "{fact} is {value} in the file, and {expected} in the model": "{fact} 在文件中为 {value}，在模型中为 {expected}",
    "the file has no {fact}": "文件中没有 {fact}",
    "the file has {fact} in addition": "文件中多出 {fact}",
    "the probabilities differ from those of the outputs by {difference}": "概率与由输出算出的概率相差 {difference}",
    # C
    "model: the networks of its ensemble have different layers, which {form} files cannot carry.": (
        "model：集成的各网络层数或大小不同，{form} 文件无法表示。"
    ),
    "column {name}: a word has a null character, which ends a string in C.": (
        "列 {name}：有一个词含空字符，而它在 C 中表示字符串结束。"
    ),
    "{file}: {tool} cannot compile or run it ({problem}).": "{file}：{tool} 无法编译或运行它（{problem}）。",
    "no C compiler was found: install gcc or clang, or name one in the environment variable CC": (
        "没有找到 C 编译器：请安装 gcc 或 clang，或在环境变量 CC 中给出一个"
    ),
    "CC={command} is not a command": "CC={command} 不是命令",
    "CC={command} cannot be run": "CC={command} 无法运行",
    "{tool}: its programs do not run here ({problem})": "{tool}：它编译的程序无法在此运行（{problem}）",
    "not done after {seconds} s": "{seconds} 秒后仍未结束",
    "exit status {status}": "退出状态 {status}",
    "another number of answers": "回答的数目不同",
    # what a proof names
    "random values within the training range": "训练范围内的随机值",
    "random values, as the training range is not known": "随机值（训练范围未知）",
    # HTML
    "the examples in the page have other answers than it computes": "页面中示例的回答与它算出的不同",
    "{path}: its scripts are damaged, so that no browser runs them. Export it again.": (
        "{path}：其中的脚本已损坏，浏览器不会运行它们。请重新导出。"
    ),
    "{path}: its script fails in Node.js {version} ({problem}).": (
        "{path}：其中的脚本在 Node.js {version} 中出错（{problem}）。"
    ),
    "no Node.js was found to run its script; any browser can, and the page checks itself there": (
        "没有找到可运行其脚本的 Node.js；任何浏览器都可以运行，页面会在那里自行核对"
    ),
    "Node.js {version} is too old to run its script; {least} or later can": (
        "Node.js {version} 过旧，无法运行其脚本；需要 {least} 或更新的版本"
    ),
}
