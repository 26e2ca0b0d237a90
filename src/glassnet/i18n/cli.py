"""Results, progress lines and notices of the commands, in English and Chinese.

Errors, and remarks on data, are not in here: `messages` has the Chinese of those, by their English sentence.
"""

from __future__ import annotations

from .language import Say, speaking

CLI_WORDS: dict[str, tuple[str, str]] = {
    "text": ("{text}", "{text}"),  # remarks on data
    # compare
    "compare_few": (
        "{seeds} seeds cannot give a verdict, whatever their results: {fewest} or more can",
        "{seeds} 个种子无论结果如何都得不出结论，至少需要 {fewest} 个",
    ),
    "compare_start": (
        "the two sides have different networks or initializers, so they do not start from the same weights",
        "两边的网络或初始化方式不同，因此初始权重不同",
    ),
    "compare_starts": (
        "some sides have other networks or initializers, so not all start from the same weights",
        "有些边的网络或初始化方式不同，因此初始权重不全相同",
    ),
    # search
    "search_continues": ("continuing: {done} trials done", "继续：已完成 {done} 个试验"),
    "search_continues_of": ("continuing: {done} of {planned} trials done", "继续：{planned} 个试验已完成 {done} 个"),
    "search_complete": (
        "the search is complete: {done} trials done; a larger --trials continues it",
        "搜索已完成：{done} 个试验；更大的 --trials 可继续",
    ),
    "search_stopped": (
        "{count} trials were stopped by the time limit, to be repeated when the search continues",
        "{count} 个试验因时间限制而停止；继续搜索时会重做",
    ),
    "search_no_time": (
        "--minutes {minutes:g}: no time for another trial",
        "--minutes {minutes:g}：时间不够再做一个试验",
    ),
    # progress of a training run
    "epoch_done": (
        "epoch {epoch}: training loss {loss:.4f}{accuracy}{validation}, {seconds:.2f} s",
        "第 {epoch} 轮：训练损失 {loss:.4f}{accuracy}{validation}，{seconds:.2f} 秒",
    ),
    "and_accuracy": (", accuracy {accuracy:.2%}", "，准确率 {accuracy:.2%}"),
    "and_validation": (", validation loss {loss:.4f}{accuracy}", "，验证损失 {loss:.4f}{accuracy}"),
    "within_epoch": (
        "after {progress:.2f} epochs: training loss {loss:.4f}{accuracy}{pace}",
        "已完成 {progress:.2f} 轮：训练损失 {loss:.4f}{accuracy}{pace}",
    ),
    "surveying": ("learning the columns: {share:.0%}, {at}", "正在了解各列：{share:.0%}，{at}"),
    "and_rate": (", {rate:,.0f} rows/s", "，每秒 {rate:,.0f} 行"),
    "and_file": (", {at}", "，{at}"),
    "bar_epoch": ("epoch", "轮次"),
    "bar_loss": ("loss", "损失"),
    "going_on": ("resuming after {done:.2f} of {epochs} epochs", "继续训练：共 {epochs} 轮，已完成 {done:.2f} 轮"),
    "replaying": (
        "retraining epochs {first} to {last} of {epochs}; each takes as long as in the original run",
        "重新训练第 {first} 至 {last} 轮（共 {epochs} 轮），每轮用时与原来的训练相同",
    ),
    "serve_running": (
        "this is the service's address; Ctrl+C ends it. Try: {example}",
        "以上是服务的地址；按 Ctrl+C 结束。可以试试：{example}",
    ),
    "serve_without_token": (
        "{host}: without --token, anyone who reaches this address can use the models",
        "{host}：没有 --token，任何能访问该地址的人都可以使用这些模型",
    ),
    "studio_running": ("this is the studio's address; Ctrl+C ends it", "以上是工作室的地址；按 Ctrl+C 结束"),
    # options
    "idle": (
        "--{flag} has no effect with {other} {value}, only with {wanted}",
        "{other} 为 {value} 时 --{flag} 不起作用，仅用于 {wanted}",
    ),
    "idle_below": (
        "--{flag} has no effect with {other} {value:g}, only above {least:g}",
        "{other} 为 {value:g} 时 --{flag} 不起作用，{other} 须大于 {least:g}",
    ),
    "slow": (
        "training on single samples has a fast loop for plain sgd only: with {flags} it takes about ten times as long; "
        "--recipe quick trains in batches, which are fast with these too",
        "逐样本训练只对普通 sgd 有快速循环，加上 {flags} 约慢十倍；--recipe quick 按批训练，加上这些选项也很快",
    ),
    "still_falling": (
        "the training loss still fell by {fall:.0%} in the last {last:.0%} of {epochs} epochs: try more --epochs",
        "共 {epochs} 轮，在最后 {last:.0%} 中训练损失仍下降了 {fall:.0%}：可增大 --epochs",
    ),
    # data
    "table_read": (
        "{source}: {rows:,} rows, {columns:,} columns, recipe {recipe}",
        "{source}：{rows:,} 行，{columns:,} 列，配方 {recipe}",
    ),
    "without_target": (
        "{source}: {rows:,} rows without a target ({names}) skipped",
        "{source}：跳过没有目标（{names}）的 {rows:,} 行",
    ),
    "writes_beside": (
        "{wanted} already exists: this run writes {file}",
        "{wanted} 已存在：本次训练将写入 {file}",
    ),
    "kept_aside": (
        "no test data: {share:.3g}% of {source} ({rows:,} rows) held out for the test",
        "没有测试数据：从 {source} 留出 {share:.3g}%（{rows:,} 行）作测试",
    ),
    "empty_files": (
        "{source}: empty files (0 bytes) skipped: {count:,} of {all:,}, the first {name}; if a copy failed, copy it "
        "again",
        "{source}：跳过空文件（0 字节）：{all:,} 个中的 {count:,} 个，第一个是 {name}；如果是复制失败，请重新复制",
    ),
    "test_in_training": (
        "{source}: {seen:,} of these {rows:,} rows are also in the training data, so the result proves little",
        "{source}：这 {rows:,} 行中有 {seen:,} 行也在训练数据中，结果参考价值不大",
    ),
    "tested_on_some": (
        "{source}: tested on {rows:,} of {all:,} rows, chosen at random: they stay in memory",
        "{source}：随机选出 {all:,} 行中的 {rows:,} 行作测试，因为它们要留在内存中",
    ),
    "added": (
        "{source}: {rows:,} samples added to the training data, which now have {all:,}",
        "{source}：向训练数据添加了 {rows:,} 个样本，现共 {all:,} 个",
    ),
    "added_times": (
        "{source}: {rows:,} samples, each added {times} times to the training data, which now have {all:,}",
        "{source}：向训练数据添加了 {rows:,} 个样本，每个重复 {times} 次，现共 {all:,} 个",
    ),
    "seen_before": (
        "{source}: the model was already trained on {seen:,} of the {rows:,} held-out rows, so the test result is "
        "optimistic; use the --seed and --holdout of its training, or name other data with --test",
        "{source}：留出的 {rows:,} 行中有 {seen:,} 行参与过该模型之前的训练，测试结果会偏高；"
        "请用之前训练的 --seed 和 --holdout，或用 --test 另给数据",
    ),
    "perfect": (
        "{source}: the test has no errors; make sure that no column contains the answer, or is known only after it",
        "{source}：测试没有任何错误；请确认没有哪一列包含答案，或在答案之后才能得知",
    ),
    "one_answer": (
        "{source}: every prediction is {name!r}, the most frequent class ({share:.1%}), so the accuracy says nothing; "
        "balanced accuracy {balanced:.1%}, AUC {auc:.2f}, where 0.5 is chance",
        "{source}：所有预测都是最多的类别 {name!r}（占 {share:.1%}），因此准确率说明不了问题；"
        "平衡准确率 {balanced:.1%}，AUC {auc:.2f}（0.5 为随机水平）",
    ),
    "one_answer_rarer": (
        "{source}: every prediction is {name!r}, which is right for {share:.1%}; balanced accuracy {balanced:.1%}, AUC "
        "{auc:.2f}, where 0.5 is chance",
        "{source}：所有预测都是 {name!r}，只对 {share:.1%} 的样本正确；平衡准确率 {balanced:.1%}，AUC {auc:.2f}"
        "（0.5 为随机水平）",
    ),
    "one_answer_threshold": (
        "the probabilities do tell the classes apart, but that of {name!r} never reaches 50%; glassnet report shows "
        "the scores at other thresholds",
        "概率能够区分两个类别，只是 {name!r} 的概率从未达到 50%；glassnet report 给出其他阈值下的得分",
    ),
    "one_answer_train": (
        "nor do the probabilities tell the classes apart; try another --rate or more --epochs",
        "概率也不能区分各类别；可改变 --rate 或增大 --epochs",
    ),
    "one_answer_initializer": (
        "nor do the probabilities tell the classes apart; try --initializer he, another --rate or more --epochs",
        "概率也不能区分各类别；可尝试 --initializer he、改变 --rate 或增大 --epochs",
    ),
    "all_one_answer": (
        "{source}: in {count} of {trials} trainings every prediction is {name!r}, the most frequent class "
        "({share:.1%}), so equal values of {metric} say nothing about them; compare by --metric log_loss",
        "{source}：{trials} 次训练中有 {count} 次的预测全是最多的类别 {name!r}（占 {share:.1%}），"
        "{metric} 相同说明不了问题；请改用 --metric log_loss 比较",
    ),
    "no_better_than_class": (
        "{source}: the accuracy, {accuracy:.1%}, is not better than always answering {name!r} ({share:.1%})",
        "{source}：准确率为 {accuracy:.1%}，不如始终回答 {name!r}（{share:.1%}），或与之相同",
    ),
    "no_better_than_mean": (
        "{source}: the predictions are not better than always answering the mean (R² {r2:.2f})",
        "{source}：预测不比始终回答平均值更好（R² {r2:.2f}）",
    ),
    "cross_validation_interrupted": (
        "interrupted: no cross-validation; the model is tested on the held-out rows only",
        "已中断：没有交叉验证，模型只用留出的行测试",
    ),
    "no_cross_validation": ("no cross-validation: {reason}", "没有交叉验证：{reason}"),
    "show_target": (
        "a table without column names; to see how training would use them: {command}",
        "表格没有列名；要查看训练时如何使用各列：{command}",
    ),
    "test_lacks": (
        "{source}: the test data have no sample of these classes, so the result does not cover them: {names}",
        "{source}：测试数据中没有这些类别的样本，结果不能反映这些类别：{names}",
    ),
    "largest_value": (
        "the largest value is {largest:g}, but --input-max is {maximum:g}. If this is not intended, run: {command}",
        "最大值为 {largest:g}，而 --input-max 为 {maximum:g}。若非有意，请运行：{command}",
    ),
    "trained_on_these": (
        "{source}: the model was trained on {trained:,} of these {rows:,} rows, so the result proves little",
        "{source}：这 {rows:,} 行中有 {trained:,} 行参与过训练，结果参考价值不大",
    ),
    "trained_on_part": (
        "{source}: the model was trained on {trained:,} of these {rows:,} rows, so the result proves little; "
        "'glassnet report' tests only the {test:,} held-out rows",
        "{source}：这 {rows:,} 行中有 {trained:,} 行参与过训练，结果参考价值不大；"
        "'glassnet report' 只测试留出的 {test:,} 行",
    ),
    # result of a test
    "right": (
        "{accuracy:.2%} right ({right:,} of {samples:,}), loss {loss:.4f}",
        "答对 {accuracy:.2%}（{samples:,} 个中 {right:,} 个），损失 {loss:.4f}",
    ),
    "numbers": ("R² {r2:.4f}, RMSE {rmse}, loss {loss:.4f}", "R² {r2:.4f}，RMSE {rmse}，损失 {loss:.4f}"),
    # train
    "network": (
        "network   {sizes}, rule {rule}, {epochs} epochs of {samples:,} samples, engine {engine} ({dtype})",
        "网络      {sizes}，规则 {rule}，{samples:,} 个样本，训练 {epochs} 轮，引擎 {engine}，{dtype}",
    ),
    "joined": (
        "{sizes} ({members} networks of {member}, each trained without one fold)",
        "{sizes}（{members} 个 {member} 网络并联，训练时各留出一折）",
    ),
    "stream": (
        "stream    {rows:,} rows, {groups:,} row groups in {parts:,} files, windows of {window:,}, {rate:,.0f} rows/s",
        "数据流    {rows:,} 行，{parts:,} 个文件共 {groups:,} 个行组，窗口 {window:,} 行，每秒 {rate:,.0f} 行",
    ),
    "parent": ("from      {file}, hash {hash}", "起始      {file}，哈希 {hash}"),
    "kept": (
        "kept      weights after epoch {epochs}, which have the lowest validation loss",
        "保留      第 {epochs} 轮后的权重，其验证损失最低",
    ),
    "test": ("test      {score}", "测试      {score}"),
    "interval": ("interval  {scores} (95% confidence)", "区间      {scores}（95% 置信度）"),
    "folds": (
        "{folds} folds   {scores} of all {samples:,} rows, each tested by a network trained without it",
        "{folds} 折      {scores}，共 {samples:,} 行，每行由未用它训练的网络测试",
    ),
    "accuracy_of": ("accuracy {score}", "准确率 {score}"),
    "to": (" to ", " 至 "),
    "time": (
        "time      load {load:.2f} s, compile {compile:.2f} s, train {train:.2f} s, test {test:.2f} s",
        "用时      读取 {load:.2f} 秒，编译 {compile:.2f} 秒，训练 {train:.2f} 秒，测试 {test:.2f} 秒",
    ),
    "model": ("model     {file}", "模型      {file}"),
    "model_replaced": ("model     {file} (the earlier model was replaced)", "模型      {file}（已覆盖原有模型）"),
    "model_beside": ("model     {file} ({wanted} already exists)", "模型      {file}（{wanted} 已存在）"),
    "pictures": ("pictures  {files}", "图        {files}"),
    "next": ("next      {command}", "下一步    {command}"),
    "another": ("    or, another network: {command}", "    或换一个网络：{command}"),
    # test
    "corner": ("true \\ predicted", "真实 \\ 预测"),
    "right_column": ("right", "答对"),
    "misread": (
        "wrong     {count:,} misclassified samples, the most confident first:",
        "误判      {count:,} 个样本，按置信度降序：",
    ),
    "misread_as": ("{row}: {label}, predicted {answer}", "{row}：{label}，预测为 {answer}"),
    "row": ("row {row}", "第 {row} 行"),
    "row_of_file": ("row {row} ({file})", "第 {row} 行（{file}）"),
    # query, read
    "answers_written": ("answers   {file} ({count:,} predictions)", "预测      {file}（{count:,} 个）"),
    "sure": ("confidence {share:.1%}", "置信度 {share:.1%}"),
    "none_holds": ("none", "无"),
    "no_digit": ("no digit found", "没有找到数字"),
    "not_sure": ("not sure: {reason}", "不确定：{reason}"),
    "reason_not_a_digit": ("looks like a sign or a letter", "像是符号或字母"),
    "reason_other_line": ("among words or signs", "与文字或符号在同一行"),
    "reason_edge": ("touches the edge of the picture", "碰到图片边缘"),
    "reason_faint": ("too faint", "笔迹太淡"),
    "reason_wide": ("may be two digits", "可能是两个数字"),
    "reason_not_writing": ("does not look like writing on paper", "不像写在纸上的笔迹"),
    "reason_upside_down": ("the picture may be upside down", "图片可能上下颠倒"),
    "reason_ruling": ("printed lines are in the way", "受印刷线条干扰"),
    "reason_unclear": ("could be {answer} or {second}", "可能是 {answer}，也可能是 {second}"),
    "digit_not_sure": ("line {line}, digit {place}: {words}", "第 {line} 行第 {place} 个数字：{words}"),
    "turned": ("turned by {degrees}° clockwise to read it", "顺时针旋转 {degrees}° 后识别"),
    "tilted": ("a tilt of {degrees:.0f}° corrected", "已校正 {degrees:.0f}° 的倾斜"),
    "if_turned": (
        "{answer} if the picture is turned by {degrees}° clockwise",
        "若将图片顺时针旋转 {degrees}°，则是 {answer}",
    ),
    "upside_down": (
        "upside down it is as plausible: {text} if the picture is turned by 180°",
        "上下颠倒也说得通：若将图片旋转 180°，则是 {text}",
    ),
    "other_line": ("line {line}: not digits", "第 {line} 行：不是数字"),
    "no_digit_line": ("no line of digits: words, sums or signs", "没有数字行：是文字、算式或符号"),
    "digits_not_sure": (
        "{count} of {total} digits not sure: {reasons}",
        "{total} 个数字中有 {count} 个不确定：{reasons}",
    ),
    "some_not_a_digit": ("{count} like a sign or a letter", "{count} 个像是符号或字母"),
    "some_other_line": ("{count} among words or signs", "{count} 个与文字或符号在同一行"),
    "some_edge": ("{count} at the edge of the picture", "{count} 个碰到图片边缘"),
    "some_faint": ("{count} too faint", "{count} 个笔迹太淡"),
    "some_wide": ("{count} perhaps two digits in one", "{count} 个可能是两个数字"),
    "some_not_writing": ("{count} not like writing on paper", "{count} 个不像写在纸上的笔迹"),
    "some_upside_down": ("{count} perhaps upside down", "{count} 个可能上下颠倒"),
    "some_ruling": ("{count} with printed lines in the way", "{count} 个受印刷线条干扰"),
    "some_unclear": ("{count} unclear", "{count} 个难以辨认"),
    "reading_photo": ("reading {file} …", "正在读取 {file}……"),
    "photos_read": ("read {done} of {photos} photographs", "已读取 {photos} 张照片中的 {done} 张"),
    # report
    "no_test": (
        "test      none: name labelled DATA to have the model tested in the report",
        "测试      无：要在报告中测试模型，请给出有标签的 DATA",
    ),
    "data_written": (
        "wrote     {file}: {rows:,} rows, {size:,.2f} MB",
        "已写出    {file}：{rows:,} 行，{size:,.2f} MB",
    ),
    "data_unchanged": (
        "unchanged {file}: {rows:,} rows, {size:,.2f} MB",
        "未改动    {file}：{rows:,} 行，{size:,.2f} MB",
    ),
    "report": ("report    {file} ({size:,.0f} kB)", "报告      {file}（{size:,.0f} kB）"),
    # export
    "exported": ("exported  {file} ({size:,.1f} kB)", "导出      {file}（{size:,.1f} kB）"),
    "proved_bits": (
        "proof     {rows:,} rows of {source}, run by {tool}: the same bits as the model's portable answers",
        "验证      {source} 的 {rows:,} 行，由 {tool} 运行：与模型的可移植计算结果逐位一致",
    ),
    "proved_bits_int8": (
        "proof     {rows:,} rows of {source}, run by {tool}: the same bits as the model's portable answers with "
        "weights of 8 bits",
        "验证      {source} 的 {rows:,} 行，由 {tool} 运行：与权重为 8 位时模型的可移植计算结果逐位一致",
    ),
    "proved_close": (
        "proof     {rows:,} rows of {source}, run by {tool}: the same answers, outputs within {largest:.1e}",
        "验证      {source} 的 {rows:,} 行，由 {tool} 运行：回答相同，输出相差不超过 {largest:.1e}",
    ),
    "differs": (
        "different {rows:,} rows of {source}, run by {tool}: {differ:,} other answers, outputs differ by up to "
        "{largest:.1e}",
        "不同      {source} 的 {rows:,} 行，由 {tool} 运行：{differ:,} 个回答不同，输出最多相差 {largest:.1e}",
    ),
    "stored_differs": ("different {what}", "不同      {what}"),
    "not_run": (
        "proof     none, because nothing here can run the file: {why}",
        "验证      未验证，因为此处无法运行该文件：{why}",
    ),
    "quantized": (
        "int8      the same answer as with weights of 32 bits for {agreement:.2%} of the rows",
        "int8      {agreement:.2%} 的行与 32 位权重的回答相同",
    ),
    "quantized_accuracy": (
        "          accuracy {accuracy:.2%} instead of {before:.2%}",
        "          准确率 {accuracy:.2%}，32 位权重为 {before:.2%}",
    ),
    # show
    "samples": (
        "{source}: {count:,} samples of {features} values{shape}",
        "{source}：{count:,} 个样本，每个 {features} 个值{shape}",
    ),
    "drawn_as": (", drawn as {rows} × {columns}", "，画成 {rows} × {columns}"),
    "in_colour": (" in colour", "，彩色"),
    "values": (
        "values {minimum:g} to {maximum:g}, {zeros:.0%} of them 0",
        "值从 {minimum:g} 到 {maximum:g}，其中 {zeros:.0%} 为 0",
    ),
    "label": ("label {label}", "标签 {label}"),
    "one_sample": ("{source}, {row}: label {label}", "{source}，{row}：标签 {label}"),
    "picture": ("picture   {file}", "图        {file}"),
    "distorted": (
        "picture   {file}: original, each augmentation, and all together as in training",
        "图        {file}：原图、每种数据增强，以及训练时全部叠加的效果",
    ),
    "table_size": ("{source}: {rows:,} rows, {columns:,} columns", "{source}：{rows:,} 行，{columns:,} 列"),
    "column_head": ("column", "列"),
    "kind_head": ("kind", "类型"),
    "missing_head": ("missing", "缺失"),
    "different_head": ("distinct", "不同值"),
    "examples_head": ("examples", "示例"),
    "value_missing": ("(missing)", "（缺失）"),
    # import
    "imported": ("imported  {file}, a network {network}", "导入      {file}，网络为 {network}"),
    "imported_classes": ("outputs   {count} classes: {names}", "输出      {count} 个类别：{names}"),
    "imported_labels": ("outputs   {count} labels: {names}", "输出      {count} 个标签：{names}"),
    "imported_numbers": ("outputs   {count} numbers", "输出      {count} 个数值"),
    "compared_import": (
        "compared  {rows} random rows: outputs within {largest:.1e} of those of the source",
        "比较      {rows} 行随机数据：输出与来源相差不超过 {largest:.1e}",
    ),
    # info
    "networks_joined": ("{count} networks joined", "{count} 个网络并联"),
    "comma": (", ", "，"),
    "listing": (", ", "、"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "own_options": (
        "{options}; all others as in recipe {recipe} (--json lists them)",
        "{options}；其余同配方 {recipe}（用 --json 列出）",
    ),
    "recipe_options": ("as in recipe {recipe} (--json lists them)", "同配方 {recipe}（用 --json 列出）"),
    # bench
    "machine": ("{processor}, {cores} cores; {versions}", "{processor}，{cores} 个核心；{versions}"),
    "ratio": ("ratio", "倍数"),
    "epoch_task": ("one epoch of recipe {recipe}", "配方 {recipe} 训练一轮"),
    "one_question": ("one prediction", "单个样本的预测"),
    "many_questions": ("{count:,} predictions at once", "一次预测 {count:,} 个样本"),
    # verify
    "same_bits": (
        "same bits after retraining {epochs} epochs, hash {hash}",
        "逐位一致：重新训练 {epochs} 轮，哈希 {hash}",
    ),
    "bits_differ": ("different: {where}", "有差异：{where}"),
}
"""Key -> the text in English and in Chinese; see `language.speaking`."""

INFO_LABELS: dict[str, str] = {
    "model": "模型文件",
    "sizes": "各层节点",
    "activations": "激活函数",
    "bias": "偏置",
    "loss": "损失",
    "rule": "传播规则",
    "members": "成员数",
    "parameters": "参数个数",
    "dtype": "数值精度",
    "scaling": "输入缩放",
    "targets": "目标编码",
    "temperature": "温度",
    "image_shape": "图片尺寸",
    "reading": "图片读取方式",
    "white": "白色值",
    "deskews": "扶正字迹",
    "class_names": "类别名称",
    "recipe": "配方",
    "options": "选项",
    "parent": "起始模型",
    "file": "文件",
    "added": "另加数据",
    "seed": "种子",
    "engine": "引擎",
    "versions": "软件版本",
    "numerics": "数值版本",
    "blas": "BLAS",
    "processor": "处理器",
    "hash": "哈希",
    "data": "训练数据",
    "result": "测试结果",
    "interval": "95% 置信区间",
    "cross_validation": "交叉验证",
    "folds": "折数",
    "kept": "保留的轮次",
    "stratified": "分层",
    "own_validation": "另给验证数据",
    "calibrated": "已校准",
    "not_verifiable": "无法验证",
    "imported": "导入自",
    "sha256": "SHA-256",
    "class": "类",
    "resumed": "继续训练时",
    "source": "来源",
    "samples": "样本数",
    "classes": "类别数",
    "fingerprint": "指纹",
    "held_out": "有留出",
    "accuracy": "准确率",
    "r2": "R²",
    "rmse": "RMSE",
}
"""Chinese labels of what ``glassnet info`` prints; the English labels are the keys of its JSON."""

COLUMN_KINDS: dict[str, str] = {
    "number": "数值",
    "boolean": "布尔",
    "text": "文本",
    "date": "日期",
    "missing": "缺失",
    "other": "其他",
}
"""Chinese of the kinds of columns that ``glassnet show`` prints; the English words are those of its JSON."""


def cli_words(language: str) -> Say:
    """Return the function that gives these texts in a language."""
    return speaking(language, CLI_WORDS)


NO_DIGIT = ("not_a_digit", "not_writing", "other_line")
"""Reasons for which texts and pictures show neither a digit nor a percentage, because it may be none."""


def digit_words(say: Say, answer: str, second: str, confidence: float, reason: str | None) -> str:
    """Return the prediction as a line of text.

    Parameters
    ----------
    say : function
        Texts of `CLI_WORDS` in a language.
    answer, second : str
        Names of the most and the second most likely class.
    confidence : float, 0 to 1
    reason : str or None
        Why it is not sure, a value of `handwriting.reasons.Reason`; None if it is.
    """
    sure = say("sure", share=confidence)
    if reason is None:
        return f"{answer}   {sure}"
    doubt = say("not_sure", reason=reason_words(say, answer, second, reason))
    return doubt if reason in NO_DIGIT else f"{answer}?   {doubt}   {sure}"


def reason_words(say: Say, answer: str, second: str, reason: str) -> str:
    """Return why a prediction is not sure, as part of a sentence; parameters as of `digit_words`."""
    return say(f"reason_{reason}", answer=answer, second=second)
