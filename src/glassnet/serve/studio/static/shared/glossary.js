// Written by scripts/make_javascript.py from docs/glossary.md and docs/glossary.zh-CN.md; do not edit.

/** Language -> term -> name, meaning. @type {Object<string, Object<string, [string, string]>>} */
export const GLOSSARY = {
 "en": {
  "activation": [
   "activation",
   "The output of a node: its activation function applied to the weighted sum of its inputs."
  ],
  "activation maximization": [
   "activation maximization",
   "Gradient ascent on the input to find what makes a class's logit largest, with a penalty that keeps the input plausible."
  ],
  "AUC": [
   "AUC",
   "The probability that a sample of the class has a larger score than one of another class (area under the ROC curve); 0.5 is chance."
  ],
  "augmentation": [
   "augmentation",
   "Random changes of training images, such as rotation or elastic distortion, drawn anew in every epoch."
  ],
  "backpropagation": [
   "backpropagation",
   "Computing the gradient layer by layer, from the error of the outputs back to the inputs."
  ],
  "backquery": [
   "backquery",
   "Running a sigmoid network backwards, from a target output to an input, as in the book."
  ],
  "balanced accuracy": [
   "balanced accuracy",
   "The mean over the classes of the share of each class that is predicted right, so that a rare class counts as much as a frequent one."
  ],
  "batch": [
   "batch",
   "The samples whose mean gradient makes one training step."
  ],
  "bit-identical": [
   "bit-identical",
   "Equal in every bit, not only within rounding. Two runs with the same data, options, seed and versions are bit-identical on the same kind of processor, with the engine portable on every one."
  ],
  "calibration": [
   "calibration",
   "Adjusting confidences so that, of the predictions made with 80% confidence, about 80% are right."
  ],
  "confidence": [
   "confidence",
   "The probability that a model assigns to its own prediction."
  ],
  "counterfactual": [
   "counterfactual",
   "A sample with a small change that makes the model predict something else."
  ],
  "cross-entropy": [
   "cross-entropy",
   "The negative logarithm of the probability given to the true class. It is the usual loss for classification."
  ],
  "dead node": [
   "dead node",
   "A hidden node that is saturated, or outputs 0, for every sample, so that its weights hardly change."
  ],
  "dropout": [
   "dropout",
   "Switching off random hidden nodes in each training step, a form of regularization."
  ],
  "early stopping": [
   "early stopping",
   "Ending training when the validation loss no longer improves, and keeping the best epoch's weights."
  ],
  "EMA": [
   "EMA",
   "Exponential moving average of the weights over the training steps, which replaces them as the model."
  ],
  "ensemble": [
   "ensemble",
   "Several networks trained from different seeds whose outputs are averaged."
  ],
  "epoch": [
   "epoch",
   "One pass of training over all samples."
  ],
  "estimator": [
   "estimator",
   "An object with scikit-learn's interface: NetworkClassifier or NetworkRegressor."
  ],
  "fine-tuning": [
   "fine-tuning",
   "Training a model further, on its own or other data, from its parameters instead of random ones."
  ],
  "hard-example mining": [
   "hard-example mining",
   "Backpropagating only the fraction of a batch with the largest losses."
  ],
  "held-out data": [
   "held-out data",
   "Samples that are set aside before training, so that the model can be tested on them."
  ],
  "integrated gradients": [
   "integrated gradients",
   "A method that divides a prediction's margin among the inputs, so that the parts add up."
  ],
  "label smoothing": [
   "label smoothing",
   "Training with targets slightly below 1 and above 0, a form of regularization."
  ],
  "learning rate": [
   "learning rate",
   "The factor by which a gradient is multiplied in a step."
  ],
  "logit": [
   "logit",
   "The value of an output node before its activation function."
  ],
  "loss": [
   "loss",
   "The number that training minimizes, such as the squared error."
  ],
  "macro F1": [
   "macro F1",
   "The unweighted mean over the classes of F1, which is the harmonic mean of precision and recall."
  ],
  "MAE": [
   "MAE",
   "Mean absolute error of a regression, in the unit of the target."
  ],
  "margin": [
   "margin",
   "The difference between the two largest logits."
  ],
  "model file": [
   "model file",
   "A safetensors file with a network, its preprocessing and its training record."
  ],
  "nearest training samples": [
   "nearest training samples",
   "The training samples whose last hidden layer's activations are closest to those of a sample."
  ],
  "optimizer": [
   "optimizer",
   "The rule that turns a gradient into a step of the weights, such as SGD or AdamW."
  ],
  "permutation importance": [
   "permutation importance",
   "How much a model's score drops when the values of one column are shuffled."
  ],
  "recipe": [
   "recipe",
   "A named set of options, such as notes or quick."
  ],
  "regression": [
   "regression",
   "Predicting numbers rather than classes."
  ],
  "regularization": [
   "regularization",
   "Anything in training that reduces overfitting, such as dropout or weight decay."
  ],
  "rule `notes`": [
   "rule `notes`",
   "The learning rule of the notes, which sends back raw errors instead of the exact gradient (rule gradient)."
  ],
  "saturation": [
   "saturation",
   "The state of a node whose activation function is nearly flat, so that almost no error passes back through it."
  ],
  "schedule": [
   "schedule",
   "The rule by which the learning rate changes during training."
  ],
  "seed": [
   "seed",
   "The number from which all randomness of a run is derived."
  ],
  "shard": [
   "shard",
   "A fraction of each batch (or, with one sample per step, a group of nodes) that one thread computes; the number of shards affects the last bits, the number of threads does not."
  ],
  "target": [
   "target",
   "The value that an output should have; for a table, the column to predict."
  ],
  "temperature": [
   "temperature",
   "A factor that divides the logits to calibrate confidences."
  ],
  "validation data": [
   "validation data",
   "Samples that are not trained on and that decide when early stopping ends training."
  ],
  "weight decay": [
   "weight decay",
   "Making the weights a little smaller in every step, a form of regularization."
  ]
 },
 "zh": {
  "activation": [
   "激活值",
   "节点的输出，即输入的加权和经过激活函数后的值。"
  ],
  "logit": [
   "logit",
   "输出节点激活前的值。"
  ],
  "saturation": [
   "饱和",
   "激活函数近乎平坦、误差几乎传不回去的状态。"
  ],
  "dead node": [
   "死节点",
   "对每个样本都饱和或输出为 0 的隐藏节点，其权重几乎不再变化。"
  ],
  "ensemble": [
   "集成",
   "用不同种子训练的多个网络，预测时取输出的平均。"
  ],
  "backquery": [
   "反向查询",
   "把 sigmoid 网络反向运行，由目标输出求输入，做法与书中相同。"
  ],
  "backpropagation": [
   "反向传播",
   "从输出的误差出发，逐层往回计算梯度。"
  ],
  "loss": [
   "损失",
   "训练要减小的数，例如误差的平方。"
  ],
  "cross-entropy": [
   "交叉熵",
   "赋予真实类别的概率的负对数，是分类常用的损失。"
  ],
  "optimizer": [
   "优化器",
   "由梯度算出权重如何移动的规则，例如 SGD、AdamW。"
  ],
  "learning rate": [
   "学习率",
   "每一步中梯度所乘的系数。"
  ],
  "schedule": [
   "学习率调度",
   "学习率在训练中如何变化。"
  ],
  "epoch": [
   "轮",
   "把全部样本训练一遍。"
  ],
  "batch": [
   "批次",
   "一步训练所用的样本，梯度取这些样本的平均。"
  ],
  "shard": [
   "分片",
   "批次的一部分（逐样本训练时为一组节点），由一个线程计算；分片数影响结果的末位，线程数不影响。"
  ],
  "seed": [
   "种子",
   "一次训练的全部随机数都由这个数导出。"
  ],
  "bit-identical": [
   "逐位一致",
   "每一位都相同，而不只是在舍入误差之内。数据、选项、种子和版本都相同时，两次训练的结果在同类处理器上逐位一致，用引擎 portable 时在任何处理器上都逐位一致。"
  ],
  "regularization": [
   "正则化",
   "训练中减少过拟合的各种手段，例如 dropout、权重衰减。"
  ],
  "dropout": [
   "dropout",
   "每一步训练随机关闭一部分隐藏节点的正则化方法。"
  ],
  "weight decay": [
   "权重衰减",
   "每一步都把权重略微缩小的正则化方法。"
  ],
  "label smoothing": [
   "标签平滑",
   "训练时目标值略低于 1、略高于 0 的正则化方法。"
  ],
  "EMA": [
   "EMA",
   "权重的指数滑动平均，训练结束时代替权重成为模型。"
  ],
  "hard-example mining": [
   "难例挖掘",
   "一个批次中只反向传播损失最大的一部分样本。"
  ],
  "early stopping": [
   "早停",
   "验证损失不再下降时结束训练，保留最好一轮的权重。"
  ],
  "fine-tuning": [
   "微调",
   "不从随机参数、而从已有模型的参数开始，用原来的或其他的数据继续训练。"
  ],
  "augmentation": [
   "数据增强",
   "对训练图片做旋转、弹性变形等随机改变，每轮重新抽取。"
  ],
  "target": [
   "目标",
   "输出应有的值；对表格而言是要预测的列。"
  ],
  "regression": [
   "回归",
   "预测数值，而不是类别。"
  ],
  "held-out data": [
   "留出的数据",
   "训练之前分出来、用于测量模型的样本。"
  ],
  "validation data": [
   "验证数据",
   "不参与训练、用于决定何时早停的样本。"
  ],
  "confidence": [
   "置信度",
   "模型赋予自己预测的概率。"
  ],
  "calibration": [
   "校准",
   "调整置信度，使置信度为 80% 的预测约有 80% 正确。"
  ],
  "temperature": [
   "温度",
   "校准置信度时用来除 logit 的系数。"
  ],
  "reliability diagram": [
   "可靠性图",
   "准确率随置信度变化的图；模型经过校准时，曲线落在对角线上。"
  ],
  "confusion matrix": [
   "混淆矩阵",
   "按真实类别统计各类别被预测次数的表。"
  ],
  "balanced accuracy": [
   "平衡准确率",
   "各类别答对比例的平均，少数类与多数类同等重要。"
  ],
  "AUC": [
   "AUC",
   "随机取一个该类样本和一个其他类样本，前者得分更高的概率（ROC 曲线下面积），0.5 相当于随机猜测。"
  ],
  "macro F1": [
   "宏平均 F1",
   "各类别 F1（精确率与召回率的调和平均）不加权的平均。"
  ],
  "MAE": [
   "平均绝对误差",
   "回归误差绝对值的平均，单位与目标相同。"
  ],
  "permutation importance": [
   "排列重要性",
   "打乱一列的值之后，模型得分下降多少。"
  ],
  "margin": [
   "分差",
   "最大的两个 logit 之差。"
  ],
  "integrated gradients": [
   "积分梯度",
   "把一次预测的分差分摊到各个输入、各部分相加等于总数的方法。"
  ],
  "nearest training samples": [
   "最近的训练样本",
   "最后一个隐藏层的激活值与某个样本最接近的训练样本。"
  ],
  "counterfactual": [
   "反事实样本",
   "略加改变、使模型给出另一种预测的样本。"
  ],
  "activation maximization": [
   "激活最大化",
   "对输入做梯度上升，求使某类 logit 最大的输入，并以惩罚项使输入保持合理。"
  ],
  "recipe": [
   "配方",
   "一组有名字的选项，例如 notes、quick。"
  ],
  "rule `notes`": [
   "规则 `notes`",
   "笔记的学习规则，往回传原始误差，而不是精确的梯度（规则 gradient）。"
  ],
  "engine": [
   "引擎",
   "执行训练计算的部分，reference（NumPy）、compiled（Numba）或 portable（在任何处理器上逐位相同）。"
  ],
  "estimator": [
   "估计器",
   "具有 scikit-learn 接口的对象，NetworkClassifier 或 NetworkRegressor。"
  ],
  "model file": [
   "模型文件",
   "包含网络、预处理和训练记录的 safetensors 文件。"
  ]
 }
};
