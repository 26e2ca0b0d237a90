"""Every option of a training, once: type, default, allowed values, and help in two languages.

`Options` is a plain dataclass, so Python sees ordinary fields; what else there is to know of each one lies in its
metadata. The check below, the command line's flags, the saved model and its report all derive from it. Named sets of
them are in `recipes`.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, get_args, get_type_hints

from .errors import OptionError
from .recipes import RECIPES

DISTORTIONS = ("rotate", "shift", "zoom", "shear", "elastic")
"""What is done to training pictures, each by up to so much; 0 is nothing."""

LOSS_OPTIONS = {"huber": "huber_delta", "quantile": "quantile", "focal": "focal_gamma"}
"""Loss -> the option that has the one number it is told, for those that are told one."""

_KINDS = {bool: "yes or no", int: "a whole number", float: "a number", str: "a word"}
_ACTIVATIONS = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "gelu")


@dataclass(frozen=True)
class Spec:
    """What is allowed for an option, and how it is explained.

    Parameters
    ----------
    help, help_zh : str
        One line in English, one in Chinese.
    choices : tuple of str
        The allowed words, if only certain words are.
    low, high : float, optional
        Limits for numbers, both allowed themselves.
    flag : str, optional
        A shorter name on the command line, beside the field's.
    pattern, form : str
        For other words: a regular expression of those allowed, and the same for people.
    """

    help: str
    help_zh: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    flag: str | None = None
    pattern: str = ""
    form: str = ""


def _option(default: Any, help: str, help_zh: str, **spec: Any) -> Any:
    return field(default=default, metadata={"spec": Spec(help, help_zh, **spec)})


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a network is made and trained; the defaults are the recipe ``notes``.

    Raises
    ------
    OptionError
        GN021 for a value that is not allowed, with the option's name and what is.
    """

    hidden: tuple[int, ...] = _option(
        (200,),
        "nodes of a hidden layer; repeat for more layers",
        "隐藏层节点数;多个隐藏层可重复使用",
        low=1,
        high=100_000,
    )
    activation: tuple[str, ...] = _option(
        ("sigmoid",),
        "activation of the hidden layers; repeat to name one a layer",
        "隐藏层的激活函数;可重复,逐层指定",
        choices=_ACTIVATIONS,
    )
    output: str = _option(
        "sigmoid",
        "activation of the output layer",
        "输出层的激活函数",
        choices=(*_ACTIVATIONS, "softmax", "exponential"),
    )
    bias: bool = _option(False, "give every node a bias", "为每个节点加偏置")
    initializer: str = _option(
        "notes",
        "how initial weights are drawn",
        "初始权重的生成方式",
        choices=("uniform", "notes", "notes-code", "glorot", "he", "small"),
    )
    loss: str = _option(
        "squared_error",
        "what training makes small",
        "训练要减小的误差函数",
        choices=("squared_error", "cross_entropy", "absolute_error", "huber", "quantile", "poisson", "focal"),
    )
    huber_delta: float = _option(
        1.0, "where huber turns from squared to absolute error", "huber 由平方误差转为绝对误差的界", low=1e-6, high=1e6
    )
    quantile: float = _option(
        0.5,
        "loss quantile: which part of the numbers should lie below the answer",
        "quantile 损失:希望有多大比例的数值低于答案",
        low=1e-6,
        high=1 - 1e-6,
    )
    focal_gamma: float = _option(
        2.0,
        "how far focal turns easy samples down; 0 is cross_entropy",
        "focal 降低易分样本的程度",
        low=0.0,
        high=100.0,
    )
    rule: str = _option(
        "notes",
        "how the error is sent back: the notes' way, or the exact gradient",
        "误差反向传播的规则:笔记的做法,或精确梯度",
        choices=("notes", "gradient"),
    )
    learning_rate: float = _option(
        0.2, "largest learning rate, where the schedules start or peak", "最大学习率", low=0.0, high=1e6, flag="rate"
    )
    schedule: str = _option(
        "linear",
        "how the learning rate changes over the training",
        "学习率随训练进程的变化",
        choices=("constant", "linear", "cosine", "one_cycle", "step", "plateau"),
    )
    rate_drop: float = _option(
        0.1, "what step and plateau multiply the rate with", "step 与 plateau 每次把学习率乘以多少", low=0.0, high=1.0
    )
    patience: int = _option(
        3,
        "epochs without a smaller loss before plateau drops the rate",
        "plateau:损失多少轮不降后降低学习率",
        low=1,
        high=1_000_000,
    )
    optimizer: str = _option(
        "sgd",
        "from gradients to steps",
        "由梯度得到更新步的方法",
        choices=("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"),
    )
    momentum: float = _option(
        0.9, "part of the last step that is kept; the β₁ of Adam", "动量,即 Adam 的 β₁", low=0.0, high=0.999999
    )
    beta2: float = _option(0.999, "memory of squared gradients", "梯度平方的记忆系数 β₂", low=0.0, high=0.999999999)
    epsilon: float = _option(1e-8, "added before dividing by their root", "除法中避免除零的小量", low=0.0, high=1.0)
    weight_decay: float = _option(0.0, "pull of all parameters towards 0", "权重衰减", low=0.0, high=1e3)
    clip: float = _option(
        0.0, "largest norm of a step's gradient; 0 is no limit", "梯度范数上限,0 表示不限", low=0.0, high=1e30
    )
    average: float = _option(
        0.0,
        "decay of the moving average of the weights, which becomes the model; 0 keeps none",
        "权重滑动平均的衰减率,0 表示不用",
        low=0.0,
        high=0.9999999,
    )
    dropout: tuple[float, ...] = _option(
        (0.0,),
        "part of the hidden nodes left out at random in training; repeat for one a layer",
        "训练时随机丢弃的隐藏节点比例;可重复,逐层指定",
        low=0.0,
        high=0.99,
    )
    label_smoothing: float = _option(
        0.0, "part of the target that is spread over all classes", "标签平滑:均摊到所有类别的比例", low=0.0, high=0.99
    )
    hardest: float = _option(
        1.0,
        "part of a batch whose errors are sent back, those with the largest losses; 1 is all",
        "每批中反向传播误差的样本比例,取损失最大的那些;1 表示全部",
        low=0.001,
        high=1.0,
    )
    rotate: float = _option(
        0.0, "turn training pictures by up to so many degrees", "训练图片随机旋转的最大角度", low=0.0, high=180.0
    )
    shift: float = _option(0.0, "shift them by up to so many pixels", "随机平移的最大像素数", low=0.0, high=1000.0)
    zoom: float = _option(
        0.0, "scale them by up to this part, each axis by itself", "随机缩放的最大比例(两轴独立)", low=0.0, high=0.9
    )
    shear: float = _option(0.0, "shear them by up to this slope", "随机错切的最大斜率", low=0.0, high=2.0)
    elastic: float = _option(
        0.0, "bend them by so many pixels (standard deviation)", "弹性形变的强度(像素,标准差)", low=0.0, high=100.0
    )
    elastic_sigma: float = _option(
        4.0, "bend as smoothly as noise blurred by so many pixels", "弹性形变的平滑度(像素)", low=1.0, high=100.0
    )
    epochs: int = _option(3, "passes through the training data", "遍历训练数据的次数", low=1, high=1_000_000)
    batch_size: int = _option(1, "samples a step", "每一步使用的样本数", low=1, high=1_000_000)
    shards: int = _option(
        2,
        "parts of a batch that are computed side by side; part of the result",
        "一个批次并行计算的份数(影响结果的末位)",
        low=1,
        high=1024,
    )
    blocks: int = _option(
        0,
        "calls of the engine an epoch, at most: how often progress is told and checked; part of the result; "
        "0 is one for every 5,000 samples, ten at most",
        "每轮最多调用计算引擎的次数,即汇报与检查进度的频率(影响结果的末位);0 表示每 5,000 个样本一次,最多十次",
        low=0,
        high=1_000_000,
    )
    threads: int = _option(
        0,
        "threads, at most one a shard; 0 is one a core the process may use; never part of the result",
        "线程数,每个分片至多一个;0 表示每核一个;不影响结果",
        low=0,
        high=1024,
    )
    shuffle: bool = _option(True, "new random order in every epoch", "每一轮重新打乱样本顺序")
    seed: int = _option(0, "same seed, same result to the bit", "随机种子:种子相同,结果逐位相同", low=0, high=2**63 - 1)
    scaling: str = _option(
        "notes",
        "inputs: x / max · 0.99 + 0.01 as in the notes; x / max; or mean 0 and deviation 1, over all or by feature",
        "输入缩放:笔记的 x / max · 0.99 + 0.01;x / max;或标准化(整体,或逐列)",
        choices=("notes", "unit", "standard", "features"),
    )
    input_max: float = _option(
        255.0, "largest value of an input in the data", "数据中输入的最大值", low=1e-30, high=1e30
    )
    size: str = _option(
        "own",
        "bring the pictures of a folder to N x N pixels, or to HxW (rows x columns); own: all have one size already",
        "把文件夹中的图片统一为 N x N 像素,或 HxW(行 x 列);own 表示图片已同尺寸",
        pattern="own|[1-9][0-9]{0,3}([xX×][1-9][0-9]{0,3})?",
        form="own, N or HxW up to 9999, such as 28 or 32x24",
    )
    colour: bool = _option(False, "keep the colours of pictures, three inputs a pixel", "保留图片颜色,每像素三个输入")
    deskew: bool = _option(
        False,
        "set leaning writing upright, in training and whenever the model is asked",
        "训练与提问时先扶正倾斜的字迹",
    )
    targets: str = _option(
        "notes",
        "targets: classes as 0.01 and 0.99 (notes) or as 0 and 1; several labels a sample; or numbers (a regression)",
        "目标值:类别用笔记的 0.01 与 0.99 或 0 与 1(one-hot);multilabel 一个样本多个标签;values 数值回归",
        choices=("notes", "one-hot", "multilabel", "values"),
    )
    classes: int = _option(
        0, "number of classes; 0 counts those that occur", "类别数;0 表示按数据计数", low=0, high=1_000_000
    )
    members: int = _option(
        1,
        "networks of a committee: each is trained from a seed of its own, their answers are averaged",
        "委员会的网络数:各用不同种子训练,答案取平均",
        low=1,
        high=100,
    )
    holdout: float = _option(
        0.1,
        "part of the data kept aside for the test when no test data are given",
        "没有测试数据时,留作测试的比例",
        low=0.001,
        high=0.9,
    )
    early_stopping: int = _option(
        0,
        "stop after so many epochs without a smaller validation loss, and keep the best weights; 0 never stops",
        "验证损失连续多少轮不再降低就停止,并保留最好的权重;0 表示不提前停止",
        low=0,
        high=1_000_000,
    )
    validation: float = _option(
        0.1,
        "part of the training data that early stopping looks at and that is not trained on",
        "提前停止所用的验证部分占训练数据的比例(不参与训练)",
        low=0.001,
        high=0.9,
    )
    engine: str = _option(
        "auto",
        "what computes: compiled (fast), reference (NumPy), or auto",
        "计算引擎:compiled(快)、reference(NumPy)或 auto",
        choices=("auto", "compiled", "reference"),
    )
    dtype: str = _option("float32", "precision of the numbers", "数值精度", choices=("float32", "float64"))

    def __post_init__(self) -> None:
        for option in fields(self):
            object.__setattr__(self, option.name, checked(option.name, getattr(self, option.name)))
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
        """Return the recipe's options, with some of them changed.

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
        return replace(cls(), **{**RECIPES[name], **changes})

    @property
    def activations(self) -> tuple[str, ...]:
        """One activation a layer of nodes, the outputs last."""
        return (*self._one_a_layer(self.activation), self.output)

    @property
    def loss_parameter(self) -> float | None:
        """What the loss is told, where it is told something; see ``LOSS_OPTIONS``."""
        return getattr(self, LOSS_OPTIONS[self.loss]) if self.loss in LOSS_OPTIONS else None

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


SPECS: dict[str, Spec] = {option.name: option.metadata["spec"] for option in fields(Options)}
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
    kind = ITEMS[name]
    if hasattr(value, "tolist"):  # NumPy's numbers and arrays
        value = value.tolist()
    if kind is not TYPES[name]:
        values = value if isinstance(value, (list, tuple)) else (value,)
        return tuple(_checked_item(name, one, kind) for one in values)
    return _checked_item(name, value, kind)


def _checked_item(name: str, value: Any, kind: Any) -> Any:
    spec = SPECS[name]
    if spec.choices and value not in spec.choices:
        raise OptionError("GN021", f"{name} {value!r}: expected one of {', '.join(spec.choices)}.")
    if hasattr(value, "tolist"):
        value = value.tolist()
    if kind is float and type(value) is int and abs(value) < 2**1000:
        value = float(value)
    if type(value) is not kind:
        raise OptionError("GN021", f"{name} {value!r}: expected {_KINDS[kind]}.")
    if spec.pattern and not re.fullmatch(spec.pattern, value):
        raise OptionError("GN021", f"{name} {value!r}: expected {spec.form}.")
    if spec.low is not None and spec.high is not None and not spec.low <= value <= spec.high:  # NaN fails too
        low, high = (f"{one:,}" if type(one) is int else f"{one:,.15g}" for one in (spec.low, spec.high))
        raise OptionError("GN021", f"{name} {value}: expected {low} to {high}.")
    return value
