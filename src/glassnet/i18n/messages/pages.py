"""Chinese of the messages of plots, pages and explanations; holes of the English sentence have names in braces."""

MESSAGES: dict[str, str] = {
    # plots
    "axes: {given} given, expected {count}: {panels}.": "axes：给出 {given} 个，应为 {count} 个：{panels}。",
    "accuracy and counts": "准确率与预测数",
    "loss": "损失",
    "one per node": "每个节点一个",
    "photo, paper, ink, mask and digits": "照片、纸面、墨迹、掩码与数字",
    "the inputs, and {count} per layer": "输入一个，每层 {count} 个",
    "the sample, the contributions, the counterfactual, and one per neighbour": (
        "样本、贡献、反事实样本各一个，每个近邻一个"
    ),
    "classes: {names} names, expected {classes}, one per row of the matrix.": (
        "classes：给出 {names} 个名称，应为 {classes} 个，矩阵每行一个。"
    ),
    "columns={columns}: expected 1 or more.": "columns={columns}：应为 1 或更大。",
    "the history of a training run, such as fit(…).history": "训练过程的历史，例如 fit(…).history",
    "confusion matrix: expected counts, whole numbers of at least 0.": "混淆矩阵：应为计数，即不小于 0 的整数。",
    "confusion matrix: shape {shape}, expected (classes, classes).": (
        "混淆矩阵：形状为 {shape}，应为方阵，每个类别一行一列。"
    ),
    "curves of {side}: expected one or more, each with a score for every epoch.": (
        "{side} 的曲线：应有一条或多条，且每轮各有一个得分。"
    ),
    "history: key {key} is missing, it has {keys}.": "history：缺少键 {key}，只有 {keys}。",
    "history: {name} has shape {shape} and {along} {other}, expected lists of equal length.": (
        "history：{name} 的形状为 {shape}，{along} 的形状为 {other}，应为等长的列表。"
    ),
    "image_shape {shape} does not match the {features} values of an image.": (
        "image_shape {shape} 与图片的 {features} 个值不符。"
    ),
    "an image of {features} values is not square. Pass image_shape=(rows, columns).": (
        "有 {features} 个值的图片不是正方形。请传入 image_shape=(rows, columns)。"
    ),
    "inputs: shape {shape}, expected (n, features) with at least one image.": (
        "inputs：形状为 {shape}，应为 (n, features)，至少一张图片。"
    ),
    "inputs: shape {shape}, expected (n, features) with at least one digit. "
    "For a single digit pass inputs[row : row + 1].": (
        "inputs：形状为 {shape}，应为 (n, features)，至少一个数字。只有一个数字时请传入 inputs[row : row + 1]。"
    ),
    "names: {names}, expected {classes}, one per class.": "names：给出 {names} 个，应为 {classes} 个，每个类别一个。",
    "no installed font has {letters}, so code points are drawn. Install a font that has them, such as "
    "Noto Sans CJK.": "已安装的字体都没有 {letters}，因此写成编码。请安装含有这些字的字体，例如 Noto Sans CJK。",
    "pixels: a value is NaN or infinite. Only finite values can be drawn.": (
        "pixels：有值为 NaN 或无穷大。只能绘制有限的值。"
    ),
    "rows: expected row numbers from 0 to {last}.": "rows：行号应为 0 到 {last}。",
    "weights: a value is NaN or infinite. Only finite values can be drawn.": (
        "weights：有值为 NaN 或无穷大。只能绘制有限的值。"
    ),
    "weights: shape {shape} and {captions} captions, expected one row and caption per node.": (
        "weights：形状为 {shape}，说明文字 {captions} 条，应为每个节点一行、一条说明文字。"
    ),
    "{name}: shape {shape}, expected ({count},), one per digit.": (
        "{name}：形状为 {shape}，应为 ({count},)，每个数字一个。"
    ),
    "{options}: all are 0. Set at least one of them above 0.": "{options}：全部为 0。请至少将其中一项设为大于 0。",
    # explanations
    "backquery: the layers are {kinds}, expected sigmoid in every layer. Use `dream`.": (
        "反向查询（backquery）：各层为 {kinds}，应每一层都是 sigmoid。请改用 `dream`。"
    ),
    "epoch {epoch}, step {step}: the run has epochs 1 to {epochs}, each with steps 1 to {steps}.": (
        "第 {epoch} 轮第 {step} 步：这次训练有第 1 至 {epochs} 轮，每轮有第 1 至 {steps} 步。"
    ),
    "hidden space: the network has no hidden layer.": "隐藏层空间：该网络没有隐藏层。",
    "count {count}: expected 1 or more.": "count {count}：应为 1 或更大。",
    "node {node}: the network has no hidden layer.": "node {node}：该网络没有隐藏层。",
    "node {node}: hidden layer {layer} has nodes 0 to {last}.": "node {node}：第 {layer} 隐藏层的节点为 0 至 {last}。",
    "layer {layer}: the network has hidden layers 1 to {layers}.": "layer {layer}：该网络的隐藏层为 1 至 {layers}。",
    "rival {rival}: the model has classes 0 to {last}.": "rival {rival}：模型的类别为 0 至 {last}。",
    "rival {rival}: only for models that predict one of several classes, and this one does not. Omit it.": (
        "rival {rival}：仅用于预测某一类别的模型，此模型不是。请去掉该参数。"
    ),
    "output {output}: only for multi-label and regression models, this model predicts one of its classes. Omit it.": (
        "output {output}：仅用于多标签与回归模型，此模型预测的是某一类别。请去掉该参数。"
    ),
    "output {output}: the model has outputs 0 to {last}.": "output {output}：模型的输出为 0 至 {last}。",
    "sample: shape {shape}, expected ({features},).": "sample：形状为 {shape}，应为 ({features},)。",
    "typical rows: expected a model of a table with named columns. Use `dream`.": (
        "典型行：应为有列名的表格的模型。请改用 `dream`。"
    ),
    "{path}: the checkpoint of another run. Name one of this run, or none.": (
        "{path}：这是另一次训练的检查点。请指定本次训练的检查点，或不指定。"
    ),
    "{path}: written after {epochs} epochs, later than the requested step. Name an earlier checkpoint, or none.": (
        "{path}：写于训练 {epochs} 轮之后，晚于所要的步。请指定更早的检查点，或不指定。"
    ),
    "{source} is not the data that the model was trained on.": "{source} 不是训练该模型所用的数据。",
    "{what}: expected a model that predicts one of several classes, not numbers or multiple labels.": (
        "{what}：需要预测单一类别的模型，此模型预测数值或多个标签。"
    ),
    "{what}: inputs must share one range, which the columns of a table do not. Use `typical_rows`.": (
        "{what}：要求各输入取值范围相同，而表格的各列没有共同的范围。请改用 `typical_rows`。"
    ),
    "hidden space": "隐藏层空间",
    "typical rows": "典型行",
}
"""English sentence -> Chinese sentence."""
