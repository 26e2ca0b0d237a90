"""Chinese of the messages about ONNX files and imported networks; the key is the English sentence."""

MESSAGES: dict[str, str] = {
    # packages, running
    "an ONNX file": "ONNX 文件",
    "{path}: cannot be run ({reason}). Export the model again.": "{path}：无法运行（{reason}）。请重新导出模型。",
    "{path}: an ONNX file that glassnet did not write. Export the model again.": (
        "{path}：不是 glassnet 写出的 ONNX 文件。请重新导出模型。"
    ),
    # import
    "{path} cannot be imported: {problem}.": "{path} 无法导入：{problem}。",
    "{path} cannot be imported: damaged ({reason}).": "{path} 无法导入：文件已损坏（{reason}）。",
    "it cannot be run on {rows} rows ({reason})": "无法用 {rows} 行数据运行它（{reason}）",
    "the network was imported from {name}": "该网络导入自 {name}",
    "the network was imported from scikit-learn's {name}": "该网络导入自 scikit-learn 的 {name}",
    # import: files
    "not an ONNX file, or a damaged one": "不是 ONNX 文件，或已损坏",
    "larger than 2 GB, which an ONNX file cannot be": "大于 2 GB，ONNX 文件不可能这么大",
    "more than {count} nodes, expected a chain of dense layers": "超过 {count} 个节点，应为一串全连接层",
    "functions or sparse tensors, expected a chain of dense layers. Remove functions with "
    "onnx.inliner.inline_local_functions": (
        "含有函数或稀疏张量，应为一串全连接层。请用 onnx.inliner.inline_local_functions 去掉函数"
    ),
    "{count} inputs ({names}), expected one input with one row per sample. Join them to one before the export": (
        "有 {count} 个输入（{names}），应只有一个输入，每个样本一行。请在导出前把它们合并为一个"
    ),
    "{count} outputs, expected at most {most}": "有 {count} 个输出，最多应有 {most} 个",
    "its input {name} is from no node before it (a cycle, or a damaged file)": (
        "它的输入 {name} 不出自前面的节点（有环，或文件已损坏）"
    ),
    "its output {name} exists already": "它的输出 {name} 已经存在",
    "an output that no node computes": "有一个输出没有节点计算",
    "input {name} has type {kind}, expected FLOAT or DOUBLE.": "输入 {name} 的类型为 {kind}，应为 FLOAT 或 DOUBLE。",
    "a fixed number of {count} samples.": "样本数固定为 {count}。",
    "Export it for any number (in PyTorch: dynamic_shapes)": "请导出为任意样本数（PyTorch 中为 dynamic_shapes）",
    "input {name} has shape {shape}, expected one row per sample": "输入 {name} 的形状为 {shape}，应为每个样本一行",
    "Convert the network to float32 before its export (in PyTorch: network.float())": (
        "请在导出前把网络转换为 float32（PyTorch 中为 network.float()）"
    ),
    "tensor {name} has type {kind}, expected FLOAT or DOUBLE.": "张量 {name} 的类型为 {kind}，应为 FLOAT 或 DOUBLE。",
    "tensor {name} of a node is in another file.": "节点中的张量 {name} 在另一个文件中。",
    "Instead, export with external_data=False (torch.onnx.export), or save the network as one file": (
        "请改用 external_data=False 导出（torch.onnx.export），或把网络保存为一个文件"
    ),
    "tensor {name} is in the file {file}, which is not in the folder of the network and is not opened.": (
        "张量 {name} 在文件 {file} 中，该文件不在网络文件所在的文件夹内，不会打开它。"
    ),
    "tensor {name} is in the file {file}, which is missing.": "张量 {name} 在文件 {file} 中，但没有这个文件。",
    "Put it in the folder of the network; or export with external_data=False (torch.onnx.export), or save the network "
    "as one file": (
        "请把它放到网络文件所在的文件夹；或用 external_data=False 导出（torch.onnx.export），或把网络保存为一个文件"
    ),
    "tensor {name} is in the file {file}, which cannot be read ({reason})": (
        "张量 {name} 在文件 {file} 中，它无法读取（{reason}）"
    ),
    "tensor {name} is not in the file {file}, which has only {bytes} bytes: damaged, or of another network. Export the "
    "network again": (
        "张量 {name} 不在文件 {file} 中，该文件只有 {bytes} 字节：已损坏，或属于另一个网络。请重新导出网络"
    ),
    "tensors of more than 2 GB in other files": "其他文件中的张量超过 2 GB",
    "tensor {name} has shape {shape}, which is not possible": "张量 {name} 的形状为 {shape}，这不可能",
    "tensor {name} has another number of values than its shape {shape}": "张量 {name} 的值的个数与形状 {shape} 不符",
    # import: operators
    "operator {operator}, node {name}: {why}": "算子 {operator}，节点 {name}：{why}",
    "not supported. {instead}": "不支持。{instead}",
    "Only dense layers can be imported: run this network in onnxruntime": (
        "只能导入全连接层：请用 onnxruntime 运行这个网络"
    ),
    "Train with one of {names} instead (gelu with approximate='tanh')": (
        "请改用 {names} 之一训练（gelu 用 approximate='tanh'）"
    ),
    "Export the network before it is quantised": "请在量化之前导出网络",
    "docs/export.md lists the operators that can be imported": "docs/export.md 列出了可以导入的算子",
    "a branch, as both of its inputs are computed. Only layers one after the other can be imported": (
        "有分支，它的两个输入都是计算出来的。只能导入一层接一层的网络"
    ),
    "shapes do not match": "形状不匹配",
    "in training mode. Export the trained network as it answers (in PyTorch: after network.eval())": (
        "处于训练模式。请导出训练好、用于回答的网络（PyTorch 中先调用 network.eval()）"
    ),
    "transA is not 0": "transA 不是 0",
    "expected the first largest of each row": "应取每行第一个最大值",
    "expected a comparison with 0.5": "应与 0.5 比较",
    "expected a name for each of the classes 0, 1, 2, …": "应为类别 0、1、2…… 各有一个名称",
    "its constant is the first input, expected the second": "常量是第一个输入，应为第二个",
    "weights of shape {shape} and type {kind}, expected a matrix": "权重的形状为 {shape}，类型为 {kind}，应为矩阵",
    "an input is computed, expected a constant": "有一个输入是计算出来的，应为常量",
    "a division by a computed value": "除数是计算出来的",
    "a division by 0": "除数为 0",
    "a conversion to another type than FLOAT and DOUBLE": "转换为 FLOAT 和 DOUBLE 以外的类型",
    "expected axis 1": "轴应为 1",
    "expected axis 1 or -1": "轴应为 1 或 -1",
    "to {shape}, expected one row per sample. In PyTorch, use torch.flatten(x, 1)": (
        "变为{shape}，应为每个样本一行。在 PyTorch 中请用 torch.flatten(x, 1)"
    ),
    "shape {shape}": "形状 {shape}",
    "a computed shape": "计算出来的形状",
    "alpha is {alpha}, expected {leak}. Train with this slope": "alpha 为 {alpha}，应为 {leak}。请用这个斜率训练",
    "expected approximate='tanh'. Train with this form (in PyTorch: GELU(approximate='tanh'))": (
        "应为 approximate='tanh'。请用这种形式训练（PyTorch 中为 GELU(approximate='tanh')）"
    ),
    "no dense layer before it": "它前面没有全连接层",
    "after {activation}, expected this of the outputs only": "在 {activation} 之后，而它只能用于输出",
    "{inputs} inputs, but the layer before has {outputs} outputs": "有 {inputs} 个输入，而前一层有 {outputs} 个输出",
    # import: the network
    "no dense layer": "没有全连接层",
    "two outputs of different branches": "两个输出出自不同的分支",
    "two probabilities for each of several outputs": "几个输出各有两个概率",
    "names of classes without an ArgMax that chooses one": "有类别名称，却没有选出类别的 ArgMax",
    "probabilities that fall as their output rises": "概率随输出升高而降低",
    "an output that does not depend on the input": "有一个输出与输入无关",
    "the same weights or nodes used many times": "同样的权重或节点用了许多次",
    "a scaling of another number of inputs than the first layer has": "缩放的输入个数与第一层不同",
    "branches whose inputs or outputs are scaled differently": "各分支对输入或输出的缩放不同",
    "branches of different sizes or activations": "各分支的大小或激活函数不同",
    "an input of shape {sides}, but a first layer of {features} inputs": (
        "输入的形状为 {sides}，而第一层有 {features} 个输入"
    ),
    "outputs with a factor that is not above 0": "输出的系数不大于 0",
    "{count} names for {outputs} outputs": "{outputs} 个输出有 {count} 个名称",
    "one {activation} output, expected a probability or numbers": "只有一个 {activation} 输出，应为概率或数值",
    "{activation} outputs, expected one sigmoid output per label": "输出为 {activation}，应为每个标签一个 sigmoid 输出",
    "softmax outputs, expected numbers": "输出为 softmax，应为数值",
    "weights that are NaN or infinite": "有权重是 NaN 或无穷大",
    "answers of shape {shape}, expected one row per sample": "回答的形状为 {shape}，应为每个样本一行",
    "answers of the imported model differ by {difference} from those of its source, expected at most {most}": (
        "导入的模型与来源的回答相差 {difference}，最多应为 {most}"
    ),
    # import: estimators
    "not fitted. Call fit first": "尚未拟合，请先调用 fit",
    "expected the name of an ONNX file, or a fitted MLPClassifier or MLPRegressor": (
        "应为 ONNX 文件名，或拟合好的 MLPClassifier 或 MLPRegressor"
    ),
    "activation {name}, expected one of {choices}": "激活函数为 {name}，应为 {choices} 之一",
    "a pipeline of {kinds}, expected at most a StandardScaler or MinMaxScaler before": (
        "流水线由 {kinds} 组成，网络之前至多应有一个 StandardScaler 或 MinMaxScaler"
    ),
}
