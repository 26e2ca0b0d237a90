"""The service behind a proxy: names, prefixes, its documentation, the access log, and its end."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time

import pytest

from support.cli import environment
from support.raw_http import DEADLINE, get, post, send
from support.samples import digits
from support.service import serving, write_digits

BODY = json.dumps({"rows": [digits(100).inputs[0].tolist()]}).encode()
PUBLIC = {"Host": "models.example.org"}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_digits(tmp_path_factory.mktemp("models") / "digits.safetensors")


@pytest.fixture(scope="module")
def lines():
    return []


@pytest.fixture(scope="module")
def proxied(path, lines):
    given = {"allowed": ["models.example.org"], "root_path": "/glass/net", "log": lines.append}
    with serving([path], **given) as running:
        yield running


def commands(reply):
    """The addresses in the commands of ``/docs``."""
    assert reply.status == 200
    return {*re.findall(r"https?://[^\s&'<]+?(?=/v2|/predict|/explain|/metrics|/openapi)", reply.body.decode())}


@pytest.mark.parametrize("prefix", ["", "/glass/net"])
@pytest.mark.parametrize("host", ["models.example.org", "Models.Example.org:8443", "127.0.0.1:{port}"])
def test_requests_with_and_without_the_prefix_are_answered(proxied, prefix, host):
    given = {"Host": host.format(port=proxied.port)}
    assert post(proxied.port, f"{prefix}/predict", BODY, given).status == 200
    assert get(proxied.port, f"{prefix}/v2/models/digits", given).status == 200


def test_a_host_that_is_not_allowed_is_refused_with_the_flag_that_allows_it(proxied, path):
    for host, name in (("other.example.org:80", "other.example.org"), ("a'b;", "NAME")):
        reply = get(proxied.port, "/docs", {"Host": host})
        assert (reply.status, reply.code) == (403, "GN124")
        assert f"--allow-host {name}," in json.loads(reply.body)["message"]
    forged = {"Host": "other.example.org", "X-Forwarded-Host": "models.example.org"}
    assert get(proxied.port, "/docs", forged).status == 403
    with serving([path]) as running:
        assert get(running.port, "/docs", PUBLIC).status == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "models.example.org", "Origin": "https://models.example.org"}, 200),
        ({"Origin": "https://models.example.org", "Sec-Fetch-Site": "same-origin"}, 200),  # the proxy sets the Host
        ({"Host": "models.example.org", "Origin": "https://evil.example"}, 403),
        ({"Host": "models.example.org", "Origin": "ftp://models.example.org"}, 403),
        ({"Host": "models.example.org", "Origin": "null"}, 403),
        ({"Host": "models.example.org", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_pages_of_the_public_name_may_post(proxied, headers, status):
    assert post(proxied.port, "/predict", BODY, headers).status == status


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({}, "http://models.example.org/glass/net"),
        ({"X-Forwarded-Proto": "https"}, "https://models.example.org/glass/net"),
        ({"X-Forwarded-Proto": "https, http", "X-Forwarded-Port": "443"}, "https://models.example.org/glass/net"),
        ({"X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443"}, "https://models.example.org:8443/glass/net"),
        ({"X-Forwarded-Host": "public.example:81, inner"}, "http://public.example:81/glass/net"),
        ({"X-Forwarded-Host": "x y';rm", "X-Forwarded-Proto": "javascript"}, "http://models.example.org/glass/net"),
    ],
)
def test_the_documentation_has_the_public_address(proxied, headers, address):
    assert commands(get(proxied.port, "/glass/net/docs", {**PUBLIC, **headers})) == {address}
    described = json.loads(get(proxied.port, "/openapi.json", {**PUBLIC, **headers}).body)
    assert described["servers"] == [{"url": "/glass/net"}]


def test_a_prefix_that_a_proxy_took_away_is_in_its_header(path):
    with serving([path], allowed=["models.example.org"]) as running:
        for given, prefix in (("/a/b/", "/a/b"), ("a", ""), ("/<b>", "")):
            headers = {**PUBLIC, "X-Forwarded-Prefix": given}
            assert commands(get(running.port, "/docs", headers)) == {f"http://models.example.org{prefix}"}
            described = json.loads(get(running.port, "/openapi.json", headers).body)
            assert described["servers"] == [{"url": prefix or "/"}]


LINE = re.compile(r'(\S+) - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "(.*)" (\d{3}) (\d+) (\d+\.\d{4}|-)')


def test_the_access_log_has_a_line_about_each_answer(proxied, lines):
    get(proxied.port, "/v2?last=one", PUBLIC)
    while not any("last=one" in line for line in lines):  # also those of earlier tests are written by then
        time.sleep(0.01)
    lines.clear()
    seen = [
        get(proxied.port, "/v2", PUBLIC),
        post(proxied.port, '/predict?model=none&x=%0a"', BODY, {**PUBLIC, "X-Forwarded-For": "1.2.3.4, 203.0.113.7"}),
        get(proxied.port, "/v2", {**PUBLIC, "X-Forwarded-For": "nobody"}),
        send(proxied.port, b"nonsense\r\n\r\n"),
    ]
    while len(lines) < len(seen):  # a line is written after the answer
        time.sleep(0.01)
    found = [LINE.fullmatch(line).groups() for line in lines]
    assert [int(status) for _, _, status, _, _ in found] == [one.status for one in seen] == [200, 404, 200, 400]
    assert [client for client, *_ in found] == ["127.0.0.1", "203.0.113.7", "127.0.0.1", "127.0.0.1"]
    assert [line for _, line, *_ in found] == [
        "GET /v2 HTTP/1.1", "POST /predict?model=none&x=%0a%22 HTTP/1.1", "GET /v2 HTTP/1.1", "-"
    ]  # fmt: skip
    assert int(found[0][3]) == len(seen[0].body)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_ends_with_0_and_has_logged_on_standard_error(path, number):
    command = [sys.executable, "-m", "glassnet", "serve", str(path), "--port", "0", "--access-log"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True
    ) as process:
        try:
            port = int(process.stdout.readline().rpartition(":")[2])
            assert get(port, "/v2/health/live").status == 200
            process.send_signal(number)
            _, errors = process.communicate(timeout=DEADLINE)
        finally:
            process.kill()
    assert process.returncode == 0
    assert [line for line in errors.splitlines() if LINE.fullmatch(line)] != []
    assert "Traceback" not in errors


@pytest.mark.parametrize("flags", [["--root-path", "models"], ["--root-path", "/<a>"], ["--allow-host", "https://a.b"]])
def test_other_names_and_prefixes_are_refused(path, flags):
    command = [sys.executable, "-m", "glassnet", "serve", str(path), "--port", "0", *flags]
    ran = subprocess.run(command, capture_output=True, env=environment(), text=True, timeout=DEADLINE, check=False)
    assert ran.returncode == 2
    assert "[GN021]" in ran.stderr
