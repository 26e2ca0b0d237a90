"""Old names of modules still import."""

from importlib import import_module

import pytest

from glassnet._renamed import RENAMED
from support.samples import digits


@pytest.mark.parametrize(("old", "new"), RENAMED.items())
def test_an_old_name_hands_out_what_the_new_one_has_and_says_so(old, new):
    module = import_module(f"glassnet.{new}")
    import_module("glassnet.explain.counterfactual")  # a folder has nothing but the modules that have been loaded
    name = next(name for name in vars(module) if not name.startswith("_") and f"{old}.{name}" not in RENAMED)
    with pytest.warns(DeprecationWarning, match=rf"glassnet\.{old} is glassnet\.{new} now"):
        value = getattr(import_module(f"glassnet.{old}"), name)
    assert value is getattr(module, name)


def test_what_an_old_module_does_not_have_is_no_attribute():
    from glassnet import pictures

    with pytest.raises(AttributeError):
        pictures.draw_nothing  # noqa: B018


def test_functions_with_a_name_of_a_module_stay_functions():
    import glassnet

    import_module("glassnet.model.evaluate")
    assert callable(glassnet.evaluate)
    assert callable(glassnet.report)


def test_old_names_are_found_as_attributes_too():
    import glassnet

    with pytest.warns(DeprecationWarning, match="glassnet.explain.step now"):
        assert glassnet.trace.step.trace is import_module("glassnet.explain.step").trace


def test_receipts_are_patched_and_verified_as_before():
    """As the page on training had it until `fit` filled receipts in."""
    import glassnet

    data, options = digits(40), glassnet.Options(hidden=(3,), epochs=2, engine="reference")
    with pytest.warns(DeprecationWarning, match=r"glassnet.receipt is glassnet.(_renamed|training.verify) now"):
        from glassnet.receipt import receipt_of, verify
    fitted = glassnet.fit(data, options)
    fitted.model.receipt.update(receipt_of(fitted, options, data, glassnet.evaluate(fitted.model, data)))
    assert verify(fitted.model, data).same
    assert fitted.model.receipt["result"]["samples"] == 40
