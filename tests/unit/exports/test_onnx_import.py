"""Importing: chains of dense layers in ONNX files and networks of scikit-learn answer as before; others are refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures, StandardScaler

from glassnet import export, import_model, load_model, save_model
from glassnet.data.dataset import SampleLayout
from glassnet.errors import DataError, FileError, OptionError
from glassnet.exports.export import FORMS
from glassnet.nn.activations import ACTIVATIONS
from support.messages import untranslated
from support.onnx_nets import DOUBLE, FLOAT, Net, scikit_classifier

ROWS = np.random.default_rng(5).normal(size=(40, 6)).astype(np.float32)
LIMIT = 1e-5


def answers_in(path, rows=ROWS, number=0):
    """The first output of a graph, by onnx itself."""
    return np.asarray(ReferenceEvaluator(onnx.load(path)).run(None, {"input": rows})[number])


def refusal(path, **given) -> str:
    with pytest.raises(DataError) as caught:
        import_model(path, **given)
    assert caught.value.code == "GN102"
    text = str(caught.value)
    assert "\n" not in text
    assert [*untranslated(caught.value)] == []
    assert text.startswith(f"{path} cannot be imported: ") or not isinstance(path, Path)
    return text.partition(" cannot be imported: ")[2]


def gelu_of_torch(net: Net) -> Net:
    """GELU with approximate="tanh", as torch writes it for an opset that lacks the operator."""
    z = net.x
    three, cubic, root, one, half = (net.constant(np.array(v)) for v in (3.0, 0.044715, 0.7978845608, 1.0, 0.5))
    net.add("Pow", three).add("Mul", cubic).add("Add", before=[z]).add("Mul", root).add("Tanh").add("Add", one)
    bent = net.x
    net.x = z
    net.add("Mul", half)
    return net.add("Mul", bent)


def silu_of_torch(net: Net) -> Net:
    z = net.x
    return net.add("Sigmoid").add("Mul", before=[z])


HIDDEN = {
    "relu": lambda net: net.add("Relu"),
    "leaky_relu": lambda net: net.add("LeakyRelu", alpha=0.01),
    "leaky_relu(0.2)": lambda net: net.add("LeakyRelu", alpha=0.2),
    "leaky_relu(0.25)": lambda net: net.add("PRelu", net.constant(np.array([0.25], np.float32))),
    "leaky_relu(-2.5)": lambda net: net.add("LeakyRelu", alpha=-2.5),
    "elu": lambda net: net.add("Elu"),
    "elu(0.5)": lambda net: net.add("Elu", alpha=0.5),
    "softplus": lambda net: net.add("Softplus"),
    "sigmoid": lambda net: net.add("Sigmoid"),
    "tanh": lambda net: net.add("Tanh").add("Dropout"),
    "gelu": gelu_of_torch,
    "silu": silu_of_torch,
    "identity": lambda net: net.add("Identity"),
}


@pytest.mark.parametrize("name", [name for name, one in ACTIVATIONS.items() if one.onnx and one.hidden])
def test_the_operator_of_each_activation_is_read(tmp_path, name):
    operator = ACTIVATIONS[name].onnx
    net = Net(opset=max(17, onnx.defs.get_schema(operator).since_version)).gemm(9).add(operator).gemm(3)
    model = import_model(net.save(tmp_path / "net.onnx"))
    assert model.network.architecture.activations[0] == name


@pytest.mark.parametrize("activation", HIDDEN)
def test_networks_of_torch_answer_as_before(tmp_path, activation):
    net = HIDDEN[activation](Net().gemm(9))
    net = HIDDEN[activation](net.gemm(8)).gemm(3)
    path = net.save(tmp_path / "net.onnx")
    model = import_model(path)
    assert model.network.architecture.activations == (activation, activation, "identity")
    assert np.abs(model.predict(ROWS) - answers_in(path)).max() < LIMIT
    assert model.receipt["imported"] == {"file": "net.onnx", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert "net.onnx" in model.receipt["not_verifiable"]


def test_each_layer_has_its_own_slope_in_every_form(tmp_path):
    """From another library's file to a model file, to each form, and back."""
    net = Net()
    for operator, alpha in (("LeakyRelu", 0.2), ("LeakyRelu", -0.5), ("Elu", 0.7), ("LeakyRelu", 0.01)):
        net.gemm(7).add(operator, alpha=alpha)
    path = net.gemm(3).save(tmp_path / "net.onnx")
    model = import_model(path)
    activations = ("leaky_relu(0.2)", "leaky_relu(-0.5)", "elu(0.7)", "leaky_relu", "identity")
    assert model.network.architecture.activations == activations
    assert np.abs(model.predict(ROWS) - answers_in(path)).max() < LIMIT
    save_model(model, tmp_path / "net.safetensors")
    back = load_model(tmp_path / "net.safetensors")
    assert back.network.architecture == model.network.architecture
    for form in FORMS:
        proof = export(back, tmp_path / f"back.{form}", to=form, data=ROWS)
        assert proof.equal in (True, None)
    assert import_model(tmp_path / "back.onnx").network.architecture.activations == activations


def test_classes_labels_and_numbers_follow_from_the_outputs_and_the_task(tmp_path):
    logits = Net().gemm(9).add("Relu").gemm(3).save(tmp_path / "logits.onnx")
    z = answers_in(logits)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    assert import_model(logits).targets.name == "values"
    of_classes = import_model(logits, task="classes")
    assert np.abs(of_classes.predict_proba(ROWS) - p).max() < LIMIT
    labels = import_model(logits, task="labels")
    assert np.abs(labels.predict_proba(ROWS) - 1 / (1 + np.exp(-z))).max() < LIMIT
    assert (labels.predict(ROWS) == (z > 0)).all()

    def ending(operator, width=3, **given):
        return Net().gemm(9).add("Relu").gemm(width).add(operator, **given).save(tmp_path / f"{operator}{width}.onnx")

    for path, expected in ((ending("Softmax", axis=-1), p), (ending("LogSoftmax", axis=1), p)):
        model = import_model(path)
        assert model.targets.of_classes
        assert np.abs(model.predict_proba(ROWS) - expected).max() < LIMIT
    model = import_model(ending("Sigmoid"))
    assert (model.targets.of_classes, model.classes) == (True, 3)
    assert np.abs(model.outputs(ROWS) - answers_in(tmp_path / "Sigmoid3.onnx")).max() < LIMIT
    one = ending("Sigmoid", width=1)
    model = import_model(one)
    assert model.classes == 2
    assert np.abs(model.predict_proba(ROWS)[:, 1:] - answers_in(one)).max() < LIMIT
    assert import_model(one, task="labels").classes == 1
    logit = Net().gemm(9).add("Relu").gemm(1).save(tmp_path / "logit.onnx")
    twice = import_model(logit, task="classes").predict_proba(ROWS)
    assert np.abs(twice[:, 1:] - 1 / (1 + np.exp(-answers_in(logit)))).max() < LIMIT
    with pytest.raises(OptionError, match="expected one of classes"):
        import_model(logit, task="words")


def test_scalings_and_normalisations_become_part_of_the_model(tmp_path):
    net = Net()
    mean, deviation = np.linspace(10, 4000, 6), np.linspace(0.1, 90, 6)
    net.add("Sub", net.constant(mean[np.newaxis])).add("Div", net.constant(deviation)).gemm(9)
    statistics = [net.constant(net.random.uniform(0.5, 2, 9)) for _ in range(4)]
    net.add("BatchNormalization", *statistics, epsilon=1e-3).add("Relu").add("Mul", net.constant(np.array([0.5])))
    net.add("Add", net.constant(np.linspace(0, 1, 9))).gemm(2).add("Mul", net.constant(np.array([7.0, -3.0])))
    path = net.save(tmp_path / "net.onnx")
    model = import_model(path)
    assert model.scaling.name == "features"
    rows = ROWS * deviation + mean
    expected = answers_in(path, rows.astype(np.float32))
    assert np.abs(model.predict(rows.astype(np.float32).astype(float)) - expected).max() < 1e-4
    net = Net()
    net.add("Scaler", domain="ai.onnx.ml", offset=mean.tolist(), scale=(1 / deviation).tolist()).gemm(3)
    assert import_model(net.save(tmp_path / "scaler.onnx")).scaling.name == "features"


def test_weights_in_any_spelling_are_the_same_layer(tmp_path):
    random = np.random.default_rng(0)
    weights, bias = random.normal(size=(4, 6)), random.normal(size=4)
    found = []
    for spelling in ("transB", "plain", "matmul", "transposed", "alpha", "constants"):
        net = Net()
        if spelling == "plain":
            net.add("Gemm", net.constant(weights.T), net.constant(bias))
        elif spelling == "matmul":
            net.add("MatMul", net.constant(weights.T))
            product = net.x
            net.x = net.constant(bias)
            net.add("Add", product)
        elif spelling == "transposed":
            net.nodes.append(onnx.helper.make_node("Transpose", [net.constant(weights)], ["turned"], perm=[1, 0]))
            net.add("MatMul", "turned").add("Add", net.constant(bias))
        elif spelling == "alpha":
            net.add("Gemm", net.constant(weights / 2), net.constant(bias * 4), alpha=2.0, beta=0.25, transB=1)
        elif spelling == "constants":
            for name, value in (("w", weights), ("b", bias)):
                tensor = onnx.numpy_helper.from_array(value.astype(np.float32))
                net.nodes.append(onnx.helper.make_node("Constant", [], [name], value=tensor))
            net.add("Gemm", "w", "b", transB=1)
        else:
            net.add("Gemm", net.constant(weights), net.constant(bias), transB=1)
        model = import_model(net.save(tmp_path / f"{spelling}.onnx"))
        found.append(model.network.parameters.flat)
    assert all(np.allclose(one, found[0], rtol=1e-6) for one in found)


def test_images_are_flattened_and_keep_their_shape(tmp_path):
    for sides, shape in ((("N", 1, 2, 3), (2, 3)), (("N", 2, 3), (2, 3)), ((1, 1, 2, 3), (2, 3)), (("N", 6), None)):
        net = Net(sides)
        net = net.add("Flatten") if len(sides) != 3 else net.add("Reshape", net.constant(np.array([-1, 6])))
        model = import_model(net.gemm(3).add("Softmax").save(tmp_path / "net.onnx"))
        assert model.image_shape == shape
        assert model.features == 6


def test_a_shape_that_torch_computes_is_accepted_if_it_keeps_the_rows(tmp_path):
    for first, fine in ((0, True), (1, False)):  # x.view(x.size(0), -1), and x.view(x.size(1), -1)
        net = Net(("N", 2, 3))
        zero = net.constant(np.array(first))
        axes, rest = net.constant(np.array([0])), net.constant(np.array([-1]))
        net.add("Shape").add("Gather", zero).add("Unsqueeze", axes).add("Concat", rest, axis=0)
        shape, net.x = net.x, "input"
        path = net.add("Reshape", shape).gemm(3).add("Softmax").save(tmp_path / "net.onnx")
        if fine:
            rows = ROWS.reshape(-1, 2, 3)
            assert np.abs(import_model(path).predict_proba(rows) - answers_in(path, rows)).max() < LIMIT
        else:
            assert "cannot be run on 64 rows" in refusal(path)


def fitted(estimator, X, y):
    with pytest.warns(ConvergenceWarning):
        return estimator.fit(X, y)


NETWORK = {"hidden_layer_sizes": (7, 5), "max_iter": 3, "random_state": 0}


def test_classifiers_of_scikit_learn_answer_as_before():
    random = np.random.default_rng(1)
    X = random.normal(size=(90, 6))
    score = X @ random.normal(size=6)
    three = np.digitize(score, (-1, 1))
    several = np.stack([score > 0, score > 1], axis=1).astype(int)
    targets = (three, np.array(["low", "mid", "high"])[three], three * 2 + 5, score > 0, np.where(score > 0, "b", "a"))
    for y, activation in zip(
        (*targets, several), ("relu", "tanh", "logistic", "identity", "relu", "tanh"), strict=True
    ):
        made = fitted(MLPClassifier(activation=activation, **NETWORK), X, y)
        model = import_model(made)
        assert np.abs(model.predict_proba(X) - made.predict_proba(X)).max() < 1e-6
        if y is several:
            assert (model.predict(X) == made.predict(X)).all()
        else:
            assert (model.classes_[model.predict(X)] == made.predict(X)).all()
            assert model.classes_.dtype.kind == made.classes_.dtype.kind
        assert "MLPClassifier" in model.receipt["not_verifiable"]


def test_regressors_and_scalers_of_scikit_learn_answer_as_before():
    random = np.random.default_rng(1)
    X = random.normal(size=(90, 6)) * 50 + 900
    y = np.stack([X.sum(axis=1), X[:, 0]], axis=1) / 900
    for scaler in (StandardScaler(), StandardScaler(with_mean=False), StandardScaler(with_std=False), MinMaxScaler()):
        for target in (y, y[:, 0]):
            made = fitted(make_pipeline(scaler, MLPRegressor(**NETWORK)), X, target)
            model = import_model(made)
            assert np.abs(model.predict(X).reshape(target.shape) - made.predict(X)).max() < 1e-6
    narrow = fitted(MLPRegressor(**NETWORK), X.astype(np.float32), y)
    assert import_model(narrow).network.parameters.flat.dtype == np.float32


def test_other_estimators_are_refused_by_name():
    random = np.random.default_rng(1)
    X, y = random.normal(size=(20, 2)), random.integers(0, 2, 20)
    polynomial = fitted(make_pipeline(PolynomialFeatures(), StandardScaler(), MLPClassifier(**NETWORK)), X, y)
    for source, words in (
        (MLPClassifier(), "not fitted"),
        (StandardScaler(), "expected the name of an ONNX file"),
        (polynomial, "PolynomialFeatures, StandardScaler, MLPClassifier"),
        (None, "expected the name of an ONNX file"),
    ):
        assert words in refusal(source)


@pytest.mark.parametrize("zipmap", [True, False])
def test_classifiers_that_skl2onnx_wrote_keep_their_classes(tmp_path, zipmap):
    for classes in (np.array(["bee", "cat", "dog"]), np.array([3, 5, 9]), np.array([0, 1]), np.array(["7", "8"])):
        net = Net(("N", 6)).add("Cast", to=FLOAT).matmul(7).add("Relu")
        net.matmul(len(classes) if len(classes) > 2 else 1).add("Softmax" if len(classes) > 2 else "Sigmoid")
        last = net.x
        path = net.save(tmp_path / "net.onnx", *scikit_classifier(net, classes, zipmap))
        model = import_model(path)
        assert model.classes_.tolist() == classes.tolist()
        onnx_model = onnx.load(path)
        onnx_model.graph.output.append(onnx.helper.make_tensor_value_info(last, FLOAT, None))
        kept = [one for one in onnx_model.graph.node if one.op_type != "ZipMap"]
        p = model.predict_proba(ROWS)
        del onnx_model.graph.node[:], onnx_model.graph.output[1]
        onnx_model.graph.node.extend(kept)
        label, outputs = ReferenceEvaluator(onnx_model).run(None, {"input": ROWS})
        assert np.abs(p[:, -outputs.shape[1] :] - outputs).max() < LIMIT
        assert (model.classes_[model.predict(ROWS)] == np.asarray(label).astype(classes.dtype)).all()


def test_labels_that_skl2onnx_wrote_are_labels_also_with_the_probabilities_of_their_absence(tmp_path):
    net = Net(("N", 6)).matmul(7).add("Relu").matmul(2).add("Sigmoid")
    p = net.x
    label = net.add("Binarizer", domain="ai.onnx.ml", threshold=0.5).add("Cast", to=7).x
    net.x = p
    absent = net.add("Sub", before=[net.constant(np.array([1.0]), "unity")]).x
    both = net.add("Concat", p, axis=1).x
    path = net.save(tmp_path / "net.onnx", (label, 7, ["N", 2]), (both, FLOAT, ["N", 4]))
    model = import_model(path)
    assert model.targets.name == "multilabel"
    assert np.abs(model.outputs(ROWS) - answers_in(path, number=1)[:, 2:]).max() < LIMIT
    alone = net.save(tmp_path / "alone.onnx", (both, FLOAT, ["N", 4]))
    assert "two probabilities for each" in refusal(alone)
    assert "different branches" in refusal(
        net.save(tmp_path / "half.onnx", (absent, FLOAT, ["N", 2]), (p, FLOAT, None))
    )


def test_what_is_not_a_chain_is_refused_by_operator_or_branch(tmp_path):
    def residual(net):
        before = net.x
        return net.gemm(9).add("Relu").add("Add", before).gemm(2)

    def exact_gelu(net):
        z = net.x
        root, one, half = (net.constant(np.array(v)) for v in (1.4142135, 1.0, 0.5))
        net.add("Div", root).add("Erf").add("Add", one).add("Mul", before=[z]).add("Mul", half)
        return net.gemm(2)

    def heads(net):
        hidden = net.x
        first = net.gemm(2).x
        net.x, net.width = hidden, 9
        return [(first, FLOAT, None), (net.gemm(3).x, FLOAT, None)]

    def shared(net):
        net.add("Gemm", net.constant(np.full((60, 60), 0.1), "same"), transB=1)
        for _ in range(30):
            net.add("Relu").add("Gemm", "same", transB=1)
        return net

    cases = {
        "Conv": lambda net: net.add("Conv", net.constant(np.ones((1, 1, 3, 3)))),
        "Selu": lambda net: net.add("Selu").gemm(2),
        "slope is 1000000000, expected -1000000 to 1000000": lambda net: net.gemm(2).add("LeakyRelu", alpha=1e9),
        "operator Gelu": lambda net: net.add("Gelu").gemm(2),
        "Erf": exact_gelu,
        "a branch": residual,
        "different branches": heads,
        "transA": lambda net: net.gemm(2, transA=1),
        "Softmax": lambda net: net.add("Softmax").gemm(2),
        "operator Clip": lambda net: net.add("Clip", net.constant(np.array(0.0)), net.constant(np.array(6.0))).gemm(2),
        "LSTM": lambda net: net.add("LSTM", hidden_size=4),
        "com.microsoft.Gelu": lambda net: net.add("Gelu", domain="com.microsoft").gemm(2),
        "Transpose": lambda net: net.add("Transpose").gemm(2),
        "in training mode": lambda net: net.add("Dropout", net.constant(np.array(0.5)), net.constant(np.array(True))),
        "used many times": shared,
    }
    for words, build in cases.items():
        net = Net().gemm(9).add("Relu")
        built = build(net)
        path = net.save(tmp_path / "net.onnx", *(built if isinstance(built, list) else ()))
        assert words in refusal(path), words
    net = Net()
    trees = onnx.helper.make_node("TreeEnsembleClassifier", [net.x], ["label", "scores"], domain="ai.onnx.ml")
    net.nodes.append(trees)
    path = net.save(tmp_path / "trees.onnx", ("label", 7, ["N"]), ("scores", FLOAT, ["N", 2]))
    assert "operator ai.onnx.ml.TreeEnsembleClassifier, node 'label': not supported" in refusal(path)
    early = Net().add("Tanh").gemm(3).save(tmp_path / "early.onnx")
    assert "no dense layer before it" in refusal(early)
    path = tmp_path / "two.onnx"
    net = Net().gemm(3)
    proto = net.proto()
    proto.graph.input.append(onnx.helper.make_tensor_value_info("second", FLOAT, ["N", 2]))
    path.write_bytes(proto.SerializeToString())
    assert "2 inputs ('input', 'second')" in refusal(path)


def test_the_largest_input_in_files_is_that_of_bytes_or_given(tmp_path):
    bytes_ = Net(("N", 6), dtype=onnx.TensorProto.UINT8).add("Cast", to=FLOAT).gemm(3).save(tmp_path / "bytes.onnx")
    floats = Net(("N", 6)).gemm(3).save(tmp_path / "floats.onnx")
    assert (import_model(bytes_).scaling.maximum, import_model(floats).scaling.maximum) == (255, 1)
    wide = import_model(floats, maximum=16)
    assert wide.scaling.maximum == 16
    assert np.abs(wide.predict(ROWS) - answers_in(floats)).max() < LIMIT
    with pytest.raises(OptionError):
        import_model(floats, maximum=-1)


def test_a_file_that_is_absent_or_something_else_is_refused(tmp_path):
    for path, code in ((tmp_path / "none.onnx", "GN001"), (tmp_path, "GN002")):
        with pytest.raises(FileError) as caught:
            import_model(path)
        assert caught.value.code == code
    text = tmp_path / "text.onnx"
    text.write_text("a,b\n1,2\n")
    assert "not an ONNX file" in refusal(text)


def test_double_precision_stays(tmp_path):
    path = Net(dtype=DOUBLE).gemm(7).add("Tanh").gemm(2).save(tmp_path / "net.onnx")
    model = import_model(path)
    assert model.network.parameters.flat.dtype == np.float64
    assert np.abs(model.predict(ROWS.astype(float)) - answers_in(path, ROWS.astype(float))).max() < 1e-12


def test_inputs_have_bounds_only_if_a_maximum_is_known(tmp_path):
    any_numbers = SampleLayout(bounded=False)
    path = Net().gemm(4).save(tmp_path / "net.onnx")
    model = import_model(path)
    assert (model.layout, model.scaling.maximum) == (any_numbers, 1)
    save_model(model, tmp_path / "model.safetensors")
    back = load_model(tmp_path / "model.safetensors")
    assert (back.layout, back.hash()) == (any_numbers, model.hash())
    export(back, tmp_path / "back.onnx", to="onnx")
    assert import_model(tmp_path / "back.onnx").layout == any_numbers
    bounded = import_model(path, maximum=4)
    assert (bounded.layout, bounded.scaling.maximum) == (SampleLayout(), 4)
    export(bounded, tmp_path / "bounded.onnx", to="onnx")
    again = import_model(tmp_path / "bounded.onnx")
    assert (again.layout, again.scaling.maximum) == (SampleLayout(), 4)
    with pytest.warns(ConvergenceWarning):
        fitted = MLPClassifier(4, max_iter=5, random_state=0).fit(ROWS, ROWS[:, 0] > 0)
    assert import_model(fitted).layout == any_numbers
