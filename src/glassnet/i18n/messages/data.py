"""Chinese of the messages of ``data`` and ``io``; the key is the English sentence, what is filled in is in braces."""

MESSAGES: dict[str, str] = {
    # places
    "line {line}": "第 {line} 行",
    "line {line}, column {column}": "第 {line} 行第 {column} 列",
    "sample {sample}": "第 {sample} 个样本",
    "sample {sample}, value {value}": "第 {sample} 个样本第 {value} 个值",
    "{name}, array '{key}'": "{name} 中的数组 '{key}'",
    "{source}, row {row}": "{source}，第 {row} 行",
    "{name}, digit {digit}": "{name}，第 {digit} 个数字",
    "the table": "表格",
    "the model": "模型",
    "{count} images": "{count} 张图片",
    "1 image": "1 张图片",
    "{some} of {count} images": "{count} 张图片中的 {some} 张",
    # data sets
    "{source}: inputs of shape {inputs} and labels of shape {labels}, expected (samples, features) and (samples,).": (
        "{source}：输入的形状为 {inputs}，标签的形状为 {labels}，应为 (samples, features) 和 (samples,)。"
    ),
    "{source}: labels of type {kind}, expected whole numbers.": "{source}：标签的类型为 {kind}，应为整数。",
    "{source}, sample {sample}: label {label}, expected 0 to {last}.": (
        "{source} 第 {sample} 个样本：标签为 {label}，应在 0 到 {last} 之间。"
    ),
    "{source}: {name} of shape {shape}, expected {expected}.": "{source}：{name} 的形状为 {shape}，应为 {expected}。",
    "{source}: a target is NaN or infinite, expected finite numbers. Remove that row.": (
        "{source}：有目标值是 NaN 或无穷大，应为有限的数值。请删除该行。"
    ),
    "{source}: sample weights must be finite, 0 or more, and not all 0.": (
        "{source}：样本权重必须是有限的数值，不小于 0，且不全为 0。"
    ),
    "{source}: no samples, expected at least one.": "{source}：没有样本，至少应有一个。",
    "{source}: {features} values per sample, but {owner} has {expected}. Use data with the same inputs.": (
        "{source}：每个样本有 {features} 个值，而{owner}有 {expected} 个。请使用输入相同的数据。"
    ),
    "{source}: {here}, but {owner} has {there}. Use data of the same kind.": (
        "{source}：有 {here}，而{owner}有 {there}。请使用同类数据。"
    ),
    "{count} classes": "{count} 个类别",
    "{count} targets": "{count} 个目标",
    "{source}: class {here} where {owner} has {there}. Pass like=…, the model or its training data, to load_data or "
    "Dataset.from_arrays, which then number the classes in the same way.": (
        "{source}：类别 {here} 的位置上，{owner}是 {there}。请在 load_data 或 Dataset.from_arrays 中传入 like=…"
        "（模型或其训练数据），使类别编号一致。"
    ),
    "{source}, sample {sample}: label {label}, but {owner} has classes 0 to {last}. Remove such samples.": (
        "{source} 第 {sample} 个样本：标签为 {label}，而{owner}的类别为 0 到 {last}。请删除这样的样本。"
    ),
    "{source}: values of type {kind}, expected numbers. Convert them with astype.": (
        "{source}：值的类型为 {kind}，应为数字。请用 astype 转换。"
    ),
    "{source}, sample {sample}: value {place} is {value}, expected a finite number. Remove such samples, or fill "
    "in the values.": (
        "{source} 第 {sample} 个样本：第 {place} 个值是 {value}，应为有限的数值。请删除这样的样本，或补全这些值。"
    ),
    "{name}: {kind}, expected a Dataset, as load_data returns. For arrays, use Dataset.from_arrays(X, y).": (
        "{name}：给定的是 {kind}，应为 load_data 返回的 Dataset。若是数组，请用 Dataset.from_arrays(X, y)。"
    ),
    "source: {kind}, expected the name of a file or folder, or 'mnist'. For arrays, use Dataset.from_arrays(X, y); "
    "for a data frame, load_table.": (
        "source：给定的是 {kind}，应为文件或文件夹的名称，或 'mnist'。若是数组，请用 Dataset.from_arrays(X, y)；"
        "若是数据框，请用 load_table。"
    ),
    # data sets of arrays
    "Dataset: {names} missing. For arrays, use Dataset.from_arrays(X, y).": (
        "Dataset：缺少 {names}。若是数组，请用 Dataset.from_arrays(X, y)。"
    ),
    "{rows} rows of X but {others} of y, expected the same number.": (
        "X 有 {rows} 行，而 y 有 {others} 行，行数应相同。"
    ),
    "test_size {value}: expected a fraction between 0 and 1, or a number of samples below {count}.": (
        "test_size {value}：应为 0 与 1 之间的比例，或小于 {count} 的样本数。"
    ),
    "for testing. Pass another test_size, or more samples.": "用于测试。请更换 test_size，或提供更多样本。",
    "{name}: shape {shape}, expected (samples, features) or (samples, rows, columns).{advice}": (
        "{name}：形状为 {shape}，应为（样本数，特征数）或（样本数，行数，列数）。{advice}"
    ),
    " For one feature, pass X.reshape(-1, 1).": "若只有一个特征，请传入 X.reshape(-1, 1)。",
    "{name}: {values} values per sample, expected {pixels} for image_shape.": (
        "{name}：每个样本有 {values} 个值，按 image_shape 应为 {pixels} 个。"
    ),
    "{name}: shape {shape}, expected (samples,) or (samples, outputs).": (
        "{name}：形状为 {shape}，应为（样本数，）或（样本数，输出数）。"
    ),
    "{name}: shape {shape}, expected one class per sample, or one column of 0 and 1 per label.": (
        "{name}：形状为 {shape}，应为每个样本一个类别，或每个标签一列 0 和 1。"
    ),
    "{name}: values of the types {kinds}, expected one type. Convert them.": (
        "{name}：值的类型有 {kinds}，应为同一类型。请转换。"
    ),
    "{name}: {where} has {value} in row {row}, expected numbers. For a table with words, use load_table.": (
        "{name}：{where}第 {row} 行为 {value}，应为数字。含有文字的表格请用 load_table。"
    ),
    "{name}: row {row} has no value, expected a target for every row. Drop such rows.": (
        "{name}：第 {row} 行没有值，每行都应有目标值。请删除这样的行。"
    ),
    "{name}: values of type {kind}, expected numbers for a regression.": "{name}：值的类型为 {kind}，回归应为数字。",
    "{name}: row {row} is {value}, expected whole numbers of at most 64 bits as classes. Convert the classes to text "
    'with astype(str), or pass task="regression".': (
        "{name}：第 {row} 行为 {value}，作为类别应为不超过 64 位的整数。请用 astype(str) 将类别转换为文本，"
        '或传入 task="regression"。'
    ),
    "{name}: class {label} is not known, expected one of {names}.": "{name}：未知类别 {label}，应为 {names} 之一。",
    "{name}: {classes} different whole numbers in {rows} rows are used as classes. For a regression, pass "
    'task="regression".': (
        '{name}：{rows} 行中有 {classes} 个不同的整数，按类别处理。若为回归，请传入 task="regression"。'
    ),
    "{name}: rows of different lengths, expected an array.": "{name}：各行长度不同，应为数组。",
    "{name}: {kind}, expected an array.{advice}": "{name}：给定的是 {kind}，应为数组。{advice}",
    " Make it dense with toarray().": "请用 toarray() 转换为稠密数组。",
    # classes
    "{source}: class {word} is not in the training data, expected one of {names}. Rename the class, or remove it.": (
        "{source}：训练数据中没有类别 {word}，应为 {names} 之一。请改名或删除该类别。"
    ),
    "{source}: class names such as {word}, expected numbers as in the training data. Name the classes by numbers "
    "from 0.": "{source}：类别有名称，例如 {word}，而训练数据的类别是数字。请用从 0 起的数字命名类别。",
    "{source}: only one class, {word}, expected two or more. Add another class.": (
        "{source}：只有一个类别 {word}，应有两个或更多。请添加其他类别。"
    ),
    # loading
    "handwriting with {other}: handwritten digits become grey 28 × 28 images. Omit one of the options.": (
        "handwriting 不能与 {other} 同用：手写数字都转为 28 × 28 的灰度图片。请去掉其中一个选项。"
    ),
    "{name}: an image, expected labelled samples. Name a folder with one subfolder of images per class, or predict "
    "this image with 'glassnet query' or 'glassnet explain --why'.": (
        "{name}：是一张图片，应为有标签的样本。请指定按类别分子文件夹存放图片的文件夹，或用 'glassnet query'、"
        "'glassnet explain --why' 预测这张图片。"
    ),
    "{name}: a table with named columns ({names}). Name the column to predict, such as --target {column} (in "
    "Python: load_table).": (
        "{name}：是有列名的表格（{names}）。请指定要预测的列，例如 --target {column}（Python 中用 load_table）。"
    ),
    "{name}: text, but named as an image. Save the image again, or rename the file.": (
        "{name}：文件名是图片，内容却是文本。请重新保存图片，或更改文件名。"
    ),
    "{name}: {kind} data, expected an image or rows (CSV).": "{name}：{kind} 数据，应为图片或数据行（CSV）。",
    "{source}: no images in this folder. Name a folder with images, or an image.": (
        "{source}：文件夹中没有图片。请指定有图片的文件夹，或一张图片。"
    ),
    "{folder}: no images in this folder. Name a folder with images, or a file with rows (CSV).": (
        "{folder}：文件夹中没有图片。请指定有图片的文件夹，或有数据行的文件（CSV）。"
    ),
    "{name}, line {line}: {width} values, expected {features}, or {more} with a label. Use rows that fit the model.": (
        "{name} 第 {line} 行：有 {width} 个值，应为 {features} 个，带标签时为 {more} 个。请使用与模型相符的数据行。"
    ),
    # held-out samples
    "{source}: {held_out} of {count} samples would be held out {purpose}": (
        "{source}：{count} 个样本中将留出 {held_out} 个，{purpose}"
    ),
    "for testing. Pass test data with --test, or another --holdout.": (
        "用于测试。请用 --test 给出测试数据，或换一个 --holdout 比例。"
    ),
    "for early stopping. Pass another --validation, or separate validation data.": (
        "用于提前停止。请换一个 --validation 比例，或另给验证数据。"
    ),
    "{source}: all {count} {kind} have weight 0. Give more samples a positive weight, hold out another fraction, "
    "or use another seed.": (
        "{source}：全部 {count} 个{kind}的权重都为 0。请给更多样本正的权重，换一个留出比例，或换一个种子。"
    ),
    "training samples": "训练样本",
    "held-out samples": "留出的样本",
    # values and labels
    "part: {part}, expected 'train' or 'test'.": "part：给定的是 {part}，应为 'train' 或 'test'。",
    "input-max: {maximum}, expected a number above 0.": "input-max：给定的是 {maximum}，应为大于 0 的数字。",
    "classes: {classes}, expected 2 or more.": "classes：给定的是 {classes}，应不小于 2。",
    "size {size}: expected a tuple of two whole numbers from 1, rows and columns.": (
        "size {size}：应为由行数和列数两个正整数组成的元组。"
    ),
    "image_shape {shape}: expected a tuple of two whole numbers from 1, rows and columns.": (
        "image_shape {shape}：应为由行数和列数两个正整数组成的元组。"
    ),
    "maximum {value}: expected a number above 0.": "maximum {value}：应为大于 0 的数字。",
    "a Dataset or Model": "Dataset 或 Model",
    "the name of a file": "文件名",
    "{name} {value}: expected the name of a file.": "{name} {value}：应为文件名。",
    "{name}: shape {shape}, expected at least one value per sample.": (
        "{name}：形状为 {shape}，每个样本至少应有一个值。"
    ),
    "{name}: a value is {value}, expected 0 to {maximum}. Pass a larger maximum.": (
        "{name}：有值为 {value}，应在 0 到 {maximum} 之间。请传入更大的 maximum。"
    ),
    "{name}, {place}: {value}, expected a finite number. Replace it or remove the row.": (
        "{name} {place}：值为 {value}，应为有限的数值。请替换该值，或删除该行。"
    ),
    "{name}, {place}: {value}, expected 0 to {maximum}. {advice}": (
        "{name} {place}：值为 {value}，应在 0 到 {maximum} 之间。{advice}"
    ),
    "Use rows that fit the model.": "请使用与模型相符的数据行。",
    "Correct the value, or pass --input-max {maximum} if that is the largest valid value.": (
        "请更正该值；如果 {maximum} 是最大的有效值，请使用 --input-max {maximum}。"
    ),
    "If the values are pixels, run 'glassnet doctor {file} --fix {out}' to rescale them.": (
        "如果这些值是像素，请运行 'glassnet doctor {file} --fix {out}' 重新缩放。"
    ),
    "For numbers of any size, use 'glassnet train {file} --target COLUMN', such as column1.": (
        "若要使用任意大小的数值，请用 'glassnet train {file} --target COLUMN'，例如 column1。"
    ),
    "For numbers of any size, save them as CSV and use 'glassnet train FILE --target COLUMN'.": (
        "若要使用任意大小的数值，请存为 CSV，再用 'glassnet train FILE --target COLUMN'。"
    ),
    "{name}, {place}: label {label}, expected a whole number from 0. Number the classes from 0.{more}": (
        "{name} {place}：标签为 {label}，应为从 0 起的整数。请从 0 起给类别编号。{more}"
    ),
    "{name}, {place}: label {label}, expected 0 to {last} for {classes} classes. Correct it, or pass --classes "
    "{most} for more classes.{more}": (
        "{name} {place}：标签为 {label}，共 {classes} 个类别时应在 0 到 {last} 之间。请更正标签；如果有更多类别，"
        "请使用 --classes {most}。{more}"
    ),
    "{name}: every label is 0, expected two classes or more. Add samples of other classes, or pass --classes "
    "N.{more}": "{name}：所有标签都是 0，应有两个或更多类别。请添加其他类别的样本，或使用 --classes N。{more}",
    "{name}: labels go up to {largest}, but {missing} of them are missing: {shown}. Number the classes 0, 1, 2, … "
    "without gaps, or pass --classes {classes} if these classes have no samples.{more}": (
        "{name}：最大的标签是 {largest}，但缺少 {missing} 个标签：{shown}。请按 0、1、2 …… 连续编号；"
        "如果这些类别确实没有样本，请使用 --classes {classes}。{more}"
    ),
    # layouts of files of numbers
    "inputs from {low} to {high}: read as -1 to 1, scaled to 0 to 255": (
        "输入在 {low} 到 {high} 之间：按 -1 到 1 的范围读取，并缩放到 0 到 255"
    ),
    "inputs from {low} to {high}: read as with --input-max 1": "输入在 {low} 到 {high} 之间：按 --input-max 1 读取",
    "one-hot labels in the first {count} of {width} columns": "共 {width} 列，前 {count} 列为独热（one-hot）标签",
    "one-hot labels in the last {count} of {width} columns": "共 {width} 列，后 {count} 列为独热（one-hot）标签",
    "labels in the last of {width} columns": "共 {width} 列，标签在最后一列",
    "labels in the first of {width} columns, unlike in training": "共 {width} 列，标签在第一列，与训练时不同",
    "label read from the first column.": "标签取自第一列。",
    "The file seems to have {description}.": "文件的布局似乎是：{description}。",
    "Merge them into one column with {doctor}.": "请用 {doctor} 把这些列合并为一列。",
    "Move them to the front with {doctor}.": "请用 {doctor} 把标签移到最前。",
    "For a table, pass --target {column}.": "若是表格，请使用 --target {column}。",
    "Move them to the first column.": "请把标签移到第一列。",
    "{source}: a table whose last column is called {name}, expected the label first. Name the column to predict, "
    "such as --target {column} (in Python: load_table).": (
        "{source}：表格的最后一列名为 {name}，而标签应在第一列。请指定要预测的列，例如 --target {column}（Python 中用 "
        "load_table）。"
    ),
    "{source}: the first column counts the {rows} rows, expected labels. Remove it.": (
        "{source}：第一列只是 {rows} 行的行号，应为标签。请删除该列。"
    ),
    "{source}: the first column has {kinds} different values, like other inputs, expected labels. The file seems "
    "to have {description}. {advice}": (
        "{source}：第一列有 {kinds} 个不同的值，与其他输入列相似，应为标签。文件的布局似乎是：{description}。{advice}"
    ),
    # rows of numbers
    "{name}, line {line}: {count} value{s}, expected {expected}.": (
        "{name} 第 {line} 行：有 {count} 个值，应为 {expected}。"
    ),
    "Add the missing values.": "请补上缺少的值。",
    "Remove the extra values.": "请删除多余的值。",
    "{width} (a label and {features} pixels)": "{width} 个（1 个标签和 {features} 个像素）",
    "{width} (a label and {features} value{plural})": "{width} 个（1 个标签和 {features} 个值）",
    "{name}, line {line}: 1 value, expected a label and the values of a sample. Separate them by commas.": (
        "{name} 第 {line} 行：只有 1 个值，应为一个标签和样本的各个值。请用逗号分隔。"
    ),
    "{name}: only blank lines, expected rows of numbers. Check the file.": (
        "{name}：只有空行，应为由数字组成的数据行。请检查文件。"
    ),
    "{name}, line {line}: {text} contains no number, expected rows of numbers separated by commas, the label "
    "first. Is this the right file?": (
        "{name} 第 {line} 行：{text} 中没有数字，应为用逗号分隔的数字，标签在最前。请确认文件是否正确。"
    ),
    "{name}, line {line}, column {column}: {field}, expected a number. Correct it or remove the row.{more}": (
        "{name} 第 {line} 行第 {column} 列：{field}，应为数字。请更正，或删除该行。{more}"
    ),
    "an empty value": "空值",
    "{source}: a table without column names; name the column to predict, such as --target {name}. If it is not a "
    "table: {problem}": "{source}：没有列名的表格；请指定要预测的列，例如 --target {name}。若不是表格：{problem}",
    " If it is the label of a table, pass --target column{column}, or the name of the column.": (
        "如果该列是表格的标签，请使用 --target column{column}，或用列名代替。"
    ),
    "{source}, line {line}: columns {first} to {last} are not a one-hot label, expected one 1 and otherwise 0. Use "
    "rows with the layout of the training data.": (
        "{source} 第 {line} 行：第 {first} 到 {last} 列不是独热（one-hot）标签，应只有一个 1，其余为 0。"
        "请使用与训练数据布局相同的数据行。"
    ),
    # tables
    "{name}: only column names, expected rows below them. Check the file.": (
        "{name}：只有列名，下面应有数据行。请检查文件。"
    ),
    "{name}: not a table ({why}). Is this the right file?": "{name}：不是表格（{why}）。请确认文件是否正确。",
    "{name}, line {line}: not a table ({why}). Is this the right file?": (
        "{name} 第 {line} 行：不是表格（{why}）。请确认文件是否正确。"
    ),
    "the number of fields differs from line to line": "各行的字段数不一致",
    "one value per line, expected a label and the values of a sample": "每行只有一个值，应为一个标签和样本的各个值",
    "{name}: only blank lines, expected rows. Check the file.": "{name}：只有空行，应有数据行。请检查文件。",
    "{name}: only quotation marks, expected rows of values. Check the file.": (
        "{name}：只有引号，应为由值组成的数据行。请检查文件。"
    ),
    "{source}: several columns have the same name: {names}. Rename them.": "{source}：有多列同名：{names}。请改名。",
    "{name}, line {line}: a quotation mark is not closed at the end of its value, so the following lines are read "
    "as one value. Close or remove it.": (
        "{name} 第 {line} 行：引号没有在值的末尾闭合，后面各行因此被读成同一个值。请闭合或删除引号。"
    ),
    "Remove the extra values, or quote their text.": "请删除多余的值，或给文本加引号。",
    "If line 1 is not the name of a column, remove it.": "如果第一行不是列名，请删除第一行。",
    "Quotation marks make one row of lines {first} to {last}.": "引号使第 {first} 到 {last} 行成为一行。",
    "{width} as in the first line": "{width} 个，与第一行相同",
    "{width}, a row name and {others} more": "{width} 个，即一个行名和另外 {others} 个值",
    "row names, as R writes them, are ignored": "行名（R 的写法）已忽略",
    "lines that begin with # above the table are ignored": "表格上方以 # 开头的行已忽略",
    "not UTF-8, read as {encoding}": "不是 UTF-8，按以下编码读取：{encoding}",
    "GB 18030 (Chinese)": "GB 18030（中文）",
    "Big5 (Chinese)": "Big5（中文）",
    "Shift JIS (Japanese)": "Shift JIS（日文）",
    "the table: no rows, expected samples. Check the data.": "表格没有数据行，应有样本。请检查数据。",
    "{name}: no rows, expected samples. Check the file.": "{name}：没有数据行，应有样本。请检查文件。",
    "{name}: an image, expected a table with named columns.": "{name}：是图片，应为有列名的表格。",
    "{name}: {kind} data, expected a table with named columns. Save it as CSV.": (
        "{name}：{kind} 数据，应为有列名的表格。请存为 CSV。"
    ),
    "the table: {kind}, expected a file name, a data frame (polars, pandas, Arrow), a mapping of names to columns, "
    "or a NumPy array.": (
        "表格：给定的是 {kind}，应为文件名、数据框（polars、pandas、Arrow）、列名到列的映射，或 NumPy 数组。"
    ),
    "the table: an array of shape {shape}, expected (samples, columns).": (
        "表格：数组的形状为 {shape}，应为 (samples, columns)。"
    ),
    "the table: {kind} of mixed form ({problem}). Use columns of equal length.": (
        "表格：{kind} 的形式不一致（{problem}）。请使用等长的列。"
    ),
    "{name}: damaged {kind} data ({reason}). Fetch the file again.": (
        "{name}：{kind} 数据已损坏（{reason}）。请重新获取文件。"
    ),
    "{name}: damaged {kind} data (not UTF-8). Fetch the file again.": (
        "{name}：{kind} 数据已损坏（不是 UTF-8）。请重新获取文件。"
    ),
    "{name}: JSON that is not a table. Write an object per row, or a list per column.": (
        "{name}：JSON 的内容不是表格。请每行写一个对象，或每列写一个列表。"
    ),
    "{name}, line {line}: not valid JSON ({problem}, column {column}). Correct it, or fetch the file again.": (
        "{name} 第 {line} 行第 {column} 列：不是有效的 JSON（{problem}）。请更正，或重新获取文件。"
    ),
    "{source}, column {name}: dates or times that do not exist. Write or fetch the file again.": (
        "{source} 的列 {name}：含有不存在的日期或时间。请重新写出或获取文件。"
    ),
    "{source}, column {name}, row {row}: {value} is no {kind} of the years 1 to 9999. Empty the field, or if the file "
    "is damaged, fetch it again.": (
        "{source} 的列 {name} 第 {row} 行：{value} 不是公元 1 至 9999 年的 {kind}。请清空该字段；若文件已损坏，"
        "请重新获取。"
    ),
    # reviewed lists and corrected copies
    "{name}: not UTF-8 text. Save it as 'CSV UTF-8'.": "{name}：不是 UTF-8 文本。请存为“CSV UTF-8”。",
    "{name}, line {line}: not valid CSV ({error}). Correct the line.": (
        "{name} 第 {line} 行：不是有效的 CSV（{error}）。请更正该行。"
    ),
    "{name}: a column 'row' but none 'new'. Add it, with correct labels or drop as values.": (
        "{name}：有 'row' 列，却没有 'new' 列。请添加该列，值为正确的标签或 drop。"
    ),
    "{name}, line {line}: row {row} has another label in an earlier line. Remove one of the lines.": (
        "{name} 第 {line} 行：前面已有一行给样本 {row} 指定了另一个标签。请删除其中一行。"
    ),
    "{name}: no line changes a row. Write correct labels, or drop, into the column 'new'.": (
        "{name}：没有任何改动。请在 'new' 列填写正确的标签或 drop。"
    ),
    "{name}, line {line}: row {row}, expected 0 to {last}. Correct it.": (
        "{name} 第 {line} 行：row 为 {row}，应在 0 到 {last} 之间。请更正。"
    ),
    "{name}, line {line}: label {label}, expected one of {labels}, or drop. Correct it.": (
        "{name} 第 {line} 行：标签为 {label}，应为 {labels} 之一，或 drop。请更正。"
    ),
    "{name}: {kind} data cannot be written. Save them as CSV, and fix that file.": (
        "{name}：不能写出 {kind} 数据。请存为 CSV，再修改该文件。"
    ),
    "{target}: already exists, and a repaired copy replaces nothing. Choose another path.": (
        "{target}：已存在，修正后的副本不会覆盖任何文件。请选择其他路径。"
    ),
    "{name}: labels in {count} columns cannot be written. Merge them into one column first with 'glassnet doctor "
    "--fix'.": "{name}：标签占 {count} 列，不能写出。请先用 'glassnet doctor --fix' 合并为一列。",
    "{target}: expected a name that contains 'images', such as fixed-images-idx3-ubyte.": (
        "{target}：文件名中应有 'images'，例如 fixed-images-idx3-ubyte。"
    ),
    "{target}: class {word} cannot be the name of a folder. Rename the class first.": (
        "{target}：类别 {word} 不能用作文件夹名。请先给该类别改名。"
    ),
    "{folder}: left over from an unfinished copy. Remove it first.": "{folder}：是未完成的复制留下的。请先删除。",
    # images
    "{name}: an image, but the model does not take images. Pass rows (CSV).": (
        "{name}：是图片，但模型的输入不是图片。请给出数据行（CSV）。"
    ),
    "{name}: {wide} × {high} pixels, expected {columns} × {rows} or a whole multiple. Resize or crop the image.": (
        "{name}：{wide} × {high} 像素，应为 {columns} × {rows} 或其整数倍。请缩放或裁剪图片。"
    ),
    "{name}: glassnet failed on this image ({where}: {raised}). Please report it, with the image.": (
        "{name}：glassnet 处理这张图片时出错（{where}：{raised}）。请连同图片一起报告。"
    ),
    "{name}: not enough memory to read this image. Use one of fewer pixels.": (
        "{name}：内存不足，无法读取这张图片。请使用像素较少的图片。"
    ),
    "{name}: no digit found. Use dark ink on light paper, or light ink on dark paper.": (
        "{name}：没有找到数字。请用浅底深字，或深底浅字。"
    ),
    "{name}: no digit found in {images}. Use dark ink on light paper, or light ink on dark paper; 'glassnet read "
    "PICTURE --stages FILE' draws the stages.": (
        "{name}：{images}中都没有找到数字。请用浅底深字，或深底浅字；'glassnet read PICTURE --stages FILE' "
        "会画出各处理阶段。"
    ),
    "{name}: a HEIC image, which needs pillow-heif: pip install pillow-heif. Or save it as JPEG.": (
        "{name}：HEIC 图片需要 pillow-heif 才能读取：pip install pillow-heif。或另存为 JPEG。"
    ),
    "{name}: no digit found, excluded [{code}]": "{name}：没有找到数字，已排除 [{code}]",
    "found {digits} in {images}; images of {size} are used as they are, digits in others are centred in that "
    "size{more}": "在 {images}中找到 {digits}；{size}的图片原样使用，其余图片中的数字居中置于该尺寸{more}",
    "found {digits} in {images}; images in MNIST's form are used as they are, digits in others are centred in "
    "{size}{more}": "在 {images}中找到 {digits}；具有 MNIST 形式的图片原样使用，其余图片中的数字居中置于 {size}{more}",
    "{count} digits": "{count} 个数字",
    "1 digit": "1 个数字",
    "; each digit of an image is a sample of its class": "；同一张图片的每个数字都是该类别的一个样本",
    "{name}: 16-bit colours, of which the upper 8 bits are read, but white is {white}, as in training. Save the "
    "image with 8 bits per colour, and {same} as 255.": (
        "{name}：16 位彩色图片只读取高 8 位，而训练时白色为 {white}。请存为每色 8 位，并使 {white} 对应 255。"
    ),
    "{name}: more than {most} million pixels. Crop or shrink the image.": (
        "{name}：超过 {most} 百万像素。请裁剪或缩小图片。"
    ),
    "{name}: not a {formats} or {last} image. Save it as one, or remove it.": (
        "{name}：不是 {formats} 或 {last} 图片。请存为其中一种格式，或删除该文件。"
    ),
    "{name}: the image is damaged ({error}). Save it again, or remove it.": (
        "{name}：图片已损坏（{error}）。请重新保存，或删除该文件。"
    ),
    "resized {images} to {rows} × {columns} pixels": "已将 {images}缩放到 {rows} × {columns} 像素",
    "white is {white} in {images} of 16 bits that use only {bits}, and in images to predict": (
        "{images}为 16 位，但只用了 {bits} 位：以 {white} 为白色，预测时也是如此"
    ),
    "read {images} in colour as grey; --colour keeps the colours": "{images}为彩色，按灰度读取；--colour 可保留颜色",
    "inverted {images} with dark ink on light, so that ink is bright as in MNIST": (
        "{images}为浅底深字，已反色，使笔迹与 MNIST 一样是亮的"
    ),
    "{count} images of {wide} × {high} pixels are {size} GiB, expected at most {most} GiB. Resize them, for "
    "example with --size 64.": (
        "{count} 张 {wide} × {high} 像素的图片共 {size} GiB，最多应为 {most} GiB。请缩放，例如用 --size 64。"
    ),
    "{name}: {wide} × {high} pixels would be {inputs} inputs, and more than {side} × {same} need an explicit size. "
    "For handwritten digits, use 'glassnet train --handwriting'; else shrink the images with --size 28, or keep "
    "every pixel with --size {own} (in Python: handwriting=True, size=(28, 28), size=({rows}, {columns})).": (
        "{name}：{wide} × {high} 像素会成为 {inputs} 个输入，超过 {side} × {side} 时必须指定尺寸。手写数字请用 "
        "'glassnet train --handwriting'；其他图片请用 --size 28 缩小，或用 --size {own} 保留全部像素（Python 中为 "
        "handwriting=True、size=(28, 28)、size=({rows}, {columns})）。"
    ),
    "{one} has {wide} × {high} pixels, {two} {broad} × {tall}, expected one size for all images. Resize them with "
    "--size {side}, or --size {rows}x{columns} (rows x columns).": (
        "{one} 为 {wide} × {high} 像素，{two} 为 {broad} × {tall}，所有图片的尺寸应相同。请用 --size {side} 或 --size "
        "{rows}x{columns}（行 x 列）缩放。"
    ),
    # folders of images
    "{source}: images, but the model or data set to match has none. Pass rows.": (
        "{source}：是图片，而所对应的模型或数据集没有图片。请给出数据行。"
    ),
    "{problem} To list all such files, run '{command}'.": "{problem}要列出所有这样的文件，请运行 '{command}'。",
    "{folder}: a folder 'train', but no 'test'. Name the test data.": (
        "{folder}：有 'train' 文件夹，却没有 'test'。请指定测试数据。"
    ),
    "{folder}: no data in this folder, neither images in class folders (cats/1.png) nor {file}. Name a data file, "
    "or a folder with data.": (
        "{folder}：文件夹中没有数据，既没有按类别分文件夹的图片（cats/1.png），也没有 {file}。请指定数据文件，"
        "或有数据的文件夹。"
    ),
    "{folder}: no images in this folder, but {files}. Name one of the files, such as {file}.": (
        "{folder}：文件夹中没有图片，但有 {files}。请给出其中一个文件，例如 {file}。"
    ),
    "{folder}: no images in this folder, but {files}. Name the files: {command}.": (
        "{folder}：文件夹中没有图片，但有 {files}。请给出文件：{command}。"
    ),
    "{source}: a ZIP archive of {files}, expected one file with a table with named columns. Unpack it, and name that "
    "file.": "{source}：含 {files} 的 ZIP 存档，应为只含一个文件，即有列名的表格。请解压并给出该文件。",
    "{source}: an empty ZIP archive, expected data. Pack it again.": "{source}：空的 ZIP 存档，应有数据。请重新打包。",
    "{source}: named as a ZIP archive, but it is none. Rename the file by its format.": (
        "{source}：名称是 ZIP 存档，实际不是。请按实际格式改名。"
    ),
    "{folder}: {count} images such as {name}, but no classes. Put them into a folder per class, or add a "
    "labels.csv with the columns filename,label.": (
        "{folder}：有 {count} 张图片，例如 {name}，却没有类别。请按类别分文件夹存放，或添加列为 filename,label 的 "
        "labels.csv。"
    ),
    "ignored {images} without a class": "{images}没有类别，已忽略",
    "ignored {files} of other kinds ({kinds})": "已忽略 {files}，不是图片（{kinds}）",
    "{count} files": "{count} 个文件",
    "1 file": "1 个文件",
    "ignored {folders} without images ({names})": "已忽略 {folders}，其中没有图片（{names}）",
    "{count} folders": "{count} 个文件夹",
    "1 folder": "1 个文件夹",
    "{folder}: {count} tables next to images, expected one. Name the table of classes labels.csv.": (
        "{folder}：图片旁有 {count} 个表格，应只有一个。请把类别表命名为 labels.csv。"
    ),
    "{table}: no column names images of this folder, such as {name}, expected columns such as filename,label. "
    "Correct the table.": (
        "{table}：没有一列是该文件夹中的图片名（例如 {name}），应有 filename,label 这样的列。请更正表格。"
    ),
    "{table}: columns {columns}, none of them named as the class. Name it label, or keep only two columns.": (
        "{table}：列为 {columns}，看不出哪一列是类别。请把该列命名为 label，或只保留两列。"
    ),
    "{width} without names": "{width} 个，没有列名",
    "{table}, line {line}: {name} does not name exactly one image of this folder. Correct the name, or remove the "
    "line.": "{table} 第 {line} 行：{name} 没有对应到该文件夹中唯一的一张图片。请更正名称，或删除该行。",
    "an empty field": "空字段",
    "{table}, line {line}: no class for {name}. Add it, or remove the line.": (
        "{table} 第 {line} 行：{name} 没有类别。请添加类别，或删除该行。"
    ),
    "{table}, line {line}: {name} occurs in an earlier line too. Remove one of the lines.": (
        "{table} 第 {line} 行：{name} 在前面已经出现过。请删除其中一行。"
    ),
    # IDX and NPZ
    "{name}: starts with the bytes {head}, expected 00 00, a type of values ({types}) and 01 to 0{most} dimensions "
    "(IDX). Fetch the file again, or convert it.": (
        "{name}：开头的字节为 {head}，应为 00 00、数值类型（{types}）和 01 到 0{most} 的维数（IDX）。"
        "请重新获取文件，或转换格式。"
    ),
    "{name}: {length} bytes, expected {expected}. Fetch the file again.": (
        "{name}：有 {length} 字节，应为 {expected}。请重新获取文件。"
    ),
    "{start} or more": "{start} 或更多",
    "{expected} for {sizes} values": "{expected}（共 {sizes} 个值）",
    "{name}: the file declares 0 samples, expected at least one. Check the download.": (
        "{name}：文件标明有 0 个样本，至少应有一个。请检查下载是否完整。"
    ),
    "{name}: samples of size {sizes}, expected sizes above 0. Fetch the file again.": (
        "{name}：样本的大小为 {sizes}，各维都应大于 0。请重新获取文件。"
    ),
    "{images}: no label file, expected {labels}. Put it into the same folder.": (
        "{images}：没有标签文件，应有 {labels}。请放到同一文件夹。"
    ),
    "…-labels-idx1-ubyte next to …-images-idx3-ubyte": "与 …-images-idx3-ubyte 在一起的 …-labels-idx1-ubyte",
    "{name}: contains labels, expected images. Name the …-images-idx3-ubyte file.": (
        "{name}：内容是标签，应为图片。请指定 …-images-idx3-ubyte 文件。"
    ),
    "{name}: contains images, expected labels. Fetch the file again.": "{name}：内容是图片，应为标签。请重新获取文件。",
    "{images}: {count} images, but {labels} labels in {file}. Use two files that belong together.": (
        "{images}：有 {count} 张图片，而 {file} 中有 {labels} 个标签。请使用配套的两个文件。"
    ),
    "{name}: a spreadsheet. Save it as CSV.": "{name}：电子表格。请存为 CSV。",
    "{name}: a ZIP archive of {names}, expected one table, MNIST's files, images in class folders, or arrays of NumPy. "
    "Unpack it, and name a file in it.": (
        "{name}：包含 {names} 的 ZIP 压缩包，应为一个表格、MNIST 文件、按类别分文件夹的图片，或 NumPy 数组。"
        "请解压后指定其中的文件。"
    ),
    "{name}: the ZIP archive is damaged. Fetch the file again.": "{name}：ZIP 压缩包已损坏。请重新获取文件。",
    "{name}: {file} in the archive is damaged ({problem}). Fetch the file again.": (
        "{name}：压缩包中的 {file} 已损坏（{problem}）。请重新获取文件。"
    ),
    "{name}: two files in the archive have the path {path}. Pack the folder again.": (
        "{name}：压缩包中有两个文件的路径都是 {path}。请重新打包该文件夹。"
    ),
    "its only images, {name}, are read as the {part} part": "其中仅有的图片文件 {name} 作为 {part} 部分读取",
    "{name}: an encrypted ZIP archive, expected one without a password. Unpack it.": (
        "{name}：加密的 ZIP 压缩包，应为没有密码的压缩包。请先解压。"
    ),
    "{name}: a ZIP archive of an unusual compression, expected deflate. Unpack it.": (
        "{name}：ZIP 压缩包的压缩方法不常见，应为 deflate。请先解压。"
    ),
    "{name}: no temporary folder to unpack it ({problem}). Unpack it yourself.": (
        "{name}：没有可用于解压的临时文件夹（{problem}）。请自行解压。"
    ),
    "{name}: cannot be unpacked to {folder} ({problem}). Unpack it yourself.": (
        "{name}：无法解压到 {folder}（{problem}）。请自行解压。"
    ),
    "{name}: '{key}' is {kind} of shape {shape}, expected numbers of shape (n, features) or (n, rows, columns).": (
        "{name}：'{key}' 的类型为 {kind}，形状为 {shape}，应为形状是 (n, features) 或 (n, rows, columns) 的数值。"
    ),
    "{name}: '{key}' has shape {shape}, expected (n,), one label per sample. Convert one-hot rows to labels with "
    "argmax(axis=1).": (
        "{name}：'{key}' 的形状为 {shape}，应为 (n,)，即每个样本一个标签。请用 argmax(axis=1) 把独热（one-hot）"
        "行转换为标签。"
    ),
    "{name}: {samples} samples in '{first}', but {labels} labels in '{second}'. Save arrays that belong together.": (
        "{name}：'{first}' 中有 {samples} 个样本，而 '{second}' 中有 {labels} 个标签。请保存配套的数组。"
    ),
    "{name}: '{key}' has shape {shape}, expected samples. Check the archive.": (
        "{name}：'{key}' 的形状为 {shape}，应有样本。请检查文件。"
    ),
    "{name}: {found}, expected '{first}' and '{second}', or 'x' and 'y'. Save them under these names.": (
        "{name}：{found}，应有 '{first}' 和 '{second}'，或 'x' 和 'y'。请用这些名称保存。"
    ),
    "arrays {names}": "有数组 {names}",
    "no arrays": "没有数组",
    "{place}: contains Python objects, expected numbers. Save a numeric dtype, or words with astype(str).": (
        "{place}：内容是 Python 对象，应为数字。请用数值 dtype 保存，文字则用 astype(str)。"
    ),
    "{place}: not a complete NPZ archive ({error}). Save it again with numpy.savez.": (
        "{place}：不是完整的 NPZ 文件（{error}）。请用 numpy.savez 重新保存。"
    ),
    # reading files
    "-: standard input is read only as a table with named columns (train --target) or as inputs to predict "
    "(query). Save the data to a file and name the file.": (
        "-：标准输入只能作为有列名的表格（train --target）或待预测的输入（query）。请把数据存为文件，并指定该文件。"
    ),
    "{name}: no such file or folder. Check the name.": "{name}：没有这个文件或文件夹。请检查名称。",
    "{name}: is a folder, expected a file. Name a file in it.": "{name}：是文件夹，应为文件。请指定其中的文件。",
    "{name}: no permission to read the file. Allow it, or copy the file.": (
        "{name}：没有读取该文件的权限。请修改权限，或复制该文件。"
    ),
    "{name}: cannot be read ({error}). Check the device.": "{name}：无法读取（{error}）。请检查设备。",
    "{name}: a Git LFS pointer to {size} bytes, not the data. Fetch the data with 'git lfs pull'.": (
        "{name}：只是指向 {size} 字节的 Git LFS 指针，而不是数据。请用 'git lfs pull' 获取数据。"
    ),
    "{name}: the file is empty, expected samples. Check the download.": (
        "{name}：文件是空的，应有样本。请检查下载是否完整。"
    ),
    "{name}: the gzip data are damaged ({error}). Fetch the file again.": (
        "{name}：gzip 数据已损坏（{error}）。请重新获取文件。"
    ),
    "{name}: the gzip data end too early. Fetch the file again.": "{name}：gzip 数据不完整。请重新获取文件。",
    "{name}: more than {limit} when unpacked. If you trust the file, allow more: --max-bytes {enough} (in Python: "
    "with glassnet.max_bytes({same})).": (
        "{name}：解压后超过 {limit}。如果信任该文件，请提高上限：--max-bytes {enough}（Python 中为 with "
        "glassnet.max_bytes({same})）。"
    ),
    "{name} {size}: expected a size in bytes, such as 500MB or 8GiB.": (
        "{name} {size}：应为字节数，例如 500MB 或 8GiB。"
    ),
    "{name}, byte {place}: not valid {encoding}, as the file begins. Save it again as 'CSV UTF-8'.": (
        "{name} 第 {place} 字节：不是有效的 {encoding}，而文件以该编码开头。请重新存为“CSV UTF-8”。"
    ),
    "{name}: a spreadsheet, expected a text table. Save it as CSV.": "{name}：是电子表格，应为文本表格。请存为 CSV。",
    "{name}: UTF-16 with control characters, expected text. Save it as 'CSV UTF-8'.": (
        "{name}：UTF-16 内容含有控制字符，应为文本。请存为“CSV UTF-8”。"
    ),
    "{name}, line {line}: control character 0x{byte}, expected text. Remove it.": (
        "{name} 第 {line} 行：有控制字符 0x{byte}，应为文本。请删除该字符。"
    ),
    "{name}: {what}, expected CSV, Parquet, Arrow, JSON, IDX or NPZ. Convert it to one of these formats.": (
        "{name}：是{what}，应为 CSV、Parquet、Arrow、JSON、IDX 或 NPZ。请转换为其中一种格式。"
    ),
    "a Feather file of version 1": "第 1 版 Feather 文件",
    "an HDF5 file": " HDF5 文件",
    "a single NumPy array": "单个 NumPy 数组",
    "a PDF file": " PDF 文件",
    "an Avro file": " Avro 文件",
    "an ORC file": " ORC 文件",
    "a SQLite database": " SQLite 数据库",
    "an old Office file": "旧版 Office 文件",
    "a MATLAB file": " MATLAB 文件",
    "a pickle": " pickle 文件",
    "a bzip2 file": " bzip2 文件",
    "an xz file": " xz 文件",
    "a zstandard file": " zstandard 文件",
    "a safetensors file, such as a model": " safetensors 文件，例如模型",
    "binary data of an unknown format": "未知格式的二进制数据",
    # writing files
    "{path}: the suffix {suffix} means {promised}, but the file is written as {written}. Use a name that ends "
    "in {own}.": "{path}：后缀 {suffix} 对应“{promised}”，而文件将写成“{written}”。请使用以 {own} 结尾的名称。",
    "Keras or TensorFlow": "Keras 或 TensorFlow",
    "a pickled or scikit-learn object": "pickle 或 scikit-learn 对象",
    "NumPy or MATLAB arrays": "NumPy 或 MATLAB 数组",
    "tabular data": "表格数据",
    "an image": "图片",
    "compressed data": "压缩数据",
    "a program": "程序",
    "{path}: a folder, expected a file name. Name a file in it.": "{path}：是文件夹，应为文件名。请指定其中的文件。",
    "{path}: a device or a pipe, expected a file name. Choose another path.": (
        "{path}：是设备或管道，应为文件名。请选择其他路径。"
    ),
    "{path}: a link to {file}, which does not exist. Remove the link, or choose another path.": (
        "{path}：是指向 {file} 的链接，而它不存在。请删除该链接，或选择其他路径。"
    ),
    "{folder}: no such folder. Create it first, or choose another path.": (
        "{folder}：没有这个文件夹。请先创建，或选择其他路径。"
    ),
    "{folder}: no permission to write to this folder. Choose another path.": (
        "{folder}：没有写入该文件夹的权限。请选择其他路径。"
    ),
    "{path}: no permission to write to this file. Allow it, or choose another path.": (
        "{path}：没有写入该文件的权限。请修改权限，或选择其他路径。"
    ),
    "{path}: not replaced, because glassnet did not write it or it is of another kind. Choose another path.": (
        "{path}：是其他类型的文件，或不是 glassnet 写的，不会覆盖。请选择其他路径。"
    ),
    "{path}: the file already exists and is not replaced. Choose another path, or pass --force (overwrite=True).": (
        "{path}：文件已存在，不会覆盖。请选择其他路径，或使用 --force（overwrite=True）。"
    ),
    "{path}: tables are written as {suffixes}. Use a name with one of these suffixes.": (
        "{path}：表格只能存为 {suffixes} 格式。请使用其中一种后缀。"
    ),
    "{path}: figures are written as {suffixes}. Use a name with one of these suffixes.": (
        "{path}：图只能存为 {suffixes} 格式。请使用其中一种后缀。"
    ),
    "{path}: an input file, which is not replaced. Choose another path for the figure.": (
        "{path}：是输入文件，不会覆盖。请为图选择其他路径。"
    ),
    "--{other} and --{flag} both name {path}. Name two different files.": (
        "--{other} 与 --{flag} 都指定了 {path}。请指定两个不同的文件。"
    ),
    "{path}: a file, expected a folder. Choose another path.": "{path}：是文件，应为文件夹。请选择其他路径。",
    "{path}: no space left. Free some space, or choose another path.": "{path}：空间不足。请腾出空间，或选择其他路径。",
    "{path}: cannot be written ({error}). Choose another path.": "{path}：无法写入（{error}）。请选择其他路径。",
}
