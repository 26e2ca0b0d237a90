"""From a photograph of handwriting to pictures as MNIST has them: paper off, digits found, each brought to the form."""

from .margin import with_margins, without_margin
from .mnist_form import CHANGES, PLAIN, SIDE, Change, already_formed, mnist_form, mnist_forms
from .paper import Ink, lift_ink, lift_otherwise
from .photo import eight_bits, opaque, working_size
from .rules import Mask, Plane
from .segment import Piece, cuts, doubtful_pairs, find_pieces, in_lines, ink_mask, may_be_one, union
from .sheet import sheet_alone
from .whole import forms_of

__all__ = [
    "CHANGES",
    "PLAIN",
    "SIDE",
    "Change",
    "Ink",
    "Mask",
    "Piece",
    "Plane",
    "already_formed",
    "cuts",
    "doubtful_pairs",
    "eight_bits",
    "find_pieces",
    "forms_of",
    "in_lines",
    "ink_mask",
    "lift_ink",
    "lift_otherwise",
    "may_be_one",
    "mnist_form",
    "mnist_forms",
    "opaque",
    "sheet_alone",
    "union",
    "with_margins",
    "without_margin",
    "working_size",
]
