"""Chinese of the messages of ``data/stream`` and training on streams; the key is the English sentence of the code."""

MESSAGES: dict[str, str] = {
    # places
    "{name} [{unit} {number}]": "{name} [{unit} {number}]",
    "row group": "行组",
    "record batch": "记录批",
    "block": "块",
    "slice": "段",
    # files
    "{name}: no file matches this pattern. Check the folder and the pattern.": (
        "{name}：没有文件与此模式匹配。请检查文件夹和模式。"
    ),
    "{name}: can be read only once, and a stream is read many times. Save it to a file.": (
        "{name}：只能读取一次，而数据流要读取多次。请保存为文件。"
    ),
    "{name}: a folder without files. Check the name.": "{name}：文件夹中没有文件。请检查名称。",
    "{name}: a folder of folders. Name a pattern that reaches their files, such as '{pattern}'.": (
        "{name}：文件夹中只有文件夹。请给出能到达其中文件的模式，例如 '{pattern}'。"
    ),
    "a stream: {kind}, expected the name of a file or folder, a pattern such as 'parts/*.parquet', or a list of "
    "files.": "数据流：类型为 {kind}，应为文件或文件夹的名称、'parts/*.parquet' 这样的模式，或文件列表。",
    "{name}: no rows, expected samples. Check the files.": "{name}：没有行，应有样本。请检查这些文件。",
    "{name}: the file has changed since it was opened. Leave the parts as they are while they are read, and start "
    "again.": "{name}：文件打开后发生了变化。读取期间请不要改动各部分，然后重新开始。",
    "{name}: cannot be read ({reason}). Check address, access and network.": (
        "{name}：无法读取（{reason}）。请检查地址、权限和网络。"
    ),
    "{name}: a pattern, expected the name of one file. Name one file.": (
        "{name}：这是模式，应为一个文件的名称。请给出一个文件。"
    ),
    "{name}: several files, and a table is one file. Name one file; `glassnet train --stream` (in Python "
    "stream=True) reads several.": (
        "{name}：有多个文件，而表格是一个文件。请给出一个文件；`glassnet train --stream`（Python 中为 stream=True）"
        "可读取多个文件。"
    ),
    "{name}: no such file or folder. {checkpoint} names it as seen from the folder where training started. Resume "
    "there, or name the data: {command}": (
        "{name}：没有这个文件或文件夹。{checkpoint} 中的名称相对于开始训练时的文件夹。请在那里继续训练，"
        "或给出数据：{command}"
    ),
    "{source}: {path} was started with other training data of {began_with} ({differs}). Name those: "
    "glassnet resume {path} DATA": (
        "{source}：{path} 开始时用的是 {began_with} 的其他训练数据（{differs}）。请给出原来的数据："
        "glassnet resume {path} DATA"
    ),
    "as many rows with other values": "行数相同，但有其他值",
    "{was} rows, now {rows}": "原有 {was} 行，现有 {rows} 行",
    "{was} row groups, now {groups} or of other sizes": "原有 {was} 个行组，现有 {groups} 个，或大小不同",
    # damage
    "{name}: damaged {kind} data, no list of each {unit} ({reason}). Write or fetch the file again, or leave it out.": (
        "{name}：{kind} 数据已损坏，没有各{unit}的列表（{reason}）。请重新写入或下载该文件，或不使用它。"
    ),
    "{place}: damaged {kind} data ({reason}). Write or fetch the file again, or leave it out.": (
        "{place}：{kind} 数据已损坏（{reason}）。请重新写入或下载该文件，或不使用它。"
    ),
    "{place}: {rows} rows, and its metadata promise {expected}. Write or fetch the file again, or leave it out.": (
        "{place}：有 {rows} 行，而元数据中为 {expected} 行。请重新写入或下载该文件，或不使用它。"
    ),
    "the file ends too early": "文件过早结束",
    "another beginning than the format's": "开头不是该格式的开头",
    # what differs
    "{name}: {kind}, and the other files are {usual}. Remove it, or name a pattern without it, such as '{pattern}'.": (
        "{name}：类型为 {kind}，而其他文件为 {usual}。请移走它，或给出不含它的模式，例如 '{pattern}'。"
    ),
    "{name}: has {extra} instead of {missing} in {first}. {advice}": (
        "{name}：有 {extra}，而 {first} 中是 {missing}。{advice}"
    ),
    "{name}: lacks {missing}, which {first} has. {advice}": "{name}：缺少 {first} 中的 {missing}。{advice}",
    "{name}: has {extra}, which {first} lacks. {advice}": "{name}：有 {extra}，而 {first} 中没有。{advice}",
    "Give all parts the same columns.": "请使各部分的列相同。",
    "{name}: column {column} is {here}, and {there} in {first}. Give all parts the same types.": (
        "{name}：列 {column} 的类型为 {here}，而在 {first} 中为 {there}。请使各部分的类型相同。"
    ),
    # what is not read
    "{name}: compressed with gzip, which cannot be read as a stream. Unpack it with gunzip, or write Parquet, which is "
    "compressed.": "{name}：用 gzip 压缩的数据不能按流读取。请用 gunzip 解压，或写成本身已压缩的 Parquet。",
    "{place}: not UTF-8 but perhaps {encoding}, which cannot be read as a stream. Save it as 'CSV UTF-8'.": (
        "{place}：不是 UTF-8，可能是 {encoding}，不能按流读取。请另存为 'CSV UTF-8'。"
    ),
    "{name}: lines that end in a carriage return alone cannot be read as a stream. Save it with line feeds.": (
        "{name}：只以回车符结尾的行不能按流读取。请以换行符保存。"
    ),
    "{name}: values separated by blanks cannot be read as a stream. Separate them by commas, or write Parquet.": (
        "{name}：以空格分隔的值不能按流读取。请用逗号分隔，或写成 Parquet。"
    ),
    "{name}: rows with one value more than the first line cannot be read as a stream. Name every column.": (
        "{name}：各行比首行多一个值，不能按流读取。请给每一列命名。"
    ),
    "{name}: {kind} data, which cannot be read as a stream. Write Parquet, an Arrow file or CSV.": (
        "{name}：{kind} 数据不能按流读取。请写成 Parquet、Arrow 文件或 CSV。"
    ),
    # text
    "{place}, from line {line}: {rows} rows, expected {expected}. Close all quotation marks and remove blank lines, or "
    "write the data as Parquet.": (
        "{place}（从第 {line} 行起）：有 {rows} 行，应为 {expected} 行。请闭合所有引号并删除空行，"
        "或把数据写成 Parquet。"
    ),
    "{name}, line {line}: a quotation mark inside a value that does not begin with one. Quote the whole value and "
    "double the mark in it, or write the data as Parquet.": (
        "{name} 第 {line} 行：引号出现在不以引号开头的值中。请给整个值加引号并把其中的引号写两遍，"
        "或把数据写成 Parquet。"
    ),
    # training
    "--stream: reads tables with named columns. Name the column to predict with --target.": (
        "--stream：读取带列名的表格。请用 --target 指定要预测的列。"
    ),
    "--stream: needs DATA, such as 'parts/*.parquet'.": "--stream：需要 DATA，例如 'parts/*.parquet'。",
    "--ray {ray}: not available with --stream. Omit one of them.": (
        "--ray {ray}：不能与 --stream 一起使用。请去掉其中之一。"
    ),
    "--from {start}: not available with --stream. Omit one of them.": (
        "--from {start}：不能与 --stream 一起使用。请去掉其中之一。"
    ),
    "--{flag}: for images, and a stream is a table. Omit it.": "--{flag}：用于图片，而数据流是表格。请去掉它。",
    "{second}: a second DATA. Several files are read only with --stream.": (
        "{second}：第二个 DATA。只有加上 --stream 才能读取多个文件。"
    ),
    "{second}: a second DATA. Name the one file that the model was trained on.": (
        "{second}：第二个 DATA。请只给出训练该模型的那一个文件。"
    ),
    "checkpoint: needs stream=True. Pass it, or use glassnet.fit.": (
        "checkpoint：需要 stream=True。请传入它，或使用 glassnet.fit。"
    ),
}
