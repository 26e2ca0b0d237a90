"""What commands say to a learner, in English and in Chinese: results and progress, each line once, in one place.

Errors, and what readers of data remark on a file, are in English: each has a code, whose kind `errors_zh` says in
Chinese, or names what it is about.
"""

from __future__ import annotations

from .language import Say, speaking

CLI_WORDS: dict[str, tuple[str, str]] = {
    "text": ("{text}", "{text}"),  # what readers remark, in English as it is
    # progress of a training
    "first_run": (
        "getting ready: the first run of its kind here compiles its loops, once, for up to a minute …",
        "正在准备：同类训练在此首次运行时要编译循环，只需一次，最多约一分钟……",
    ),
    "epoch_done": (
        "epoch {epoch}: loss {loss:.4f}{accuracy} while learning{validation}, {seconds:.2f} s",
        "第 {epoch} 轮：学习中损失 {loss:.4f}{accuracy}{validation}，{seconds:.2f} 秒",
    ),
    "and_accuracy": (", accuracy {accuracy:.2%}", "，准确率 {accuracy:.2%}"),
    "and_validation": (", validation loss {loss:.4f}{accuracy}", "，验证损失 {loss:.4f}{accuracy}"),
    "bar_epoch": ("epoch", "轮次"),
    "bar_loss": ("loss", "损失"),
    "going_on": ("going on after {done:.2f} of {epochs} epochs", "从第 {done:.2f} 轮之后继续，共 {epochs} 轮"),
    "replaying": (
        "training again: epochs from {first} to {last} of {epochs}, each as long as it took then",
        "重新训练：第 {first} 至 {last} 轮（共 {epochs} 轮），每轮用时与当初相同",
    ),
    # data
    "idle": (
        "--{flag} does nothing with {other} {value}; it is for {wanted}",
        "--{flag} 在 {other} 为 {value} 时不起作用；它用于 {wanted}",
    ),
    "idle_below": (
        "--{flag} does nothing with {other} {value:g}; it is for more than {least:g}",
        "--{flag} 在 {other} 为 {value:g} 时不起作用；{other} 须大于 {least:g}",
    ),
    "slow": (
        "one sample a step is quick for plain sgd alone: with {flags} it takes some ten times as long; "
        "--recipe quick trains in batches, which are quick with it too",
        "逐样本训练只有普通 sgd 有快速循环：加上 {flags} 约慢十倍；--recipe quick 按批训练，加上也快",
    ),
    "still_falling": (
        "the training loss still fell by {fall:.0%} in the last {last:.0%} of {epochs} epochs: try more --epochs",
        "在 {epochs} 轮的最后 {last:.0%} 中，训练损失仍降低了 {fall:.0%}：可试更大的 --epochs",
    ),
    "kept_aside": (
        "no test data: {share:g}% of {source} ({rows:,} rows) kept aside for the test",
        "没有测试数据：从 {source} 留出 {share:g}%（{rows:,} 行）作测试",
    ),
    "test_lacks": (
        "{source}: the test has no sample of these classes, so it tells nothing of them: {names}",
        "{source}：测试数据中没有类别 {names} 的样本，结果不能说明该类",
    ),
    "largest_value": (
        "the largest value is {largest:g}, --input-max is {maximum:g}: is that meant? If not: {command}",
        "最大值为 {largest:g}，而 --input-max 为 {maximum:g}：是这个意思吗？若不是：{command}",
    ),
    "trained_on_these": (
        "{source}: {rows:,} rows, of which training has seen {trained:,}: the result proves little",
        "{source}：{rows:,} 行中有 {trained:,} 行参与过训练，结果说明不了什么",
    ),
    "trained_on_part": (
        "{source}: {rows:,} rows, of which training has seen {trained:,}: the result proves little; 'glassnet report' "
        "tests the {test:,} kept aside",
        "{source}：{rows:,} 行中有 {trained:,} 行参与过训练，结果说明不了什么；"
        "'glassnet report' 只测试留出的 {test:,} 行",
    ),
    # how a test went
    "right": (
        "{accuracy:.2%} right ({right:,} of {samples:,}), loss {loss:.4f}",
        "答对 {accuracy:.2%}（{samples:,} 个中 {right:,} 个），损失 {loss:.4f}",
    ),
    "numbers": ("R² {r2:.4f}, RMSE {rmse}, loss {loss:.4f}", "R² {r2:.4f},RMSE {rmse}，损失 {loss:.4f}"),
    # train
    "network": (
        "network   {sizes}, rule {rule}, {epochs} epochs of {samples:,} samples, engine {engine} ({dtype})",
        "网络      {sizes}，规则 {rule}，{samples:,} 个样本学 {epochs} 轮，引擎 {engine}({dtype})",
    ),
    "kept": (
        "kept      the weights after epoch {epochs}, the best by validation loss",
        "保留      第 {epochs} 轮后的权重，验证损失最小",
    ),
    "test": ("test      {score}", "测试      {score}"),
    "one_answer": (
        "every answer is {name}, nothing was learnt: try --initializer he, another --rate, more --epochs",
        "所有回答都是 {name}，什么也没学到：可试 --initializer he、另一个 --rate、更多 --epochs",
    ),
    "time": (
        "time      load {load:.2f} s, compile {compile:.2f} s, train {train:.2f} s, test {test:.2f} s",
        "用时      读取 {load:.2f} 秒，编译 {compile:.2f} 秒，训练 {train:.2f} 秒，测试 {test:.2f} 秒",
    ),
    "model": ("model     {file}", "模型      {file}"),
    "model_beside": ("model     {file}: {wanted} was there already", "模型      {file}：{wanted} 已存在"),
    "pictures": ("pictures  {files}", "图        {files}"),
    "next": ("next      {command}", "下一步    {command}"),
    "another": ("    or, another network: {command}", "    或换一个网络：{command}"),
    # test
    "corner": ("true \\ answer", "真实 \\ 回答"),
    "right_column": ("right", "答对"),
    "misread": (
        "misread   {count:,} rows, the surest mistakes first:",
        "读错      {count:,} 行，最自信的错误在前：",
    ),
    "misread_as": ("{row}: {label}, read as {answer}", "{row}：{label}，读作 {answer}"),
    "row": ("row {row}", "第 {row} 行"),
    "row_of_file": ("row {row} ({file})", "第 {row} 行（{file}）"),
    # query, read
    "sure": ("{share:.1%} sure", "置信度 {share:.1%}"),
    "none_holds": ("none", "无"),
    "no_digit": ("no digit found", "没有找到数字"),
    "not_sure": ("not sure   perhaps {answer}", "没有把握   或许是 {answer}"),
    "digit_not_sure": (
        "line {line}, digit {place}: not sure, perhaps {answer}   {share:.1%}",
        "第 {line} 行第 {place} 个数字：没有把握，或许是 {answer}   {share:.1%}",
    ),
    # report
    "no_test": (
        "test      none: name labelled DATA, and the page shows how the model does on them",
        "测试      无：给出有标签的 DATA，网页就会显示模型在其上的表现",
    ),
    "report": ("report    {file} ({size:,.0f} kB)", "报告      {file}({size:,.0f} kB)"),
    # show
    "samples": (
        "{source}: {count:,} samples of {features} values{shape}",
        "{source}：{count:,} 个样本，每个 {features} 个值{shape}",
    ),
    "drawn_as": (", drawn as {rows} × {columns}", "，画成 {rows} × {columns}"),
    "in_colour": (" in colour", "，彩色"),
    "values": (
        "values {minimum:g} to {maximum:g}, {zeros:.0%} of them 0",
        "值从 {minimum:g} 到 {maximum:g}，其中 {zeros:.0%} 为 0",
    ),
    "label": ("label {label}", "标签 {label}"),
    "one_sample": ("{source}, {row}: label {label}", "{source}，{row}：标签 {label}"),
    "picture": ("picture   {file}", "图        {file}"),
    "distorted": (
        "picture   {file}: as they are, distorted in each way, and as training sees them",
        "图        {file}：原样、各种变形，以及训练所见的样子",
    ),
    # verify
    "same_bits": ("same bits: {epochs} epochs again, hash {hash}", "逐位相同：重新训练 {epochs} 轮，哈希 {hash}"),
    "bits_differ": ("differs: {where}", "不同：{where}"),
}
"""Key -> the words in English and in Chinese; see `language.speaking`."""


def cli_words(language: str) -> Say:
    """Return what gives these words in a language."""
    return speaking(language, CLI_WORDS)
