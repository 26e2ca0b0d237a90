"""Results and progress lines of the commands.

Errors, and remarks on data, are not in here: `messages` has the Chinese of those, by their English sentence.
"""

from __future__ import annotations

from .speaking import Say

CLI_WORDS: dict[str, str] = {
    # progress of a training run
    "epoch_done": "epoch {epoch}: training loss {loss:.4f}{accuracy}{validation}, {seconds:.2f} s",
    "and_accuracy": ", accuracy {accuracy:.2%}",
    "and_validation": ", validation loss {loss:.4f}{accuracy}",
    "bar_epoch": "epoch",
    "bar_loss": "loss",
    "replaying": "retraining epochs {first} to {last} of {epochs}; each takes as long as in the original run",
    "serve_running": "this is the service's address; Ctrl+C ends it. Try: {example}",
    "serve_without_token": "{host}: without --token, anyone who reaches this address can use the models",
    "studio_running": "this is the studio's address; Ctrl+C ends it",
    # learn
    "learn_look": "look again at the exercise {exercise}: {command}",
    "learn_numbers": "with the numbers of seed {seed}: {numbers}",
    "learn_printed": "the program printed: {line}",
    "worksheet_written": "page      {file}: {sheets} sheets of {exercises} exercises, and the answer key",
    # data
    "show_target": "a table without column names; to see how training would use them: {command}",
    # result of a test
    "right": "{accuracy:.2%} right ({right:,} of {samples:,}), loss {loss:.4f}",
    "right_by_weight": "{accuracy:.2%} right by weight ({right:,} of {samples:,} rows), loss {loss:.4f}",
    "numbers": "R² {r2:.4f}, RMSE {rmse}, loss {loss:.4f}",
    "interval_coverage": "{covered:.1%} of the targets are within their {coverage:.0%} intervals",
    "weighted": "scores weighted by the column {column!r}",
    "quantile": "{coverage:.2%} at or below the prediction, pinball loss {pinball}, loss {loss:.4f}",
    # train
    "network": "network   {sizes}, rule {rule}, {epochs} epochs of {samples:,} samples, engine {engine} ({dtype})",
    "joined_whole": "{sizes} ({members} networks of {member})",
    "joined": "{sizes} ({members} networks of {member}, each trained without one fold)",
    "stream": (
        "stream    {rows:,} rows, {groups:,} row groups in {parts:,} files, windows of {window:,}, {rate:,.0f} rows/s"
    ),
    "parent": "from      {file}, hash {hash}",
    "kept": "kept      weights after epoch {epoch} ({by})",
    "kept_of_each": "kept      best epochs of the {networks} networks: {epochs} ({by})",
    "by_loss": "lowest validation loss",
    "by_metric": "by {metric} of the validation rows",
    "test": "test      {score}",
    "test_weights": "          weighted by the column {column!r}, as training is",
    "own_validation": "validated on {source}, {samples:,} samples",
    "judged": "judged    {line}",
    "majority": "majority  {line}",
    "decision": "decision  {line}",
    "interval": "interval  {scores} (95% confidence)",
    "folds": "{folds} folds   {scores} of all {samples:,} rows, each tested by a network trained without it",
    "folds_in_time": "{folds} folds   {scores} of {samples:,} rows, each tested by a network trained on earlier rows",
    "accuracy_of": "accuracy {score}",
    "coverage_of": "coverage {score}",
    "pinball_of": "pinball loss {score}",
    "to": " to ",
    "time": "time      load {load:.2f} s, compile {compile:.2f} s, train {train:.2f} s, test {test:.2f} s",
    "time_without_compiling": "time      load {load:.2f} s, load compiled loops {compile:.2f} s, train {train:.2f} s, "
    "test {test:.2f} s",
    "model": "model     {file}",
    "model_replaced": "model     {file} (the earlier model was replaced)",
    "model_renamed": "model     {file} ({wanted} already exists)",
    "pictures": "pictures  {files}",
    "next": "next      {command}",
    # test
    "corner": "true \\ predicted",
    "right_column": "right",
    "misread": "wrong     {count:,} misclassified samples, the most confident first:",
    "misread_as": "{row}: {label}, predicted {answer}",
    "row": "row {row}",
    "row_of_file": "row {row} ({file})",
    # query, read
    "interval_of": "{share:.0%} interval: {interval}",
    "answers_written": "answers   {file} ({count:,} predictions)",
    "sure": "confidence {share:.1%}",
    "answer_from": ", the answer from {least:.1%} on",
    "none_holds": "none",
    "no_digit": "no digit found",
    "not_sure": "not sure: {reason}",
    "reason_not_a_digit": "looks like a sign or a letter",
    "reason_other_line": "among words or signs",
    "reason_edge": "touches the edge of the picture",
    "reason_faint": "too faint",
    "reason_wide": "may be two digits",
    "reason_not_writing": "does not look like writing on paper",
    "reason_upside_down": "the picture may be upside down",
    "reason_ruling": "printed lines are in the way",
    "reason_unclear": "could be {answer} or {second}",
    "digit_not_sure": "line {line}, digit {place}: {words}",
    "turned": "turned by {degrees}° clockwise to read it",
    "tilted": "a tilt of {degrees:.0f}° corrected",
    "if_turned": "{answer} if the picture is turned by {degrees}° clockwise",
    "upside_down": "upside down it is as plausible: {text} if the picture is turned by 180°",
    "other_line": "line {line}: not digits",
    "no_digit_line": "no line of digits: words, sums or signs",
    "digits_not_sure": "{count} of {total} digits not sure: {reasons}",
    "some_not_a_digit": "{count} like a sign or a letter",
    "some_other_line": "{count} among words or signs",
    "some_edge": "{count} at the edge of the picture",
    "some_faint": "{count} too faint",
    "some_wide": "{count} perhaps two digits in one",
    "some_not_writing": "{count} not like writing on paper",
    "some_upside_down": "{count} perhaps upside down",
    "some_ruling": "{count} with printed lines in the way",
    "some_unclear": "{count} unclear",
    # report
    "no_test": "test      none: name labelled DATA to have the model tested in the report",
    "data_written": "wrote     {file}: {rows:,} rows, {size:,.2f} MB",
    "data_unchanged": "unchanged {file}: {rows:,} rows, {size:,.2f} MB",
    "report": "report    {file} ({size:,.0f} kB)",
    # export
    "exported": "exported  {file} ({size:,.1f} kB)",
    "proved_bits": "proof     {rows:,} rows of {source}, run by {tool}: the same bits as the model's portable answers",
    "proved_bits_int8": (
        "proof     {rows:,} rows of {source}, run by {tool}: the same bits as the model's portable answers with "
        "weights of 8 bits"
    ),
    "proved_close": (
        "proof     {rows:,} rows of {source}, run by {tool}: the same answers, outputs within {largest:.1e}"
    ),
    "differs": (
        "different {rows:,} rows of {source}, run by {tool}: {differ:,} other answers, outputs differ by up to "
        "{largest:.1e}"
    ),
    "stored_differs": "different {what}",
    "not_run": "proof     none, because nothing here can run the file: {why}",
    "quantized": "int8      the same answer as with weights of 32 bits for {agreement:.2%} of the rows",
    "quantized_accuracy": "          accuracy {accuracy:.2%} instead of {before:.2%}",
    # show
    "samples": "{source}: {count:,} samples of {features} values{shape}",
    "drawn_as": ", drawn as {rows} × {columns}",
    "in_colour": " in colour",
    "values": "values {minimum:g} to {maximum:g}, {zeros:.0%} of them 0",
    "label": "label {label}",
    "one_sample": "{source}, {row}: label {label}",
    "picture": "picture   {file}",
    "distorted": "picture   {file}: original, each augmentation, and all together as in training",
    "table_size": "{source}: {rows:,} rows, {columns:,} columns",
    "column_head": "column",
    "kind_head": "kind",
    "missing_head": "missing",
    "different_head": "distinct",
    "examples_head": "examples",
    "value_missing": "(missing)",
    # import
    "imported": "imported  {file}, a network {network}",
    "imported_classes": "outputs   {count} classes: {names}",
    "imported_labels": "outputs   {count} labels: {names}",
    "imported_numbers": "outputs   {count} numbers",
    "compared_import": "compared  {rows} random rows: outputs within {largest:.1e} of those of the source",
    # info
    "networks_joined": "{count} networks joined",
    "comma": ", ",
    "listing": ", ",
    "yes": "yes",
    "no": "no",
    "own_options": "{options}; all others as in recipe {recipe} (--json lists them)",
    "recipe_options": "as in recipe {recipe} (--json lists them)",
    # verify
    "same_bits": "same bits after retraining {epochs} epochs, hash {hash}",
    "same_bits_of_each": "same bits after retraining {networks} networks, for {epochs} epochs, hash {hash}",
    "choice_repeated": "          the validation data, {source}, choose the same epochs again",
    "choice_not_repeated": (
        "          not checked: whether {source} ({samples:,} samples) chooses these epochs; name it with "
        "--validation-data"
    ),
    "bits_differ": "different: {where}",
}
"""Key -> the English text; see `speaking.speaking`."""


NO_DIGIT = ("not_a_digit", "not_writing", "other_line")
"""Reasons for which texts and pictures show neither a digit nor a percentage, because it may be none."""


def digit_words(say: Say, answer: str, second: str, confidence: float, reason: str | None) -> str:
    """Return the prediction as a line of text.

    `say` has the texts of `CLI_WORDS` in a language; `second` is the second most likely class. The confidence is 0 to
    1, and `reason` why it is not sure, a value of `handwriting.reasons.Reason`; None if it is.
    """
    sure = say("sure", share=confidence)
    if reason is None:
        return f"{answer}   {sure}"
    doubt = say("not_sure", reason=reason_words(say, answer, second, reason))
    return doubt if reason in NO_DIGIT else f"{answer}?   {doubt}   {sure}"


def reason_words(say: Say, answer: str, second: str, reason: str) -> str:
    """Return why a prediction is not sure, as part of a sentence; parameters as of `digit_words`."""
    return say(f"reason_{reason}", answer=answer, second=second)
