"""Chinese of the messages of preprocessing, models and training; holes are names in braces."""

MESSAGES: dict[str, str] = {
    # calls
    "Options: {kind} without a name, expected named options, such as Options(epochs=5). For a recipe, use "
    'Options.recipe("quick").': (
        'Options：{kind} 没有写明选项名，应写明，例如 Options(epochs=5)。若要用配方，请用 Options.recipe("quick")。'
    ),
    "{name}: a Dataset has its own. Pass X instead of the Dataset.": (
        "{name}：Dataset 中已有。请传入 X，而不是 Dataset。"
    ),
    "{name}: given in addition to options. Put it into the options.": "{name}：已给出 options。请把它写入 options。",
    "fit: y is missing. Pass fit(X, y), or fit(data) with a Dataset.": (
        "fit：缺少 y。请用 fit(X, y)，或用 fit(data) 传入 Dataset。"
    ),
    "predict_proba: a regression has no probabilities. Use predict.": "predict_proba：回归没有概率。请使用 predict。",
    # class weights, scaling, targets, augmentation
    "class weights {given}: expected 'balanced', or a weight for each class.": (
        "类别权重 {given}：应为 'balanced'，或给出每个类别的权重。"
    ),
    "class weights: class {label} does not occur, expected one of {present}.": (
        "类别权重：数据中没有类别 {label}，应为 {present} 之一。"
    ),
    "class weights: class {label} has weight {weight}, expected a finite number, 0 or more.": (
        "类别权重：类别 {label} 的权重为 {weight}，应为不小于 0 的有限数值。"
    ),
    "scaling {name}: the training values are needed to standardise. Pass raw=….": (
        "缩放方式 {name}：标准化需要训练数据的数值。请传入 raw=…。"
    ),
    "{name}: every target is {value}, and so is every prediction. Check the column.": (
        "{name}：所有目标值都是 {value}，每个预测值也都如此。请检查该列。"
    ),
    "{source}: sample weights of type {type}, expected numbers.": "{source}：样本权重的类型为 {type}，应为数字。",
    "{name}: bytes that are not UTF-8, expected classes as text. Decode them.": (
        "{name}：含有非 UTF-8 的字节，类别应为文本。请先解码。"
    ),
    "{where}: values up to {largest} are too large to square. Divide them by a constant.": (
        "{where}：数值最大达 {largest}，平方后溢出。请先除以一个常数。"
    ),
    "inputs": "输入",
    "feature {feature}": "特征 {feature}",
    "targets values: the training values are needed. Use Targets.of_values.": (
        "目标 values：需要训练数据的数值。请使用 Targets.of_values。"
    ),
    "outputs: shape {shape}, expected (samples, {classes}). For rows, use model.predict(rows).": (
        "outputs：形状为 {shape}，应为（样本数，{classes}）。要预测样本，请用 model.predict(rows)。"
    ),
    "the recipe {recipe} is for images ({names}), and the samples are not images. Choose another recipe.": (
        "配方 {recipe} 用于图片（{names}），而样本不是图片。请选择其他配方。"
    ),
    "{names}: the samples are not images. Omit these options.": "{names}：样本不是图片。请去掉这些选项。",
    "{names}: the images have colours, expected greyscale. Omit these options, or the colours.": (
        "{names}：图片是彩色的，应为灰度图。请去掉这些选项，或按灰度读取。"
    ),
    # inputs outside the range of training
    "rows: {remark}. Predictions are unreliable; pass rows with the encoding and scale of the training data.": (
        "rows：{remark}。预测结果不可靠；请使用与训练数据相同的编码和取值范围。"
    ),
    "{samples} far outside the range of the training data{unit}: {what}": ("{samples}远超训练数据的范围{unit}：{what}"),
    "the sample is": "该样本",
    "most of {count} samples are": "{count} 个样本中的大多数",
    " (in standard deviations of the column)": "（以该列的标准差为单位）",
    "{name} is {value}, in training it was {low} to {high}": "{name}为 {value}，训练时为 {low} 到 {high}",
    "the smallest value": "最小值",
    "the median value": "中位数",
    "the largest value": "最大值",
    "value {place}": "第 {place} 个值",
    "value {place} (and {count} more)": "第 {place} 个值（及另外 {count} 个值）",
    # columns of tables: what was decided
    "column {name}: the unit {unit} is ignored": "列 {name}：忽略单位 {unit}",
    "column {name}: {value} in {count} row{plural} is far from all other values and is used as a number; if it means "
    "missing, empty these fields with glassnet doctor --fix": (
        "列 {name}：{count} 行的值为 {value}，远离其他所有值，按数字使用；若表示缺失，请用 glassnet doctor --fix "
        "清空这些字段"
    ),
    " (also in {count} more column{plural})": "（另有 {count} 列也是如此）",
    "column {name}: {value} is read with a decimal comma{more}": "列 {name}：{value} 中的逗号按小数点读取{more}",
    "column {name}: {value} is read with a point between thousands{more}": (
        "列 {name}：{value} 中的点按千位分隔符读取{more}"
    ),
    "column {name}: {value} is read with a comma between thousands{more}": (
        "列 {name}：{value} 中的逗号按千位分隔符读取{more}"
    ),
    "column {name}: {value} is not read with a decimal comma, unlike other columns{more}; to do so, pass --decimal ,": (
        "列 {name}：与其他列不同，{value} 中的逗号不按小数点读取{more}；若要按小数点读取，请加 --decimal ,"
    ),
    "column {name}: {value} is read with a decimal comma, unlike in training{more}": (
        "列 {name}：{value} 中的逗号按小数点读取，与训练时不同{more}"
    ),
    "column {name}: {value} is read with a decimal comma, as in training{more}": (
        "列 {name}：{value} 中的逗号按小数点读取，与训练时相同{more}"
    ),
    "column {name}: {value} is read with a decimal point, unlike in training{more}": (
        "列 {name}：{value} 中的点按小数点读取，与训练时不同{more}"
    ),
    "column {name}: {value} is read with a point between thousands, unlike in training{more}": (
        "列 {name}：{value} 中的点按千位分隔符读取，与训练时不同{more}"
    ),
    "column {name}: {value} is read with a point between thousands, as in training{more}": (
        "列 {name}：{value} 中的点按千位分隔符读取，与训练时相同{more}"
    ),
    "column {name}: {value} is read with a comma between thousands, unlike in training{more}": (
        "列 {name}：{value} 中的逗号按千位分隔符读取，与训练时不同{more}"
    ),
    "column {name}: {word} and {other} differ only in case or spaces{more} and count as different words; if they mean "
    "the same, unify them with glassnet doctor --fix": (
        "列 {name}：{word} 与 {other} 只有大小写或空格不同{more}，按不同的词处理；若意思相同，请用 glassnet doctor "
        "--fix 统一"
    ),
    " (as do {count} more)": "（另有 {count} 组）",
    "column {name}: treated as words, since its numbers have different units ({units}); to use it as numbers, convert "
    "them to one unit": "列 {name}：数字的单位不一（{units}），按文字处理；要按数字使用，请换算成同一单位",
    "column {name}: treated as words, since only {percent} of its values are numbers and others are words such as "
    "{word}; to use it as numbers, empty those fields": (
        "列 {name}：只有 {percent} 的值是数字，其余是 {word} 之类的文字，故按文字处理；要按数字使用，请清空这些字段"
    ),
    "column {name}: {count} value{plural} treated as missing, expected numbers{unit} ({shown})": (
        "列 {name}：{count} 个值按缺失处理，应为{unit}数字（{shown}）"
    ),
    " in {unit}": "以 {unit} 为单位的",
    "column {name}: {count} value{plural} treated as missing, expected yes or no ({shown})": (
        "列 {name}：{count} 个值按缺失处理，应为 yes 或 no（{shown}）"
    ),
    "column {name}: {count} value{plural} treated as missing, expected dates such as 2024-03-01 ({shown})": (
        "列 {name}：{count} 个值按缺失处理，应为 2024-03-01 这样的日期（{shown}）"
    ),
    "column {name}: dates{how}, used as days since {first}": "列 {name}：日期{how}，换算为自 {first} 起的天数",
    "column {name}: dates{how}, used as {names} and days since {first}": (
        "列 {name}：日期{how}，换算为 {names} 和自 {first} 起的天数"
    ),
    ", {order} first": "（{order}在前）",
    ", time zone {zone}": "（时区 {zone}）",
    ", {order} first, time zone {zone}": "（{order}在前，时区 {zone}）",
    "day": "日",
    "month": "月",
    "column {name}: {count} time{plural} without a time zone, read as in {zone}": (
        "列 {name}：{count} 个时间没有时区，按时区 {zone} 读取"
    ),
    "column {name}: {count} time{plural} with a time zone, which the training data did not have, converted to UTC": (
        "列 {name}：{count} 个时间带有时区，而训练数据没有，已换算为 UTC"
    ),
    "column {name}: {count} value{plural} not in the training data, treated as none of its words ({shown})": (
        "列 {name}：{count} 个值是训练数据中没有的，不算作其中任何词（{shown}）"
    ),
    "column {name}: {count} infinite value{plural} treated as missing": "列 {name}：{count} 个无穷大的值按缺失处理",
    "column {name}: all {count} values count as rare words, since none is a frequent word of the training data "
    "({shown})": "列 {name}：{count} 个值都不是训练数据中的常见词，全部按罕见词处理（{shown}）",
    "column {name}: {count} value{plural} true or false, used as 1 or 0, expected numbers": (
        "列 {name}：{count} 个值是 true 或 false，按 1 或 0 处理，应为数字"
    ),
    "column {name}: {value} is a fraction, but the training data had whole numbers up to {high}; if the point is "
    "between thousands, write {whole}": (
        "列 {name}：{value} 是小数，而训练数据是不超过 {high} 的整数；若小数点是千位分隔符，请写作 {whole}"
    ),
    "{place}: {remark}. Refused, because of strict: correct the rows, or omit strict.": (
        "{place}：{remark}。因 strict 而拒绝：请更正这些行，或去掉 strict。"
    ),
    "row {row}": "第 {row} 行",
    "column {name}: {sign}, which the training data did not have, is ignored": (
        "列 {name}：忽略训练数据中没有的 {sign}"
    ),
    "column {name}: its numbers lack the {unit} of the training data, which is assumed": (
        "列 {name}：数字没有训练数据中的 {unit}，按带有该单位处理"
    ),
    "column {name}: {value} in {count} row{plural} is far outside the training range {low} to {high} and is used as a "
    "number; if it means missing, empty these fields": (
        "列 {name}：{count} 行的值为 {value}，远超训练时的范围 {low} 到 {high}，按数字使用；若表示缺失，请清空这些字段"
    ),
    "column {name}: most numbers are far outside the training range{more}, such as {number} instead of {low} to "
    "{high}; check the unit": (
        "列 {name}：多数数字远超训练时的范围{more}：例如 {number}，而训练时为 {low} 到 {high}；请检查单位"
    ),
    # columns that are excluded, and why
    "listed in --drop": "由 --drop 指定",
    "every value is missing": "所有值都缺失",
    "every value is missing in the first {count} rows": "前 {count} 行的值都缺失",
    "more than {count} different words, or {characters} characters in them": (
        "不同的词超过 {count} 个，或其字符总数超过 {characters} 个"
    ),
    "every value is {value}": "所有值都是 {value}",
    "every value differs": "各行的值互不相同",
    "{rare}; words that hardly recur cannot become inputs": "{rare}；很少重复的词不能作为输入",
    "{count} different words, each in fewer than {rows} rows": "{count} 个不同的词，每个出现不到 {rows} 行",
    "{count} different words in {rows} rows, like an identifier (to use it, pass {flag})": (
        "{rows} 行中有 {count} 个不同的词，像是标识符（要使用该列，请加 {flag}）"
    ),
    "every value differs, like an identifier (to use it, pass {flag})": (
        "各行的值互不相同，像是标识符（要使用该列，请加 {flag}）"
    ),
    "column {name}: its words become {count} inputs; if they are names or identifiers, pass {flag}": (
        "列 {name}：其中的词变为 {count} 个输入；若是姓名或标识符，请加 {flag}"
    ),
    "column {name}: {count} different values in {rows} rows, used as numbers, but like an identifier (to leave it out, "
    "pass {flag})": (
        "列 {name}：{rows} 行中有 {count} 个不同的值，作为数字使用，但像是标识符（要排除该列，请加 {flag}）"
    ),
    "column {name}: alone gives target {target}, right in {right} of {rows} rows checked; make sure that it does not "
    "contain the answer (to leave it out, pass {flag})": (
        "列 {name}：单独就能得出目标 {target}，检查的 {rows} 行中有 {right} 行正确；请确认该列不包含答案"
        "（要排除该列，请加 {flag}）"
    ),
    "column {name}: alone gives target {target} (correlation {correlation}); make sure that it does not contain the "
    "answer (to leave it out, pass {flag})": (
        "列 {name}：单独就能得出目标 {target}（相关系数 {correlation}）；请确认该列不包含答案"
        "（要排除该列，请加 {flag}）"
    ),
    "target {target} is nearly a weighted sum of columns {names} (R² {r2}); make sure that they do not contain the "
    "answer (to leave one out, pass {flag})": (
        "目标 {target} 几乎是列 {names} 的加权和（R² {r2}）；请确认这些列不包含答案（要排除其中一列，请加 {flag}）"
    ),
    "dates or times such as {example} (to use it, write dates as 2024-03-01, or times as numbers)": (
        "日期或时间，例如 {example}（要使用该列，请把日期写成 2024-03-01，把时间换算成数字）"
    ),
    "excluded: {why}": "不使用：{why}",
    "{source}: no column is left to predict {targets} from. {advice}.": (
        "{source}：没有可用来预测 {targets} 的列。{advice}。"
    ),
    "{source}: no column is left to predict {targets} from; {name} is excluded{more}, because {reason}. {advice}.": (
        "{source}：没有可用来预测 {targets} 的列；不使用列 {name}{more}，因为{reason}。{advice}。"
    ),
    "Drop fewer columns": "请少排除一些列",
    "Add columns of numbers, dates or words that recur": "请添加数字、日期或会重复出现的词的列",
    # columns that are missing or cannot be used
    "{source}: missing column{plural} {names}, which the model needs. {hint}": (
        "{source}：缺少模型需要的列 {names}。{hint}"
    ),
    "{source}: missing column{plural} {names}, whose true values are needed here. {hint} To predict without them, use "
    "'glassnet query'.": (
        "{source}：缺少列 {names}，这里需要其真实值。{hint}若没有真实值而要预测，请用 'glassnet query'。"
    ),
    "This looks like another table than that of the training.": "这似乎不是训练时所用的那种表格。",
    "Rename {names}.": "请为 {names} 改名。",
    "Add the missing columns.": "请补上缺少的列。",
    "{source}: column {name} not found. {hint}": "{source}：没有列 {name}。{hint}",
    "Did you mean {names}?": "是否指 {names}？",
    "Columns: {names}.": "现有的列：{names}。",
    "Column number {number} is {name}.": "第 {number} 列是 {name}。",
    "Name each target separately: {flags}.": "请分别指定各目标列：{flags}。",
    "Its first line has no column names.": "第一行没有列名。",
    "The file was read as a single column; separate values by commas, semicolons, tabs or bars.": (
        "文件被读成一列；请用逗号、分号、制表符或竖线分隔数值。"
    ),
    "{source}: column {changed} has another decimal sign than in training, and column {name} is ambiguous. Pass "
    "--decimal . or --decimal , (in Python: read_table(…, decimal='.')).": (
        "{source}：列 {changed} 的小数符号与训练时不同，而列 {name} 两种读法都可能。请加 --decimal . 或 --decimal ,"
        "（Python 中为 read_table(…, decimal='.')）。"
    ),
    "{source}: column {name} is ambiguous{more}: the point in {value} may be decimal or between thousands, as {why}. "
    "Pass --decimal . for decimal points, or --decimal , for points between thousands (in Python: decimal=','; over "
    "HTTP, send numbers instead of text).": (
        "{source}：列 {name}{more}有歧义：{value} 中的点可能是小数点，也可能是千位分隔符，因为{why}。小数点请加 "
        "--decimal .，千位分隔符请加 --decimal ,（Python 中为 decimal=','；HTTP 请求中请发送数字而不是文本）。"
    ),
    "the training data have whole numbers": "训练数据是整数",
    "other values are whole numbers up to 999": "其他值是不超过 999 的整数",
    "{source}, column{plural} {names}: lists, records or the like (such as {example}), expected numbers or words. "
    "Convert to columns of numbers or words, or pass {drops}.": (
        "{source}，列 {names}：列表、记录之类（例如 {example}），应为数字或文字。"
        "请换算成数字列或文字列，或使用 {drops}。"
    ),
    "columns: version {version}, expected {known} or lower": "列的版本为 {version}，应不高于 {known}",
    "the model was not trained on a table with named columns. Use it as a glassnet.Model.": (
        "该模型不是用有列名的表格训练的。请作为 glassnet.Model 使用。"
    ),
    "holdout and test: both give test data. Omit one.": "holdout 与 test 都给出测试数据。请去掉一个。",
    "{source}: {count} rows, expected one. Pass one, such as frame.iloc[[0]].": (
        "{source}：有 {count} 行，应为一行。请只给一行，例如 frame.iloc[[0]]。"
    ),
    "load_table: expected either target, for a training table, or columns of a model.": (
        "load_table：训练用表格应给出 target，否则给出模型的 columns，二者取一。"
    ),
    # columns to predict
    "{source}, target {name}: every value is missing.": "{source}，目标列 {name}：所有值都缺失。",
    "{source}, target {name}: no row has all of these targets.": "{source}，目标列 {name}：没有一行同时具有这些目标。",
    "target {name}: given twice. Name each target once.": "目标列 {name}：重复给出。每个目标列只写一次。",
    "{source}, target {name}: not 0 and 1, or yes and no{unlike}. Several targets must be all labels or all "
    "numbers.{hint} Otherwise train a network for each target.": (
        "{source}，目标列 {name}：不是 0 和 1，也不是 yes 和 no{unlike}。多个目标列应全部是标签，或全部是数字。{hint}"
        "否则请为每个目标列各训练一个网络。"
    ),
    ", unlike {name}": "，与 {name} 不同",
    " To predict all as numbers, pass {flag}.": "要全部按数字预测，请加 {flag}。",
    "{source}, target {name}: {kind}, expected numbers. Several targets must be all labels (0 and 1, yes and no) or "
    "all numbers. Convert it to one column of 0 and 1 per word, or predict it alone.": (
        "{source}，目标列 {name}：是{kind}，应为数字。多个目标列应全部是标签（0 和 1，或 yes 和 no），或全部是数字。"
        "请为每个词建一列 0 和 1，或单独预测该列。"
    ),
    "words": "文字",
    "yes and no": "yes 和 no",
    "dates or lists": "日期或列表",
    "{source}, target {name}: the label is {which} in every row, expected both. Remove it from the targets.": (
        "{source}，目标列 {name}：每行的标签都是 {which}，应两种都有。请从目标列中去掉。"
    ),
    "{source}, target {name}, sample {place}: {found}, expected 0 or 1, or yes or no. Correct the value.": (
        "{source}，目标列 {name}，样本 {place}：{found}，应为 0 或 1，或 yes 或 no。请改正该值。"
    ),
    "{source}, column {name}, sample {place}: unknown class {found}, expected one of {known}. Correct it, or train a "
    "model with this class.": (
        "{source}，列 {name}，样本 {place}：未知类别 {found}，应为 {known} 之一。请改正，或用含该类别的数据训练模型。"
    ),
    "{source}, column {name}, sample {place}: {found}, expected a number as in training. Correct the values, or empty "
    "the fields to exclude these rows.": (
        "{source}，列 {name}，样本 {place}：{found}，应与训练时一样为数字。请改正，或清空这些字段以排除这些行。"
    ),
    "{source}, target {name}: every value is missing, expected classes or numbers.": (
        "{source}，目标列 {name}：所有值都缺失，应为类别或数字。"
    ),
    "{source}, target {name}: every value is missing in the first {rows} rows, expected classes or numbers. Write the "
    "rows in random order.": (
        "{source}，目标列 {name}：前 {rows} 行的值都缺失，应为类别或数字。请以随机顺序写入各行。"
    ),
    "{source}, target {name}: every value is infinite or missing, expected classes or numbers.": (
        "{source}，目标列 {name}：所有值都是无穷大或缺失，应为类别或数字。"
    ),
    "{source}, target {name}: dates or lists, expected classes or numbers. Convert the column.": (
        "{source}，目标列 {name}：是日期或列表，应为类别或数字。请转换该列。"
    ),
    "{source}, target {name}: words, expected numbers. Omit {flag}.": (
        "{source}，目标列 {name}：是文字，应为数字。请去掉 {flag}。"
    ),
    "{source}, target {name}: every value is {value}, expected different numbers. Choose another column, or pass "
    "{flag} for a model that always answers this number.": (
        "{source}，目标列 {name}：所有值都是 {value}，应有不同的数字。请另选一列；若要得到总是回答该数的模型，请使用 "
        "{flag}。"
    ),
    "{source}, target {name}: every value is {value}, expected at least two classes.": (
        "{source}，目标列 {name}：所有值都是 {value}，应至少有两个类别。"
    ),
    "{source}, target {name}: {value} is too large, expected numbers up to {largest}. Correct it.": (
        "{source}，目标列 {name}：{value} 过大，绝对值应不超过 {largest}。请改正。"
    ),
    "{source}, target {name}: {first} in the first {rows} rows, but {task} in all. Pass --task {task}.": (
        "{source}，目标列 {name}：前 {rows} 行为 {first}，全部行为 {task}。请使用 --task {task}。"
    ),
    "{source}, target {name}: more than {count} different values are too many classes. Choose another column.{hint}": (
        "{source}，目标列 {name}：不同的值超过 {count} 个，类别过多。请选择另一列。{hint}"
    ),
    "{source}, target {name}: {count} different values in {rows} rows are too many classes. Choose another "
    "column.{hint}": ("{source}，目标列 {name}：{rows} 行中有 {count} 个不同的值，类别过多。请选择另一列。{hint}"),
    " For regression, pass {flag}.": "要做回归，请加 {flag}。",
    "target {name}: a label, yes in {percent} of the rows": "目标列 {name}：标签，{percent} 的行为 yes",
    "target {name}: regression, numbers from {low} to {high}": "目标列 {name}：回归，数值从 {low} 到 {high}",
    "target {name}: regression, numbers from {low} to {high} (for classes, pass {flag})": (
        "目标列 {name}：回归，数值从 {low} 到 {high}（要按类别预测，请加 {flag}）"
    ),
    "target {name}: {count} classes{hint}: {shown}": "目标列 {name}：{count} 个类别{hint}：{shown}",
    " (for regression, pass {flag})": "（要做回归，请加 {flag}）",
    # models
    "targets {name}: {source} has classes, expected one of {fitting}.": (
        "目标 {name}：{source} 的样本属于类别，应为 {fitting} 之一。"
    ),
    "targets {name}: {source} has values, not classes, expected one of {fitting}.": (
        "目标 {name}：{source} 的样本带有数值而非类别，应为 {fitting} 之一。"
    ),
    "targets values: {output} outputs are bounded. Use identity outputs.": (
        "目标 values：{output} 输出有界。请使用 identity 输出。"
    ),
    "label_smoothing {value}: expected 0 with targets values.": "label_smoothing {value}：目标为 values 时应为 0。",
    "targets multilabel: {output} outputs are not one probability per label. Use sigmoid outputs.": (
        "目标 multilabel：{output} 输出不能给出每个标签各自的概率。请使用 sigmoid 输出。"
    ),
    "{source}: a target is neither 0 nor 1, as targets multilabel require.": (
        "{source}：有的目标值既不是 0 也不是 1，而目标 multilabel 只允许这两个值。"
    ),
    "{source}: a target is negative, but exponential outputs are positive.": (
        "{source}：有的目标值为负，而 exponential 输出恒为正。"
    ),
    "{source}: targets up to {largest} are too large to square. Divide them by a constant.": (
        "{source}：目标值最大达 {largest}，平方后溢出。请先除以一个常数。"
    ),
    "{output} outputs have no temperature, expected sigmoid or softmax outputs.": (
        "{output} 输出没有温度，应为 sigmoid 或 softmax 输出。"
    ),
    "a regression has no confidence to calibrate.": "回归模型没有可校准的置信度。",
    "{source}: the model has no columns, expected a model of a table.": (
        "{source}：模型没有命名的列，应为表格的模型。"
    ),
    "rows: a table, expected encoded inputs. Use TableModel(model), which encodes tables.": (
        "rows：是表格，应为编码后的输入。请用 TableModel(model)，它会对表格编码。"
    ),
    "rows: {kind}, expected an array of samples.{hint}": "rows：是 {kind}，应为样本数组。{hint}",
    " Pass its inputs.": "请传入它的 inputs。",
    "rows: shape {shape}, expected {forms}.": "rows：形状为 {shape}，应为 {forms}。",
    "{rows} or (samples, {sides})": "{rows} 或（样本数，{sides}）",
    "rows: shape {shape}, expected (samples, {features}).{hint}": (
        "rows：形状为 {shape}，应为（样本数，{features}）。{hint}"
    ),
    " For outputs, use model.probabilities or model.confidence.": (
        "若这些是输出，请用 model.probabilities 或 model.confidence。"
    ),
    "outputs: shape {shape}, expected (samples, {classes}).{hint}": (
        "outputs：形状为 {shape}，应为（样本数，{classes}）。{hint}"
    ),
    " For rows, use model.{direct}.": "若这些是样本，请用 model.{direct}。",
    " Pass model.outputs(rows).": "请传入 model.outputs(rows)。",
    "{name}: {kind}, expected a Model, from load_model or fit(…).model.{hint}": (
        "{name}：是 {kind}，应为 Model（来自 load_model 或 fit(…).model）。{hint}"
    ),
    " Pass the model first, then the data.": "请先传入模型，再传入数据。",
    " Pass its model_.": "请传入其 model_ 属性。",
    # model files
    "{path}: not written, because load_model would reject it ({problem}).": (
        "{path}：未写入，因为 load_model 会拒绝该模型（{problem}）。"
    ),
    "{path}: a safetensors file, but not a glassnet model.": "{path}：是 safetensors 文件，但不是 glassnet 模型。",
    "{path}: file format {version}, expected {known} or lower. Update glassnet.": (
        "{path}：文件格式版本为 {version}，应不高于 {known}。请升级 glassnet。"
    ),
    "{path}: no such model file. Train one with `glassnet train`.": (
        "{path}：没有这个模型文件。可用 `glassnet train` 训练一个。"
    ),
    "{path}: a folder, expected a model file.": "{path}：是文件夹，应为模型文件。",
    "{path}: cannot be read ({reason}).": "{path}：无法读取（{reason}）。",
    "{path}: not a model file (expected safetensors).": "{path}：不是模型文件（应为 safetensors）。",
    "{path}: the file is damaged ({why}). Restore a copy, or train again.": (
        "{path}：文件已损坏（{why}）。请用备份恢复，或重新训练。"
    ),
    "its header is nested too deeply": "文件头嵌套过深",
    "its checksum does not match": "校验和不符",
    "its header is unreadable": "文件头无法读取",
    "its header has a duplicate key": "文件头有重复的键",
    "top level": "顶层",
    "its header is nested more than {levels} levels deep": "文件头嵌套超过 {levels} 层",
    "header: {place} has a whole number of more than 64 bits": "文件头：{place} 含有超过 64 位的整数",
    "header: {place} is missing": "文件头：缺少 {place}",
    "header: {place} is unknown": "文件头：{place} 未知",
    "header: {place} is {found}, expected {wanted}": "文件头：{place} 为 {found}，应为{wanted}",
    "a whole number{limits}": "{limits}整数",
    "a finite number{limits}": "{limits}有限数",
    " from {low} to {high}": " {low} 到 {high} 之间的",
    " from {low}": "不小于 {low} 的",
    " up to {high}": "不大于 {high} 的",
    "text": "文字",
    "one of {choices}": " {choices} 之一",
    "true or false": " true 或 false",
    "null": "空值（null）",
    "a number": "数字",
    "a list": "列表",
    "a list of {length}": "长度为 {length} 的列表",
    "an object": "对象",
    "it has {found} tensors, expected {expected} for each of {members} networks": (
        "有 {found} 个张量，应为 {members} 个网络各 {expected} 个"
    ),
    "it has unexpected tensors: {names} ({dtypes})": "含有多余的张量：{names}（{dtypes}）",
    "tensor {name} has shape {shape}, expected {expected}": "张量 {name} 的形状为 {shape}，应为 {expected}",
    "tensor {name} has values that are NaN or infinite": "张量 {name} 含有 NaN 或无穷大",
    "0 or {count}": "0 或 {count}",
    # checkpoints
    "checkpoint-every {every}: expected a time such as 30s, 5m or 2h, or a number of steps.": (
        "checkpoint-every {every}：应为时间（如 30s、5m、2h）或步数。"
    ),
    "{path}: the training was started with the engine {name}. Pass engine=….": (
        "{path}：训练开始时使用引擎 {name}。请传入 engine=…。"
    ),
    "{source}: {path} was started without {what}. Omit them.": "{source}：{path} 的训练开始时没有{what}。请去掉。",
    "{source}: {path} was started with other {what}, {samples} samples of {began_with}. Pass those.": (
        "{source}：{path} 的训练开始时用的是另一份{what}（{began_with} 的 {samples} 个样本）。请使用那份数据。"
    ),
    "training data": "训练数据",
    "validation data": "验证数据",
    "no data": "没有数据",
    "{path}: no such checkpoint. `glassnet train --checkpoint` writes one.": (
        "{path}：没有这个检查点。`glassnet train --checkpoint` 可写出检查点。"
    ),
    "{path}: a model, expected a checkpoint. There is no training to resume.": (
        "{path}：是模型，应为检查点。没有训练可以继续。"
    ),
    "{path}: started with glassnet {version}, this is {now}: {problem} Resume with the version that started it.": (
        "{path}：训练由 glassnet {version} 开始，当前版本为 {now}：{problem}请用开始训练的版本继续。"
    ),
    "history.{name} has shape {shape} and dtype {dtype}": "history.{name} 的形状为 {shape}，dtype 为 {dtype}",
    "the checkpoint is at epoch {epoch} of {epochs}": "检查点位于第 {epoch} 轮，共 {epochs} 轮",
    "the checkpoint has the arrays {found}, expected {expected}": "检查点含有数组 {found}，应为 {expected}",
    "array {name} has shape {shape} and dtype {dtype}": "数组 {name} 的形状为 {shape}，dtype 为 {dtype}",
    "the checkpoint has {name} {value}": "检查点的 {name} 为 {value}",
    "{path}: the file is a model. Choose another path for the checkpoint.": (
        "{path}：该文件是模型。请为检查点选择另一个路径。"
    ),
    "{problem} The file is not replaced; choose another path.": "{problem}不会替换该文件；请选择另一个路径。",
    "{path}: the checkpoint of an unfinished training. Run `glassnet resume {path}`, or remove the file.": (
        "{path}：是尚未结束的训练的检查点。请运行 `glassnet resume {path}`，或删除该文件。"
    ),
    "checkpoint not written: {problem} Training continues.": "未写入检查点：{problem}训练继续进行。",
    "interrupted, checkpoint not written: {problem}": "已中断，未写入检查点：{problem}",
    "interrupted, {done} of {epochs} epochs are saved in {path}. Resume with `glassnet resume {path}`.": (
        "已中断，{epochs} 轮中的 {done} 轮已存入 {path}。请用 `glassnet resume {path}` 继续。"
    ),
    "{path}: the last bits may differ, because versions or processor changed: {changes}.": (
        "{path}：版本或处理器有变化，末位可能不同：{changes}。"
    ),
    "{path}: the training was started with {source}. Pass these data.": (
        "{path}：训练开始时使用 {source}。请传入该数据。"
    ),
    # training
    "{source}: no classes, expected one class label per sample.": "{source}：没有类别，每个样本应有一个类别标签。",
    "{source}: {samples} samples for {folds} folds, expected {least} or more. Use fewer folds.": (
        "{source}：{samples} 个样本分为 {folds} 折，至少应有 {least} 个。请减少折数。"
    ),
    "{source}: {samples} samples for {folds} folds, expected {least} or more. Use fewer members.": (
        "{source}：{samples} 个样本分为 {folds} 折，至少应有 {least} 个。请减少成员数。"
    ),
    "{source}: {samples} samples of positive weight for {folds} folds, expected {least} or more. Use fewer members.": (
        "{source}：{samples} 个正权重样本分为 {folds} 折，至少应有 {least} 个。请减少成员数。"
    ),
    "training diverged in epoch {epoch}: {why}. The last good weights are {kept}. {advice}": (
        "训练在第 {epoch} 轮发散：{why}。最后一组正常的权重是{kept}。{advice}"
    ),
    "the loss became {loss}": "损失变为 {loss}",
    "a weight became infinite": "有权重变为无穷大",
    "the loss {loss} exceeds the {constant} of a constant prediction, and the weights grew more than tenfold": (
        "损失 {loss} 超过恒定预测的损失 {constant}，且权重增大到十倍以上"
    ),
    "the weights after epoch {epoch}": "第 {epoch} 轮之后的权重",
    "the initial weights": "初始权重",
    "Use a smaller weight decay or learning rate; their product must be below 1.": (
        "请减小权重衰减或学习率；两者之积应小于 1。"
    ),
    "Use a smaller learning rate.": "请减小学习率。",
    "options: {kind}, expected Options(…) or Options.recipe(…).": (
        "options：是 {kind}，应为 Options(…) 或 Options.recipe(…)。"
    ),
    "{path}: the training was started on a stream. Resume it with resume_stream, or `glassnet resume`.": (
        "{path}：该训练是在数据流上开始的。请用 resume_stream 或 `glassnet resume` 续训。"
    ),
    "{path}: the training was not started on a stream. Resume it with its data.": (
        "{path}：该训练不是在数据流上开始的。请用原来的数据续训。"
    ),
    "the model was not trained on a stream. Verify it with its data.": (
        "该模型不是在数据流上训练的。请用原来的数据验证。"
    ),
    "scaling {name}: not with a stream, whose columns are standardised. Use scaling unit.": (
        "缩放方式 {name}：不能用于数据流，数据流的列已标准化。请使用 unit。"
    ),
    "batch_size {size}: not with a stream of {features} inputs, expected up to {window}.": (
        "batch_size {size}：不能用于有 {features} 个输入的数据流，最多为 {window}。"
    ),
    "engine {name}: cannot train on a stream. Use compiled or reference.": (
        "引擎 {name}：不能在数据流上训练。请使用 compiled 或 reference。"
    ),
    "{source}: no training rows with a target, expected some. Check the target.": (
        "{source}：没有带目标值的训练行。请检查目标列。"
    ),
    "{source}: {rows} rows are too few for validation. Use fewer members, or no early stopping.": (
        "{source}：{rows} 行太少，无法验证。请减少 members，或不用提前停止。"
    ),
    "checkpoint: not supported for ensembles, and members is {members}. Pass members=1 for one network, or omit the "
    "checkpoint.": (
        "checkpoint：集成不支持检查点，而 members 为 {members}。请传入 members=1 只训练一个网络，或去掉检查点。"
    ),
    "folds: a model is trained further as it is, without folds. Set folds to False.": (
        "folds：继续训练时模型保持原样，不分折。请把 folds 设为 False。"
    ),
    "{name} {given}: the model was made with {value}. Use the model's own options.": (
        "{name} {given}：模型创建时为 {value}。请使用模型自己的选项。"
    ),
    "epoch {epoch}, step {step}: expected an epoch from 0 to {epochs} and a step from 0 to {steps}.": (
        "第 {epoch} 轮第 {step} 步：轮应为 0 到 {epochs}，步应为 0 到 {steps}。"
    ),
    "epoch {epoch}, step {step}: already passed, the state is at epoch {progress}.": (
        "第 {epoch} 轮第 {step} 步：已经过去，当前位于第 {progress} 轮。"
    ),
    "low {low}, high {high}: expected 0 < low < high.": "low {low}、high {high}：应满足 0 < low < high。",
    "rate {low}: the loss is not finite from the first step on. Use a smaller low.": (
        "学习率 {low}：从第一步起损失就不是有限数。请减小 low。"
    ),
    # fine-tuning
    "{given}: the model has {own}, and further training keeps that. Omit the option, or train a new network.": (
        "{given}：模型为 {own}，继续训练时不变。请去掉该选项，或训练新的网络。"
    ),
    "{source}: values up to {largest}, but the model's are up to {expected}. Read the data with load_data(…, "
    "like=model, maximum=model.scaling.maximum).": (
        "{source}：数值最大可达 {largest}，而模型的数据最大为 {expected}。请用 load_data(…, like=model, "
        "maximum=model.scaling.maximum) 读取数据。"
    ),
    "{source}: images of {here} pixels, but the model's have {there}. Pass such images.": (
        "{source}：图片为 {here} 像素，而模型的图片为 {there}。请提供这种尺寸的图片。"
    ),
    "init_model: the training did not start from another model. Omit it.": (
        "init_model：该训练不是从另一个模型开始的。请去掉此参数。"
    ),
    "the training started from {name} with the hash {hash}. Pass it: init_model=load_model(…).": (
        "训练从{name}（哈希 {hash}）开始。请传入该模型：init_model=load_model(…)。"
    ),
    "the training started from {name} with the hash {hash}, not from the given model with the hash {other}. Pass the "
    "former.": "训练从{name}（哈希 {hash}）开始，而不是从所给的模型（哈希 {other}）开始。请传入前者。",
    "another model": "另一个模型",
    # fields of a model
    "a Network": "Network 对象",
    "a tuple of Network": "Network 对象的元组",
    "a Scaling": "Scaling 对象",
    "a Targets": "Targets 对象",
    "a dict": "字典",
    "a tuple of text": "文本的元组",
    "the numbers of rows and columns, or None": "行数与列数，或 None",
    "a Columns, or None": "Columns 对象，或 None",
    "True or False": "True 或 False",
    "a TrainingRange, or None": "TrainingRange 对象，或 None",
    "a SampleLayout": "SampleLayout 对象",
    "one number": "一个数",
    "one number for each feature": "每个特征一个数",
    "model.others: networks with other inputs or outputs, expected the same.": (
        "model.others：各网络的输入数或输出数不同，应当相同。"
    ),
    "{name} has {count} values, expected {expected}.": "{name} 有 {count} 个值，应为 {expected} 个。",
    "scaling.{name}: expected finite numbers.": "scaling.{name}：应为有限的数。",
    "targets.{name}: expected finite numbers.": "targets.{name}：应为有限的数。",
    "scaling.{name} is too large": "scaling.{name} 太大",
    "header: receipt.{name} has {count} values, expected {expected}": (
        "文件头：receipt.{name} 有 {count} 个值，应为 {expected} 个"
    ),
    "column {name}: numbers beyond {largest} count as that. Divide the column by a constant": (
        "列 {name}：超过 {largest} 的数按该值计算。请将该列除以一个常数"
    ),
    "X: columns left out: {columns}.": "X：未使用的列：{columns}。",
    "scaling.span: a span is 0, expected other numbers.": "scaling.span：有一个为 0，应为非零的数。",
    "targets.scale: a scale is 0 or less, expected numbers above 0.": (
        "targets.scale：有一个不大于 0，应为大于 0 的数。"
    ),
    "targets.low is {low} and targets.high is {high}, expected low below high.": (
        "targets.low 为 {low}，targets.high 为 {high}，low 应小于 high。"
    ),
    "targets.classes is {classes}, but the network has {outputs} outputs.": (
        "targets.classes 为 {classes}，而网络有 {outputs} 个输出。"
    ),
    "image_shape is {rows} × {columns}, but the network has {features} inputs.": (
        "image_shape 为 {rows} × {columns}，而网络有 {features} 个输入。"
    ),
    "its columns give {count} inputs, but the network has {features}.": (
        "其各列共给出 {count} 个输入，而网络有 {features} 个。"
    ),
    "its columns give {count} outputs, but the network has {outputs}.": (
        "其各列共给出 {count} 个输出，而网络有 {outputs} 个。"
    ),
    "its columns do not fit targets {targets}.": "其各列与目标 {targets} 不符。",
    # training records and verification
    "the training cannot be repeated: {reason}.": "训练无法重复：{reason}。",
    "the model was trained with {name}, a function that its training record does not contain": (
        "模型用 {name} 训练，而训练记录中没有这个函数"
    ),
    "the model was trained with the custom engine {name}": "模型用自定义引擎 {name} 训练",
    "the model has no complete training record. If it is a checkpoint, finish its training with `glassnet resume`.": (
        "模型没有完整的训练记录。如果是检查点，请先用 `glassnet resume` 完成训练。"
    ),
    "the model has no training record.": "模型没有训练记录。",
    "the training record has the option {name}, which this glassnet does not know.": (
        "训练记录中有选项 {name}，当前版本的 glassnet 不认识。"
    ),
    "the weights in the file do not match its training record": "文件中的权重与训练记录不符",
    "{source} is not the training data": "{source} 不是训练数据",
    "{source} with the added {files} is not the training data": "{source} 加上 {files} 不是训练数据",
    "the network in the file does not match its training record": "文件中的网络与训练记录不符",
    "the scaling of the {what} in the file does not match the data": "文件中{what}的缩放与数据不符",
    "targets": "目标",
    "member {number}: {where}": "成员 {number}：{where}",
    "the weights after epoch {epoch}, where training diverges": "第 {epoch} 轮之后的权重（训练在此发散）",
    "the moving average of the weights": "权重的滑动平均",
    "the weights in the file, which match no epoch": "文件中的权重（与任何一轮都不符）",
}
