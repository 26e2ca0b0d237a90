"""Chinese of the messages of the service; holes of the English sentence have names in braces."""

MESSAGES: dict[str, str] = {
    # starting
    "--host {host}: cannot be used ({why}).": "--host {host}：无法使用（{why}）。",
    "{path}: the model's name would be {name}, as that of {other}. Rename one.": (
        "{path}：模型的名称会是 {name}，与 {other} 相同。请给其中一个文件改名。"
    ),
    "--token: expected letters, digits and -._~+/ only, such as a long random word.": (
        "--token：只能有字母、数字和 -._~+/，例如一个长的随机词。"
    ),
    # who may ask for what
    "{path}: no such address. See /docs.": "{path}：没有这个地址，请参阅 /docs。",
    "{path}: method {method}, expected {names}.": "{path}：方法为 {method}，应为 {names}。",
    "Host {host}: not a name of this service. Start it with --allow-host {name}, or with --token.": (
        "Host {host}：不是此服务的名称。请用 --allow-host {name} 或 --token 启动服务。"
    ),
    "The request comes from a page of another site. If that is this service behind a proxy, start it with --allow-host "
    "and the name of the site; otherwise use --token.": (
        "请求来自其他网站的页面。若该网站就是代理后面的本服务，请用 --allow-host 加上网站名启动；否则请使用 --token。"
    ),
    "--root-path {path}: expected a path such as /models.": "--root-path {path}：应为 /models 这样的路径。",
    "--allow-host {name}: expected a name such as models.example.org.": (
        "--allow-host {name}：应为 models.example.org 这样的名称。"
    ),
    "The header 'Authorization: Bearer TOKEN' is missing, or has another token.": (
        "缺少请求头 'Authorization: Bearer TOKEN'，或令牌不符。"
    ),
    "No model {name}. The models are {names}.": "没有模型 {name}。现有模型：{names}。",
    "Name the model with ?model=NAME. The models are {names}.": "请用 '?model=NAME' 指明模型。现有模型：{names}。",
    # changed files
    "{path}: not enough memory to load the changed file, which is tried again until there is.": (
        "{path}：内存不足，无法载入更换后的文件；会一直重试，直到内存足够。"
    ),
    "{path}: the new model {what}. Restart the service, or give it another name.": (
        "{path}：新模型{what}。请重启服务，或换一个名称。"
    ),
    "makes {kind}, expected {other}": "用于{kind}，应用于{other}",
    "predictions of classes from {inputs}": "由{inputs}预测类别",
    "predictions of labels from {inputs}": "由{inputs}预测标签",
    "predictions of numbers from {inputs}": "由{inputs}预测数值",
    "rows of {count} values": "每行 {count} 个值的数据",
    "rows of a table": "表格的行",
    "needs the column {name}, which requests lack": "需要请求中没有的列 {name}",
    "has no output {name}": "没有输出 {name}",
    "does not read photos of digits": "不能识读数字照片",
    # limits
    "Not enough memory. Send fewer rows.": "内存不足。请减少行数。",
    "The request takes too long. Send fewer rows at once.": "请求用时过长。请减少每次的行数。",
    "Too many requests are waiting. Try again later.": "等待的请求过多。请稍后再试。",
    "Too many large requests. Try again later.": "大的请求过多。请稍后再试。",
    "The body has more than {bytes} bytes. Send fewer rows at once.": ("请求体超过 {bytes} 字节。请减少每次的行数。"),
    "The body has more than {bytes} bytes when decompressed. Send fewer rows at once.": (
        "请求体解压后超过 {bytes} 字节。请减少每次的行数。"
    ),
    # the form of a request
    "Content-Encoding {encoding}: expected gzip or deflate.": "Content-Encoding {encoding}：应为 gzip 或 deflate。",
    "The body is not {encoding} data, or they are damaged, cut off or followed by others.": (
        "请求体不是 {encoding} 数据，或者数据已损坏、不完整、后面还有其他数据。"
    ),
    "The body is not valid JSON ({why}).": "请求体不是有效的 JSON（{why}）。",
    "The body is not valid JSON: it has NaN. Write null for a missing value.": (
        "请求体不是有效的 JSON：其中有 NaN。缺失的值请写成 null。"
    ),
    "Model {name} has no version {version}, only {known}.": "模型 {name} 没有版本 {version}，只有 {known}。",
    "Content-Type {kind}: expected {json}, {csv}, an image ({names}) or {form}.": (
        "Content-Type {kind}：应为 {json}、{csv}、图片（{names}）或 {form}。"
    ),
    'The body has no rows. Send {"rows": [row, …]}.': '请求体中没有行。请发送 {"rows": [row, …]}。',
    "{count} rows, expected one to explain.": "{count} 行，应为要解释的一行。",
    "The form has no boundary in its Content-Type.": "表单的 Content-Type 中没有 boundary。",
    "The form does not begin or end with its boundary.": "表单不以其 boundary 开始或结束。",
    "The form has {count} files, expected one.": "表单中有 {count} 个文件，应为一个。",
    "The form has a part whose headers cannot be read.": "表单中有一部分的首部无法读取。",
    # rows
    "{count} rows, expected at most {most}. Send fewer rows at once.": (
        "{count} 行，最多应为 {most} 行。请减少每次的行数。"
    ),
    "The body has more than {count} lists and objects. Send fewer rows at once.": (
        "请求体中的列表和对象超过 {count} 个。请减少每次的行数。"
    ),
    "{name}: the first line is longer than {most} bytes.": "{name}：第一行超过 {most} 字节。",
    "rows: none, expected at least one.": "rows：没有行，应至少有一行。",
    "rows: expected a list of rows.": "rows：应为由行组成的列表。",
    "rows: of different lengths.": "rows：各行长度不同。",
    "{name}: of different lengths.": "{name}：长度不同。",
    "{name}: a value that is not a number.": "{name}：有一个值不是数字。",
    "{name}: a whole number of more than 64 bits.": "{name}：有一个整数超过 64 位。",
    "{name}: expected a list of {count} numbers for each row.": "{name}：每行应为 {count} 个数字的列表。",
    "{name}: row {row}, value {column}: {value}, expected a finite number.": (
        "{name}：第 {row} 行第 {column} 个值：为 {value}，应为有限的数。"
    ),
    "{name}: row {row}, value {column}: {value}, expected 0 to {maximum}.": (
        "{name}：第 {row} 行第 {column} 个值：为 {value}，应为 0 至 {maximum}。"
    ),
    "rows: row {row}: expected an object of column names and values.": "rows：第 {row} 行应为列名与值组成的对象。",
    "rows: row {row}: column {name}: expected a number, text, true, false or null.": (
        "rows：第 {row} 行的列 {name}：应为数字、文字、true、false 或 null。"
    ),
    "rows: row {row}: none of the model's columns, such as {name}.": (
        "rows：第 {row} 行没有模型的任何一列，例如 {name}。"
    ),
    "{name}: not the data that its content type names, expected {expected}.": (
        "{name}：内容与其 Content-Type 不符，应为{expected}。"
    ),
    "rows as text": "文本形式的行",
    "an image": "图片",
    # tensors
    "The body is not an object with inputs.": "请求体不是带有 inputs 的对象。",
    "id: expected a text.": "id：应为文字。",
    "inputs: expected a list of tensors.": "inputs：应为张量的列表。",
    "inputs: of different lengths, {counts}.": "inputs：长度不同：{counts}。",
    "inputs: name {name}, expected another text for each.": "inputs：名称为 {name}，每个输入应有不同的文字名称。",
    "outputs: expected a list of objects.": "outputs：应为对象的列表。",
    "output {name}: expected one of {names}.": "输出 {name}：应为 {names} 之一。",
    "output {name}: classification: not supported. Use the output 'probabilities'.": (
        "输出 {name}：不支持 classification。请用输出 'probabilities'。"
    ),
    "{name} {value}: expected true or false.": "{name} {value}：应为 true 或 false。",
    "{header} {length}: expected at most the length of the body, {most}.": (
        "{header} {length}：最多应为请求体的长度 {most}。"
    ),
    "The request has {count} bytes beyond the data of its inputs.": "请求在各输入的数据之外还多出 {count} 字节。",
    "input {name}: expected {names}.": "输入 {name}：应为 {names}。",
    "input {name}: missing.": "缺少输入 {name}。",
    "input {name}: datatype {datatype}, expected one of {names}.": (
        "输入 {name}：datatype 为 {datatype}，应为 {names} 之一。"
    ),
    "input {name}: datatype BYTES, expected numbers.": "输入 {name}：datatype 为 BYTES，应为数字。",
    "input {name}: shape {shape}, expected a list of whole numbers.": "输入 {name}：shape 为 {shape}，应为整数的列表。",
    "input {name}: shape {shape}, expected [rows, 1].": "输入 {name}：shape 为 {shape}，应为 '[rows, 1]'。",
    "input {name}: binary_data_size {size}, but {left} bytes are left.": (
        "输入 {name}：binary_data_size 为 {size}，但只剩 {left} 字节。"
    ),
    "input {name}: {size} bytes, expected {expected} for shape {shape} of {datatype}.": (
        "输入 {name}：有 {size} 字节；shape 为 {shape}、datatype 为 {datatype} 时应为 {expected} 字节。"
    ),
    "input {name}: {count} values, expected {expected} for shape {shape}.": (
        "输入 {name}：有 {count} 个值；shape 为 {shape} 时应为 {expected} 个。"
    ),
    "input {name}: the bytes are not {count} texts, each after its length in 4 bytes.": (
        "输入 {name}：字节不是 {count} 段文字，每段之前应有 4 字节的长度。"
    ),
    "input {name}: a text that is not UTF-8.": "输入 {name}：有一段文字不是 UTF-8。",
    "input {name}: data: expected a list.": "输入 {name}：data 应为列表。",
    "input {name}: data: expected texts, as the datatype is BYTES.": (
        "输入 {name}：data 应为文字，因为 datatype 是 BYTES。"
    ),
    "input {name}: data: expected numbers, nested as the shape or in one list.": (
        "输入 {name}：data 应为数字，按 shape 嵌套或排成一个列表。"
    ),
    "input {name}: data: a value that is not of datatype {datatype}.": (
        "输入 {name}：data 中有一个值不属于 datatype {datatype}。"
    ),
}
