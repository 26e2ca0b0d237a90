"""Chinese of the messages of commands, their jobs and the options; the key is the English sentence of the code."""

MESSAGES: dict[str, str] = {
    # usage
    "No such command '{name}'. Did you mean '{near}'?": "没有命令 '{name}'，是否指 '{near}'？",
    "Missing argument '{name}'. Try 'glassnet {command} --help'.": (
        "缺少参数 '{name}'。请运行 'glassnet {command} --help'。"
    ),
    "{argument} is empty, perhaps from an unset shell variable.": "{argument}为空，可能来自未设置的 shell 变量。",
    "the value of {option}": "{option} 的值",
    "an argument": "有一个参数",
    "nan is not in the range 0<=x<=1.": "nan 不在范围 0<=x<=1 内。",
    "{word}: the model must come first. Try 'glassnet {command} {words}'.": (
        "{word}：模型须在最前。请运行 'glassnet {command} {words}'。"
    ),
    "interrupted; nothing was written.": "已中断，未写出任何文件。",
    "interrupted; {files} written. The same command writes the rest.": (
        "已中断；已写出 {files}。再运行同一命令会写出其余文件。"
    ),
    "interrupted; nothing was written.{hint}": "已中断，未写出任何文件。{hint}",
    " With --checkpoint FILE, training can be resumed.": "训练时加上 --checkpoint FILE，中断后便可继续。",
    "not enough memory. Use a smaller network or smaller batches.": "内存不足。请使用更小的网络或更小的批次。",
    "{where}: cannot be written or read ({reason}).": "{where}：无法读写（{reason}）。",
    "standard output": "标准输出",
    "data {name}: expected {data}, as in: glassnet data {example} DIR.": (
        "data {name}：应为 {data}，例如：glassnet data {example} DIR。"
    ),
    # options
    "{name} {value}: expected yes or no.": "{name} {value}：应为是或否。",
    "{name} {value}: expected a whole number.": "{name} {value}：应为整数。",
    "{name} {value}: expected a word.": "{name} {value}：应为一个词。",
    "{name} {value}: expected the form {form}.": "{name} {value}：格式应为 {form}。",
    "own, N or HxW (at most 9999, such as 28 or 32x24)": "own、N 或 HxW（至多 9999，例如 28 或 32x24）",
    "recipe {name}: expected one of {names}.": "配方 {name}：应为 {names} 之一。",
    "{alias} {one} and {name} {other}: two names of one option. Give only {only}.": (
        "{alias} {one} 与 {name} {other}：是同一选项的两个名称。请只给出 {only}。"
    ),
    "seed {seed}: too large for {members} members, each with its own seed. Use a smaller one.": (
        "seed {seed}：对 {members} 个各用一个种子的成员来说太大。请用更小的种子。"
    ),
    "{name}: {given} values for {layers} hidden layers. Give one for all, or one per layer.": (
        "{name}：{layers} 个隐藏层给了 {given} 个值。请给一个共用的值，或每层一个。"
    ),
    "{name} {value}: expected one of {names}.": "{name} {value}：应为 {names} 之一。",
    # compare
    "{flag} {seeds}: expected 2 to {most}; a verdict needs {fewest} or more.": (
        "{flag} {seeds}：应为 2 至 {most}；得出结论至少需要 {fewest} 个。"
    ),
    "{sides} sides: expected 2 to {most}.": "{sides} 边：应为 2 至 {most} 边。",
    "--{side}: there are {sides} sides. Name a recipe for each.": "--{side}：只有 {sides} 边。请为每一边给出一个配方。",
    "{side}, seed {seed}: {problem}": "{side}，种子 {seed}：{problem}",
    "interrupted before the first seed was complete.": "已中断，第一个种子尚未完成。",
    "to compare the sides by. Use more samples.": "用于比较两边。请使用更多样本。",
    "{source}: the two sides read other samples. Use the same {flag} for both.": (
        "{source}：两边读取的样本不同。请对两边使用相同的 {flag}。"
    ),
    "{source}: {side} reads other samples than A. Use the same {flag} for all sides.": (
        "{source}：{side} 与 A 读取的样本不同。请对各边使用相同的 {flag}。"
    ),
    "{name}: all sides need the same data and seeds. Give it for all.": (
        "{name}：各边需要相同的数据和种子。请对各边给出相同的值。"
    ),
    "{side} and {other} have the same options, so the same results. Change one, such as {example}.": (
        "{side} 与 {other} 的选项相同，结果也会相同。请改变一个选项，例如 {example}。"
    ),
    "{given}: expected a recipe, Options, or a recipe and a dict of options.": (
        "{given}：应为配方、Options，或配方加选项字典。"
    ),
    "{name}: needs the column to predict. Pass target.": "{name}：需要指明要预测的列。请传入 target。",
    "y and target: both are what to predict. Omit one.": "y 与 target：都是要预测的内容。请去掉一个。",
    "data: what to predict is missing. Pass y with an array, or target with a data frame.": (
        "data：缺少要预测的内容。数组请传入 y，数据框请传入 target。"
    ),
    "y: only for arrays. A file or Dataset has its own.": "y：只用于数组。文件或 Dataset 中已有。",
    "target: a Dataset has its own. Omit it.": "target：Dataset 中已有。请去掉它。",
    "{name}: both sides need the same data and seeds. Give it for both.": (
        "{name}：两边需要相同的数据和种子。请对两边给出相同的值。"
    ),
    "the two sides have the same options, so the same results. Change one, such as {example}.": (
        "两边的选项相同，结果也会相同。请改变一个选项，例如 {example}。"
    ),
    "{flag} {metric}: not available for these data, expected one of {names}.": (
        "{flag} {metric}：不适用于此数据，应为 {names} 之一。"
    ),
    "{flag} loss: the two sides minimize different losses, which cannot be compared. Omit it.": (
        "{flag} loss：两边最小化的损失不同，无法比较。请去掉该选项。"
    ),
    "{flag} loss: the sides minimize different losses, which cannot be compared. Omit it.": (
        "{flag} loss：各边最小化的损失不同，无法比较。请去掉该选项。"
    ),
    "{flag} {word}: {name} is given twice. Give it once.": "{flag} {word}：{name} 给出了两次。请只给一次。",
    "{flag} {word}: expected OPTION=VALUE, such as rate=0.1.": ("{flag} {word}：应为 OPTION=VALUE，例如 rate=0.1。"),
    # train, resume
    "{path} was not written.": "未写出 {path}。",
    "The last good weights are in {place}.": "最后一组正常的权重在 {place} 中。",
    "{problem} The trained model is in {place}.": "{problem}训练好的模型在 {place} 中。",
    "The training run is in {checkpoint}; resume it with `glassnet resume {again}`.": (
        "训练进度保存在 {checkpoint} 中，可用 `glassnet resume {again}` 继续。"
    ),
    "interrupted; the training run is in {checkpoint}. Resume it with `glassnet resume {again}`.": (
        "已中断；训练进度保存在 {checkpoint} 中。请用 `glassnet resume {again}` 继续。"
    ),
    "interrupted while drawing; the model is in {path}.": "绘图时中断；模型在 {path} 中。",
    "--checkpoint-every: needs a file. Add --checkpoint FILE.": (
        "--checkpoint-every：需要文件。请加上 --checkpoint FILE。"
    ),
    "--checkpoint: not available for an ensemble of {members} networks. Add --members 1 to train one network, or omit "
    "--checkpoint.": (
        "--checkpoint：不能用于 {members} 个网络的集成。请加上 --members 1 只训练一个网络，或去掉 --checkpoint。"
    ),
    "--checkpoint {path}: the model will be written to this file. Name another one.": (
        "--checkpoint {path}：模型将写到此文件。请换一个文件名。"
    ),
    "{path}: not written by `glassnet train`. Resume it in Python: glassnet.resume(path, data).": (
        "{path}：不是 `glassnet train` 写出的。请在 Python 中继续：glassnet.resume(path, data)。"
    ),
    "--out {path}: the checkpoint has this name. Name another file.": (
        "--out {path}：检查点已使用这个名称。请换一个文件名。"
    ),
    "{change}: the last bits may differ from those of an uninterrupted run": (
        "{change}：结果的末位可能与未中断的训练不同"
    ),
    # train --from, train --add
    "--target {column}: {model} predicts {names}. Omit it.": (
        "--target {column}：{model} 预测的是 {names}。请去掉该选项。"
    ),
    "--{flag}: further training uses the columns of {model}. Omit it.": (
        "--{flag}：继续训练时使用 {model} 的列。请去掉该选项。"
    ),
    "{flag}: {model} was not trained on a table with named columns. Omit it.": (
        "{flag}：{model} 不是用有列名的表格训练的。请去掉该选项。"
    ),
    "--add {source}: not available for a table with named columns. Add the rows to the table.": (
        "--add {source}：不能用于有列名的表格。请把这些行加入表格。"
    ),
    "--add-times: needs images to add. Name them with --add FOLDER.": (
        "--add-times：需要加入的图片。请用 --add FOLDER 指明。"
    ),
    "--add {names}: the training of {path} added samples of {sources}. Name the new place of each.": (
        "--add {names}：{path} 的训练加入了 {sources} 的样本。请逐个指明其新位置。"
    ),
    "--add {name}: {path} was trained without added samples. Omit --add.": (
        "--add {name}：{path} 的训练没有加入其他样本。请去掉 --add。"
    ),
    "--{flag} {path}: the model that training starts from, which `glassnet verify` needs. Name another file.": (
        "--{flag} {path}：这是训练的起始模型，`glassnet verify` 需要它。请换一个文件名。"
    ),
    "{model}: no DATA, and the model was not trained on the bundled MNIST. Name the DATA to train on.": (
        "{model}：未给出 DATA，而模型不是用自带的 MNIST 训练的。请给出训练用的 DATA。"
    ),
    "{source}: all samples of {names} are held out for the test, and further training would unlearn these classes. Use "
    "another --holdout, or pass test data with --test.": (
        "{source}：{names} 的样本全部留作测试，继续训练会使模型遗忘这些类别。请使用其他 --holdout，"
        "或用 --test 给出测试数据。"
    ),
    "{source}: no sample of {names}, but the model has these classes, and further training would unlearn them. Add "
    "such samples, or name the model's own training data as DATA and these with --add.": (
        "{source}：没有 {names} 的样本，而模型有这些类别，继续训练会使其遗忘。请添加这些类别的样本，"
        "或把模型原来的训练数据作为 DATA，并用 --add 添加此数据。"
    ),
    "--from {model}: the training of {path} did not start from another model. Omit it.": (
        "--from {model}：{path} 的训练不是从另一个模型开始的。请去掉该选项。"
    ),
    "{model}: the training started from {file} (hash {hash}), which is not in the same folder. {advice}": (
        "{model}：训练从{file}（哈希 {hash}）开始，而该文件不在同一文件夹中。{advice}"
    ),
    "Name that model with --from FILE, or put it there.": "请用 --from FILE 指明该模型，或把它放到该文件夹中。",
    "Put it there.": "请把它放到该文件夹中。",
    "{named}: hash {hash}, but the training of {path} started from the model with hash {recorded}. Name that model "
    "with --from FILE.": (
        "{named}：哈希为 {hash}，而 {path} 的训练从哈希为 {recorded} 的模型开始。请用 --from FILE 指明后者。"
    ),
    # data
    "--classes {classes} with --target: the classes are those of the column. Omit it.": (
        "--classes {classes} 与 --target：类别以该列为准。请去掉该选项。"
    ),
    "{flag}: only for folders of images, and {source} is not one. Omit it.": (
        "{flag}：仅用于图片文件夹，而 {source} 不是。请去掉该选项。"
    ),
    "--target {column}: needs a table. Name it as DATA.": "--target {column}：需要表格。请用 DATA 给出表格。",
    "--{flag}: needs the column to predict. Add --target COLUMN.": (
        "--{flag}：需要指明要预测的列。请加上 --target COLUMN。"
    ),
    "--decimal: needs the column to predict. Add --target COLUMN.": (
        "--decimal：需要指明要预测的列。请加上 --target COLUMN。"
    ),
    "column {name} in {flags}: this is the column to predict. Omit it.": (
        "{flags} 中的列 {name}：这是要预测的列。请去掉。"
    ),
    "--decimal {decimal}: for tables only, and the model was not trained on a table. Omit it.": (
        "--decimal {decimal}：仅用于表格，而模型不是用表格训练的。请去掉该选项。"
    ),
    "{model}: no DATA, and the model was not trained on the bundled MNIST. Name the DATA.": (
        "{model}：未给出 DATA，而模型不是用自带的 MNIST 训练的。请给出 DATA。"
    ),
    "{model}: no DATA, and the model was not trained on the bundled MNIST. Name the DATA it was trained on.": (
        "{model}：未给出 DATA，而模型不是用自带的 MNIST 训练的。请给出训练所用的 DATA。"
    ),
    "column {name} not used: {why}": "未使用列 {name}：{why}",
    # test, report, read, show
    "--pictures: the plots are for classes, and this model is a regression. Omit it.": (
        "--pictures：这些图用于分类，而此模型是回归模型。请去掉该选项。"
    ),
    "{source}: can be read only once, so not both as DATA and with --train. Save it to a file.": (
        "{source}：只能读取一次，不能既作 DATA 又作 --train。请先存成文件。"
    ),
    "--picture, --stages: {count} photos given, but only one can be drawn. Name one.": (
        "--picture、--stages：给出了 {count} 张照片，但只能画一张。请只给一张。"
    ),
    "--row {row}: {source} has the rows {first} to {last}.": "--row {row}：{source} 的行号为 {first} 到 {last}。",
    "--row {row}: training holds this row out of these data, so it is not augmented. Name another row.": (
        "--row {row}：训练时会留出这一行，因此不做数据增强。请换一行。"
    ),
    "{source}: {count} values per sample are not a square image to draw.": (
        "{source}：每个样本 {count} 个值，不是可以画出的方形图片。"
    ),
    "{source}: a table with named columns has no images to draw.": "{source}：有列名的表格没有可画的图片。",
    # explain
    "no MODEL to explain. Name it, as in: glassnet explain notes.safetensors --row 7.": (
        "未给出要剖析的 MODEL。请给出，例如：glassnet explain notes.safetensors --row 7。"
    ),
    "nothing to explain. Name a sample with --row N, or see --help for what else can be explained.": (
        "未指明要剖析什么。请用 --row N 指定样本，其他用法见 --help。"
    ),
    "{path}: a training step needs labelled data. Add --why to explain the prediction for an image.": (
        "{path}：训练步骤需要有标签的数据。要剖析一张图片的预测，请加上 --why。"
    ),
    "{path}: a second input, but one is explained at a time. Explain it with a command of its own.": (
        "{path}：这是第二个输入，而一次只能剖析一个。请另用一条命令剖析它。"
    ),
    "{kinds}: only one thing can be explained at a time.": "{kinds}：一次只能剖析一项。",
    "--epoch and --step go together. Give both.": "--epoch 与 --step 须一起给出。",
    "--{flag} does not go with {other}. Omit one of them.": "--{flag} 不能与 {other} 同用。请去掉其中之一。",
    "a step": "单步",
    "--epoch and --step": "--epoch 与 --step",
    "--row {row}: {source} has no such row, or no target in it; the rows with a target are {first} to {last}.": (
        "--row {row}：{source} 没有这一行，或这一行没有目标；有目标的行为 {first} 到 {last}。"
    ),
    "{flag} {word}: the outputs of the model are {names}.": "{flag} {word}：模型的输出为 {names}。",
    "{model}: the model's inputs are not images, so --picture has nothing to draw. Omit it.": (
        "{model}：模型的输入不是图片，--picture 没有可画的内容。请去掉该选项。"
    ),
    "--why: nothing to explain. Name an image, or labelled DATA with --row N.": (
        "--why：未指明要剖析什么。请给出一张图片，或有标签的 DATA 与 --row N。"
    ),
    "{source}: {count} samples, the first is '{name}'. Choose one with --row 0 to {last}.": (
        "{source}：有 {count} 个样本，第一个为 '{name}'。请用 --row 0 到 {last} 选定一个。"
    ),
    "{source}: {count} samples, the first is '{name}'. Choose one with --row 0 to {last}, or crop the image.": (
        "{source}：有 {count} 个样本，第一个为 '{name}'。请用 --row 0 到 {last} 选定一个，或裁剪图片。"
    ),
    "--row {row}: {source} has {count} samples. Use --row 0 to {last}.": (
        "--row {row}：{source} 有 {count} 个样本。请用 --row 0 到 {last}。"
    ),
    "{name}: label {label}, expected a class of the model, 0 to {last}.": (
        "{name}：标签为 {label}，应为模型的类别 0 到 {last}。"
    ),
    # doctor
    "{source}: --test, --target and --decimal are for data, not for programs. Omit them.": (
        "{source}：--test、--target 与 --decimal 用于数据，不用于程序。请去掉。"
    ),
    "--fix {path}: the file already exists. Choose another name.": "--fix {path}：文件已存在。请换一个名称。",
    "--fix {path}: expected a name ending in {suffixes}.": "--fix {path}：名称应以 {suffixes} 结尾。",
    "--fix {path}: {source} has no image files. Name a .csv or .npz file.": (
        "--fix {path}：{source} 没有图片文件。请给出 .csv 或 .npz 文件名。"
    ),
    "--fix {path}: an NPZ archive holds only numbers. Name a .csv file.": (
        "--fix {path}：NPZ 存档只能存数值。请给出 .csv 文件名。"
    ),
    "--fix {path}: the copy would have no rows; nothing was written.": "--fix {path}：副本没有任何行，因此未写出。",
    "{source}: its copy {why}; nothing was written. Use test data with the same columns.": (
        "{source}：其副本{why}，未写出。请使用列相同的测试数据。"
    ),
    "has {columns} columns and the copy of {other} {wanted}": "有 {columns} 列，而 {other} 的副本有 {wanted} 列",
    "lacks columns of {other} ({names})": "缺少 {other} 的列（{names}）",
    # labels
    "--folds {folds}: expected 2 to 100.": "--folds {folds}：应为 2 到 100。",
    "--fix and --to go together: the reviewed list and the copy to write. Give both.": (
        "--fix 与 --to 须一起给出：已审阅的列表与要写出的副本。"
    ),
    "--target {column}: labels are checked for one column at a time. Try {flags}, then the reverse.": (
        "--target {column}：标签一次只能检查一列。请先用 {flags}，再把两列对调。"
    ),
    "{source}: {count} values per sample are not an image to draw. Omit --picture.": (
        "{source}：每个样本 {count} 个值，不是可以画出的图片。请去掉 --picture。"
    ),
    "{path}: column 'new' of this list is filled in. Apply it (--fix {again} --to FILE) or name another file.": (
        "{path}：此列表的 'new' 列已有填写。请应用此列表（--fix {again} --to FILE），或换一个文件名。"
    ),
}
