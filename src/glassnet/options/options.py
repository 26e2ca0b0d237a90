"""Every option of a training, once: type, default, allowed values, and help in two languages.

`Options` is a plain dataclass, so Python sees ordinary fields; what else there is to know of each one lies in its
metadata. The check below, the command line's flags, the saved model and its report all derive from it. Named sets of
them are in `recipes`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from functools import wraps
from typing import Any, get_args, get_type_hints

from ..errors import OptionError
from ..nn.activations import HIDDEN, OUTPUTS_ONLY
from ..nn.architecture import RULES
from ..nn.initializers import INITIALIZERS
from ..nn.losses import LOSS_PARAMETERS, LOSSES
from ..nn.optimizers import OPTIMIZERS, optimizers_with
from ..nn.parameters import DTYPES
from ..nn.schedules import SCHEDULES
from . import choices
from .recipes import BY_OPTIMIZER, RECIPES
from .spec import Needs, Spec, fitting, option

DISTORTIONS = ("rotate", "shift", "zoom", "shear", "elastic")
"""What is done to training pictures, each by up to so much; 0 is nothing."""


def _loss_option(loss: str, help: str, help_zh: str) -> Any:
    """Declare the option that sets a loss's parameter."""
    _, default, low, high = LOSS_PARAMETERS[loss]
    return option(default, help, help_zh, low=low, high=high, needs=Needs("loss", (loss,)))


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a network is made and trained; the defaults are the recipe ``notes``.

    An `optimizer` other than the recipe's own brings its own learning rate and weight decay, where these are not given.

    Raises
    ------
    OptionError
        GN021 for a value that is not allowed, with the option's name and what is.
    """

    hidden: tuple[int, ...] = option(
        (200,),
        "nodes of a hidden layer; repeat for more layers",
        "隐藏层节点数；多个隐藏层可重复使用",
        low=1,
        high=100_000,
    )
    activation: tuple[str, ...] = option(
        ("sigmoid",),
        "activation of the hidden layers; repeat to name one a layer",
        "隐藏层的激活函数；可重复，逐层指定",
        choices=HIDDEN,
    )
    output: str = option(
        "sigmoid",
        "activation of the output layer",
        "输出层的激活函数",
        choices=(*HIDDEN, *OUTPUTS_ONLY),
    )
    bias: bool = option(False, "give every node a bias", "为每个节点加偏置")
    initializer: str = option(
        "notes",
        "how initial weights are drawn",
        "初始权重的生成方式",
        choices=tuple(INITIALIZERS),
    )
    loss: str = option(
        "squared_error",
        "what training makes small",
        "训练要减小的误差函数",
        choices=LOSSES,
    )
    huber_delta: float = _loss_option(
        "huber", "error from which on it counts as it is, not squared", "误差超过它时按绝对值计，不再平方"
    )
    quantile: float = _loss_option(
        "quantile", "the share of the numbers that should lie below the answer", "应低于答案的数值所占的比例"
    )
    focal_gamma: float = _loss_option(
        "focal",
        "how far easy samples are turned down; 0 is cross_entropy",
        "降低易分样本权重的程度；0 即 cross_entropy",
    )
    rule: str = option(
        "notes",
        "how the error is sent back: the notes' way, or the exact gradient",
        "误差反向传播的规则：笔记的做法，或精确梯度",
        choices=RULES,
    )
    learning_rate: float = option(
        0.2,
        "largest learning rate, where the schedules start or peak; an optimizer other than the recipe's has its own",
        "最大学习率，即各调度的起点或峰值；换用与配方不同的优化器时，默认值随优化器而定",
        low=0.0,
        high=1e6,
        flag="rate",
    )
    schedule: str = option(
        "linear",
        "how the learning rate changes over the training",
        "学习率随训练进程的变化",
        choices=tuple(SCHEDULES),
    )
    rate_drop: float = option(
        0.1,
        "the factor by which the schedule multiplies the rate each time it drops",
        "每次降低学习率时乘上的系数",
        low=0.0,
        high=1.0,
        needs=Needs("schedule", ("step", "plateau")),
    )
    patience: int = option(
        3,
        "epochs without a smaller training loss before the rate drops",
        "训练损失多少轮不再降低后，降低学习率",
        low=1,
        high=1_000_000,
        needs=Needs("schedule", ("plateau",)),
    )
    optimizer: str = option(
        "sgd",
        "how a step is made from the gradient",
        "由梯度得到更新步的方法",
        choices=tuple(OPTIMIZERS),
    )
    momentum: float = option(
        0.9,
        "how much of the last step, or of the running mean of gradients, goes into a step; also called β₁",
        "上一步（或梯度的滑动平均）在更新步中所占的比例，即 β₁",
        low=0.0,
        high=0.999999,
        needs=Needs("optimizer", optimizers_with("momentum")),
    )
    beta2: float = option(
        0.999,
        "how much of the slower running mean, in most optimizers of squared gradients, is kept; also called β₂",
        "较慢的滑动平均（多为梯度平方的）保留多少，即 β₂",
        low=0.0,
        high=0.999999999,
        needs=Needs("optimizer", optimizers_with("beta2")),
    )
    epsilon: float = option(
        1e-8,
        "added to the root of the squared gradients, so that nothing is divided by 0",
        "加在梯度平方的根上，以免除以 0",
        low=0.0,
        high=1.0,
        needs=Needs("optimizer", optimizers_with("epsilon")),
    )
    weight_decay: float = option(
        0.0, "pull of all parameters towards 0", "权重衰减：把所有参数拉向 0 的力度", low=0.0, high=1e3
    )
    clip: float = option(
        0.0,
        "a gradient with a larger norm is scaled down to it; 0 is no limit",
        "范数超过它的梯度按比例缩小到它；0 表示不限",
        low=0.0,
        high=1e30,
    )
    average: float = option(
        0.0,
        "decay of the moving average of the weights, which becomes the model; 0 keeps none",
        "权重滑动平均的衰减率，平均值即为模型；0 表示不用",
        low=0.0,
        high=0.9999999,
    )
    dropout: tuple[float, ...] = option(
        (0.0,),
        "part of the hidden nodes left out at random in training; repeat for one a layer",
        "训练时随机丢弃的隐藏节点比例；可重复，逐层指定",
        low=0.0,
        high=0.99,
    )
    label_smoothing: float = option(
        0.0,
        "part of the target that is spread over all classes; 0.1 asks for 0.91, not 1, of ten classes",
        "标签平滑：均摊到所有类别的比例；有十类时，0.1 要求 0.91 而不是 1",
        low=0.0,
        high=0.99,
    )
    hardest: float = option(
        1.0,
        "part of a batch whose errors are sent back, those with the largest losses; 1 is all",
        "每批中反向传播误差的样本比例，取损失最大的那些；1 表示全部",
        low=0.001,
        high=1.0,
        needs=Needs("batch_size", above=1),
    )
    rotate: float = option(
        0.0, "turn training pictures by up to so many degrees", "训练图片随机旋转的最大角度", low=0.0, high=180.0
    )
    shift: float = option(
        0.0, "shift training pictures by up to so many pixels", "训练图片随机平移的最大像素数", low=0.0, high=1000.0
    )
    zoom: float = option(
        0.0,
        "scale training pictures by up to this part, each axis by itself",
        "训练图片随机缩放的最大比例（两轴独立）",
        low=0.0,
        high=0.9,
    )
    shear: float = option(
        0.0, "shear training pictures by up to this slope", "训练图片随机错切的最大斜率", low=0.0, high=2.0
    )
    elastic: float = option(
        0.0,
        "bend training pictures by so many pixels (standard deviation)",
        "训练图片弹性形变的强度（像素，标准差）",
        low=0.0,
        high=100.0,
    )
    elastic_sigma: float = option(
        4.0,
        "bend as smoothly as noise blurred by so many pixels",
        "弹性形变的平滑度，如同噪声模糊这么多像素",
        low=1.0,
        high=100.0,
        needs=Needs("elastic"),
    )
    epochs: int = option(3, "passes through the training data", "遍历训练数据的次数", low=1, high=1_000_000)
    batch_size: int = option(1, "samples a step", "每一步使用的样本数", low=1, high=1_000_000)
    shards: int = option(
        2,
        "parts of a batch, or groups of nodes with one sample a step, computed side by side; part of the result",
        "并行计算的份数：一个批次的份数，逐样本训练时为节点的份数（影响结果的末位）",
        low=1,
        high=1024,
    )
    blocks: int = option(
        0,
        "calls of the engine an epoch, at most: how often progress is told and checked; part of the result; "
        "0 is one for every 5,000 samples, ten at most",
        "每轮最多调用计算引擎的次数，即汇报与检查进度的频率（影响结果的末位）；0 表示每 5,000 个样本一次，最多十次",
        low=0,
        high=1_000_000,
    )
    threads: int = option(
        0,
        "threads, at most one a shard or group; 0 is one a core the process may use; never part of the result",
        "线程数，每个分片或节点组至多一个；0 表示进程可用的每核一个；绝不影响结果",
        low=0,
        high=1024,
    )
    shuffle: bool = option(True, "new random order in every epoch", "每一轮重新打乱样本顺序")
    seed: int = option(
        0, "same seed, same result to the bit", "随机种子：种子相同，结果逐位相同", low=0, high=2**63 - 1
    )
    scaling: str = option(
        "notes",
        "inputs: x / max · 0.99 + 0.01 as in the notes; x / max; or mean 0 and deviation 1, over all or by feature",
        "输入缩放：笔记的 x / max · 0.99 + 0.01;x / max；或标准化（整体，或逐列）",
        choices=choices.SCALINGS,
    )
    input_max: float = option(
        255.0, "largest value of an input in the data", "数据中输入的最大值", low=1e-30, high=1e30
    )
    size: str = option(
        "own",
        "bring the pictures of a folder to N x N pixels, or to HxW (rows x columns); own: all have one size already, "
        "64 x 64 at most",
        "把文件夹中的图片统一为 N x N 像素，或 HxW（行 x 列）；own 表示图片已同尺寸，且不超过 64 x 64",
        pattern="own|[1-9][0-9]{0,3}([xX×][1-9][0-9]{0,3})?",
        form="own, N or HxW up to 9999, such as 28 or 32x24",
    )
    colour: bool = option(False, "keep the colours of pictures, three inputs a pixel", "保留图片颜色，每像素三个输入")
    handwriting: bool = option(
        False,
        "find the handwritten digits in the pictures of a folder and bring each to MNIST's form, as query does",
        "在文件夹的图片中找出手写数字，并像 query 那样逐个转为 MNIST 的形式",
    )
    deskew: bool = option(
        False,
        "set leaning writing upright, in training and whenever the model is asked",
        "训练与提问时先扶正倾斜的字迹",
    )
    targets: str = option(
        "notes",
        "targets: classes as 0.01 and 0.99 (notes) or as 0 and 1; several labels a sample; or numbers (a regression)",
        "目标值：类别用笔记的 0.01 与 0.99 或 0 与 1(one-hot);multilabel 一个样本多个标签；values 数值回归",
        choices=choices.TARGETS,
    )
    classes: int = option(
        0,
        "number of classes; 0: as many as occur in the data",
        "类别数；0 表示数据中出现多少就是多少",
        low=0,
        high=1_000_000,
    )
    members: int = option(
        1,
        "networks of a committee: each is trained from a seed of its own, their answers are averaged",
        "委员会的网络数：各用不同种子训练，答案取平均",
        low=1,
        high=100,
    )
    holdout: float = option(
        0.1,
        "part of the data kept aside for the test when no test data are given",
        "没有测试数据时，留作测试的比例",
        low=0.001,
        high=0.9,
    )
    early_stopping: int = option(
        0,
        "stop after so many epochs without a smaller validation loss, and keep the best weights; 0 never stops",
        "验证损失连续多少轮不再降低就停止，并保留最好的权重；0 表示不提前停止",
        low=0,
        high=1_000_000,
    )
    validation: float = option(
        0.1,
        "part of the training data that early stopping looks at and that is not trained on",
        "提前停止所用的验证部分占训练数据的比例（不参与训练）",
        low=0.001,
        high=0.9,
        needs=Needs("early_stopping"),
    )
    engine: str = option(
        "auto",
        "what computes: compiled (fast), reference (NumPy), or auto",
        "计算引擎：compiled（快）、reference（NumPy）或 auto",
        choices=("auto", *choices.ENGINES),
    )
    dtype: str = option("float32", "precision of the numbers", "数值精度", choices=DTYPES)

    def __post_init__(self) -> None:
        for one in fields(self):
            object.__setattr__(self, one.name, checked(one.name, getattr(self, one.name)))
        if self.seed + self.members > 2**63:
            raise OptionError(
                "GN022", f"seed {self.seed}: the last of {self.members} members would have none. Use less."
            )
        for name in ("activation", "dropout"):
            given = len(getattr(self, name))
            if given not in (1, len(self.hidden)):
                raise OptionError(
                    "GN022",
                    f"{name}: {given} given for {len(self.hidden)} hidden layers. Give one for all, or one a layer.",
                )

    @classmethod
    def recipe(cls, name: str, **changes: Any) -> Options:
        """Return the recipe's options, with some of them changed; another optimizer brings its own, `for_optimizer`.

        Raises
        ------
        OptionError
            GN021 for an unknown recipe or option, or a value that is not allowed.
        """
        if name not in RECIPES:
            raise OptionError("GN021", f"recipe {name!r}: expected one of {', '.join(RECIPES)}.")
        unknown = sorted(set(changes) - set(SPECS))
        if unknown:
            raise OptionError("GN021", f"unknown option {unknown[0]!r}: expected one of {', '.join(SPECS)}.")
        return replace(cls(), **{**RECIPES[name], **for_optimizer(name, changes.get("optimizer")), **changes})

    @property
    def activations(self) -> tuple[str, ...]:
        """One activation a layer of nodes, the outputs last."""
        return (*self._one_a_layer(self.activation), self.output)

    @property
    def loss_parameter(self) -> float | None:
        """The number in the loss's formula, where it has one; see ``losses.LOSS_PARAMETERS``."""
        parameter = LOSS_PARAMETERS.get(self.loss)
        return getattr(self, parameter.option) if parameter else None

    @property
    def dropouts(self) -> tuple[float, ...]:
        """One dropout a hidden layer."""
        return self._one_a_layer(self.dropout)

    @property
    def augments(self) -> bool:
        """Whether training pictures are distorted."""
        return any(getattr(self, name) for name in DISTORTIONS)

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """What the pictures of a folder are brought to, (rows, columns), if they are."""
        if self.size == "own":
            return None
        sides = [int(side) for side in re.split("[xX×]", self.size)]
        return sides[0], sides[-1]

    def _one_a_layer(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        return given * len(self.hidden) if len(given) == 1 else given

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as they are written to files."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


def for_optimizer(recipe: str, optimizer: Any) -> dict[str, Any]:
    """Return the options that come with an optimizer: none if the recipe has it anyway, or for None."""
    own = RECIPES[recipe].get("optimizer", Options.optimizer)
    return {} if optimizer == own or not isinstance(optimizer, str) else BY_OPTIMIZER["recipe"].get(optimizer, {})


def _with_defaults_of_optimizer(init: Callable[..., None]) -> Callable[..., None]:
    @wraps(init)
    def __init__(self: Options, *args: Any, **given: Any) -> None:  # noqa: N807
        init(self, *args, **{**for_optimizer("notes", given.get("optimizer")), **given})

    return __init__


# Only the call knows whether a learning rate was given: in the object a default looks like any other value.
Options.__init__ = _with_defaults_of_optimizer(Options.__init__)  # type: ignore[method-assign]


SPECS: dict[str, Spec] = {one.name: one.metadata["spec"] for one in fields(Options)}
"""Option name -> what is declared of it."""

TYPES: dict[str, Any] = get_type_hints(Options)
"""Option name -> type: bool, int, float, str, or a tuple of int, float or str."""

ITEMS: dict[str, Any] = {name: (*get_args(kind), kind)[0] for name, kind in TYPES.items()}
"""Option name -> type of one value: what a tuple holds, or the type itself."""


def checked(name: str, value: Any) -> Any:
    """Return an option's value in its own type, or say what would be allowed.

    Raises
    ------
    OptionError
        GN021.
    """
    return fitting(SPECS[name], name, value, TYPES[name])


def beyond_single_samples(options: Options) -> list[str]:
    """Return the options that keep training with one sample a step from the compiled loop made for it.

    With any of them a step is a batch of one, and takes about ten times as long (784-200-10, digits).
    """
    others = [name for name in ("weight_decay", "clip", "average", *DISTORTIONS) if getattr(options, name)]
    others += ["dropout"] if any(options.dropout) else []
    others += ["optimizer"] if options.optimizer != "sgd" else []
    return others + (["scaling"] if options.scaling == "features" else [])
