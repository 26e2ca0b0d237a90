"""Chinese of the messages of the doctor, of reading handwriting and of the ranking of wrong labels."""

MESSAGES: dict[str, str] = {
    "{source}: no column {target}; the columns are {names}. Give a name or a number from 1.": (
        "{source}：没有名为 {target} 的列；现有的列为 {names}。请给出列名，或从 1 起的列号。"
    ),
    "{source}: {names} hold no one-hot labels, expected the label columns of the training data. Use test data with the "
    "same columns.": "{source}：{names} 不是独热标签，应与训练数据的标签列相同。请使用列相同的测试数据。",
    "{name}: an image, expected a table of samples. Give the data to train on.": (
        "{name}：这是一张图片，应为样本表格。请给出用于训练的数据。"
    ),
    "{name}: not a Jupyter notebook of format 4. Open it in Jupyter and save it again.": (
        "{name}：不是第 4 版格式的 Jupyter 笔记本。请在 Jupyter 中打开并重新保存。"
    ),
    "the model does not take images of {rows} × {columns}. Use a model trained on MNIST.": (
        "该模型的输入不是 {rows} × {columns} 的图片。请使用在 MNIST 上训练的模型。"
    ),
    "probabilities of shape {shape} and labels of shape {other}, expected (n, classes) and (n,) with n at least 1.": (
        "概率的形状为 {shape}，标签的形状为 {other}；应为 (n, classes) 与 (n,)，n 至少为 1。"
    ),
    "labels from {low} to {high} for {classes} classes, expected at least 2 classes and labels from 0, below their "
    "number.": "标签从 {low} 到 {high}，类别共 {classes} 个；类别至少 2 个，标签应从 0 起且小于类别数。",
    "probabilities: a value is NaN or infinite, expected finite values.": (
        "probabilities：某个值是 NaN 或无穷大，应为有限的数值。"
    ),
}
