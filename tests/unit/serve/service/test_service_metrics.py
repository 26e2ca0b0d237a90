"""``/metrics``: what Prometheus reads."""

from __future__ import annotations

import re

import pytest

from glassnet import __version__
from glassnet.serve.service.metrics import CONTENT_TYPE
from support.raw_http import get
from support.service import serving, write_digits

FAMILY = re.compile(
    r"# HELP (?P<name>[a-z_]+) [^\n]+\n# TYPE (?P=name) (?P<kind>counter|gauge|histogram)\n"
    r'(?:(?P=name)(?:_bucket|_sum|_count)?(?:\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)+\})? [^ \n]+\n)*'
)
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def running(folder):
    with serving([write_digits(folder / 'odd "name" \\.safetensors')]) as running:
        yield running


def read(running):
    """Metrics by name and labels, after a strict check of the format."""
    reply = get(running.port, "/metrics")
    assert (reply.status, reply.headers["content-type"]) == (200, CONTENT_TYPE)
    text = reply.body.decode()
    families = list(FAMILY.finditer(text))
    assert "".join(one[0] for one in families) == text
    assert all(one["name"].endswith("_total") == (one["kind"] == "counter") for one in families)
    samples = {}
    for name, labels, value in SAMPLE.findall(re.sub("^#.*$", "", text, flags=re.MULTILINE)):
        key = (name, *sorted(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels)))
        assert key not in samples, "a sample twice"
        samples[key] = float(value)
    return samples


def test_prometheus_own_client_reads_the_same(running):
    parser = pytest.importorskip("prometheus_client.parser", reason="prometheus_client is not installed")
    get(running.port, "/v2")
    text = get(running.port, "/metrics").body.decode()
    families = {one.name: one for one in parser.text_string_to_metric_families(text)}
    assert families["glassnet_request_duration_seconds"].type == "histogram"
    assert families["glassnet_requests"].type == "counter"
    [model] = families["glassnet_model_last_reload_successful"].samples
    assert model.labels == {"model": 'odd "name" \\'}
    names = {one.name for family in families.values() for one in family.samples}
    assert names == {key[0] for key in read(running)}


def test_requests_are_counted_by_route_and_status(running):
    before = read(running)
    for path in ("/v2", "/v2", "/none", "/none/of/these?model=x", "/v2/health/live?model=x", "/v2?model=%s"):
        get(running.port, path)
    after = read(running)
    new = {key: value - before.get(key, 0) for key, value in after.items() if value != before.get(key, 0)}
    requests = {key[1:]: value for key, value in new.items() if key[0] == "glassnet_requests_total"}
    assert requests == {
        (("model", ""), ("route", "/v2"), ("status", "200")): 3,
        (("model", ""), ("route", "/v2/health/live"), ("status", "200")): 1,
        (("model", ""), ("route", ""), ("status", "404")): 2,
        (("model", ""), ("route", "/metrics"), ("status", "200")): 1,
    }
    assert after["glassnet_requests_in_progress",] == 1
    assert after["glassnet_build_info", ("version", __version__)] == 1
    assert new["glassnet_request_duration_seconds_count", ("route", "/v2")] == 3


def test_what_a_client_makes_up_adds_no_label(running):
    for k in range(20):
        get(running.port, f"/none-{k}?model=none-{k}")
        get(running.port, f"/v2?model=none-{k}")
        get(running.port, f"/v2/models/none-{k}")
    assert not [key for key in read(running) if "none-" in str(key)]


def test_buckets_of_the_histogram_are_cumulative(running):
    get(running.port, "/v2")
    name = "glassnet_request_duration_seconds"
    samples = read(running)
    buckets = {key[1][1]: value for key, value in samples.items() if key[0] == f"{name}_bucket" and key[2][1] == "/v2"}
    limits = [float(limit.replace("+Inf", "inf")) for limit in buckets]
    assert limits == sorted(limits)
    assert list(buckets.values()) == sorted(buckets.values())
    assert buckets["+Inf"] == samples[f"{name}_count", ("route", "/v2")] >= 1
    assert 0 < samples[f"{name}_sum", ("route", "/v2")] < buckets["+Inf"] * 60


def test_a_file_that_cannot_be_loaded_is_seen(running, folder):
    models, [path] = running.service.context.models, [*folder.iterdir()]
    label = ("model", 'odd \\"name\\" \\\\')
    assert read(running)["glassnet_model_last_reload_successful", label] == 1
    loaded = read(running)["glassnet_model_loaded_timestamp_seconds", label]
    content = path.read_bytes()
    path.write_bytes(content[:100])
    models.look()
    assert read(running)["glassnet_model_last_reload_successful", label] == 0
    assert read(running)["glassnet_model_loaded_timestamp_seconds", label] == loaded
    path.write_bytes(content)
    models.look()
    after = read(running)
    assert after["glassnet_model_last_reload_successful", label] == 1
    assert after["glassnet_model_loaded_timestamp_seconds", label] > loaded
    assert after["glassnet_model_load_duration_seconds", label] > 0
    reloads = {key[2][1]: value for key, value in after.items() if key[0] == "glassnet_model_reloads_total"}
    assert min(reloads.values()) >= 1
