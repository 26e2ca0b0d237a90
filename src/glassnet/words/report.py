"""Words of the report and of the page of one answer, in addition to those shared with plots."""

from __future__ import annotations

from ..messages.formats import below_all
from .plots import words_in
from .speaking import Say

WORDS: dict[str, str] = {
    # the head
    "report": "glassnet: report",
    "untitled": "unnamed model",
    "lead_classes": "The model classifies {right} of the {samples} samples of {source} correctly.",
    "lead_target": "The model predicts {target} correctly for {right} of the {samples} samples of {source}.",
    "lead_target_numbers": "On the {samples} samples of {source}, the model explains {r2} of the variance of {target}.",
    "lead_numbers": "On the {samples} samples of {source}, the model explains {r2} of the variance.",
    "lead_quantile": "Of the {samples} samples of {source}, {coverage} are at or below the predicted quantile.",
    "lead_worse": (
        "On the {samples} samples of {source}, the model is less accurate than always predicting the mean of these "
        "samples."
    ),
    "lead_none": "How the model is built and how it was trained.",
    "too_good": "{line} ({why})",
    "weighted": "The samples have weights: accuracy, loss, R² and RMSE are weighted means.",
    "held_out": "Evaluated on the samples of {source} that were held out from training.",
    "evaluated_interval": "As measured on these samples: {scores}.",
    "evaluated_crossed": (
        "The cross-validation of the training, in which every row was predicted by a network trained without it, is "
        "the better estimate: {scores}."
    ),
    "trained_on_these": (
        "The model was trained on these samples, so the results do not show how well it predicts new ones."
    ),
    "without_data": "Omitted because no data were given: {sections}.",
    "add_data": "To add these sections, name labelled data:",
    "contents": "On this page",
    # figures at the top
    "explained": "variance explained (R²)",
    "rmse": "root mean squared error (RMSE)",
    "coverage": "at or below the prediction",
    "pinball": "pinball loss",
    "loss_sample": "mean loss per sample",
    "samples_tested": "samples evaluated",
    "samples_trained": "training samples",
    "parameters": "weights and biases",
    "calibration": "calibration error",
    "macro_f1": "macro F1",
    # beside baselines
    "comparison": "Comparison with simpler models",
    "the_network": "network",
    "linear_model": "linear model",
    "class_frequencies": "class frequencies",
    "label_frequencies": "label frequencies",
    "mean_model": "mean in training",
    "mean_of_these": "mean of these samples",
    "balanced_accuracy": "balanced accuracy",
    "log_loss": "log loss",
    "ridge": "ridge regression",
    "logistic": "logistic regression",
    "linear_from": (
        "All are evaluated on the same samples. The linear model is {kind} with an L2 penalty of 1, fitted on {rows} "
        "training samples with the inputs of the network."
    ),
    "no_linear": (
        "Both are evaluated on the same samples. A linear model needs the training data: name them with --train."
    ),
    "constant_from": "The last line always gives the same prediction, learned from {source}.",
    "these_samples": "the evaluated samples",
    "balanced_text": "Balanced accuracy is the mean of the recalls of the classes.",
    "worse_than_constant": "The network predicts worse than a constant, by its {score}.",
    "better_than_constant": "The {score} of the network is {share} lower than that of a constant prediction.",
    "worse_than_linear": "A linear model predicts as well as the network or better, by its {score}.",
    "better_than_linear": "The {score} of the network is {share} lower than that of a linear model.",
    # thresholds
    "thresholds": "Thresholds",
    "thresholds_text": (
        "The model predicts {positive} if its probability is at least {own}. Another threshold exchanges missed "
        "samples for false alarms."
    ),
    "roc_title": "ROC curve, AUC {auc}",
    "roc_label": "ROC curve",
    "precision_title": "precision and recall, average precision {ap}",
    "precision_label": "precision against recall",
    "false_positive_rate": "false positive rate",
    "curves_text": "Dots mark thresholds. The dashed lines are those of guessing; {share} of the samples are positive.",
    "threshold_best": (
        "The threshold {threshold} has the best balanced accuracy, {balanced} instead of {half_balanced} at {own}; the "
        "accuracy is then {accuracy} instead of {half_accuracy}. It was chosen on these samples, so on new ones it "
        "will be slightly worse."
    ),
    "threshold": "threshold",
    "predicted_positive": "predicted positive",
    # how it was trained
    "made": "Training",
    "no_receipt": "The file has no training record, so the training data and options are unknown.",
    "network": "network",
    "ensemble": "ensemble of {members} networks: {network}",
    "joined": "{members} networks of {nodes} hidden nodes, side by side",
    "hidden_nodes": "{activation} hidden nodes",
    "output_nodes": "{activation} outputs",
    "with_bias": "with biases",
    "without_bias": "without biases",
    "trained_on": "training data",
    "samples_of": "{source}, {samples} samples",
    "part_folds": "{folds} folds, each left out in the training of some networks",
    "part_stopping": "a fraction held out for early stopping",
    "part_aside": "a fraction held out for testing",
    "part_groups": "no part separates rows of one group ({columns})",
    "part_time": "the held-out rows are the latest ({column})",
    "part_weight": "weighted by the column {column}",
    "part_validation": "validated on {source}, {samples} samples",
    "an_array": "an array",
    "learning": "method",
    "learning_line": (
        "rule {rule}, loss {loss}, optimizer {optimizer}, learning rate at most {rate}, schedule {schedule}"
    ),
    "length": "length",
    "length_line": "{epochs} epochs, batch size {batch}",
    "kept": "weights kept",
    "kept_line": "those after epoch {epochs}, which had the lowest validation loss",
    "kept_by_metric": "those after epoch {epochs}, the best by {metric} of the validation rows",
    "values_in_out": "scaling",
    "values_line": "inputs {inputs}; targets {targets}",
    "inputs_columns": "encoded column by column",
    "inputs_each": "standardised, each to mean 0 and standard deviation 1",
    "targets_classes": "{low} and {high}",
    "targets_labels": "{low} and {high}, multiple labels per sample",
    "targets_numbers": "standardised numbers",
    "deskews": "images",
    "deskews_line": "deskewed before scaling",
    "temperature": "temperature",
    "temperature_line": "{temperature}; the logits are divided by it to calibrate the confidence",
    "decision": "decision",
    "decision_line": "{line}",
    "covered": "{covered} of the true numbers are within their {coverage} intervals.",
    "judged_note": "Judged by {line}.",
    "majority_note": "Accuracy of a constant answer, {line}.",
    "seed": "seed",
    "seed_line": "{seed}, engine {engine}, {dtype}",
    "test_then": "test result",
    "test_line": "{scores} on {samples} samples",
    "crossed": "{folds}-fold cross-validation",
    "with_interval": "{score} (95% interval {low} to {high})",
    "parent": "trained further from",
    "resumed": "resumed in another environment",
    "versions": "versions",
    "blas": "BLAS",
    "processor": "processor",
    "weights_hash": "SHA-256 of the weights",
    "data_hash": "SHA-256 of the data",
    "make_again": "To repeat the training and compare the weights bit by bit:",
    "all_options": "All {count} options",
    "option": "option",
    "value": "value",
    "meaning": "description",
    "differs": "Bold: differs from recipe {recipe}",
    "yes": "yes",
    "no": "no",
    # the learning curve
    "curve": "Learning curve",
    "curve_text": (
        "Training loss and accuracy are measured on each sample just before its update, so they lag slightly behind "
        "the network."
    ),
    "curve_members": "The bold line is the first ensemble member; the faint lines are the other members.",
    "curve_label": "{what} during training",
    "no_curve": (
        "The file has no learning curve: an older version of glassnet wrote it, or the weights were not trained."
    ),
    # classes
    "confusion": "Confusion matrix",
    "confusion_text": (
        "Rows are true classes, columns predicted classes. Correct predictions are on the diagonal; the stronger the "
        "colour, the more mistakes."
    ),
    "confusion_large": (
        "Each dot is a pair of classes: blue for correct predictions, orange for mistakes. The colour follows the "
        "square root of the count."
    ),
    "confusion_picture": "confusion matrix of {classes} classes",
    "commonest": "Most frequent mistakes",
    "no_mistakes": "There are no mistakes.",
    "taken_for": "{true} predicted as {answer}",
    "times": "count",
    "mistake": "mistake",
    "classes": "Metrics by class",
    "classes_text": (
        "Precision: the fraction of predictions of the class that are correct. Recall: the fraction of samples of the "
        "class that are found. F1: the harmonic mean of the two."
    ),
    "classes_worst": "Listed are the {shown} classes with the lowest F1, of {classes} in total.",
    "label": "label",
    "missed": "missed",
    "how_often": "{name} ({count})",
    "mostly_for": "most often predicted as",
    # regression
    "errors_numbers": "Prediction errors",
    "scatter_label": "predicted against true",
    "error_label": "distribution of errors",
    "residual_label": "errors by prediction",
    "residual_text": (
        "In the last plot, the orange lines are the median error and the middle 80% of the errors, in bins with the "
        "same number of samples; without a systematic error, the median lies on the dashed line."
    ),
    "spread_found": "Half of the errors are within ±{half}, and 80% between {low} and {high}.",
    "answer_less_true": "predicted − true",
    "scatter_some": "The plot shows {dots} of the {samples} samples, evenly spaced.",
    "outer_bars": "The outer bars include the largest 2% of the errors.",
    "number": "target",
    "mean_error": "MAE",
    "furthest": "Largest errors",
    "row": "row",
    "off_by": "error",
    "outputs_some": "Only the first {shown} of {outputs} targets are plotted.",
    # reliability
    "reliability": "Calibration",
    "reliability_label": "accuracy by confidence",
    "reliability_text": (
        "Of the predictions with a confidence of 80%, 80% should be correct: the line across a bar (the accuracy) "
        "should lie on the dashed line. Orange marks the difference."
    ),
    "reliability_found": (
        "The expected calibration error is {error}. The mean confidence is {confidence}, the accuracy {accuracy}: "
        "{verdict}"
    ),
    "too_sure": "the model is overconfident.",
    "too_careful": "the model is underconfident.",
    "well_sure": "on average they agree.",
    "reliability_labels": "Each label of a sample counts as one prediction.",
    # misclassified samples
    "misread_section": "Most confident mistakes",
    "misread_text": (
        "Misclassified samples: {count}; the {shown} with the highest confidence are shown. Some may be wrongly "
        "labelled."
    ),
    "misread_none": "All samples are classified correctly.",
    "is_read_as": "{label}, predicted {answer}",
    "sure": "confidence {share}",
    "row_number": "row {row}",
    "named_row": "{source}, row {row}",
    "sample_picture": "sample, {row}",
    # why
    "why": "Mistakes explained",
    "why_text": (
        "The margin (the logit of the predicted class minus that of the true class) is attributed to the inputs: "
        "orange supports the predicted class, blue the true one."
    ),
    "why_missing": (
        "Missing strokes cannot be shown: blank pixels (black ones in a photograph) contribute zero by construction."
    ),
    "why_middle": (
        "The baseline is the middle of each column: the median of a number, equal shares of words, and of many words "
        "their mean in training."
    ),
    "why_head": "{name}: true {label}, predicted {answer}",
    "why_head_target": "{name}: {target} is {label}, predicted {answer}",
    "why_head_target_unknown": "{name}: {target} predicted {answer}",
    "with_probability": "{answer} with probability {share}",
    "why_sample": "sample",
    "why_pixels": "for {answer} (orange), for {rival} (blue)",
    "why_flip": "counterfactual, predicted {answer}",
    "why_no_flip": "No small change was found that changes the prediction.",
    "why_alike_labels": "nearest training samples, labelled {labels}",
    "why_gap": (
        "The margin of {answer} over {rival} is {gap}. Among the {nodes} nodes of the last hidden layer, {half} make "
        "up half of the positive contributions."
    ),
    "why_true_third": "The true class, {label}, has rank {place}.",
    "why_change": "The change has length {distance}, where 1 means one value moved across its whole range.",
    "why_no_training": "Name the training data with --train to show the nearest training samples.",
    "input": "input",
    "why_rest": "The remaining inputs add up to {rest}.",
    # one answer, on a page of its own
    "why_kicker": "glassnet: explanation of a prediction",
    "why_head_unknown": "{name}: predicted {answer}",
    "why_lead_label": "The logit of the label is {gap}; above 0 the label is predicted.",
    "why_lead_number": "Contributions of the hidden nodes and of the inputs to the predicted value, {gap}.",
    "why_lead_columns": "The model predicts {answer}. In the middle of each column, it would predict {baseline}.",
    "why_lead_probability": (
        "The model predicts {answer} with probability {share}. In the middle of each column, this probability would "
        "be {baseline}."
    ),
    "tile_probability": "probability of {answer}",
    "tile_gap": "margin between the two best classes",
    "tile_sum": "logit",
    "tile_number": "predicted value",
    "tile_blank": "baseline (blank image)",
    "tile_middle": "baseline (middle of each column)",
    "tile_zero": "baseline (all inputs 0)",
    "tile_flip": "length of the counterfactual change",
    "why_answers": "Outputs",
    "why_output": "output",
    "why_probabilities": "Probabilities",
    "probability": "probability",
    "why_nodes": "Contributions of the hidden nodes",
    "why_nodes_text": (
        "The last layer is linear in the activations of the {count} nodes below it, so their contributions and the "
        "biases add up exactly."
    ),
    "why_looks": (
        "Weights into these nodes, each at the place of its pixel, with the node's contribution. Ink (light in a "
        "photograph) excites the node where the weight is orange and inhibits it where the weight is blue."
    ),
    "hidden_node": "hidden node",
    "share": "contribution",
    "why_biases": "biases",
    "others_count": "{count} others",
    "total": "total",
    "why_inputs": "Contributions of the inputs",
    "columns_take": (
        "The columns take {what} from {baseline} to {gap} (integrated gradients). The baseline is the middle of each "
        "column: the median of a number, equal shares of words, and of many words their mean in training."
    ),
    "what_margin": "the margin of {answer} over {rival} (difference of the logits{decided})",
    "what_logit": "the logit of {name}{decided}",
    "with_decision": ", with the decision",
    "why_added": "The inputs add {inputs} to the baseline of {baseline} (integrated gradients).",
    "why_flips": "Counterfactual",
    "why_flip_asked": "For this slightly changed sample the model predicts {answer}. A smaller change may exist.",
    "why_whole": "All other columns stay as they are.",
    "why_difference": "change: more (orange), less (blue)",
    "before": "before",
    "after": "after",
    "why_resembles": "Nearest training samples",
    "why_near": (
        "The samples of {source} with the most similar activations in the last hidden layer (Euclidean distance)."
    ),
    "why_the_training": "the training data",
    "distance": "distance",
    "value_missing": "missing",
    "value_other": "a rare or unseen word",
    "value_unknown": "unknown",
    # columns
    "columns": "Importance and effect of the columns",
    "effects": "Effect of the most important columns",
    "effects_text": (
        "Mean prediction ({what}) if all rows had the same value in the column and their own in the others (partial "
        "dependence). All plots have the same scale. Ticks at the lower edge are quantiles of the data, from the 1st "
        "to the 99th percentile, higher where several coincide. Next to a word is its share of the rows; its bar "
        "starts at the mean. Where columns are correlated, averages include combinations that do not occur."
    ),
    "probability_of_most": "probability of {names}, which are affected most",
    "probability_of": "probability of {names}",
    # weights
    "weights_section": "Weights and importance",
    "column": "column",
    "columns_shuffled": (
        "How much worse the predictions are when a column is shuffled among the samples (permutation importance, mean "
        "of three shuffles). Columns with the same information share their importance."
    ),
    "rises_by": "increase in {score}",
    "falls_by": "decrease in {score}",
    "weights_pictures": (
        "Weights into nodes of the first hidden layer, each at the place of its pixel. Ink (light in a photograph) "
        "excites the node where the weight is orange and inhibits it where the weight is blue. {order}"
    ),
    "by_matter": (
        "Sorted by importance: the number is the node's mean absolute contribution to the margin between the two best "
        "classes."
    ),
    "by_size": "Sorted by the norm of the weights, which is the number shown.",
    "of_first": "Shown for the first ensemble member.",
    "weights_picture": "weights into node {node}",
    "weights_inputs": (
        "Mean absolute weight from each input into the first layer. Comparable for inputs of the same scale; it "
        "indicates which inputs are used but does not measure their importance."
    ),
    "mean_weight": "mean absolute weight",
    "inputs_some": "The {shown} largest of {inputs}.",
    "nodes_of_layers": "Hidden layers",
    "hidden": "layer",
    "nodes": "nodes",
    "activation": "activation",
    "flat": "derivatives near 0",
    "nodes_text": (
        "A node is dead if its derivative is near 0 on every sample, so that it no longer trains, and saturated if it "
        "is near 0 on more than {share:.0%} of them."
    ),
    "no_hidden": "The network has no hidden layer.",
    # the data doctor
    "doctor": "Findings of the data doctor",
    "doctor_healthy": "No problems were found in the data.",
    "doctor_none": "The data were not examined. To examine them:",
    "error": "error",
    "warning": "warning",
    "remark": "remark",
    "finding": "finding",
    "what_to_do": "what to do",
    "rows_found": "rows {rows}",
    "and_more": "{rows}, … ({count} in total)",
    # one hidden node, on a page of its own
    "node_kicker": "glassnet: a hidden node",
    "node_title": "Node {node} of hidden layer {layer}",
    "node_mean_text": (
        "Activation {activation}. On {samples:,} samples of {source} its mean activation is {mean}; it is saturated on "
        "{flat} of them."
    ),
    "node_mean_text_off": (
        "Activation {activation}. On {samples:,} samples of {source} its mean activation is {mean}; it is off (about "
        "0) on {flat} of them."
    ),
    "node_outputs": "Classes and outputs",
    "node_by_class_text": "Mean activation on the samples of each class.",
    "node_by_label_text": "Mean activation on the samples with each label.",
    "node_by_number_text": "Correlation of the activation with each target.",
    "node_adds_text": (
        "Average contribution to the logit of each output: activation times weight. Logits are linear in this layer, "
        "so it is exact."
    ),
    "node_adds_below_text": (
        "Average contribution to the logit of each output: activation times the gradient of the logit by it."
    ),
    "node_pattern": "Input pattern",
    "node_pattern_text": (
        "Weights into the node: positive inputs with a positive weight excite it, with a negative one inhibit it."
    ),
    "node_pattern_below_text": "Gradient of the node's weighted sum by the inputs, averaged over the samples.",
    "node_colours": "excites (orange), inhibits (blue)",
    "activation_value": "activation",
    "node_weight": "weight or gradient",
    # the foot
    "written_by": "Written by glassnet {version}. This file works offline and without scripts.",
    "mnist_notice": "Digits from MNIST, © Yann LeCun and Corinna Cortes, CC BY-SA 3.0.",
}
"""Key -> the English words; see `plots.words_in`."""


def say_in(language: str) -> Say:
    """Return a function that gives the words of a key in a language, those of plots included."""
    return words_in(language, WORDS)


def percent(share: float) -> str:
    """Format a fraction as a percentage with two decimals; none for whole percentages."""
    if share != share:
        return "–"
    text = f"{below_all(share):.2%}".replace("-", "−").removesuffix("%")
    text = text.rstrip("0").rstrip(".") if text.endswith(".00") else text
    return f"{text}%"
