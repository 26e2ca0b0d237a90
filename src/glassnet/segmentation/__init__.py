"""Convert photographs of handwriting to the form of MNIST: separate ink, segment digits, normalise each."""

from .margin import add_margins, remove_margin
from .mnist_form import CHANGES, PLAIN, SIDE, Change, extract_digits, match_mnist_form, mnist_form, mnist_forms
from .morphology import Mask, Plane
from .paper import Ink, dark_ink, possible_inks, separate_ink_again
from .photo import eight_bits, opaque, reduction, working_size
from .segment import (
    Piece,
    ambiguous_pairs,
    find_cell_pieces,
    find_cuts,
    find_pieces,
    find_tilt,
    ink_mask,
    ink_masks,
    is_dust,
    may_be_broken,
    may_be_one_digit,
    sort_into_lines,
    threshold_ink,
    union,
)
from .sheet import isolate_sheet

__all__ = [
    "CHANGES",
    "PLAIN",
    "SIDE",
    "Change",
    "Ink",
    "Mask",
    "Piece",
    "Plane",
    "add_margins",
    "ambiguous_pairs",
    "dark_ink",
    "eight_bits",
    "extract_digits",
    "find_cell_pieces",
    "find_cuts",
    "find_pieces",
    "find_tilt",
    "ink_mask",
    "ink_masks",
    "is_dust",
    "isolate_sheet",
    "match_mnist_form",
    "may_be_broken",
    "may_be_one_digit",
    "mnist_form",
    "mnist_forms",
    "opaque",
    "possible_inks",
    "reduction",
    "remove_margin",
    "separate_ink_again",
    "sort_into_lines",
    "threshold_ink",
    "union",
    "working_size",
]
