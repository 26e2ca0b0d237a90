"""Restoring lost indentation: valid programs come back valid, and those that the rules decide come back the same."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import pytest

from glassnet.doctor.script.checks import examine_script
from glassnet.doctor.script.indentation import lost_indentation, restore_indentation

ROOT = Path(__file__).parents[3]

NESTED_LOOPS = """
n = 3
for i in range(1, n + 1):
    for j in range(1, i + 1):
        print(j, i, end=" ")
    print()
print("done")
"""
EPOCHS = """
import numpy as np
epochs = 2
right = 0
for e in range(epochs):
    print("epoch", e)
    for record in open("train.csv"):
        values = record.split(",")
        inputs = np.asarray(values[1:], dtype=float)
        net.train(inputs)
# test
lines = open("test.csv").readlines()
for line in lines:
    values = line.split(",")
    if net.query(values[1:]) == values[0]:
        right += 1
print(right)
""".replace("import numpy as np", "import numpy as np\nimport net")
CLASS = '''
class Account:
    """A bank account.

    It has a rate.
    """
    rate = 0.02
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance
    @property
    def interest(self):
        return self.balance * self.rate
    @staticmethod
    def currency():
        return "EUR"
    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError("not enough")
        self.balance -= amount
account = Account("Anna", 100)
account.withdraw(30)
print(account.interest)
'''
TRY_AND_WITH = """
def read(path):
    numbers = []
    try:
        with open(path) as file:
            for line in file:
                line = line.strip()
                if not line:
                    continue
                try:
                    numbers.append(float(line))
                except ValueError:
                    print("not a number:", line)
    except OSError:
        return []
    finally:
        print("read")
    return numbers
values = read("numbers.txt")
if values:
    print(sum(values))
else:
    print("nothing")
"""
WHILE = """
import random
secret = random.randint(1, 100)
guesses = 0
while True:
    guess = int(input("your guess: "))
    guesses += 1
    if guess < secret:
        print("too small")
    elif guess > secret:
        print("too big")
    else:
        print("right after", guesses)
        break
print("goodbye")
"""
FUNCTIONS_AFTER_LOOPS = """
total = 0
for value in (1, 2, 3):
    total += value
print(total)
def factorial(n):
    if n == 0:
        return 1
    return n * factorial(n - 1)
def is_prime(n):
    for d in range(2, n):
        if n % d == 0:
            return False
    return True
primes = [n for n in range(2, 50) if is_prime(n)]
print(primes, factorial(5))
"""
DECORATORS = """
import functools
def timed(function):
    @functools.wraps(function)
    def wrapper(*args):
        result = function(*args)
        return result
    return wrapper
@timed
def double(values):
    return [2 * value for value in values]
if __name__ == "__main__":
    data = [3, 1]
    print(double(data))
"""
LONG_CALLS = '''
options = dict(
    rate=0.1,
    epochs=[
        1,
        2,
    ],
)
text = """two
  lines"""
for name in options: print(name)
pairs = sorted(
    options.items(),
    key=lambda pair: pair[0],
)
for name, value in pairs:
    print(
        name,
        value,
    )
'''
BOOK = """
scores = []
for record in open("test.csv"):
    label = int(record.split(",")[0])
    if label == 3:
        scores.append(1)
    else:
        scores.append(0)
        pass
    pass
print(sum(scores))
"""
COUNTS = """
counts = {}
rows = []
for word in "to be or not to be".split():
    if word in counts:
        counts[word] += 1
    else:
        counts[word] = 1
for word in counts:
    row = []
    for other in counts:
        row.append(len(word) * len(other))
    rows.append(row)
print(rows)
"""
PROGRAMS = {
    name.lower(): text
    for name, text in list(globals().items())
    if name.isupper() and isinstance(text, str) and name != "ROOT"
}


def flattened(text: str, layout: str) -> str:
    lines = [line.strip() for line in text.split("\n")]
    if layout != "blank lines as they were":
        lines = [line for line in lines if line]
    between = "\n\n" if layout == "every second line blank" else "\n"
    return between.join(lines) + "\n"


LAYOUTS = ("blank lines as they were", "no blank lines", "every second line blank")


def meaning(text: str) -> str:
    """The syntax tree, without the spaces at the beginnings of lines inside strings, which are lost too."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = "\n".join(line.strip() for line in node.value.split("\n") if line.strip())
    return ast.dump(tree)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_of_many_shapes_come_back_the_same(name, layout):
    flat = flattened(PROGRAMS[name], layout)
    assert lost_indentation(flat)
    restored, _ = restore_indentation(flat)
    assert meaning(restored) == meaning(PROGRAMS[name])
    assert [line.strip() for line in restored.split("\n")] == flat.split("\n")


def test_the_program_for_learners_comes_back_the_same_without_its_blank_lines():
    text = (ROOT / "examples" / "notes_program.py").read_text(encoding="utf-8")
    restored, _ = restore_indentation(flattened(text, "no blank lines"))
    assert meaning(restored) == meaning(text)


@pytest.mark.parametrize(("name", "layout"), [*zip(["fnmatch", "colorsys", "sched"], LAYOUTS, strict=True)])
def test_every_valid_program_comes_back_valid_with_the_same_lines(name, layout):
    text = Path(statistics.__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
    flat = flattened(text, layout)
    restored, _ = restore_indentation(flat)
    compile(restored, name, "exec")
    assert [line.strip() for line in restored.split("\n")] == flat.split("\n")


def test_lines_that_could_be_elsewhere_are_guesses_and_others_are_not():
    flat = flattened(EPOCHS, "no blank lines")
    _, guessed = restore_indentation(flat)
    lines = flat.split("\n")
    assert {lines[number - 1] for number in guessed} >= {'lines = open("test.csv").readlines()', "print(right)"}
    assert not any("import" in lines[number - 1] or lines[number - 1].startswith("epochs") for number in guessed)
    assert restore_indentation("def f(x):\nreturn x\n") == ("def f(x):\n    return x\n", [])


@pytest.mark.parametrize(("language", "mark"), [("en", "  # guessed indentation"), ("zh", "  # 缩进为推测")])
def test_guesses_are_marked_in_the_copy_in_the_language_of_the_reader(language, mark, tmp_path):
    (tmp_path / "old.py").write_text(flattened(EPOCHS, "no blank lines"), encoding="utf-8")
    diagnosis = examine_script(tmp_path / "old.py", language=language)
    copy = diagnosis.content.decode("utf-8").split("\n")
    assert f"print(right){mark}" in copy
    assert f"import net{mark}" not in copy


def test_other_mistakes_of_a_web_page_are_repaired_first(tmp_path):
    flat = "def f(x)：\nreturn “a”\nfor i in range(2):\nprint f(i)\n"
    (tmp_path / "old.py").write_text(flat, encoding="utf-8")
    diagnosis = examine_script(tmp_path / "old.py")
    assert {finding.code for finding in diagnosis.findings} == {"GS09", "GS12", "GS15"}
    assert meaning(diagnosis.content.decode()) == meaning(
        'def f(x):\n    return "a"\nfor i in range(2):\n    print(f(i))\n'
    )


@pytest.mark.parametrize("flat", ["try:\nx = 1\n", "for i in [1]:\n", "if a:\nx = (1\n", "else:\nx = 1\n", "x = 1\n"])
def test_no_program_is_made_of_lines_that_cannot_be_one(flat):
    assert not lost_indentation(flat) or restore_indentation(flat) is None
