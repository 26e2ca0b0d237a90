"""Chinese help of the commands: command -> help, and the English help of a flag or option -> its Chinese.

`cli.help.in_chinese` puts it into a command. A missing or unused text fails a test.
"""

from __future__ import annotations

import re

from ..io.picture_formats import NAMES

COMMANDS = {
    "train": """训练一个网络，测试、保存并绘图。

    DATA：CSV（先标签，后数值）、IDX 图片文件、NPZ 存档、含 MNIST 文件的文件夹、按类别分子文件夹的图片文件夹，
    以上各项的 ZIP 压缩包，或 "mnist"（自带的数字，默认）。加上 --target 列名，则为有列名的表格
    （CSV、TSV、Parquet、Arrow、NDJSON），此时默认配方为 "table"。重复 --target 可用一个网络同时预测多个标签
    （0 与 1，是与否）或多个数值。

    --stream 读取内存容纳不下的表格：'parts/*.parquet'、文件夹或多个文件。其他数据一次读完。

    --from MODEL 在与之相符的 DATA 上继续训练一个模型；未给出的选项沿用其训练时的值。--add FOLDER 把自己的手写图片
    加入训练数据。数字的图片与照片会转换成 MNIST 的形式，与 'glassnet query' 相同。

    给出 --members N 时，集成的各个网络并行训练：在本机的各个核上，或用 --ray 在集群的各个节点上；加上 --folds，
    每个网络训练时各缺一部分数据。给出 --ray 而只有一个网络时，各节点分担它的每一批。无论在哪里训练，模型都相同。

    不给 --test 时，使用数据自带的测试部分；若没有，则留出一部分数据。方括号中是配方 "notes" 的默认值；
    其他配方与 --target 另有默认值。""",
    "resume": """从检查点继续训练。

    结果与未中断的 'glassnet train' 逐位一致。CHECKPOINT 是 'glassnet train --checkpoint' 写出的文件，之后继续更新。
    各文件沿用 'train' 时的名称；若数据已移动，用 DATA 指明新位置。用 --ray 时，由集群的工作进程分担各批次。""",
    "test": """测试模型：准确率、混淆矩阵、误判的样本。

    DATA 是有标签的样本。用自带 MNIST 训练的模型，DATA 默认为 10,000 个测试数字。
    行号从 0 起，与 'glassnet show --row' 相同。""",
    "query": f"""预测图片或数据行。

    INPUT：图片（{"、".join(NAMES)}）或图片文件夹；数据行的 CSV，首列可以是标签；对表格模型，
    含有训练所用各列的表格（列的顺序不限）；或 "-"，从标准输入读取数据行。

    用图片文件夹训练的模型接受任意大小的图片，读取方式与训练时相同。其他模型接受与其输入大小相同的数字，浅底深字会反转；
    28 × 28 的模型也接受手写照片，与 'glassnet read' 相同。MODEL 默认为自带的数字识别模型。

    无法读取的输入逐一报告，其余照常预测。退出码 1：有输入无法读取；2：全部无法读取。""",
    "read": """识别照片或扫描件中的手写数字。

    PHOTO：含一个或多个数字的 PNG 或 JPEG，深底浅字或浅底深字均可；图片文件夹；"-" 表示标准输入。数字逐行从左到右输出；
    "?" 表示置信度低的数字。MODEL 默认为自带的数字识别模型。

    退出码 1：有的照片中没有数字，或无法读取；2：全部无法读取。""",
    "show": """显示 DATA 的一个样本；不给 --row 时显示概况。

    对有列名的表格，显示各列；加上 --target 列名，则显示训练会如何使用各列。""",
    "explain": """剖析模型：一步训练、一个预测、各类别或各节点。

    DATA 与 --row 选定一个有标签的样本；模型用自带的 MNIST 训练时，DATA 默认为它。用 --why 时，DATA 也可以是一张图片。
    给出 DATA 时，MODEL 默认为 glassnet 自带的数字识别模型。""",
    "info": "显示模型的结构、输入、目标与训练记录。",
    "verify": """按训练记录重新训练模型，并逐位比较权重。

    DATA 是训练所用的数据，数据流则为其全部文件；若是自带的 MNIST 则可省略。用 'train --from' 得到的模型从当时的起始
    模型重新训练，该文件在 MODEL 所在的文件夹中查找。退出码 0：逐位一致；1：有差异，并输出最先的差异。""",
    "doctor": """检查数据，或检查旧程序（.py、.ipynb）。

    DATA 是 'glassnet train' 接受的任何数据（损坏的也可），或一个程序。退出码 0：至多只有提示；
    1：有错误或警告（用 --fix 时，只计副本中仍有的）。""",
    "compare": """用多个种子比较多个配方，判断哪些优于 A。

    A、B 等是配方；若用 --a、--b …… 改变选项，它们可以相同：'glassnet compare notes notes --b rate=0.1'。
    其他选项对各边都有效。DATA 是 'glassnet train' 接受的任何数据，默认为 MNIST；与配方同名的文件写作 './NAME'。
    有列名的表格需要 --target。

    对每个种子，各边用相同的样本训练，并用从训练数据中留出的相同验证样本评分；不使用测试数据。
    没有差异时，得出结论的概率至多为 5%，无论有多少边。""",
    "search": """搜索更好的选项，并对最好的测试一次。

    DATA 是 'glassnet train' 接受的任何数据；有列名的表格需要 --target。试验 0 使用配方自身的选项。
    给了值的选项不改变：'glassnet search rows.csv --target price --epochs 40'。

    试验用训练数据的一部分训练，用其余部分评分。胜者再用全部训练数据训练，并在测试数据上测试；测试数据不参与选择。
    FOLDER 中有每个试验的模型，可用 'glassnet verify' 验证。中断后再运行同一命令即可继续。

    需要可选部分 search：pip install 'glassnet[search]'""",
    "labels": """找出标签错误或有歧义的样本。

    DATA 是 'glassnet train' 接受的任何数据；有列名的表格需要 --target。每个样本都由训练时未见过它的网络判断
   （交叉验证），不给 --epochs 时至少训练 600 步。

    用 --fix LIST --to FILE：按审阅过的列表写出更正后的数据副本。列表的 'new' 列填正确的标签、'drop'，
    或在标签无误时留空。""",
    "report": """写出 HTML 报告：训练信息、指标、误判、权重。

    DATA：未参与训练的有标签样本。用自带 MNIST 训练的模型默认用测试数字；其他模型没有默认值，
    此时报告只含模型文件中的内容。
    若 DATA 是训练数据且其中一部分已留出，则只测试留出的部分。""",
    "export": """把模型写成 C、HTML 或 ONNX，并证明该文件的回答与模型相同。

    c：一个没有依赖的 C99 文件，用于程序与单片机。html：一个可从磁盘打开的网页，不需要服务器。onnx：供 onnxruntime
    等运行的计算图；需要附加包 "onnx"。

    写入之前先运行该文件，并与模型比较；有差异则什么也不写。C 与 HTML 的回答逐位一致，
    ONNX 在舍入误差之内。""",
    "prove": """再次运行导出的文件，并与它的模型比较。

    FILE 由 'glassnet export' 写出，MODEL 是导出它的模型。DATA 是有或没有标签的数据行；默认：用 MNIST 训练的模型为其测试
    数字，其他模型为训练范围内的随机值。

    比较的是回答，以及文件中的名称、权重和其他数值。C 文件会被编译并执行：只验证可信的文件。
    退出码 0：相同；1：有差异。""",
    "import": """由 ONNX 文件中的网络得到模型。

    NETWORK 是一串全连接层，例如由 PyTorch、Keras 或 scikit-learn 导出的网络。其他网络会被拒绝，并指出是哪个算子。
    如果文件选出一个类别，或输出为 softmax 或 sigmoid，输出就是类别，否则是数值；加上 --task classes 时，
    未经激活的输出按 softmax 计算。

    写入之前，用随机数据把模型与该文件比较。需要附加包 "onnx"。""",
    "data": """把自带的 MNIST 写成笔记和书中所用的 CSV 文件。

    写入 DIR（不存在则创建）：mnist_train.csv（60,000 行）、mnist_test.csv（10,000 行）、mnist_train_100.csv 与
    mnist_test_10.csv（各取前 100 行和前 10 行）。每行是标签和 784 个像素，没有表头。共约 130 MB。
    内容相同的文件保持不变。""",
    "studio": """打开一个网页：手写、训练、单步、比较、查看。

    网页只在本机上提供，直到按 Ctrl+C。MODEL 会随之打开；不给出时，有自带的数字与识别它们的模型。
    标准输出的地址含有密钥，有它才能使用网页。

    需要可选部分 studio：pip install 'glassnet[studio]'""",
    "serve": """通过 HTTP 提供模型的预测与解释。

    服务在 /v2 下使用 Open Inference Protocol 第 2 版（与 KServe、Triton 相同）；此外还有
    POST /predict 与 POST /explain。模型的名称是其文件名去掉后缀。模型文件改变后会重新载入。
    按 Ctrl+C 或发送 SIGTERM 时，服务在答完正在处理的请求后结束，退出码为 0。

    需要可选部分 serve：pip install 'glassnet[serve]'""",
    "bench": """测量训练与预测的速度，并与 NumPy 比较。

    约需十秒；请先关闭其他程序。训练时 NumPy 用一个线程（glassnet 内部的 BLAS 也是如此），预测时用全部核心。
    与其他库的比较见仓库中的 benchmarks 文件夹。""",
}
"""Command -> its help."""

GROUP = """训练、测试、剖析小型神经网络。

不给 DATA 时，使用自带的 MNIST 数字：

\b
    glassnet train                       训练笔记中的网络，测试并绘图
    glassnet test notes.safetensors      准确率、混淆矩阵、误判的数字
    glassnet show mnist --row 7          显示一个数字
    glassnet read photo.jpg              识别手写照片中的数字
"""

HEADS = {
    "Options": "选项",
    "Commands": "命令",
    "Network": "网络",
    "Training": "训练",
    "Regularization": "正则化",
    "Augmentation": "数据增强",
    "Data": "数据",
    "Run": "运行",
}
"""Heads of a help's sections."""

MORE = "'glassnet {command} --help-all' 显示全部 {count} 个选项。"
"""The last line of a short help."""

FLAGS = {
    "Show this message and exit.": "显示此帮助并退出。",
    "Show the version and exit.": "显示版本并退出。",
    "Print one JSON object and nothing else.": "只输出一个 JSON 对象。",
    "Overwrite an existing file, if glassnet wrote it.": "覆盖已有的文件（仅限 glassnet 写出的）。",
    "Part of the data.": "使用数据的哪一部分。",
    "Language of the output and the figures.": "输出与图中文字的语言。",
    "Language of the page.": "网页的语言。",
    "Language of the page.  [that of the browser]": "网页的语言。  [浏览器的语言]",
    "Port on this machine; 0: any free one.": "本机的端口；0 表示任一空闲端口。",
    "Only print the address; do not open a browser.": "只输出地址，不打开浏览器。",
    "Port; 0: any free one.": "端口；0 表示任一空闲端口。",
    "Address to listen on; 0.0.0.0: all.": "监听的地址；0.0.0.0 表示全部。",
    "Answer only requests with 'Authorization: Bearer TOKEN'; also from the variable GLASSNET_TOKEN.": (
        "只回答带有 'Authorization: Bearer TOKEN' 的请求；也可用环境变量 GLASSNET_TOKEN 给出。"
    ),
    "Largest body of a request.": "请求正文的最大字节数。",
    "Most rows of a request.": "一个请求最多的行数。",
    "Most requests that wait for a processor; others are refused with status 429.": (
        "最多有多少个请求等待处理器；超出的以状态 429 拒绝。"
    ),
    "Most seconds for an answer; then status 503.": "一个回答最多的秒数；超出则为状态 503。",
    "Limit for standard input and for decompressed data (gzip, NPZ and others).": (
        "标准输入，以及压缩数据（gzip、NPZ 等）解压后的大小上限。"
    ),
    "Refuse inputs that the training data did not have, such as new words or another range, instead of a notice.": (
        "拒绝训练数据中没有的输入（如新词、超出范围的数值），而不只是提示。"
    ),
    "Name by which a proxy passes requests on, besides those of this machine; repeat for several.": (
        "代理转发请求时所用的名称（本机名称之外）；可重复给出。"
    ),
    "Prefix of the addresses behind a proxy, such as /models.": "代理后面各地址的前缀，如 /models。",
    "Print a line about each answer on standard error.": "每作一次回答，就在标准错误上打印一行。",
    "Decimal separator in tables; auto detects it per column.": "表格的小数分隔符；auto 表示逐列判断。",
    "Set of options to start from; other options change it.": "作为起点的一组选项，可用其他选项改动。",
    "Show all options and exit.": "显示全部选项并退出。",
    # tables
    "Column to predict, of a table with named columns; repeat for several labels or numbers.": (
        "要预测的列（有列名的表格）；可重复，以预测多个标签或数值。"
    ),
    "Predict classes or numbers.  [decided by the column]": "预测类别或数值。  [由该列决定]",
    "Column to ignore; repeat for more.": "不使用的列；可重复。",
    "Column to use although it looks like an identifier; repeat for more.": "看似标识符、但仍要使用的列；可重复。",
    # train, resume
    "Read a table larger than memory in row groups: files, a folder or 'parts/*.parquet' (Parquet, Arrow, CSV).": (
        "按行组读取内存容纳不下的表格：多个文件、文件夹或 'parts/*.parquet'（Parquet、Arrow、CSV）。"
    ),
    "Train on a Ray cluster: a running one (auto), one started here (local), or that at ADDRESS.": (
        "在 Ray 集群上训练：正在运行的集群（auto）、在本机启动的集群（local），或 ADDRESS 处的集群。"
    ),
    "Test data; not used for training.": "测试数据，不参与训练。",
    "Train this model further (fine-tuning); its network, scaling and classes are kept.": (
        "继续训练（微调）此模型；其网络、缩放与类别保持不变。"
    ),
    "Add these labelled images to the training data, such as own drawings in class folders; repeat for more.": (
        "把这些有标签的图片加入训练数据，例如按类别分文件夹的手写图片；可重复。"
    ),
    "Use each added image this many times per epoch, so that a few count among many.  [1]": (
        "每轮使用每张加入的图片的次数，使少量图片在大量数据中起作用。  [1]"
    ),
    "The model that the training started from.  [the recorded file in the folder of MODEL]": (
        "该训练的起始模型。  [MODEL 所在文件夹中记录的文件]"
    ),
    "The added images, if they have moved; repeat for more.": "加入的图片，若已移动；可重复。",
    "Model file to write.  [RECIPE.safetensors, or RECIPE-2 … if it exists; with --from, MODEL-2 …]": (
        "要写出的模型文件。  [配方名.safetensors，若已存在则为 配方名-2 …；用 --from 时为 MODEL-2 …]"
    ),
    "Plot digits, learning curve and confusion matrix next to the model.": "在模型旁绘制数字、学习曲线与混淆矩阵。",
    "Write checkpoints to this file, for 'glassnet resume FILE'.": "把检查点写到此文件，供 'glassnet resume FILE' 用。",
    "Checkpoint interval: 30s, 5m, 2h or a number of steps; written at the end of a block.  [30s]": (
        "检查点间隔：30s、5m、2h 或步数；在一个块结束时写出。  [30s]"
    ),
    "Test data, if they have moved.  [as before]": "测试数据（若已移动）。  [同前]",
    "Model file to write.  [as before]": "要写出的模型文件。  [同前]",
    "Checkpoint interval.  [as before]": "检查点间隔。  [同前]",
    # test, read, show
    "Folder for plots: confusion matrix, digits, reliability diagram, hidden layers.": (
        "存放图的文件夹：混淆矩阵、数字、可靠性图、隐藏层。"
    ),
    "Mark digits with a confidence below this as '?'.": "置信度低于此值的数字标为 '?'。",
    "Draw the photo with boxes and predicted digits: PNG, PDF or SVG.": (
        "在照片上画出方框与预测的数字：PNG、PDF 或 SVG。"
    ),
    "Draw every stage, from the photo to the model's input: PNG, PDF or SVG.": (
        "画出从照片到模型输入的每个阶段：PNG、PDF 或 SVG。"
    ),
    "Show this sample; rows count from 0.": "显示这个样本；行号从 0 起。",
    "Also write the drawing to this PNG file; 'glassnet query' can read the one of a single sample.": (
        "同时画到此 PNG；单个样本的 PNG 可供 'glassnet query' 读取。"
    ),
    "Draw augmented samples, as set by the options below.": "画出按下列选项做数据增强后的样本。",
    # query
    "Compiled loops: the fastest, or those with the same bits on every processor and in exported C and HTML.": (
        "编译的计算：最快的，或在任何处理器上、在导出的 C 与 HTML 中都逐位一致的。"
    ),
    "Write the predictions as a table instead of printing them: CSV or Parquet.": (
        "把预测写成表格（CSV 或 Parquet），而不逐行输出。"
    ),
    # import
    "Model to write.  [NETWORK with the suffix .safetensors]": "要写入的模型。  [NETWORK 加上后缀 .safetensors]",
    "Largest value of inputs in files.  [none; 255 for inputs of bytes]": (
        "文件中输入的最大值。  [不限；输入为字节时 255]"
    ),
    "What the outputs are.  [by the last operators]": "输出是什么。  [由最后的算子决定]",
    # export
    "Form of the file.  [by the suffix of --out]": "文件的形式。  [由 --out 的后缀决定]",
    "File to write.  [MODEL with the suffix of the form]": "要写入的文件。  [MODEL 加上该形式的后缀]",
    "Rows to compare, labelled or not; C and HTML files contain some.  [the MNIST test digits, or random values]": (
        "用于比较的数据行，有无标签均可；C 与 HTML 文件含其中几行。  [MNIST 的测试数字，或随机值]"
    ),
    "Name of the model in the file.  [the name of the file]": "模型在文件中的名称。  [文件名]",
    "Round the weights to 8 bits; for C only.": "把权重舍入为 8 位；仅用于 C。",
    # explain
    "Sample to explain; rows count from 0.": "要剖析的样本；行号从 0 起。",
    "Learning rate of the step.  [the model's]": "这一步的学习率。  [模型的学习率]",
    "With --step: the epoch of the step to replay; the training is repeated up to its end.": (
        "与 --step 一起：重新训练到这一轮结束，重现其中一步。"
    ),
    "With --epoch: the step (batch) to replay; epochs and steps count from 1.": (
        "要重现的是该轮的第几步（批）；轮与步都从 1 起。"
    ),
    "Start the replay from this checkpoint of the run instead of the initial weights.": (
        "从该次训练的这个检查点重现，而不是从头开始。"
    ),
    "Write the step, or the output of --why or --node, as an HTML page that works offline.": (
        "把这一步、--why 或 --node 写成可离线查看的 HTML 网页。"
    ),
    "Explain one prediction: nodes, inputs, nearest training samples, a counterfactual.": (
        "剖析一个预测：节点、输入、最近的训练样本、反事实样本。"
    ),
    "Training data that --why searches for the nearest samples.  [the bundled MNIST, for a model trained on it]": (
        "--why 在其中查找相近样本的训练数据。  [自带的 MNIST，限用它训练的模型]"
    ),
    "Label or regression target that --why explains, by name or index.": "--why 要剖析的标签或数值，用名称或序号指定。",
    "Show what each class looks like to the network.": "显示各类别在网络看来的样子。",
    "Like --backquery, but for one class, by name or number.": "同 --backquery，但只显示一个类别（名称或编号）。",
    "Show the importance of each hidden node, and the dead and saturated nodes.": (
        "显示各隐藏节点的重要性，以及死节点与饱和节点。"
    ),
    "Examine one hidden node: what excites it, its activation by class, what it adds to each output.": (
        "剖析一个隐藏节点：什么使它兴奋、它在各类别上的激活值、它对各输出的贡献。"
    ),
    "With --node: the hidden layer, from 1.": "与 --node 一起：第几个隐藏层，从 1 起。",
    "Show the worked example of the notes, with the error 0.42; needs no MODEL.": (
        "显示笔记中误差为 0.42 的例题；不需要 MODEL。"
    ),
    "Draw the step, or the output of --why, --backquery, --nodes or --node: PNG, PDF or SVG.": (
        "画出这一步、--why、--backquery、--nodes 或 --node：PNG、PDF 或 SVG。"
    ),
    # search
    "Trials in total.": "试验总数。",
    "Time limit for the search.": "搜索的时限。",
    "Option to vary: NAME=LOW..HIGH, NAME=LOW..HIGH:log, NAME=a,b,c or NAME; repeat for more.": (
        "要改变的选项：NAME=LOW..HIGH、NAME=LOW..HIGH:log、NAME=a,b,c 或 NAME；可多次使用。"
    ),
    "Set of options to start from.  [notes; with --target table]": "起始的一组选项。  [notes；用 --target 时为 table]",
    "Score to choose by.  [accuracy; of a regression rmse, or r2 with several targets]": (
        "选择所依据的得分。  [accuracy；回归为 rmse，有多个目标时为 r2]"
    ),
    "Score by cross-validation with K folds; 0: one held-out part.": "用 K 折交叉验证评分；0 表示留出一部分。",
    "Folder of the search; one that was interrupted continues.": "搜索的文件夹；其中被中断的搜索会继续。",
    "Test data; they choose nothing.": "测试数据；不参与选择。",
    "Trials at the same time.": "同时进行的试验数。",
    # compare
    "Change an option of A only, such as rate=0.1; repeat for more.": "只改变 A 的选项，例如 rate=0.1；可重复。",
    "Change an option of B only, such as hidden=100,50; repeat for more.": (
        "只改变 B 的选项，例如 hidden=100,50；可重复。"
    ),
    "The same for C; --d to --h for the further sides.": "同样用于 C；其余各边用 --d 至 --h。",
    "Most seeds to train each side with, 2 to 20; a verdict needs 6, more with more sides.": (
        "每一边至多用多少个种子训练，2 至 20；得出结论至少需要 6 个，边数多时需要更多。"
    ),
    "Do not stop when the verdict is clear.": "结论明确时也不提前停止。",
    "Score to compare.  [accuracy; of a regression rmse, or r2 with several targets]": (
        "要比较的得分。  [accuracy；回归为 rmse，多个目标时为 r2]"
    ),
    "Draw the learning curves: PNG, PDF or SVG.": "画出学习曲线：PNG、PDF 或 SVG。",
    # doctor, labels, report, bench
    "Test data to compare with the training data.": "与训练数据对照的测试数据。",
    "Label column: its name, or its number, counted from 1.": "标签列：列名，或从 1 起的序号。",
    "Write a repaired copy (a folder if DATA is a folder), and one of the --test data as OUT-test.": (
        "写出修复后的副本（DATA 是文件夹时为文件夹）；--test 的数据也写出，名为 OUT-test。"
    ),
    "Cross-validation folds.": "交叉验证的折数。",
    "Number of suspects to print.": "列出多少个可疑样本。",
    "Draw the first suspects: PNG, PDF or SVG.": "画出最前面的可疑样本：PNG、PDF 或 SVG。",
    "Write all suspects to a CSV file, with an empty column 'new' to fill in.": (
        "把全部可疑样本写到 CSV 文件，并留出空列 'new' 供填写。"
    ),
    "Reviewed list to apply; needs --to.": "要应用的已审阅列表；需要 --to。",
    "Corrected copy to write: in the format of DATA, under a new name.": (
        "要写出的更正副本：与 DATA 同类，且尚不存在。"
    ),
    "HTML file to write.  [MODEL-report.html]": "要写出的 HTML 文件。  [MODEL-report.html]",
    "Training data that are searched for the samples nearest to each misclassified one.": (
        "训练数据，用于显示与误判样本最近的样本。"
    ),
    "Repetitions; the median is reported.": "重复次数，取中位数。",
}
"""English help of a flag -> its Chinese."""

OPTIONS = {
    "nodes in a hidden layer; repeat for more layers": "隐藏层的节点数；重复给出即为多个隐藏层",
    "activation of the hidden layers; repeat to give one per layer": "隐藏层的激活函数；可重复，逐层指定",
    "activation of the output layer": "输出层的激活函数",
    "add a bias to every node": "为每个节点加偏置",
    "how the initial weights are drawn": "初始权重的生成方式",
    "loss function to minimize": "要最小化的损失函数",
    "error above which the loss is linear instead of squared": "误差超过此值后，损失由平方变为线性",
    "quantile to predict: the fraction of targets below the prediction": "要预测的分位数，即低于预测值的目标所占的比例",
    "focusing parameter: larger values give easy samples less weight; 0 is cross_entropy": (
        "聚焦参数：越大，易分样本的权重越低；0 即 cross_entropy"
    ),
    "backpropagation rule: that of the notes, or the exact gradient": "误差反向传播的规则：笔记的做法，或精确梯度",
    "largest learning rate (start or peak of the schedule); an optimizer other than the recipe's has its own default": (
        "最大学习率（调度的起点或峰值）；换用与配方不同的优化器时，默认值随优化器而定"
    ),
    "learning rate schedule": "学习率调度方式",
    "factor by which the schedule multiplies the learning rate at each drop": "每次降低学习率时乘以的系数",
    "epochs without a lower training loss before the learning rate drops": "训练损失连续多少轮不再降低时，降低学习率",
    "how the weights are updated from the gradient": "由梯度更新权重的方法",
    "weight of the previous step, or of the running mean of gradients (β₁)": "上一步（或梯度滑动平均）的权重，即 β₁",
    "decay of the slower running mean, in most optimizers that of the squared gradients (β₂)": (
        "较慢的滑动平均（多为梯度平方）的衰减率，即 β₂"
    ),
    "added to the root of the squared gradients to avoid division by 0": "加在梯度平方的平方根上，以免除以 0",
    "strength of the weight decay, which pulls all parameters towards 0": "权重衰减：把所有参数拉向 0 的强度",
    "largest norm of a gradient; a larger one is scaled down to it; 0: no limit": (
        "梯度范数的上限，超过则按比例缩小；0 表示不限"
    ),
    "decay of the exponential moving average (EMA) of the weights, which becomes the model; 0: no average": (
        "权重的指数滑动平均（EMA）的衰减率，平均值即为模型；0 表示不用"
    ),
    "fraction of the hidden nodes dropped at random in training; repeat to give one per layer": (
        "训练时随机丢弃的隐藏节点比例；可重复，逐层指定"
    ),
    "fraction of the target spread evenly over all classes; 0.1 makes the target 0.91 instead of 1 for ten classes": (
        "标签平滑：均摊到所有类别的比例；十个类别时，0.1 使目标由 1 变为 0.91"
    ),
    "hard-example mining: backpropagate only this fraction of a batch, the samples with the largest losses; 1: all": (
        "难例挖掘：每批只反向传播这一比例的样本，取损失最大的；1 表示全部"
    ),
    "augmentation: rotate training images by up to this many degrees": "数据增强：训练图片随机旋转的最大角度",
    "augmentation: shift training images by up to this many pixels": "数据增强：训练图片随机平移的最大像素数",
    "augmentation: scale each axis of training images by up to this fraction": (
        "数据增强：训练图片两轴各自随机缩放的最大比例"
    ),
    "augmentation: shear training images by up to this slope": "数据增强：训练图片随机错切的最大斜率",
    "augmentation: elastic distortion of training images, standard deviation in pixels": (
        "数据增强：训练图片弹性变形的标准差（像素）"
    ),
    "smoothness of the elastic distortion: sigma of its Gaussian blur in pixels": (
        "弹性变形的平滑度：高斯模糊的 σ（像素）"
    ),
    "passes through the training data": "遍历训练数据的轮数",
    "samples per training step": "每步训练使用的样本数",
    "parts of a batch, or groups of nodes if batch_size is 1, computed in parallel; affects the last bits": (
        "并行计算的分片数：一个批次的份数，batch_size 为 1 时为节点的组数（影响结果的末位）"
    ),
    "maximum number of engine calls per epoch; progress is reported after each; affects the last bits; 0: one per "
    "5,000 samples, at most ten": (
        "每轮最多调用计算引擎的次数，它限制汇报进度的频率（影响结果的末位）；0 表示每 5,000 个样本一次，最多十次"
    ),
    "threads, at most one per shard; 0: one per available core; does not affect the result": (
        "线程数，每个分片至多一个；0 表示每个可用核心一个（不影响结果）"
    ),
    "skip zeros of the inputs in batches where that saves time; affects the last bits; training on several machines "
    "and from a stream skips none": (
        "成批训练时跳过输入中的零，若能省时（影响结果的末位）；多机训练与数据流训练从不跳过"
    ),
    "shuffle the samples in every epoch": "每一轮重新打乱样本顺序",
    "random seed; the same seed gives the same result, bit for bit": "随机种子；种子相同，结果逐位一致",
    "input scaling: x / max · 0.99 + 0.01 (notes); x / max (unit); mean 0 and standard deviation 1 over all "
    "inputs (standard) or per feature (features)": (
        "输入缩放：x / max · 0.99 + 0.01（notes）；x / max（unit）；标准化为均值 0、标准差 1，整体（standard）或逐特"
        "征（features）"
    ),
    "largest possible value of an input in the data": "数据中输入的最大可能值",
    "resize the images of a folder to N x N or HxW pixels (rows x columns); own: keep their size, which must be "
    "the same for all and at most 64 x 64": (
        "把文件夹中的图片统一为 N x N 或 HxW 像素（行 x 列）；own 表示保持原尺寸，此时须尺寸相同且不超过 64 x 64"
    ),
    "keep the colours of images: three inputs per pixel": "保留图片颜色，每像素三个输入",
    "find the handwritten digits in the images of a folder and convert each to MNIST's form, as query does": (
        "在文件夹的图片中找出手写数字，并像 query 那样逐个转为 MNIST 的形式"
    ),
    "straighten slanted writing, in training and in prediction": "训练与预测时先扶正倾斜的字迹",
    "target encoding: classes as 0.01 and 0.99 (notes) or as 0 and 1 (one-hot), several labels per sample "
    "(multilabel), or a regression (values)": (
        "目标编码：类别为 0.01 与 0.99（notes）或 0 与 1（one-hot），一个样本多个标签（multilabel），或回归（values）"
    ),
    "number of classes; 0: as many as occur in the data": "类别数；0 表示以数据中出现的为准",
    "networks in the ensemble: each is trained from its own seed, and their outputs are averaged": (
        "集成的成员数：各用不同的种子训练，输出取平均"
    ),
    "train each network of the ensemble without one of as many folds of the data, which gives its best epoch and "
    "calibrates it; the networks become one": (
        "把数据分为与网络数相同的折，集成中每个网络训练时留出一折，用它确定最佳轮次并校准；各网络最后合并为一个"
    ),
    "fraction of the data held out for the test if no test data are given": "未给出测试数据时，留出作测试的数据比例",
    "stop after this many epochs without a lower validation loss, and keep the best weights; 0: never stop early": (
        "验证损失连续多少轮不再降低就停止，并保留最好的权重；0 表示不提前停止"
    ),
    "fraction of the training data held out for the validation loss": "留出用于计算验证损失的训练数据比例",
    "compute engine: compiled (fast), reference (NumPy) or auto: reference for small training runs": (
        "计算引擎：compiled（快）、reference（NumPy）或 auto（训练量小时用 reference）"
    ),
    "floating-point precision": "浮点精度",
}
"""English help of an option, as `options.options` declares it -> its Chinese."""

_NEEDS = re.compile(r"(.*) \(only with (\w+) (above )?(.*)\)")


def option_help(text: str) -> str:
    """Return the Chinese of an option's full help: its line and, in parentheses, what it needs."""
    if found := _NEEDS.fullmatch(text):
        line, other, above, values = found.groups()
        return f"{OPTIONS[line]}（仅用于 {other} {'大于 ' if above else ''}{values.replace(', ', '、')}）"
    return OPTIONS[text]


def flag_help(text: str) -> str:
    """Return the Chinese of a flag's help; two blanks and a bracket before a default stay."""
    if text in FLAGS:
        return FLAGS[text]
    line, bracket, default = text.partition("  [")
    if line in FLAGS:
        return f"{FLAGS[line]}{bracket}{default}"
    return f"{option_help(line[0].lower() + line[1:].removesuffix('.'))}。{bracket}{default}"
