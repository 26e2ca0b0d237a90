"""What the report says beside the words that it shares with the pictures, in English and in Chinese."""

from __future__ import annotations

from .language import Say, below_all
from .plots import words_in

WORDS: dict[str, tuple[str, str]] = {
    # the head
    "report": ("glassnet report", "glassnet 报告"),
    "untitled": ("a model", "一个模型"),
    "lead_classes": (
        "Of the {samples} samples of {source}, {right} are answered rightly.",
        "在 {source} 的 {samples} 个样本中，答对 {right} 个。",
    ),
    "lead_numbers": (
        "Asked about the {samples} samples of {source}, it explains {r2} of the variance.",
        "对 {source} 的 {samples} 个样本作答，解释了 {r2} 的方差。",
    ),
    "lead_worse": (
        "Asked about the {samples} samples of {source}, it is further off than their mean would be.",
        "对 {source} 的 {samples} 个样本作答，偏差比直接用平均值还大。",
    ),
    "lead_none": ("What it is and how it was made.", "它是什么，如何得来。"),
    "weighted": (
        "The samples have weights: accuracy, loss, R² and RMSE are weighted means.",
        "样本带有权重：准确率、损失、R² 与 RMSE 为加权平均。",
    ),
    "kept_aside": (
        "These are the samples that were kept aside from {source} and not trained on.",
        "这些样本是从 {source} 中留出、未参与训练的部分。",
    ),
    "trained_on_these": (
        "It was trained on these very samples: how it does on new ones, they do not say.",
        "模型正是用这些样本训练的：它们不能说明模型对新样本的表现。",
    ),
    "without_data": ("Left out, since no data were named: {sections}.", "未指定数据，因此缺少：{sections}。"),
    "add_data": ("With labelled data they are drawn too:", "给出带标签的数据即可补上："),
    "comma": (", ", "、"),
    "contents": ("On this page", "本页内容"),
    "note": ("Note", "注意"),
    # figures at the top
    "right": ("right", "答对"),
    "explained": ("of the variance explained (R²)", "解释的方差（R²）"),
    "rmse": ("root mean squared error", "均方根误差（RMSE）"),
    "loss_sample": ("mean loss a sample", "每个样本的平均损失"),
    "samples_tested": ("samples asked", "受测样本"),
    "samples_trained": ("samples trained on", "训练样本"),
    "parameters": ("weights and biases", "权重与偏置"),
    "networks": ("networks, averaged", "个网络，取平均"),
    "calibration": ("calibration error", "校准误差"),
    "macro_f1": ("mean F1 of the classes", "各类 F1 的平均"),
    # how it was made
    "made": ("How it was made", "如何得来"),
    "no_receipt": (
        "The file has no receipt: what it was trained on, and how, is not known.",
        "文件没有收据：用什么数据、如何训练，都不得而知。",
    ),
    "network": ("network", "网络"),
    "hidden_nodes": ("hidden nodes {activation}", "隐藏节点 {activation}"),
    "output_nodes": ("outputs {activation}", "输出 {activation}"),
    "with_bias": ("with biases", "带偏置"),
    "without_bias": ("without biases", "无偏置"),
    "recipe": ("recipe", "配方"),
    "trained_on": ("trained on", "训练数据"),
    "samples_of": ("{source}, {samples} samples", "{source}，{samples} 个样本"),
    "part_stopping": ("a part of it kept aside for early stopping", "其中留出一部分用于早停"),
    "part_aside": ("a part kept aside for the test", "留出一部分作测试"),
    "learning": ("learning", "学习方式"),
    "learning_line": (
        "rule {rule}, loss {loss}, {optimizer} with a rate of at most {rate}, schedule {schedule}",
        "规则 {rule}，损失 {loss}，{optimizer}，学习率至多 {rate}，调度 {schedule}",
    ),
    "length": ("length", "长度"),
    "length_line": ("epochs {epochs}, batch size {batch}", "轮次 {epochs}，批大小 {batch}"),
    "kept": ("kept", "保留"),
    "kept_line": (
        "the weights after epoch {epochs}, the best by validation loss",
        "第 {epochs} 轮后的权重，验证损失最小",
    ),
    "values_in_out": ("values", "数值"),
    "values_line": ("inputs {inputs}; targets {targets}", "输入 {inputs}；目标 {targets}"),
    "inputs_columns": ("as the columns are encoded", "按各列的编码"),
    "inputs_each": ("mean 0 and deviation 1, each", "各自均值 0、标准差 1"),
    "targets_classes": ("{low} and {high}", "{low} 与 {high}"),
    "targets_labels": ("{low} and {high}, several labels a sample", "{low} 与 {high}，一个样本可有多个标签"),
    "targets_numbers": ("numbers, standardised", "数值，标准化"),
    "deskews": ("pictures", "图片"),
    "deskews_line": ("set upright before they are scaled", "缩放之前先扶正"),
    "temperature": ("temperature", "温度"),
    "temperature_line": (
        "{temperature}: sums of the outputs are divided by it, for a confidence that holds",
        "{temperature}：输出层的加权和除以它，使置信度可信",
    ),
    "seed": ("seed", "种子"),
    "seed_line": ("{seed}, engine {engine}, {dtype}", "{seed}，引擎 {engine}，{dtype}"),
    "test_then": ("test after training", "训练后的测试"),
    "test_line": ("{scores} on {samples} samples", "{scores}（{samples} 个样本）"),
    "resumed": ("went on elsewhere", "曾在别处继续"),
    "versions": ("versions", "版本"),
    "blas": ("BLAS", "BLAS"),
    "processor": ("processor", "处理器"),
    "weights_hash": ("SHA-256 of the weights", "权重的 SHA-256"),
    "data_hash": ("SHA-256 of the data", "数据的 SHA-256"),
    "make_again": ("To make it again and compare the bits:", "重新训练并逐位比较："),
    "all_options": ("All {count} options", "全部 {count} 个选项"),
    "option": ("option", "选项"),
    "value": ("value", "值"),
    "meaning": ("what it is", "含义"),
    "differs": ("bold: differs from the recipe {recipe}", "粗体：与配方 {recipe} 不同"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    # the learning curve
    "curve": ("Learning curve", "学习曲线"),
    "curve_text": (
        "Each sample is measured just before the step that learns from it, so the line of the training lags a little "
        "behind the network.",
        "每个样本都在学习它的那一步之前测得，因此训练曲线略落后于网络本身。",
    ),
    "curve_members": (
        "The strong line is the first network's, the faint ones are the others'.",
        "粗线属于第一个网络，细线属于其余网络。",
    ),
    "curve_label": ("{what} during training", "训练过程中的{what}"),
    "no_curve": (
        "The file does not keep its learning curve: it is from an older glassnet, or was not made by a training.",
        "文件未保存学习曲线：它来自较早的 glassnet，或并非训练所得。",
    ),
    # classes
    "confusion": ("Which class is taken for which", "哪一类被认作哪一类"),
    "confusion_text": (
        "A row is what is true, a column what is answered. The right answers stand on the diagonal; the stronger the "
        "colour, the more mistakes.",
        "行是真实类别，列是回答。对角线上是答对的；颜色越深，错误越多。",
    ),
    "confusion_large": (
        "A dot is a pair of classes: blue where answers are right, orange where they are wrong, by the root of their "
        "number.",
        "每一点是一对类别：蓝色为答对，橙色为答错，深浅按数量的平方根。",
    ),
    "confusion_picture": ("confusion matrix of {classes} classes", "{classes} 个类别的混淆矩阵"),
    "commonest": ("The commonest mistakes", "最常见的错误"),
    "no_mistakes": ("There are no mistakes.", "没有错误。"),
    "taken_for": ("{true} taken for {answer}", "{true} 被认作 {answer}"),
    "times": ("times", "次数"),
    "mistake": ("mistake", "错误"),
    "classes": ("Class by class", "逐类看"),
    "classes_text": (
        "Precision: of the answers that name the class, the part that is right. Recall: of the samples of the class, "
        "the part that is found. F1 is their harmonic mean.",
        "精确率：回答为该类者中答对的比例。召回率：该类样本中被找出的比例。F1 是二者的调和平均。",
    ),
    "classes_worst": (
        "The {shown} classes with the lowest F1, of {classes}.",
        "F1 最低的 {shown} 个类别，共 {classes} 个。",
    ),
    "label": ("label", "标签"),
    "missed": ("missed", "漏掉"),
    "mostly_for": ("mostly taken for", "多被认作"),
    # numbers
    "errors_numbers": ("How far off the answers are", "回答偏离多少"),
    "scatter_label": ("answered against true", "回答与真实值"),
    "error_label": ("how often an answer is how far off", "偏差的分布"),
    "answer_less_true": ("answered less true", "回答减真实值"),
    "scatter_some": (
        "{dots} of the {samples} samples, evenly spread, are drawn.",
        "从 {samples} 个样本中均匀取 {dots} 个绘出。",
    ),
    "outer_bars": (
        "The outer bars also hold the 2 % of the answers that are further off.",
        "两端的条形还包含偏离更远的 2% 的回答。",
    ),
    "number": ("number", "数值"),
    "mean_error": ("mean error", "平均绝对误差"),
    "furthest": ("The answers furthest off", "偏离最远的回答"),
    "row": ("row", "行"),
    "off_by": ("off by", "偏差"),
    "outputs_some": ("The first {shown} of {outputs} numbers are drawn.", "只绘出 {outputs} 个数值中的前 {shown} 个。"),
    # reliability
    "reliability": ("Can its confidence be trusted?", "它的置信度可信吗？"),
    "reliability_label": ("part of the answers that are right, by confidence", "按置信度分组的准确率"),
    "part_right": ("right", "答对"),
    "reliability_text": (
        "Of the answers given with a confidence of 80 %, 80 % should be right: the edge drawn across a bar, the part "
        "that is right, should lie on the dashed line. Orange is by how much it does not.",
        "置信度为 80% 的回答，应有 80% 答对：条形上的横线（答对的比例）应落在虚线上，橙色为偏差。",
    ),
    "reliability_found": (
        "In the mean the two are {error} apart (expected calibration error). It is {confidence} sure and {accuracy} "
        "right: {verdict}",
        "两者平均相差 {error}（期望校准误差）。它的平均置信度为 {confidence}，准确率为 {accuracy}：{verdict}",
    ),
    "too_sure": ("surer than it should be.", "过于自信。"),
    "too_careful": ("less sure than it could be.", "不够自信。"),
    "well_sure": ("as sure as it should be.", "恰如其分。"),
    "reliability_labels": ("Each label of a sample counts as an answer.", "样本的每个标签各算一次回答。"),
    # misread
    "misread_section": ("The surest mistakes", "最有把握的错误"),
    "misread_text": (
        "{shown} of {count} misread samples, those first of which the network is surest. Some are mistakes of whoever "
        "labelled them.",
        "共 {count} 个读错的样本，这里列出网络最有把握的 {shown} 个。其中有些可能是标注者的错误。",
    ),
    "misread_none": ("Every sample is answered rightly.", "全部样本都答对了。"),
    "is_read_as": ("{label}, read as {answer}", "{label}，读作 {answer}"),
    "sure": ("{share} sure", "置信度 {share}"),
    "row_number": ("row {row}", "第 {row} 行"),
    "sample_picture": ("the sample, {row}", "样本，{row}"),
    # why
    "why": ("Why the worst", "最严重的错误：为什么"),
    "why_text": (
        "The gap between the two best answers, measured in the sums of the outputs, is taken apart: orange speaks for "
        "the answer, blue for its rival.",
        "把前两名答案之差（输出层激活前的和）拆开：橙色支持回答，蓝色支持对手。",
    ),
    "why_missing": (
        "That a stroke is missing is not seen this way: paper, in a photograph black, has no part in it.",
        "缺少的笔画无法这样看到：没有墨的地方（照片中为黑色）不占份额。",
    ),
    "why_middle": (
        "What is compared with is about the middle of each column.",
        "比较的基准约为每列的中间值。",
    ),
    "why_head_row": ("{name}: is {label}, answered {answer}", "{name}：实为 {label}，回答 {answer}"),
    "why_head": ("{name}: is {label}, read as {answer}", "{name}：实为 {label}，读作 {answer}"),
    "why_sample": ("the sample", "样本"),
    "why_pixels": ("{answer} (orange) against {rival} (blue)", "{answer}（橙）对 {rival}（蓝）"),
    "why_flip": ("changed a little, it is read as {answer}", "稍作改动，便读作 {answer}"),
    "why_no_flip": ("No small change was found that flips the answer.", "未找到能使回答翻转的小改动。"),
    "why_alike": ("what it resembles in training", "训练数据中与之相似的"),
    "why_alike_labels": ("labelled {labels}", "标签为 {labels}"),
    "why_gap": (
        "{answer} leads {rival} by {gap}. Half of what speaks for it comes from {half} of the {nodes} nodes of the "
        "last hidden layer.",
        "{answer} 比 {rival} 高 {gap}。末个隐藏层 {nodes} 个节点中的 {half} 个，贡献了支持它的一半。",
    ),
    "why_true_third": (
        "The true class, {label}, comes in place {place}.",
        "真实类别 {label} 排在第 {place} 位。",
    ),
    "why_change": (
        "The change is {distance} long, where one value moved from one end of its range to the other is 1.",
        "改动长度为 {distance}（一个值从范围的一端变到另一端为 1）。",
    ),
    "why_no_training": (
        "With the training data named, the samples that the network takes for much the same are shown too (--train).",
        "指定训练数据（--train），还能看到网络认为相似的样本。",
    ),
    "input": ("input", "输入"),
    "part_of_gap": ("part of the gap", "在差值中的份额"),
    "why_rest": ("The others add up to {rest}.", "其余合计 {rest}。"),
    # one answer, on a page of its own
    "why_kicker": ("glassnet: why this answer", "glassnet：为什么这样回答"),
    "why_head_unknown": ("{name}: answered {answer}", "{name}：回答 {answer}"),
    "why_lead_label": (
        "The sum of the label's output is {gap}; above 0 the label holds.",
        "该标签输出的和为 {gap}；大于 0 则标签成立。",
    ),
    "why_lead_number": (
        "The number {gap} is taken apart: what each hidden node and each input adds to it.",
        "把数值 {gap} 拆开：各隐藏节点、各输入分别贡献多少。",
    ),
    "tile_gap": ("gap between the two best answers", "前两名答案之差"),
    "tile_sum": ("sum of the output", "输出的和"),
    "tile_number": ("the number", "该数值"),
    "tile_blank": ("the same for an empty picture", "空白图片的同一值"),
    "tile_middle": ("the same at the columns' middle", "各列取中间值时的同一值"),
    "tile_zero": ("the same for inputs of 0", "输入全为 0 时的同一值"),
    "tile_missing": ("missing in the inputs' sum", "输入份额之和的误差"),
    "tile_flip": ("length of the change that flips it", "使回答翻转的改动长度"),
    "why_answers": ("What it answers", "它的回答"),
    "why_output": ("output", "输出"),
    "why_nodes": ("Split over the hidden nodes", "拆到各隐藏节点"),
    "why_nodes_text": (
        "The last layer is linear in what comes from the {count} nodes below it: with the biases they add up exactly.",
        "最后一层对其下 {count} 个节点的输出是线性的，因此各节点与偏置的份额之和恰好等于总数。",
    ),
    "why_looks": (
        "The weights into these nodes, each where its pixel lies, with the node's share: ink, in a photograph light, "
        "on orange excites the node, on blue it inhibits it.",
        "这些节点的输入权重，各在其像素处，附节点的份额：橙色处有墨（照片中为光）使节点兴奋，蓝色处则使其抑制。",
    ),
    "hidden_node": ("hidden node", "隐藏节点"),
    "share": ("share", "份额"),
    "why_biases": ("biases", "偏置"),
    "others_count": ("{count} others", "其余 {count} 个"),
    "total": ("total", "合计"),
    "why_inputs": ("Split over the inputs", "拆到各输入"),
    "why_added": (
        "By integrated gradients the inputs add {inputs} to the {baseline} of the baseline.",
        "按积分梯度，各输入在基准的 {baseline} 之上共增加 {inputs}。",
    ),
    "why_flips": ("What would change the answer", "怎样会改变回答"),
    "why_flip_asked": (
        "A small change makes it {answer}; the network was asked again. Whether a smaller one exists is not proven.",
        "一处小改动就使它变为 {answer}；已重新询问网络验证。是否有更小的改动，未作证明。",
    ),
    "why_between": (
        "The columns are changed as they are encoded, so a value may lie between two words.",
        "改动在编码后的列上进行，因此取值可能介于两个词之间。",
    ),
    "why_difference": ("the change: more (orange), less (blue)", "改动：增加（橙）、减少（蓝）"),
    "before": ("before", "改动前"),
    "after": ("after", "改动后"),
    "why_resembles": ("What it resembles in training", "与训练数据中哪些样本相似"),
    "why_near": (
        "The samples of {source} whose last hidden layer is nearest, by Euclid's distance.",
        "{source} 中末个隐藏层与之最近的样本（欧氏距离）。",
    ),
    "why_the_training": ("the training data", "训练数据"),
    "distance": ("distance", "距离"),
    "value_missing": ("missing", "缺失"),
    "value_other": ("another word", "其他词"),
    "value_unknown": ("not known", "未知"),
    # weights
    "weights_section": ("What it goes by", "它依据什么"),
    "column": ("column", "列"),
    "columns_shuffled": (
        "How much worse it does when a column is shuffled among the samples, the mean of three times: what the model "
        "relies on. Columns that say the same share what they are worth.",
        "把某一列在样本间打乱后（三次平均）表现变差多少：即模型依赖什么。含义相同的列会分摊其作用。",
    ),
    "falls_by": ("{score} falls by", "{score}降低"),
    "weights_pictures": (
        "The weights into nodes of the first hidden layer, each where its pixel lies: ink, in a photograph light, on "
        "orange excites the node, on blue it inhibits it. {order}",
        "第一个隐藏层节点的输入权重，各在其像素处：橙色处有墨（照片中为光）使节点兴奋，蓝色处则使其抑制。{order}",
    ),
    "by_matter": (
        "Those first that matter most; the number is the node's mean part in the gap between the two best answers.",
        "最重要的在前；数字是节点在前两名答案之差中平均所占的份额。",
    ),
    "by_size": ("Those first whose weights are largest; the number is their length.", "权重最大的在前；数字为其长度。"),
    "of_first": ("Of the committee, the first network is shown.", "委员会中展示第一个网络。"),
    "weights_picture": ("weights into node {node}", "节点 {node} 的输入权重"),
    "weights_inputs": (
        "Mean size of the weights that lead from each input into the first layer. Inputs of one scale can be compared; "
        "it is a hint at what is used, not a measure of importance.",
        "每个输入通向第一层的权重的平均大小。同一尺度的输入可以比较；它提示用到了什么，并非重要性的度量。",
    ),
    "mean_weight": ("mean size of its weights", "权重平均大小"),
    "inputs_some": ("The {shown} largest of {inputs}.", "共 {inputs} 个，列出最大的 {shown} 个。"),
    "nodes_of_layers": ("Hidden layers", "隐藏层"),
    "hidden": ("layer", "层"),
    "nodes": ("nodes", "节点"),
    "activation": ("activation", "激活函数"),
    "flat": ("derivatives near 0", "导数接近 0"),
    "nodes_text": (
        "A dead node is flat at every sample and learns nothing; a saturated one at more than {share:.0%} of them.",
        "失活的节点对每个样本都处于平坦处，不再学习；饱和的节点对超过 {share:.0%} 的样本如此。",
    ),
    "no_hidden": ("The network has no hidden layer.", "该网络没有隐藏层。"),
    # the data doctor
    "doctor": ("What the data doctor finds", "数据医生的诊断"),
    "doctor_healthy": ("Nothing is wrong with the data.", "数据没有问题。"),
    "doctor_none": ("The data were not examined. At the command line:", "未检查数据。在命令行中："),
    "error": ("error", "错误"),
    "warning": ("warning", "警告"),
    "remark": ("remark", "提示"),
    "finding": ("finding", "发现"),
    "what_to_do": ("what to do", "怎么办"),
    "rows_found": ("rows {rows}", "第 {rows} 行"),
    "and_more": ("{rows}, … ({count} in all)", "{rows} 等 {count}"),
    # the foot
    "written_by": (
        "Written by glassnet {version}. This file works without a network and without scripts.",
        "由 glassnet {version} 生成。此文件无需联网、无需脚本。",
    ),
    "mnist_notice": (
        "Digits from MNIST, © Yann LeCun and Corinna Cortes, CC BY-SA 3.0.",
        "数字图片来自 MNIST,© Yann LeCun 与 Corinna Cortes,CC BY-SA 3.0。",
    ),
}
"""Key -> the word in English and in Chinese; see `pictures.words`."""


def say_in(language: str) -> Say:
    """Return what gives a word in a language, those of the pictures among them; OptionError GN021 for another."""
    return words_in(language, WORDS)


def percent(share: float) -> str:
    """Write a part of 1, with the two digits that tell one network from another."""
    if share != share:
        return "–"
    text = f"{below_all(share):.2%}".replace("-", "−").removesuffix("%")
    text = text.rstrip("0").rstrip(".") if text.endswith(".00") else text
    return f"{text}\N{NARROW NO-BREAK SPACE}%"
