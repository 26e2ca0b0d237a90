"""Chinese of the messages of the network, the engines and the estimators; the key is the English sentence."""

MESSAGES: dict[str, str] = {
    # network, notes
    "{count} masks: expected one for each of {hidden} hidden layers, or none.": (
        "掩码为 {count} 个：应为 {hidden} 个隐藏层各一个，或不给。"
    ),
    "{name}: shape {shape}, expected {expected}.": "{name}：形状为 {shape}，应为 {expected}。",
    "{inputs} rows of inputs but {targets} rows of targets.": "输入有 {inputs} 行，目标值却有 {targets} 行。",
    "targets: a sigmoid output lies strictly between 0 and 1. Use 0.01 to 0.99.": (
        "targets：sigmoid 的输出严格在 0 与 1 之间，请用 0.01 到 0.99。"
    ),
    "{name}: not an array of numbers. Pass numbers, as many in each row.": (
        "{name}：不是数字数组。请传入数字，每行个数相同。"
    ),
    "{name}: masked values, expected numbers. Fill them in, or leave these samples out.": (
        "{name}：含有被掩蔽的值，应为数字。请填补这些值，或去掉这些样本。"
    ),
    "{name}: {value} in row {row}, expected finite numbers of magnitude up to {largest}.": (
        "{name}：第 {row} 行有 {value}，应为绝对值不超过 {largest} 的有限数。"
    ),
    # architecture, losses, parameters
    "the numbers of nodes of the layers, such as (784, 200, 10)": "各层的节点数，例如 (784, 200, 10)",
    "a whole number": "整数",
    "sizes {sizes}: expected whole numbers, one per layer.": "sizes {sizes}：应为整数，每层一个。",
    "sizes {sizes}: expected two or more layers with at least one node each.": (
        "sizes {sizes}：应有两层或更多，每层至少一个节点。"
    ),
    "{count} activations for {layers} layers: expected one per layer.": (
        "激活函数有 {count} 个，层数为 {layers}：每层应有一个激活函数。"
    ),
    "{name} in a hidden layer: allowed only for the outputs. Use relu or sigmoid.": (
        "隐藏层的激活函数为 {name}：只能用于输出层，请改用 relu 或 sigmoid。"
    ),
    "rule notes with loss {loss}: expected loss squared_error. Use rule gradient for other losses.": (
        "规则 notes 与损失 {loss} 同用：损失应为 squared_error。其他损失请用规则 gradient。"
    ),
    "rule notes with softmax outputs: expected an elementwise activation. Use rule gradient for softmax.": (
        "规则 notes 与 softmax 输出同用：激活函数应逐元素计算。softmax 请用规则 gradient。"
    ),
    "loss {loss} with {activation} outputs: expected one of {choices}.": (
        "损失 {loss} 与 {activation} 输出同用：输出应为 {choices} 之一。"
    ),
    "loss_parameter {value}: loss {loss} has no parameter. Omit loss_parameter.": (
        "loss_parameter {value}：损失 {loss} 没有参数，请去掉 loss_parameter。"
    ),
    "parameters: shape {shape}, expected ({size},).": "parameters：形状为 {shape}，应为 ({size},)。",
    "{name}: missing, expected an array of shape {shape}.": "{name}：缺失，应为形状 {shape} 的数组。",
    # engines
    "batch_size 1: several machines divide a batch, and here is none. Use a larger batch_size.": (
        "batch_size 1：多台机器要分担一个批次，这里没有批次可分。请用更大的 batch_size。"
    ),
    "engine reference: several machines divide batches of engine compiled. Use that.": (
        "engine reference：多台机器只能分担引擎 compiled 的批次，请改用它。"
    ),
    "--ray: too little to divide, trained on this machine; --engine compiled divides it": (
        "--ray：数据太少，不值得分担，在本机训练；用 --engine compiled 则分担"
    ),
    "--ray: skip_zeros is no, so that workers can share a batch; other last bits": (
        "--ray：skip_zeros 设为 no，各工作进程才能分担一个批次（结果末位不同）"
    ),
    "shards {shards}: only {some} of {workers} workers have work; add --shards {wanted}": (
        "shards {shards}：{workers} 个工作进程中只有 {some} 个有任务；请加上 --shards {wanted}"
    ),
    "batch_size {rows}: only {some} of {workers} workers have work; use larger batches": (
        "batch_size {rows}：{workers} 个工作进程中只有 {some} 个有任务；请用更大的批次"
    ),
    "a worker was lost: {count} go on": "失去一个工作进程：其余 {count} 个继续",
    "a worker is not used: {problem}": "未使用一个工作进程：{problem}",
    "{count} workers compute from now on": "从现在起有 {count} 个工作进程",
    "no worker is free: this process computes alone until one is": "没有空闲的工作进程：暂由本进程独自计算",
    "skip_zeros yes: where zeros are skipped, several machines cannot divide a batch. Use --no-skip-zeros "
    "(skip_zeros=False), or train on one machine.": (
        "skip_zeros yes：跳过零时，多台机器无法分担一个批次。请用 --no-skip-zeros（skip_zeros=False），或只用一台机器。"
    ),
    "custom loss with rule notes: that rule propagates the raw error for every loss. Use rule gradient.": (
        "自定义损失与规则 notes 同用：无论损失是什么，该规则都传回原始误差。请用规则 gradient。"
    ),
    "the loss function returned {kind}, expected two arrays, losses and gradients.": (
        "损失函数返回了 {kind}，应返回两个数组：损失和梯度。"
    ),
    "the loss function returned shapes {first} and {second}, expected {losses} for the losses and {slopes} for the "
    "gradients.": "损失函数返回的形状为 {first} 和 {second}，损失应为 {losses}，梯度应为 {slopes}。",
    "cannot write to {folders}: compiled code is not cached, so every run compiles it again. Set NUMBA_CACHE_DIR to a "
    "writable folder.": (
        "无法写入 {folders}：编译结果不能缓存，每次运行都要重新编译。请把 NUMBA_CACHE_DIR 设为可写的文件夹。"
    ),
    "{folders}: compiled code there is not used, because other users can write to it. Delete the folder, or set "
    "NUMBA_CACHE_DIR to a folder that only you can write to.": (
        "{folders}：其他用户可以写入，因此不使用其中的编译结果。请删除该文件夹，"
        "或把 NUMBA_CACHE_DIR 设为只有您可以写入的文件夹。"
    ),
    # estimators
    "{file}: not saved by an estimator, expected {expected}. Use glassnet.load_model.": (
        "{file}：不是由估计器保存的文件，应为 {expected}。请用 glassnet.load_model。"
    ),
    "{file}: saved by {kind}, expected {expected}. Use glassnet.load_model.": (
        "{file}：由 {kind} 保存，应为 {expected}。请用 glassnet.load_model。"
    ),
    "{name}: {value} cannot be stored in a file. After loading, {same} has its default value.": (
        "{name}：{value} 无法存入文件，加载后 {same} 为默认值。"
    ),
    "the training loss still fell by {fall} in the last {part} of {epochs} epochs. "
    'Increase max_iter, or set it to "auto".': (
        '在 {epochs} 轮的最后 {part} 里，训练损失仍下降了 {fall}。请增大 max_iter，或设为 "auto"。'
    ),
    "{parameter}: validation_fraction {fraction} of {rows} rows is {held_out}, but training and validation need at "
    "least one row each. Give more rows, another validation_fraction, or X_val and y_val.": (
        "{parameter}：validation_fraction {fraction} 从 {rows} 行中留出 {held_out} 行，而训练和验证各需至少一行。"
        "请增加行数，改用其他 validation_fraction，或给出 X_val 和 y_val。"
    ),
    "warm_start: training continued from an earlier fit": "warm_start：在先前 fit 的基础上继续训练",
    "partial_fit: each call trained on different rows": "partial_fit：每次调用使用不同的行训练",
    "from_sklearn: {given}, expected {expected}(…).{hint}": "from_sklearn：{given}，应为 {expected}(…)。{hint}",
    " Pass the last step of the pipeline; a StandardScaler before it is not needed here.": (
        "请传入流水线的最后一步；之前的 StandardScaler 在这里不需要。"
    ),
    " For {network}, use Network{kind}.from_sklearn.": "{network} 请用 Network{kind}.from_sklearn。",
    "from_sklearn: not translated: {settings}.": "from_sklearn：未转换：{settings}。",
}
