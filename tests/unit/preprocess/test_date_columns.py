"""Dates as inputs: the same numbers from every form, consistent with the calendar, and saved with the model."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pandas
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glassnet
from glassnet.data.tables.date_form import DateForm
from glassnet.data.tables.dates import moments_of
from glassnet.data.tables.table import read_table
from glassnet.preprocess.tabular.columns import Columns
from glassnet.preprocess.tabular.dates import QUANTITIES, DateColumn
from glassnet.preprocess.tabular.kinds import encoding_from
from glassnet.preprocess.tabular.rows import RowEncoder
from glassnet.preprocess.tabular.summaries.columns import quantities_of

COUNT = 120
DAYS = [datetime.date(2019, 1, 3) + datetime.timedelta(11 * k % 1000) for k in range(COUNT)]
ANSWERS = ["early" if day.month < 7 else "late" for day in DAYS]
QUICK = settings(max_examples=40, deadline=None, database=None)


def learn(values, **others):
    return Columns.learn(read_table({"day": values, "y": ANSWERS, **others}), "y")


@QUICK
@given(st.datetimes(datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31)))
def test_every_date_is_read_as_the_calendar_has_it(moment):
    moment = moment.replace(microsecond=0)
    texts = [moment.isoformat(), moment.isoformat(" ") + "Z"]
    texts += [f"{moment.year:04}/{moment.month}/{moment.day} {moment:%H:%M:%S}"]
    read = moments_of(pl.Series(texts), DateForm())
    assert read.tolist() == [moment] * len(texts)
    for order, text in (("day", f"{moment:%d.%m.}{moment.year:04}"), ("month", f"{moment:%m/%d/}{moment.year:04}")):
        [read_so] = moments_of(pl.Series([f"{text} {moment:%H:%M:%S}"]), DateForm(order)).tolist()
        assert read_so == moment
    quantities = quantities_of(read[:1])
    days = (moment.date() - datetime.date(1970, 1, 1)).days
    hour = moment.hour + moment.minute / 60 + moment.second / 3600
    expected = {"days": days, "year": moment.year, "month": moment.month, "weekday": moment.weekday(), "hour": hour}
    assert {name: float(values[0]) for name, values in quantities.items()} == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        "2023-02-29",
        "2023-13-01",
        "2023-00-10",
        "2023-01-00",
        "0000-01-01",
        "01/02/2023",
        "2023-01-01 25:00",
        "x",
        "12:30",
    ],
)
def test_what_is_not_a_date_is_missing(text):
    assert np.isnat(moments_of(pl.Series([text]), DateForm())).all()


def test_every_form_of_dates_gives_the_same_inputs():
    text = [day.isoformat() for day in DAYS]
    stamps = pandas.Series(pandas.to_datetime(text))
    forms = {
        "text": text,
        "slashes": [f"{day.year}/{day.month}/{day.day}" for day in DAYS],
        "dates": pl.Series(DAYS),
        "datetimes": pl.Series(DAYS).cast(pl.Datetime("ns")),
        "objects": DAYS,
        "NumPy": np.array(text, "M8[D]"),
        "NumPy, in seconds": np.array(text, "M8[s]"),
        "pandas, in seconds": pandas.Series(np.array(text, "M8[s]")),
        "pandas": stamps,
        "pandas with a zone": stamps.dt.tz_localize("UTC"),
        "pandas periods": stamps.dt.to_period("D"),
    }
    expected = learn(text)
    assert expected.features == ("day days", "day year", "day month", "day weekday")
    for name, values in forms.items():
        assert learn(values).features == expected.features, name
        assert (learn(values) == expected) == (name != "pandas with a zone")  # of which the zone is saved
        encoded = expected.apply({"day": values})
        np.testing.assert_array_equal(encoded, expected.apply({"day": text}), name)


def test_quantities_that_do_not_vary_are_left_out():
    assert learn([f"2020-05-{1 + k % 28:02}" for k in range(COUNT)]).features == ("day days", "day weekday")
    assert learn([f"20{k % 80 + 10}-05-01" for k in range(COUNT)]).features == ("day days", "day year", "day weekday")
    hours = learn([f"2020-05-01 {k % 24}:30" for k in range(COUNT)])
    assert hours.features == ("day days", "day hour")
    assert str(hours.remarks[-1]) == "column 'day': dates, used as hour and days since 2020-05-01"


def test_missing_dates_are_filled_with_medians_and_flagged():
    texts = [None if k % 10 == 3 else day.isoformat() for k, day in enumerate(DAYS)]
    columns = learn(texts)
    assert columns.features[-1] == "day missing"
    encoded = columns.apply({"day": texts})
    np.testing.assert_array_equal(encoded[:, -1], [float(text is None) for text in texts])
    assert len(np.unique(encoded[encoded[:, -1] == 1], axis=0)) == 1
    [dates] = columns.inputs
    filled = [one.inputs_of(np.array([one.fill]))[0, 0] for one in dates.parts]
    np.testing.assert_array_equal(encoded[encoded[:, -1] == 1][0, :-1], filled)
    assert np.isfinite(learn([day.isoformat() for day in DAYS]).apply({"day": [None]})).all()


def test_other_text_among_dates_is_missing_with_a_remark():
    columns = learn(["soon", *(day.isoformat() for day in DAYS[1:])])
    assert str(columns.remarks[-1]).endswith("1 value treated as missing, expected dates such as 2024-03-01 ('soon')")
    table = read_table({"day": ["2020-02-30", "2020-02-29"]})
    assert [*map(str, columns.surprises(table))] == [
        "column 'day': 1 value treated as missing, expected dates such as 2024-03-01 ('2020-02-30')"
    ]


def test_only_training_rows_decide_where_the_days_begin():
    table = read_table({"day": DAYS, "y": ANSWERS})
    rows = np.arange(5, COUNT)
    assert Columns.learn(table, "y", rows=rows).inputs[0].first == min(DAYS[5:]).isoformat()


@pytest.mark.parametrize("gaps", [False, True])
def test_the_encoding_survives_a_file_and_decodes_to_the_date(gaps):
    columns = learn([None if gaps and not k else day for k, day in enumerate(DAYS)])
    (column,) = columns.inputs
    again = encoding_from(json.loads(json.dumps(column.to_dict())))
    assert isinstance(again, DateColumn)
    assert again == column
    for day, row in zip(DAYS[1:], columns.apply({"day": DAYS[1:]}), strict=True):
        assert again.decode(row) == {day.isoformat(): 1.0}
    assert not gaps or np.isnan(again.decode(columns.apply({"day": [None]})[0]))
    choices = [datetime.date.fromisoformat(next(iter(again.decode(row)))) for row in again.choices()]
    assert (choices[0].isoformat(), choices[-1].isoformat()) == (column.first, column.last)
    assert choices == sorted(choices)


@pytest.mark.parametrize(("key", "value"), [("first", "NaT"), ("first", "soon"), ("parts", [])])
def test_a_damaged_encoding_is_an_error(key, value):
    described = learn(DAYS).inputs[0].to_dict() | {key: value}
    with pytest.raises(ValueError, match=r"day|soon"):
        encoding_from(described)


def test_a_model_of_dates_is_saved_and_explained(tmp_path):
    data = glassnet.load_table({"day": DAYS, "y": ANSWERS}, "y")
    model = glassnet.fit(data, epochs=60, members=1, engine="reference").model
    glassnet.save_model(model, tmp_path / "days.safetensors")
    again = glassnet.load_model(tmp_path / "days.safetensors")
    assert again.columns is not None
    assert again.columns.inputs == data.columns.inputs
    assert glassnet.evaluate(again, data).accuracy > 0.9


def test_the_quantities_are_all_documented():
    assert set(quantities_of(np.array(["2020-01-01"], "M8[us]"))) == set(QUANTITIES)


def test_the_middle_is_a_date_of_the_training_range():
    [dates] = learn([day.isoformat() for day in DAYS]).inputs
    middle = dates.middle()
    assert middle.shape == (len(dates.features),)
    [day] = dates.decode(middle)
    assert dates.first < day < dates.last


ZONES = ("UTC", "Europe/Berlin", "Asia/Shanghai", "America/New_York")
INSTANTS = pl.Series([datetime.datetime(2023, 1, 1) + datetime.timedelta(minutes=4321 * k) for k in range(COUNT)])


def same_instants():
    """Yield the same instants in several zones and types."""
    for zone in ZONES:
        column = INSTANTS.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
        yield zone, column
        yield f"{zone}, text", [one.isoformat() for one in column.to_list()]
        yield f"{zone}, objects", column.to_list()
        yield f"{zone}, pandas", pandas.Series(INSTANTS.to_numpy()).dt.tz_localize("UTC").dt.tz_convert(zone)
    offset = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    shifted = INSTANTS.dt.replace_time_zone("UTC").to_list()
    yield "+0530", [one.astimezone(offset).strftime("%Y-%m-%d %H:%M%z") for one in shifted]
    yield "Z", [one.strftime("%Y/%m/%d %H:%M Z") for one in shifted]


def test_the_same_instants_are_the_same_inputs_whatever_their_zone_and_type():
    forms = [*same_instants()]
    for place, (trained, values) in enumerate(forms):
        columns = learn(values)
        expected, encoder = columns.apply({"day": values}), RowEncoder(columns)
        for name, others in (forms * 2)[place + 1 : place + 4]:
            np.testing.assert_array_equal(columns.apply({"day": others}), expected, f"{trained}, {name}")
            for row, inputs in zip(list(others)[:9], expected, strict=False):
                one = encoder.row({"day": row})
                assert one is None or np.array_equal(one[0], inputs), f"{trained}, {name}"


def test_the_hour_is_that_of_the_training_zone():
    for zone, hours in (("Europe/Berlin", 1), ("Asia/Shanghai", 8)):
        [column] = learn(INSTANTS.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)).inputs
        assert column.form == DateForm(zone=zone)
        moments = moments_of(pl.Series(["2024-01-15T20:30Z", "2024-01-15 20:30"]), column.form)
        local = datetime.datetime(2024, 1, 15, 20, 30)
        assert moments.tolist() == [local + datetime.timedelta(hours=hours), local]  # the other has no zone
        assert encoding_from(json.loads(json.dumps(column.to_dict()))) == column
        assert f"time zone {zone}" in str(column)


def test_times_with_and_without_a_zone_unlike_training_give_a_remark():
    zoned, naive = ([*(one.isoformat() + zone for one in INSTANTS.to_list())] for zone in ("+08:00", ""))
    table = {name: read_table({"day": values}) for name, values in (("zoned", zoned), ("naive", naive))}
    assert [*map(str, learn(zoned).surprises(table["naive"]))] == [
        "column 'day': 120 times without a time zone, read as in +08:00"
    ]
    assert [*map(str, learn(naive).surprises(table["zoned"]))] == [
        "column 'day': 120 times with a time zone, which the training data did not have, converted to UTC"
    ]
    assert learn(zoned).surprises(table["zoned"]) == learn(naive).surprises(table["naive"]) == []
    typed = {"naive": INSTANTS, "zoned": INSTANTS.dt.replace_time_zone("UTC")}
    for trained, columns in (("zoned", learn(zoned)), ("naive", learn(naive))):
        for name, values in typed.items():
            remarks = columns.surprises(read_table({"day": values}))
            midnights = (INSTANTS.dt.time() == datetime.time(0)).sum() if name == "naive" else 0
            assert [str(one).split()[2] for one in remarks] == [str(COUNT - midnights)] * (name != trained)
        assert columns.surprises(read_table({"day": DAYS})) == []


def test_a_model_of_an_earlier_version_reads_times_as_they_are_written():
    [column] = learn([one.isoformat() + "+08:00" for one in INSTANTS.to_list()]).inputs
    earlier = {key: value for key, value in column.to_dict().items() if key != "zone"}
    form = encoding_from(earlier).form
    texts = ["2024-01-15T20:30Z", "2024-01-15T20:30+05:00", "2024-01-15 20:30"]
    assert moments_of(pl.Series(texts), form).tolist() == [datetime.datetime(2024, 1, 15, 20, 30)] * 3


@pytest.mark.parametrize("zone", ["Nowhere/City", "+99", "", "+0530"])
def test_a_zone_in_a_file_is_used_or_refused(zone):
    described = learn([one.isoformat() + "Z" for one in INSTANTS.to_list()]).inputs[0].to_dict() | {"zone": zone}
    if zone == "Nowhere/City":
        with pytest.raises(ValueError, match="Nowhere/City"):
            encoding_from(described)
    else:
        assert encoding_from(described).form.zone == zone


@pytest.mark.parametrize(("order", "form"), [("day", "%d/%m/%Y"), ("month", "%m/%d/%Y"), ("day", "%d.%m.%Y %H:%M")])
def test_one_day_above_12_decides_the_order_of_a_column(order, form):
    columns = learn([day.strftime(form) for day in DAYS])
    assert columns.inputs[0].order == order
    assert any(str(one).startswith(f"column 'day': dates, {order} first, used as") for one in columns.remarks)
    expected = learn([day.isoformat() for day in DAYS]).apply({"day": DAYS})
    np.testing.assert_array_equal(columns.apply({"day": [day.strftime(form) for day in DAYS]}), expected)
    again = Columns.from_dict(json.loads(json.dumps(columns.to_dict())))
    for day, inputs in [*zip(DAYS, expected, strict=True)][::7]:  # a single row cannot tell
        np.testing.assert_array_equal(again.apply({"day": [day.strftime(form)]})[0], inputs)
    np.testing.assert_array_equal(again.apply({"day": DAYS}), expected)


@pytest.mark.parametrize("extra", [[], ["16/08/2023", "08/16/2023"]])
def test_dates_whose_order_is_uncertain_or_contradictory_are_excluded(extra):
    texts = [f"{1 + k % 12:02}/{1 + k % 7:02}/2023" for k in range(COUNT)]
    texts[: len(extra)] = extra
    columns = learn(texts, size=list(range(0, 2 * COUNT, 2)))
    assert [name for name, _ in columns.dropped] == ["day"]
    assert "write dates as 2024-03-01" in str(columns.dropped[0][1])
