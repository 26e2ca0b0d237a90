"""Lets polars (Rust code) write tables outside; effect: @OUTSIDE@/polars_csv.* appears."""

import polars as pl


def attempt(way):
    try:
        return way()
    except Exception as e:
        return e


table = pl.DataFrame({"x": [1, 2, 3]})
attempt(lambda: table.write_csv("@OUTSIDE@/polars_csv.csv"))
attempt(lambda: table.write_ndjson("@OUTSIDE@/polars_csv.ndjson"))
attempt(lambda: table.write_parquet("@OUTSIDE@/polars_csv.parquet"))
attempt(lambda: table.lazy().sink_csv("@OUTSIDE@/polars_csv_lazy.csv"))

print("tried")
