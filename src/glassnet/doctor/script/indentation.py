"""Restore the indentation of a program that lost it, as on a web page that strips the beginnings of lines.

Python's grammar decides some lines: a block follows its head, ``else`` belongs to an ``if``, ``return`` to a function.
Elsewhere several indentations are valid, and that with the lowest weight of broken rules is chosen. The rules are in
`_cost_of_ending` and `_cost_of_staying`; docs/doctor.md states them.
"""

from __future__ import annotations

import ast
import builtins
import io
import tokenize
from dataclasses import dataclass, replace

from .program import CELL_LINE, parse

_CLAUSES = {
    "elif": ("if", "elif"),
    "else": ("if", "elif", "for", "while", "except"),
    "except": ("try", "except"),
    "finally": ("try", "except", "else of try"),
    "case": ("case",),
}
"""Head of a block -> the blocks that it can continue."""
_HEADS = ("if", "for", "while", "with", "try", "def", "class", "match", *_CLAUSES)
_LOOPS = ("for", "while")
_ENDS = ("return", "raise", "break", "continue", "pass", "exit")
_EXITS = ("exit", "quit", "sys.exit", "os._exit")
_IMPLICIT = frozenset((*dir(builtins), "__name__", "__file__", "__doc__"))
_MOST_STATES = 24
_LINES_AHEAD = 8
_CERTAIN = 3.0
"""A line is a guess if another indentation costs at most this much more, summed over the lines ahead."""

_Names = frozenset[str]


@dataclass(frozen=True)
class _Line:
    """A statement, or the head of a block: its place in the text and its names.

    `kind` is the first word if it has a block, `whole` if this is on the same line; `role` is what the statement does;
    `gap` counts comments and blank lines above it, beyond those above every line; `inside` are its lines in strings.
    """

    first: int
    last: int
    kind: str
    role: str
    whole: bool
    name: str
    loads: _Names
    stores: _Names
    parameters: tuple[str, ...]
    gap: float
    cell: bool
    inside: tuple[int, ...]

    @property
    def updates(self) -> bool:
        """Whether it changes a name, as ``n += 1`` or ``n = n + 1``."""
        return not self.kind and bool(self.loads & self.stores)

    @property
    def is_method(self) -> bool:
        """Whether its first parameter is that of a method."""
        return self.parameters[:1] in (("self",), ("cls",))


@dataclass(frozen=True)
class _Block:
    """An open block: its kind, its head, the number of its statements, the word that ended it, and its names."""

    kind: str
    head: _Line
    before: _Names
    loaded: _Names
    stored: _Names
    count: int = 0
    end: str = ""
    changed: bool = False

    @property
    def own(self) -> _Names:
        """Names whose use suggests that a statement belongs to the block."""
        if self.kind in ("with", "except"):
            return self.head.stores
        if self.kind == "while" and not self.changed:
            return self.stored | self.head.loads - _IMPLICIT
        return self.stored if self.kind in (*_LOOPS, "def") else self.stored - self.before


@dataclass(frozen=True)
class _State:
    """The open blocks after some lines, the names bound so far, the depth of each line, and what they cost."""

    cost: float = 0.0
    blocks: tuple[_Block, ...] = ()
    module: _Names = _IMPLICIT
    doubtful: _Names = frozenset()
    decorator: bool = False
    depths: tuple[int, ...] = ()


def lost_indentation(text: str) -> bool:
    """Return whether a program has blocks, but no statement that begins with a space."""
    starts = text.split("\n")
    lines = _lines(text)
    return any(line.kind and not line.whole for line in lines) and not any(
        starts[line.first][:1] in (" ", "\t") for line in lines
    )


def restore_indentation(text: str) -> tuple[str, list[int]] | None:
    """Return a program without indentation with it: the same lines, and the numbers of those where it is a guess.

    None if no indentation makes the program valid.
    """
    lines = _lines(text)
    states = [_State()]
    for line in lines:
        states = _advance(states, line)
    best = next((state for state in states if all(block.kind != "try" and block.count for block in state.blocks)), None)
    if best is None:
        return None
    new, above = text.split("\n"), 0
    for line, depth in zip(lines, best.depths, strict=True):
        for place in range(above, line.last + 1):
            if new[place].strip() and place not in line.inside and not new[place].startswith(CELL_LINE):
                new[place] = "    " * (depth + (place > line.first)) + new[place].lstrip()
        above = line.last + 1
    guessed, state = [], _State()
    for place, line in enumerate(lines):
        every = _advance([state], line)
        state = next(one for one in every if one.depths[-1] == best.depths[place])
        if _is_guess(state, [one for one in every if one is not state], lines[place + 1 : place + _LINES_AHEAD]):
            guessed.append(line.last + 1)
    return "\n".join(new), guessed


def _is_guess(chosen: _State, others: list[_State], ahead: list[_Line]) -> bool:
    """Return whether another depth of a line costs little more, over the lines ahead."""
    chosen_states = [chosen]
    for line in ahead:
        if not others:
            break
        chosen_states, others = _advance(chosen_states, line), _advance(others, line)
    return bool(others) and others[0].cost - chosen_states[0].cost < _CERTAIN


def _lines(text: str) -> list[_Line]:
    """Return the statements and heads of a program without indentation."""
    pieces: list[list[tokenize.TokenInfo]] = [[]]
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NEWLINE:
                pieces.append([])
            elif token.type not in (tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER):
                pieces[-1].append(token)
    except (tokenize.TokenError, SyntaxError):
        return []
    apart = (tokenize.NL, tokenize.COMMENT)
    starts = [next((i for i, token in enumerate(piece) if token.type not in apart), None) for piece in pieces]
    found = [(piece[:start], piece[start:]) for piece, start in zip(pieces, starts, strict=True) if start is not None]
    blanks = [sum(not token.line.strip() for token in above) for above, _ in found]
    usual = min(blanks[1:], default=0)
    lines = []
    for (above, statement), blank in zip(found, blanks, strict=True):
        comment = any(token.type == tokenize.COMMENT for token in above)
        cell = any(token.string.startswith(CELL_LINE) for token in above)
        code = [token for token in statement if token.type not in apart]
        lines.append(_read(code, max(0, blank - usual) + comment / 2, cell))
    return lines


def _read(tokens: list[tokenize.TokenInfo], gap: float, cell: bool) -> _Line:
    """Return a statement or head with its names; without names if it is not valid Python."""
    code = " ".join(token.string for token in tokens)
    word = next((token.string for token in tokens if token.string != "async"), "")
    opens = word in _HEADS and tokens[-1].string == ":"
    whole = word in _HEADS and not opens and word not in ("match", "case") and ":" in code
    tree = parse(_standing_alone(word, f"{code} pass" if opens else code))
    nodes = list(ast.walk(tree)) if isinstance(tree, ast.Module) else []
    statement = tree.body[0] if isinstance(tree, ast.Module) and tree.body else None
    inner = {
        one.id if isinstance(one, ast.Name) else one.arg
        for node in nodes
        if isinstance(node, ast.comprehension | ast.Lambda)
        for one in ast.walk(node.target if isinstance(node, ast.comprehension) else node.args)
        if isinstance(one, ast.Name | ast.arg)
    }
    names = [node for node in nodes if isinstance(node, ast.Name)]
    loads = {node.id for node in names if isinstance(node.ctx, ast.Load)} - inner
    stores = {node.id for node in names if isinstance(node.ctx, ast.Store)} - inner
    if isinstance(statement, ast.AugAssign):
        loads |= {one.id for one in ast.walk(statement.target) if isinstance(one, ast.Name)}
    for node in nodes:
        if isinstance(node, ast.alias):
            stores.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs) and node.name:
            stores.add(node.name)
        elif isinstance(node, ast.Global):
            stores.update(node.names)
    name, parameters = "", []
    if word in ("def", "class") and isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        name = statement.name
        if not isinstance(statement, ast.ClassDef):
            parameters = [one.arg for one in ast.walk(statement.args) if isinstance(one, ast.arg)]
    return _Line(
        first=tokens[0].start[0] - 1,
        last=tokens[-1].end[0] - 1,
        kind=word if opens or whole else "",
        role=_role(word, statement, nodes, loads),
        whole=whole,
        name=name,
        loads=frozenset(loads),
        stores=frozenset(stores),
        parameters=tuple(parameters),
        gap=gap,
        cell=cell,
        inside=tuple(row - 1 for token in tokens for row in range(token.start[0] + 1, token.end[0] + 1)),
    )


def _role(word: str, statement: ast.stmt | None, nodes: list[ast.AST], loads: set[str]) -> str:
    """Return what a statement does: its keyword, or what kind of expression it is."""
    if word == "if" and "__name__" in loads:
        return "main"
    if word not in ("def", "class") and any(isinstance(node, ast.Yield | ast.YieldFrom | ast.Await) for node in nodes):
        return "yield"
    if not isinstance(statement, ast.Expr) or word in _HEADS:
        return word if word in (*_HEADS, *_ENDS, "@", "import", "from", "global", "nonlocal") else "assign"
    value = statement.value
    if ast.unparse(value) == "print()":
        return "newline"
    if isinstance(value, ast.Call) and ast.unparse(value.func) in _EXITS:
        return "exit"
    return "text" if isinstance(value, ast.Constant) else "call"


def _standing_alone(word: str, code: str) -> str:
    """Return code that is valid without the lines above it."""
    if word == "@":
        return f"{code}\ndef f(): pass"
    if word == "elif":
        return code.removeprefix("el")
    before = {"else": "if 1: pass\n", "except": "try: pass\n", "finally": "try: pass\n", "case": "match 1:\n "}
    return before.get(word, "") + code


def _advance(states: list[_State], line: _Line) -> list[_State]:
    """Return the states after a line, the cheapest first: one for each combination of open blocks and depth."""
    best: dict[tuple[int, ...], _State] = {}
    for state in states:
        for depth in range(len(state.blocks) + 1):
            cost = _cost(state, line, depth)
            if cost is None:
                continue
            new = _placed(state, line, depth, state.cost + cost)
            key = tuple(block.head.first for block in new.blocks)
            if key not in best or new.cost < best[key].cost:
                best[key] = new
    return sorted(best.values(), key=lambda state: state.cost)[:_MOST_STATES]


def _continued(blocks: tuple[_Block, ...], line: _Line, depth: int) -> _Block | None:
    """Return the block that a clause such as ``else`` continues at a depth."""
    fits = depth < len(blocks) and line.kind in _CLAUSES and blocks[depth].kind in _CLAUSES[line.kind]
    return blocks[depth] if fits else None


def _cost(state: _State, line: _Line, depth: int) -> float | None:
    """Return the weight of the rules that a line breaks at a depth; None if Python does not accept it there."""
    ending, staying = state.blocks[depth:], state.blocks[:depth]
    continued = _continued(state.blocks, line, depth)
    around = [block.kind for block in staying]
    function = max((place for place, kind in enumerate(around) if kind in ("def", "class")), default=-1)
    in_match = around[-1:] == ["match"]
    accepted = (
        not (ending and not ending[-1].count)
        and not (depth and line.cell)
        and not (staying and staying[-1].head.whole)
        and not (state.decorator and (ending or line.role not in ("def", "class", "@")))
        and not any(block.kind == "try" and block is not continued for block in ending)
        and (line.kind not in _CLAUSES or continued is not None or (line.kind == "case" and in_match and not ending))
        and (not in_match or line.kind == "case")
        and (line.role not in ("return", "yield", "nonlocal") or (function >= 0 and around[function] == "def"))
        and (line.role not in ("break", "continue") or any(kind in _LOOPS for kind in around[function + 1 :]))
    )
    if not accepted:
        return None
    returns = any(block.kind == "def" for block in ending)
    cost = sum(_cost_of_ending(block, line, state, returns) for block in ending if block is not continued)
    if continued:
        unusual = line.kind == "else" and continued.kind in _LOOPS
        return cost + 4 * unusual + 1.5 * (line.kind == "finally" and continued.kind == "try")
    return cost + _cost_of_staying(staying, line, state)


def _cost_of_ending(block: _Block, line: _Line, state: _State, returns: bool) -> float:
    """Return the weight of what speaks against the end of a block above a line; `returns` if its function ends too."""
    cost = 0.01 + 2 * (line.role == "pass")  # of equally good places, the deepest
    if block.end or block.head.whole:
        return cost
    used = bool(line.loads & block.own)
    if block.kind == "class":
        return cost + 6 * line.is_method
    if block.kind == "def":
        begins = line.role in ("def", "class", "@", "main") or line.gap >= 2
        return cost + (not begins) + 5 * bool(line.loads & block.own - state.module)
    if block.head.role == "main":
        return cost + 5
    if block.kind == "while":
        endless = not block.changed and not returns
        return cost + 4 * used + 3 * endless + 1.5 * (line.updates and not used)
    if block.kind == "for":  # a loop over epochs contains the loop over samples
        names = block.head.loads | block.head.stores
        shallow = not block.changed and any("epoch" in name.lower() for name in names)
        return cost + 4 * used + 3 * shallow + 1.5 * (line.updates and not used)
    resets = bool(line.stores & block.loaded - line.loads)
    return cost + (4 if block.kind in ("with", "except") else 2) * used + 0.5 * resets


def _cost_of_staying(blocks: tuple[_Block, ...], line: _Line, state: _State) -> float:
    """Return the weight of what speaks against a line in the innermost of some blocks."""
    inner = blocks[-1] if blocks else None
    cost = 2.0 * bool(line.loads & state.doubtful)
    cost += sum((3 if block.kind == "class" else 2) * (block.head.name in line.loads) for block in blocks)
    if line.kind == "for":  # the same variable in an inner loop
        cost += 5 * any(line.stores & block.head.stores for block in blocks if block.kind == "for")
    if blocks and line.role in ("main", "class"):
        cost += 20 if line.role == "main" else 4
    if not any(block.kind == "def" for block in blocks):
        bound = state.module.union(state.doubtful, line.stores, *(block.stored for block in blocks))
        cost += 6 * (not line.loads <= bound)
    if inner is None:
        return cost + 6 * line.is_method + 10 * (line.role == "global")
    if inner.end:
        return cost + (6 if inner.end == "pass" else 20)
    if not inner.count:
        return cost
    if inner.kind == "class":
        function = line.role == "def" and not line.is_method and not state.decorator
        other = line.role not in ("def", "@", "text", "assign")
        return cost + 4 * function + 5 * other + 2 * (line.role == "assign" and inner.changed)
    defines = line.role in ("def", "@", "import", "from")
    if inner.head.role == "main":
        return cost + 4 * defines
    used = bool(line.loads & inner.own)
    if inner.kind == "def":
        apart = line.gap if line.gap >= 2 else 0.5 * (not used)
        return cost + 3 * defines + 6 * line.is_method + 1.5 * (line.role == "raise") + apart
    if inner.kind in _LOOPS:
        cost += 4 * (line.role in ("break", "continue")) + 2 * (line.role == "return")
    open_ended = line.role in ("pass", "try") or (line.kind == "while" and not line.loads) or inner.kind == "try"
    ends_row = line.role == "newline" and inner.changed  # print() after an inner loop
    cost += 4 * (line.role == "return" and inner.kind == "finally")
    resets = not line.kind and bool(line.stores & inner.loaded)
    related = used or resets or open_ended or ends_row
    return cost + 6 * defines + (0 if related else 1 + line.gap / 2)


def _placed(state: _State, line: _Line, depth: int, cost: float) -> _State:
    """Return the state after a line at a depth."""
    continued = _continued(state.blocks, line, depth)
    left = [block for block in state.blocks[depth:] if block.kind in ("if", "elif", *_LOOPS) and block is not continued]
    doubtful = state.doubtful.union(*(block.stored - block.before for block in left))
    blocks = list(state.blocks[:depth])
    scope = max((place for place, block in enumerate(blocks) if block.kind in ("def", "class")), default=-1)
    bound = frozenset((line.name,)) if line.name else line.stores
    for place in range(max(scope, 0), len(blocks)):
        block = blocks[place]
        new = bound if place == scope else bound - block.loaded - line.loads
        nested = (block.kind == "for" and line.kind in _LOOPS) or (block.kind == "class" and line.role == "def")
        changed = block.changed or nested or line.role in ("break", "exit")
        if block.kind == "while":
            used = bound | line.loads if line.role == "call" else bound
            changed |= bool(used & block.head.loads - _IMPLICIT)
        blocks[place] = replace(
            block, stored=block.stored | new, loaded=block.loaded | line.loads - block.stored, changed=changed
        )
    before = blocks[scope].stored if scope >= 0 else state.module
    if blocks and not continued:
        last = blocks[-1]
        blocks[-1] = replace(last, count=last.count + 1, end=line.role if line.role in _ENDS else "")
    if line.kind:
        kind = "else of try" if line.kind == "else" and continued and continued.kind == "except" else line.kind
        stored = frozenset(line.parameters) if line.kind == "def" else line.stores
        blocks.append(_Block(kind, line, before, line.loads, stored, count=int(line.whole)))
    module = state.module if scope >= 0 else state.module | bound
    doubtful = doubtful - line.loads - bound
    return _State(cost, tuple(blocks), module, doubtful, line.role == "@", (*state.depths, depth))
