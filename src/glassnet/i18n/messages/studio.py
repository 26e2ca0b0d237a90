"""Chinese of the messages of the studio; holes of the English sentence have names in braces."""

MESSAGES: dict[str, str] = {
    "{what} needs {package}, which is not installed: pip install 'glassnet[{extra}]'": (
        "{what}需要 {package}，但尚未安装：pip install 'glassnet[{extra}]'"
    ),
    "the studio": "工作室",
    "the service": "服务",
    "this view": "这个视图",
    "--port {port}: cannot be used ({why}). Use another one, or 0 for any.": (
        "--port {port}：无法使用（{why}）。请换一个端口，或用 0 表示任一端口。"
    ),
    "another program uses it": "已被另一个程序占用",
    "the system refuses it": "系统不允许",
    "not an address of this machine": "不是本机的地址",
    "the request: expected {binary}, or an object as {json}.": "请求：应为 {binary}，或 {json} 形式的对象。",
    "{what} {name}: not in this studio, which has {known}.": "{what} {name}：工作室里没有，现有：{known}。",
    "{name}: missing in the request.": "{name}：请求中缺少。",
    "part {part}: these data have only a training part.": "part {part}：这些数据只有训练部分。",
    "drawings: no samples, expected at least one.": "drawings：没有样本，至少需要一个。",
    "rows: expected at most {most} row numbers with commas.": "rows：应为至多 {most} 个以逗号分隔的行号。",
    "studio.draw: expected a model that classifies images and does not deskew them. Use predict.": (
        "studio.draw：应为对图像分类且不作倾斜校正的模型。请改用 predict。"
    ),
    "pixels: expected {count} numbers.": "pixels：应为 {count} 个数值。",
    "row: expected a number or a word for each column.": "row：每列应为一个数值或一个词。",
    "pixels: expected 784 whole numbers from 0 to 255.": "pixels：应为 784 个 0 到 255 的整数。",
    "{name} {value}: expected an object of names and values.": "{name} {value}：应为由名称与值组成的对象。",
    "{name} {value}: expected a word or a list of words.": "{name} {value}：应为一个词或词的列表。",
    "{name}: MNIST does not suit this model. Open its data: {trained}.": (
        "{name}：MNIST 不适合此模型。请打开它的数据：{trained}。"
    ),
    # Look
    "row {row}: not one of the {count} samples of {source}.": "row {row}：{source} 的 {count} 个样本中没有这一行。",
    "model: none is chosen, and this view shows what a model answers. Choose one.": (
        "model：没有选择模型，而这个视图显示模型的回答。请选择一个。"
    ),
    "judge: the model was trained on these labels. Choose networks.": (
        "judge：模型就是用这些标签训练的。请选择 networks。"
    ),
    "{name}: these samples have no classes to choose from. Omit it.": "{name}：这些样本没有可选的类别。请去掉它。",
}
