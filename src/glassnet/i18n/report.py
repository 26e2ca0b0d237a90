"""Words of the report and of the page of one answer, in addition to those shared with plots, in English and Chinese."""

from __future__ import annotations

from .language import Say, below_all
from .plots import words_in

WORDS: dict[str, tuple[str, str]] = {
    # the head
    "report": ("glassnet report", "glassnet 报告"),
    "untitled": ("unnamed model", "未命名的模型"),
    "lead_classes": (
        "The model classifies {right} of the {samples} samples of {source} correctly.",
        "{source} 共 {samples} 个样本，模型正确分类 {right} 个。",
    ),
    "lead_target": (
        "The model predicts {target} correctly for {right} of the {samples} samples of {source}.",
        "{source} 共 {samples} 个样本，模型正确预测 {target} 的有 {right} 个。",
    ),
    "lead_target_numbers": (
        "On the {samples} samples of {source}, the model explains {r2} of the variance of {target}.",
        "在 {source} 的 {samples} 个样本上，模型解释了 {target} 的 {r2} 的方差。",
    ),
    "lead_numbers": (
        "On the {samples} samples of {source}, the model explains {r2} of the variance.",
        "在 {source} 的 {samples} 个样本上，模型解释了 {r2} 的方差。",
    ),
    "lead_worse": (
        "On the {samples} samples of {source}, the model is less accurate than a constant prediction of the mean.",
        "在 {source} 的 {samples} 个样本上，模型的误差比始终预测平均值还大。",
    ),
    "lead_none": ("How the model is built and how it was trained.", "模型的结构与训练方式。"),
    "weighted": (
        "The samples have weights: accuracy, loss, R² and RMSE are weighted means.",
        "样本带有权重：准确率、损失、R² 与 RMSE 均为加权平均。",
    ),
    "held_out": (
        "Evaluated on the samples of {source} that were held out from training.",
        "以下结果来自 {source} 中留出、未参与训练的样本。",
    ),
    "evaluated_interval": (
        "As measured on these samples: {scores}.",
        "在这些样本上测得：{scores}。",
    ),
    "evaluated_crossed": (
        "The cross-validation of the training, in which every row was predicted by a network trained without it, is "
        "the better estimate: {scores}.",
        "训练时的交叉验证由未用该行训练的网络预测每一行，是更好的估计：{scores}。",
    ),
    "trained_on_these": (
        "The model was trained on these samples, so the results do not show how well it predicts new ones.",
        "模型正是用这些样本训练的，因此结果不能反映模型在新样本上的表现。",
    ),
    "without_data": ("Omitted because no data were given: {sections}.", "未提供数据，因此省略：{sections}。"),
    "add_data": ("To add these sections, name labelled data:", "指定带标签的数据，即可加上这些部分："),
    "contents": ("On this page", "本页内容"),
    # figures at the top
    "explained": ("variance explained (R²)", "解释的方差（R²）"),
    "rmse": ("root mean squared error (RMSE)", "均方根误差（RMSE）"),
    "loss_sample": ("mean loss per sample", "每个样本的平均损失"),
    "samples_tested": ("samples evaluated", "评估样本数"),
    "samples_trained": ("training samples", "训练样本数"),
    "parameters": ("weights and biases", "权重与偏置"),
    "calibration": ("calibration error", "校准误差"),
    "macro_f1": ("macro F1", "宏平均 F1"),
    # beside baselines
    "comparison": ("Comparison with simpler models", "与简单模型比较"),
    "the_network": ("network", "神经网络"),
    "linear_model": ("linear model", "线性模型"),
    "class_frequencies": ("class frequencies", "类别频率"),
    "label_frequencies": ("label frequencies", "标签频率"),
    "mean_model": ("mean", "平均值"),
    "balanced_accuracy": ("balanced accuracy", "平衡准确率"),
    "log_loss": ("log loss", "对数损失"),
    "ridge": ("ridge regression", "岭回归"),
    "logistic": ("logistic regression", "逻辑回归"),
    "linear_from": (
        "All are evaluated on the same samples. The linear model is {kind} with an L2 penalty of 1, fitted on {rows} "
        "training samples with the inputs of the network.",
        "均在相同样本上评估。线性模型为{kind}（L2 惩罚为 1），用 {rows} 个训练样本拟合，输入与网络相同。",
    ),
    "no_linear": (
        "Both are evaluated on the same samples. A linear model needs the training data: name them with --train.",
        "均在相同样本上评估。拟合线性模型需要训练数据，请用 --train 指定。",
    ),
    "constant_from": (
        "The last line always gives the same prediction, learned from {source}.",
        "最后一行始终给出同一预测，取自{source}。",
    ),
    "these_samples": ("the evaluated samples", "评估样本"),
    "balanced_text": (
        "Balanced accuracy is the mean of the recalls of the classes.",
        "平衡准确率是各类别召回率的平均。",
    ),
    "worse_than_constant": (
        "The network predicts worse than a constant, by its {score}.",
        "按{score}衡量，网络不如始终给出同一预测。",
    ),
    "better_than_constant": (
        "The {score} of the network is {share} lower than that of a constant prediction.",
        "网络的{score}比始终给出同一预测低 {share}。",
    ),
    "worse_than_linear": (
        "A linear model predicts as well as the network or better, by its {score}.",
        "按{score}衡量，线性模型不亚于网络。",
    ),
    "better_than_linear": (
        "The {score} of the network is {share} lower than that of a linear model.",
        "网络的{score}比线性模型低 {share}。",
    ),
    # thresholds
    "thresholds": ("Thresholds", "阈值"),
    "thresholds_text": (
        "The model predicts {positive} if its probability is at least 0.5. Another threshold exchanges missed samples "
        "for false alarms.",
        "{positive} 的概率不低于 0.5 时，模型即预测它。改变阈值，可在漏判与误报之间取舍。",
    ),
    "roc_title": ("ROC curve, AUC {auc}", "ROC 曲线，AUC {auc}"),
    "roc_label": ("ROC curve", "ROC 曲线"),
    "precision_title": ("precision and recall, average precision {ap}", "精确率与召回率，平均精确率 {ap}"),
    "precision_label": ("precision against recall", "精确率与召回率"),
    "false_positive_rate": ("false positive rate", "假正率"),
    "curves_text": (
        "Dots mark thresholds. The dashed lines are those of guessing; {share} of the samples are positive.",
        "圆点为阈值，虚线为随机猜测；正类样本占 {share}。",
    ),
    "threshold_best": (
        "The threshold {threshold} has the best balanced accuracy, {balanced} instead of {half_balanced} at 0.5; the "
        "accuracy is then {accuracy} instead of {half_accuracy}. It was chosen on these samples, so on new ones it "
        "will be slightly worse.",
        "阈值 {threshold} 的平衡准确率最高，为 {balanced}（阈值 0.5 时为 {half_balanced}）；"
        "此时准确率为 {accuracy}（原为 {half_accuracy}）。它是在这些样本上选出的，在新样本上会略差。",
    ),
    "threshold": ("threshold", "阈值"),
    "predicted_positive": ("predicted positive", "预测为正类"),
    # how it was trained
    "made": ("Training", "训练信息"),
    "no_receipt": (
        "The file has no training record, so the training data and options are unknown.",
        "文件中没有训练记录，训练数据与选项未知。",
    ),
    "network": ("network", "网络"),
    "ensemble": ("ensemble of {members} networks: {network}", "{members} 个网络的集成：{network}"),
    "joined": (
        "{members} networks of {nodes} hidden nodes, side by side",
        "由 {members} 个隐藏节点为 {nodes} 的网络并联而成",
    ),
    "hidden_nodes": ("{activation} hidden nodes", "隐藏节点 {activation}"),
    "output_nodes": ("{activation} outputs", "输出 {activation}"),
    "with_bias": ("with biases", "带偏置"),
    "without_bias": ("without biases", "无偏置"),
    "trained_on": ("training data", "训练数据"),
    "samples_of": ("{source}, {samples} samples", "{source}，{samples} 个样本"),
    "part_folds": (
        "{folds} folds, each left out in the training of one network",
        "分为 {folds} 折，每个网络训练时留出其中一折",
    ),
    "part_stopping": ("a fraction held out for early stopping", "其中留出一部分用于提前停止"),
    "part_aside": ("a fraction held out for testing", "其中留出一部分用于测试"),
    "learning": ("method", "训练方法"),
    "learning_line": (
        "rule {rule}, loss {loss}, optimizer {optimizer}, learning rate at most {rate}, schedule {schedule}",
        "规则 {rule}，损失 {loss}，优化器 {optimizer}，学习率至多 {rate}，调度 {schedule}",
    ),
    "length": ("length", "训练长度"),
    "length_line": ("{epochs} epochs, batch size {batch}", "{epochs} 轮，批量 {batch}"),
    "kept": ("weights kept", "保留的权重"),
    "kept_line": (
        "those after epoch {epochs}, which had the lowest validation loss",
        "第 {epochs} 轮之后的权重，验证损失最小",
    ),
    "values_in_out": ("scaling", "缩放"),
    "values_line": ("inputs {inputs}; targets {targets}", "输入：{inputs}；目标值：{targets}"),
    "inputs_columns": ("encoded column by column", "逐列编码"),
    "inputs_each": ("standardised, each to mean 0 and standard deviation 1", "各自标准化为均值 0、标准差 1"),
    "targets_classes": ("{low} and {high}", "{low} 与 {high}"),
    "targets_labels": ("{low} and {high}, multiple labels per sample", "{low} 与 {high}，每个样本可有多个标签"),
    "targets_numbers": ("standardised numbers", "标准化的数值"),
    "deskews": ("images", "图片"),
    "deskews_line": ("deskewed before scaling", "缩放前先扶正字迹"),
    "temperature": ("temperature", "温度"),
    "temperature_line": (
        "{temperature}; the logits are divided by it to calibrate the confidence",
        "{temperature}；logit 除以该值，以校准置信度",
    ),
    "seed": ("seed", "种子"),
    "seed_line": ("{seed}, engine {engine}, {dtype}", "{seed}，引擎 {engine}，{dtype}"),
    "test_then": ("test result", "测试结果"),
    "test_line": ("{scores} on {samples} samples", "{scores}（{samples} 个样本）"),
    "crossed": ("{folds}-fold cross-validation", "{folds} 折交叉验证"),
    "with_interval": ("{score} (95% interval {low} to {high})", "{score}（95% 置信区间 {low} 至 {high}）"),
    "parent": ("trained further from", "起始模型"),
    "resumed": ("resumed in another environment", "曾在其他环境继续训练"),
    "versions": ("versions", "版本"),
    "blas": ("BLAS", "BLAS"),
    "processor": ("processor", "处理器"),
    "weights_hash": ("SHA-256 of the weights", "权重的 SHA-256"),
    "data_hash": ("SHA-256 of the data", "数据的 SHA-256"),
    "make_again": ("To repeat the training and compare the weights bit by bit:", "重新训练并逐位比较："),
    "all_options": ("All {count} options", "全部 {count} 个选项"),
    "option": ("option", "选项"),
    "value": ("value", "值"),
    "meaning": ("description", "含义"),
    "differs": ("Bold: differs from recipe {recipe}", "粗体：与配方 {recipe} 不同"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    # the learning curve
    "curve": ("Learning curve", "学习曲线"),
    "curve_text": (
        "Training loss and accuracy are measured on each sample just before its update, so they lag slightly behind "
        "the network.",
        "训练损失与准确率都在用样本更新权重之前测得，因此略微滞后于网络的实际水平。",
    ),
    "curve_members": (
        "The bold line is the first ensemble member; the faint lines are the other members.",
        "粗线为第一个集成成员，细线为其余成员。",
    ),
    "curve_label": ("{what} during training", "训练过程中的{what}"),
    "no_curve": (
        "The file has no learning curve: an older version of glassnet wrote it, or the weights were not trained.",
        "文件中没有学习曲线：文件由旧版 glassnet 写成，或权重并非训练所得。",
    ),
    # classes
    "confusion": ("Confusion matrix", "混淆矩阵"),
    "confusion_text": (
        "Rows are true classes, columns predicted classes. Correct predictions are on the diagonal; the stronger the "
        "colour, the more mistakes.",
        "行为真实类别，列为预测类别。对角线上是预测正确的样本；颜色越深，误判越多。",
    ),
    "confusion_large": (
        "Each dot is a pair of classes: blue for correct predictions, orange for mistakes. The colour follows the "
        "square root of the count.",
        "每个点是一对类别：蓝色为预测正确，橙色为误判，颜色深浅与数量的平方根成正比。",
    ),
    "confusion_picture": ("confusion matrix of {classes} classes", "{classes} 个类别的混淆矩阵"),
    "commonest": ("Most frequent mistakes", "最常见的误判"),
    "no_mistakes": ("There are no mistakes.", "没有误判。"),
    "taken_for": ("{true} predicted as {answer}", "{true} 误判为 {answer}"),
    "times": ("count", "次数"),
    "mistake": ("mistake", "误判"),
    "classes": ("Metrics by class", "各类别指标"),
    "classes_text": (
        "Precision: the fraction of predictions of the class that are correct. Recall: the fraction of samples of the "
        "class that are found. F1: the harmonic mean of the two.",
        "精确率：预测为该类的样本中正确的比例。召回率：该类样本中被找出的比例。F1：二者的调和平均。",
    ),
    "classes_worst": (
        "Listed are the {shown} classes with the lowest F1, of {classes} in total.",
        "列出 F1 最低的 {shown} 个类别，共 {classes} 个。",
    ),
    "label": ("label", "标签"),
    "missed": ("missed", "漏判"),
    "how_often": ("{name} ({count})", "{name}（{count} 次）"),
    "mostly_for": ("most often predicted as", "最常误判为"),
    # regression
    "errors_numbers": ("Prediction errors", "预测误差"),
    "scatter_label": ("predicted against true", "预测值与真实值"),
    "error_label": ("distribution of errors", "误差分布"),
    "residual_label": ("errors by prediction", "误差与预测值"),
    "residual_text": (
        "In the last plot, the orange lines are the median error and the middle 80% of the errors, in bins with the "
        "same number of samples; without a systematic error, the median lies on the dashed line.",
        "末图中的橙色线为误差的中位数与中间 80% 的范围，各区间样本数相同；没有系统误差时，中位数落在虚线上。",
    ),
    "spread_found": (
        "Half of the errors are within ±{half}, and 80% between {low} and {high}.",
        "半数误差在 ±{half} 以内，80% 在 {low} 与 {high} 之间。",
    ),
    "answer_less_true": ("predicted − true", "预测值 − 真实值"),
    "scatter_some": (
        "The plot shows {dots} of the {samples} samples, evenly spaced.",
        "从 {samples} 个样本中等间隔取 {dots} 个绘出。",
    ),
    "outer_bars": (
        "The outer bars include the largest 2% of the errors.",
        "两端的条形包含最大的 2% 的误差。",
    ),
    "number": ("target", "目标"),
    "mean_error": ("MAE", "平均绝对误差（MAE）"),
    "furthest": ("Largest errors", "误差最大的样本"),
    "row": ("row", "行"),
    "off_by": ("error", "误差"),
    "outputs_some": (
        "Only the first {shown} of {outputs} targets are plotted.",
        "{outputs} 个目标中只绘出前 {shown} 个。",
    ),
    # reliability
    "reliability": ("Calibration", "置信度校准"),
    "reliability_label": ("accuracy by confidence", "各置信度区间的准确率"),
    "reliability_text": (
        "Of the predictions with a confidence of 80%, 80% should be correct: the line across a bar (the accuracy) "
        "should lie on the dashed line. Orange marks the difference.",
        "置信度为 80% 的预测，应有 80% 正确：条形上的横线（准确率）应落在虚线上，橙色为偏差。",
    ),
    "reliability_found": (
        "The expected calibration error is {error}. The mean confidence is {confidence}, the accuracy {accuracy}: "
        "{verdict}",
        "期望校准误差为 {error}。平均置信度为 {confidence}，准确率为 {accuracy}：{verdict}",
    ),
    "too_sure": ("the model is overconfident.", "模型过于自信。"),
    "too_careful": ("the model is underconfident.", "模型不够自信。"),
    "well_sure": ("on average they agree.", "二者平均相符。"),
    "reliability_labels": ("Each label of a sample counts as one prediction.", "样本的每个标签各计为一次预测。"),
    # misclassified samples
    "misread_section": ("Most confident mistakes", "置信度最高的误判"),
    "misread_text": (
        "Misclassified samples: {count}; the {shown} with the highest confidence are shown. Some may be wrongly "
        "labelled.",
        "误判的样本共 {count} 个，按置信度降序列出 {shown} 个。其中有些可能是标注错误。",
    ),
    "misread_none": ("All samples are classified correctly.", "所有样本都分类正确。"),
    "is_read_as": ("{label}, predicted {answer}", "{label}，预测为 {answer}"),
    "sure": ("confidence {share}", "置信度 {share}"),
    "row_number": ("row {row}", "第 {row} 行"),
    "named_row": ("{source}, row {row}", "{source}，第 {row} 行"),
    "sample_picture": ("sample, {row}", "样本，{row}"),
    # why
    "why": ("Mistakes explained", "误判剖析"),
    "why_text": (
        "The margin (the logit of the predicted class minus that of the true class) is attributed to the inputs: "
        "orange supports the predicted class, blue the true one.",
        "把分差（预测类别与真实类别的 logit 之差）分摊到各输入：橙色支持预测的类别，蓝色支持真实的类别。",
    ),
    "why_missing": (
        "Missing strokes cannot be shown: blank pixels (black ones in a photograph) contribute zero by construction.",
        "看不出缺了哪一笔：无墨迹的像素（照片中为黑色）贡献恒为 0。",
    ),
    "why_middle": (
        "The baseline is the middle of each column: the median of a number, equal shares of all words.",
        "基准为各列的中间值：数值取中位数，各词占比相同。",
    ),
    "why_head": ("{name}: true {label}, predicted {answer}", "{name}：真实 {label}，预测 {answer}"),
    "why_head_target": (
        "{name}: {target} is {label}, predicted {answer}",
        "{name}：{target} 真实为 {label}，预测为 {answer}",
    ),
    "why_head_target_unknown": ("{name}: {target} predicted {answer}", "{name}：{target} 预测为 {answer}"),
    "with_probability": ("{answer} with probability {share}", "{answer}，概率 {share}"),
    "why_sample": ("sample", "样本"),
    "why_pixels": ("for {answer} (orange), for {rival} (blue)", "支持 {answer}（橙），支持 {rival}（蓝）"),
    "why_flip": ("counterfactual, predicted {answer}", "反事实样本，预测为 {answer}"),
    "why_no_flip": (
        "No small change was found that changes the prediction.",
        "未找到能改变预测的小改动。",
    ),
    "why_alike_labels": ("nearest training samples, labelled {labels}", "最近的训练样本，标签为 {labels}"),
    "why_gap": (
        "The margin of {answer} over {rival} is {gap}. Among the {nodes} nodes of the last hidden layer, {half} make "
        "up half of the positive contributions.",
        "{answer} 对 {rival} 的分差为 {gap}。最后一个隐藏层的 {nodes} 个节点中，{half} 个就占正向贡献的一半。",
    ),
    "why_true_third": (
        "The true class, {label}, has rank {place}.",
        "真实类别 {label} 排在第 {place} 位。",
    ),
    "why_change": (
        "The change has length {distance}, where 1 means one value moved across its whole range.",
        "改动长度为 {distance}（一个值从取值范围的一端变到另一端为 1）。",
    ),
    "why_no_training": (
        "Name the training data with --train to show the nearest training samples.",
        "用 --train 指定训练数据，可显示最近的训练样本。",
    ),
    "input": ("input", "输入"),
    "why_rest": ("The remaining inputs add up to {rest}.", "其余输入合计 {rest}。"),
    # one answer, on a page of its own
    "why_kicker": ("glassnet: explanation of a prediction", "glassnet：预测剖析"),
    "why_head_unknown": ("{name}: predicted {answer}", "{name}：预测 {answer}"),
    "why_lead_label": (
        "The logit of the label is {gap}; above 0 the label is predicted.",
        "该标签的 logit（激活前的值）为 {gap}；大于 0 时，预测该标签成立。",
    ),
    "why_lead_number": (
        "Contributions of the hidden nodes and of the inputs to the predicted value, {gap}.",
        "各隐藏节点与各输入对预测值 {gap} 的贡献。",
    ),
    "why_lead_columns": (
        "The model predicts {answer}. In the middle of each column, it would predict {baseline}.",
        "模型预测 {answer}。若各列均取中间值，则预测 {baseline}。",
    ),
    "why_lead_probability": (
        "The model predicts {answer} with probability {share}. In the middle of each column, this probability would "
        "be {baseline}.",
        "模型预测 {answer}，概率 {share}。若各列均取中间值，该概率为 {baseline}。",
    ),
    "tile_probability": ("probability of {answer}", "{answer} 的概率"),
    "tile_gap": ("margin between the two best classes", "前两名的分差"),
    "tile_sum": ("logit", "logit（激活前的值）"),
    "tile_number": ("predicted value", "预测值"),
    "tile_blank": ("baseline (blank image)", "基准（空白图像）"),
    "tile_middle": ("baseline (middle of each column)", "基准（各列取中间值）"),
    "tile_zero": ("baseline (all inputs 0)", "基准（输入全为 0）"),
    "tile_missing": ("error of the summed input contributions", "输入贡献之和的误差"),
    "tile_flip": ("length of the counterfactual change", "反事实改动的长度"),
    "why_answers": ("Outputs", "输出"),
    "why_output": ("output", "输出"),
    "why_probabilities": ("Probabilities", "概率"),
    "probability": ("probability", "概率"),
    "why_nodes": ("Contributions of the hidden nodes", "各隐藏节点的贡献"),
    "why_nodes_text": (
        "The last layer is linear in the activations of the {count} nodes below it, so their contributions and the "
        "biases add up exactly.",
        "最后一层对其下 {count} 个节点的激活值是线性的，因此各节点的贡献与偏置之和恰好等于总值。",
    ),
    "why_looks": (
        "Weights into these nodes, each at the place of its pixel, with the node's contribution. Ink (light in a "
        "photograph) excites the node where the weight is orange and inhibits it where the weight is blue.",
        "这些节点的输入权重（按像素位置排列）与节点的贡献。有墨迹（照片中为亮）时，橙色处使节点兴奋，蓝色处使其抑制。",
    ),
    "hidden_node": ("hidden node", "隐藏节点"),
    "share": ("contribution", "贡献"),
    "why_biases": ("biases", "偏置"),
    "others_count": ("{count} others", "其余 {count} 个"),
    "total": ("total", "合计"),
    "why_inputs": ("Contributions of the inputs", "各输入的贡献"),
    "columns_take": (
        "The columns take {what} from {baseline} to {gap} (integrated gradients). The baseline is the middle of each "
        "column: the median of a number, equal shares of all words.",
        "各列使{what}由 {baseline} 变为 {gap}（积分梯度）。基准为各列的中间值：数值取中位数，各词占比相同。",
    ),
    "what_margin": (
        "the margin of {answer} over {rival} (difference of the logits)",
        " {answer} 对 {rival} 的分差（logit 之差）",
    ),
    "what_logit": ("the logit of {name}", " {name} 的 logit "),
    "what_number": ("{name}", "预测值 {name} "),
    "why_added": (
        "The inputs add {inputs} to the baseline of {baseline} (integrated gradients).",
        "各输入在基准 {baseline} 之上共贡献 {inputs}（积分梯度）。",
    ),
    "why_flips": ("Counterfactual", "反事实样本"),
    "why_flip_asked": (
        "For this slightly changed sample the model predicts {answer}. A smaller change may exist.",
        "样本稍作改动后，模型的预测变为 {answer}。可能存在更小的改动。",
    ),
    "why_whole": ("All other columns stay as they are.", "其余各列保持不变。"),
    "why_difference": ("change: more (orange), less (blue)", "改动：增加（橙），减少（蓝）"),
    "before": ("before", "改动前"),
    "after": ("after", "改动后"),
    "why_resembles": ("Nearest training samples", "最近的训练样本"),
    "why_near": (
        "The samples of {source} with the most similar activations in the last hidden layer (Euclidean distance).",
        "{source} 中，最后一个隐藏层的激活值与该样本最接近的样本（欧氏距离）。",
    ),
    "why_the_training": ("the training data", "训练数据"),
    "distance": ("distance", "距离"),
    "value_missing": ("missing", "缺失"),
    "value_other": ("a rare or unseen word", "罕见或未见过的词"),
    "value_unknown": ("unknown", "未知"),
    # columns
    "columns": ("Importance and effect of the columns", "各列的重要性与影响"),
    "effects": ("Effect of the most important columns", "最重要的列的影响"),
    "effects_text": (
        "Mean prediction ({what}) if all rows had the same value in the column and their own in the others (partial "
        "dependence). All plots have the same scale. Ticks at the lower edge are quantiles of the data, from the 1st "
        "to the 99th percentile, higher where several coincide. Next to a word is its share of the rows; its bar "
        "starts at the mean. Where columns are correlated, averages include combinations that do not occur.",
        "若所有行在该列取同一个值、其余各列不变，预测的平均值（{what}；部分依赖）。各图尺度相同。"
        "下缘的短线为数据的分位数（第 1 至第 99 百分位），重合越多越高；词旁为其所占行数的比例，条形从平均值起画。"
        "列之间相关时，平均值会包含实际不存在的组合。",
    ),
    "probability_of_most": (
        "probability of {names}, which are affected most",
        "{names} 的概率，所受影响最大",
    ),
    "probability_of": ("probability of {names}", "{names} 的概率"),
    # weights
    "weights_section": ("Weights and importance", "权重与重要性"),
    "column": ("column", "列"),
    "columns_shuffled": (
        "How much worse the predictions are when a column is shuffled among the samples (permutation importance, mean "
        "of three shuffles). Columns with the same information share their importance.",
        "把一列的值在样本间打乱后，预测变差多少（排列重要性，打乱三次取平均）。信息相同的列会分摊重要性。",
    ),
    "rises_by": ("increase in {score}", "{score}上升"),
    "falls_by": ("decrease in {score}", "{score}下降"),
    "weights_pictures": (
        "Weights into nodes of the first hidden layer, each at the place of its pixel. Ink (light in a photograph) "
        "excites the node where the weight is orange and inhibits it where the weight is blue. {order}",
        "第一个隐藏层节点的输入权重（按像素位置排列）。有墨迹（照片中为亮）时，橙色处使节点兴奋，蓝色处使其抑制。{order}",
    ),
    "by_matter": (
        "Sorted by importance: the number is the node's mean absolute contribution to the margin between the two best "
        "classes.",
        "按重要性降序排列；数字为节点对前两名分差的平均绝对贡献。",
    ),
    "by_size": ("Sorted by the norm of the weights, which is the number shown.", "按权重的范数降序排列；数字即范数。"),
    "of_first": ("Shown for the first ensemble member.", "以下为第一个集成成员。"),
    "weights_picture": ("weights into node {node}", "节点 {node} 的输入权重"),
    "weights_inputs": (
        "Mean absolute weight from each input into the first layer. Comparable for inputs of the same scale; it "
        "indicates which inputs are used but does not measure their importance.",
        "各输入到第一层的权重绝对值的平均。输入尺度相同时可以比较；它提示用到了哪些输入，但不是重要性的度量。",
    ),
    "mean_weight": ("mean absolute weight", "权重绝对值的平均"),
    "inputs_some": ("The {shown} largest of {inputs}.", "共 {inputs} 个，列出最大的 {shown} 个。"),
    "nodes_of_layers": ("Hidden layers", "隐藏层"),
    "hidden": ("layer", "层"),
    "nodes": ("nodes", "节点"),
    "activation": ("activation", "激活函数"),
    "flat": ("derivatives near 0", "导数接近 0"),
    "nodes_text": (
        "A node is dead if its derivative is near 0 on every sample, so that it no longer trains, and saturated if it "
        "is near 0 on more than {share:.0%} of them.",
        "导数在每个样本上都接近 0 的节点是死节点（不再训练），在超过 {share:.0%} 的样本上接近 0 的是饱和节点。",
    ),
    "no_hidden": ("The network has no hidden layer.", "该网络没有隐藏层。"),
    # the data doctor
    "doctor": ("Findings of the data doctor", "数据诊断结果"),
    "doctor_healthy": ("No problems were found in the data.", "没有发现问题。"),
    "doctor_none": ("The data were not examined. To examine them:", "未检查数据。要检查数据，请运行："),
    "error": ("error", "错误"),
    "warning": ("warning", "警告"),
    "remark": ("remark", "提示"),
    "finding": ("finding", "问题"),
    "what_to_do": ("what to do", "处理办法"),
    "rows_found": ("rows {rows}", "第 {rows} 行"),
    "and_more": ("{rows}, … ({count} in total)", "{rows} 等 {count}"),
    # one hidden node, on a page of its own
    "node_kicker": ("glassnet: a hidden node", "glassnet：隐藏节点"),
    "node_title": ("Node {node} of hidden layer {layer}", "第 {layer} 隐藏层节点 {node}"),
    "node_mean_text": (
        "Activation {activation}. On {samples:,} samples of {source} its mean activation is {mean}; it is saturated on "
        "{flat} of them.",
        "激活函数 {activation}。在 {source} 的 {samples:,} 个样本上平均激活值为 {mean}，饱和的占 {flat}。",
    ),
    "node_outputs": ("Classes and outputs", "类别与输出"),
    "node_by_class_text": ("Mean activation on the samples of each class.", "各类样本上的平均激活值。"),
    "node_by_label_text": ("Mean activation on the samples with each label.", "带各标签的样本上的平均激活值。"),
    "node_by_number_text": ("Correlation of the activation with each target.", "激活值与各目标的相关系数。"),
    "node_adds_text": (
        "Average contribution to the logit of each output: activation times weight. Logits are linear in this layer, "
        "so it is exact.",
        "对各输出 logit 的平均贡献：激活值乘以权重。logit 是这一层的线性函数，因此是精确值。",
    ),
    "node_adds_below_text": (
        "Average contribution to the logit of each output: activation times the gradient of the logit by it.",
        "对各输出 logit 的平均贡献：激活值乘以 logit 对它的梯度。",
    ),
    "node_pattern": ("Input pattern", "输入模式"),
    "node_pattern_text": (
        "Weights into the node: positive inputs with a positive weight excite it, with a negative one inhibit it.",
        "节点的输入权重：正的输入在权重为正处使节点兴奋，在权重为负处使其抑制。",
    ),
    "node_pattern_below_text": (
        "Gradient of the node's weighted sum by the inputs, averaged over the samples.",
        "节点加权和对各输入的梯度，在样本上取平均。",
    ),
    "node_colours": ("excites (orange), inhibits (blue)", "兴奋（橙），抑制（蓝）"),
    "activation_value": ("activation", "激活值"),
    "node_weight": ("weight or gradient", "权重或梯度"),
    # the foot
    "written_by": (
        "Written by glassnet {version}. This file works offline and without scripts.",
        "由 glassnet {version} 生成。此文件可离线查看，不含脚本。",
    ),
    "mnist_notice": (
        "Digits from MNIST, © Yann LeCun and Corinna Cortes, CC BY-SA 3.0.",
        "数字图像来自 MNIST，© Yann LeCun 与 Corinna Cortes，CC BY-SA 3.0。",
    ),
}
"""Key -> the words in English and in Chinese; see `plots.words_in`."""


def say_in(language: str) -> Say:
    """Return a function that gives the words of a key in a language, those of plots included.

    Raises
    ------
    OptionError
        GN021 for another language.
    """
    return words_in(language, WORDS)


def percent(share: float) -> str:
    """Format a fraction as a percentage with two decimals; none for whole percentages."""
    if share != share:
        return "–"
    text = f"{below_all(share):.2%}".replace("-", "−").removesuffix("%")
    text = text.rstrip("0").rstrip(".") if text.endswith(".00") else text
    return f"{text}%"
