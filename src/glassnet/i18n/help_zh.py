"""The commands' help in Chinese; that of options which `options` declares stands there, in both languages.

`cli.help_in_chinese` puts it into a command. A text that is missing here fails a test.
"""

from __future__ import annotations

from ..io.picture_formats import NAMES

COMMANDS = {
    "train": """训练一个网络，测试、保存并画图。

    DATA 可以是 CSV（先标签，后数值）、IDX 图像文件、NPZ 存档、按 MNIST 命名的文件夹、每类一个图片文件夹的文件夹，
    或 "mnist"（自带的数字）；加上 --target 列名，也可以是有列名的表格（CSV、TSV、Parquet、Arrow、NDJSON），
    此时若未指定配方则用 "table"。给出多个 --target，则由一个网络同时预测多个标签（0 与 1，是与否）或多个数值。
    不给 --test 时，使用数据自带的测试部分，或留出一部分数据。方括号里是配方 "notes" 的值；
    用 --recipe 或 --target 时另有其值。""",
    "resume": """从检查点继续训练，结果与 'glassnet train' 一气呵成时逐位相同。

    CHECKPOINT 是 'glassnet train --checkpoint' 写下的文件，并会继续写入。各文件名与 'train' 时相同；
    若数据已移动，用 DATA 说明现在何处。""",
    "test": """用 DATA 的每个样本询问模型，显示答对与答错的。

    不给 DATA 时，用自带 MNIST 训练的模型以其 10,000 个测试数字测试。行号从 0 起，与 'glassnet show --row' 相同。""",
    "query": f"""用图片或数据行询问模型。

    INPUT 是图片（{"、".join(NAMES)}）或图片文件夹；带或不带标签的 CSV；对表格模型，是含有训练时各列的表格
   （列的顺序不限）；或 "-"，从标准输入读取各行。用图片文件夹训练的模型接受任意大小的图片，并按训练时的方式读取；
    其他模型按原样接受与模型大小相同的数字，纸上的墨迹会反转；28 × 28 的模型也接受手写照片，如 'glassnet read'。
    不给 MODEL 时，由 glassnet 自带的识别模型回答。读不了的输入各有一行说明，其余照常回答，此时退出码为 1;
    全都读不了则为 2。""",
    "read": """读出照片或扫描件中的手写数字。

    PHOTO 是含一个或多个数字的 PNG 或 JPEG，深底浅字或浅底深字均可；"-" 表示从标准输入读一张。
    数字逐行从左到右给出；"?" 表示模型没有把握。不给 MODEL 时，由 glassnet 自带的识别模型回答。
    若有照片中没有数字，或有的照片读不了，退出码为 1；全都读不了则为 2。""",
    "show": """显示一个样本，或在没有 --row 时说明数据里有什么。

    对有列名的表格，显示每一列；加上 --target 列名，则显示训练会怎样使用它。""",
    "explain": """看透一个模型：一步训练中的每个数，或它为什么这样回答。

    DATA 与 --row 指定一个有标签的样本，不给 DATA 则取自带的 MNIST。用 --why 时，DATA 也可以是一张图片。""",
    "info": "显示一个模型是什么，如何得来。",
    "verify": """按收据重新训练模型，并逐位比较。

    DATA 是训练所用的数据；若是自带的 MNIST 则不必给出。退出码 0 表示逐位相同，1 表示有差异，并说明最先在何处。""",
    "doctor": """在训练之前找出数据的毛病，或在运行之前找出旧程序（.py、.ipynb）的毛病。

    DATA 是 'glassnet train' 接受的数据（损坏的也可），或一个程序。退出码 0：至多只有提示；
    1：有错误或警告（用 --fix 时，指修复后仍有的）。""",
    "labels": """把 DATA 中标签错误或有歧义的样本排序列出。

    DATA 是 'glassnet train' 接受的数据；有列名的表格需要 --target。每个样本由训练时没见过它的网络判断；不给
    --epochs 时，网络至少训练 600 步。
    用 --fix LIST --to FILE 则按审阅过的列表写出数据的副本：列表的 'new' 列填正确的标签、'drop'，或在无误时留空。""",
    "report": """写一个关于模型的 HTML 文件：如何得来，表现如何，读错什么、为什么，各节点在找什么。

    DATA 是未参与训练的有标签样本。不给时，自带 MNIST 的模型用其测试数字询问，其他模型按文件内容描述。
    若 DATA 就是训练数据且其中一部分留作测试，则只询问那一部分。""",
    "bench": """测量这台机器：训练与询问，与同一机器上的 NumPy 比较。

    约需十秒；请先关闭其他程序。训练时 NumPy 用一个线程（glassnet 内部的 BLAS 也是如此），回答时用全部核心。
    与其他库的比较见仓库中的 benchmarks 文件夹。""",
}
"""Command -> its help."""

GROUP = """在玻璃盒中训练、测试、询问并观察一个神经网络。

不指定数据时，使用 glassnet 自带的 MNIST:

\b
    glassnet train                       训练笔记中的网络，测试并画图
    glassnet test notes.safetensors      哪些答对，哪些答错
    glassnet show mnist --row 7          看一个数字
    glassnet read photo.jpg              读出手写照片中的数字
"""

HEADS = {"Options": "选项", "Commands": "命令"}
"""Heads of a help's sections."""

FLAGS = {
    "Show this message and exit.": "显示此帮助并退出。",
    "Show the version and exit.": "显示版本并退出。",
    "Print one JSON object and nothing else.": "只输出一个 JSON 对象。",
    "Replace what is there already, if glassnet made it.": "覆盖已有的文件（仅限 glassnet 所写）。",
    # train, resume
    "Data to test with; not trained on.": "测试数据，不参与训练。",
    "Where the model goes.  [RECIPE.safetensors, or RECIPE-2 …]": "模型写到哪里。  [配方名.safetensors，或 配方名-2 …]",
    "Draw digits, learning curve and confusion beside the model.": "在模型旁画出数字、学习曲线与混淆矩阵。",
    "Write the training down here, for 'glassnet resume FILE'.": "把训练过程记录在此，供 'glassnet resume FILE' 使用。",
    "How often: 30s, 5m, 2h, or a number of steps; always at the end of a block.  [30s]": (
        "多久一次：30s、5m、2h，或步数；总在一个块结束时。  [30s]"
    ),
    "Where the test data are now.  [as before]": "测试数据现在何处。  [同前]",
    "Where the model goes.  [as before]": "模型写到哪里。  [同前]",
    "How often to write it.  [as before]": "多久写一次。  [同前]",
    # test, read, show
    "Draw confusion, digits, reliability and hidden layers into it.": "把混淆矩阵、数字、可靠性与隐藏层画到此文件夹。",
    "Confidence below which it is not sure.": "置信度低于此值即为没有把握。",
    "Draw boxes and answers on the photo: PNG, PDF or SVG.": "在照片上画出方框与回答：PNG、PDF 或 SVG。",
    "Draw every stage, from the photo to what the model sees.": "画出从照片到模型所见的每个阶段。",
    "Draw this sample; rows count from 0.": "画出这个样本；行号从 0 起。",
    "Which part.": "哪一部分。",
    "Draw it as a PNG too, one that 'glassnet query' reads.": "同时画成 PNG,'glassnet query' 可读取。",
    "Draw how training distorts some samples, by the options named below.": "画出训练如何按下列选项使样本变形。",
    # explain
    "Which sample; rows count from 0.": "哪个样本；行号从 0 起。",
    "Learning rate of the step.  [the model's]": "这一步的学习率。  [模型自己的]",
    "With --step: replay a step, training again to its epoch's end.": "与 --step 一起：重新训练到该轮结束，重现一步。",
    "Which step of the epoch, a batch; both count from 1.": "该轮中的哪一步，即一批；两者都从 1 起。",
    "Replay from this checkpoint of the run, not from its beginning.": "从训练的这个检查点重现，而不是从头。",
    "Write the step, or --why, as a page that works offline.": "把这一步或 --why 写成可离线查看的网页。",
    "Why this answer: nodes, pixels, what is alike, what would flip it.": (
        "为什么这样回答：节点、像素、相似的样本、怎样会翻转。"
    ),
    "Where --why looks for what is alike.  [the bundled MNIST]": "--why 在哪里找相似的样本。  [自带的 MNIST]",
    "Which label or number --why is about, by name or place.": "--why 针对哪个标签或数值，用名称或位置。",
    "What the network takes each class to look like.": "网络认为每个类别是什么样子。",
    "The same for one class, by name or number.": "同上，只看一个类别（名称或编号）。",
    "What each hidden node is good for; the dead and saturated ones.": "每个隐藏节点有何用处；哪些失活或饱和。",
    "The notes' worked example, whose error is 0.42; needs no MODEL.": "笔记中误差为 0.42 的例题；不需要 MODEL。",
    "Draw the step, --why, --backquery or --nodes: PNG, PDF or SVG by its name.": (
        "画出这一步、--why、--backquery 或 --nodes：按文件名为 PNG、PDF 或 SVG。"
    ),
    # doctor, labels, report, bench
    "Test data, compared with the training data.": "测试数据，与训练数据对照。",
    "Column of the labels: its name, or its number from 1.": "标签列：列名，或从 1 起的序号。",
    "Write a copy with all repaired that can be (of a folder, a folder); of the --test data too, as OUT-test.": (
        "写出修复后的副本（文件夹则写成文件夹）；--test 的数据也写出，名为 OUT-test。"
    ),
    "Networks, each trained without its part.": "网络个数，每个都不用自己那部分训练。",
    "How many to print.": "列出多少个。",
    "Draw the first of them: PNG, PDF or SVG by its name.": "画出最前面的：按文件名为 PNG、PDF 或 SVG。",
    "Write all of them, with a column 'new' to fill in.": "全部写出，并留一列 'new' 供填写。",
    "Take such a list, reviewed, and write a repaired copy: see --to.": "按审阅过的列表写出修复的副本：见 --to。",
    "Where the copy goes; of the same kind as DATA, and nothing is replaced.": (
        "副本写到哪里；与 DATA 同类，不会覆盖任何文件。"
    ),
    "Where the page goes.  [MODEL-report.html]": "网页写到哪里。  [MODEL-report.html]",
    "What it was trained on: shows what misread samples are like.": "训练数据：用来显示读错的样本与什么相似。",
    "Repetitions, of which the median is told.": "重复次数，取中位数。",
}
"""Help of a flag in English -> in Chinese."""
