"""Hostile values; threads, forks and signals; copies of reports."""

import asyncio
import copy
import dataclasses
import datetime
import decimal
import gc
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType

import pytest

import heylint
from test_heylint import FAST, GOOD, TOP, VIDEOS, without_places


def same_as_text(body):
    """Checks that a value gives the findings of its JSON text."""
    found = heylint.check_request(VIDEOS, body)
    assert [one.raw for one in found] == without_places(heylint.check_request(VIDEOS, json.dumps(body)).raw["diagnostics"])
    return found


def test_a_value_that_contains_itself():
    cyclic = {**GOOD}
    cyclic["voice_settings"] = cyclic
    ring = []
    ring.append((ring, {"a": ring}))
    for body in (cyclic, ring, {"a": [cyclic]}):
        with pytest.raises(ValueError, match="Circular reference detected, at /"):
            heylint.check_request(VIDEOS, body)


def test_a_value_that_grows_without_end():
    body = "x" * 1_000_000
    for _ in range(64):
        body = {"a": body, "b": body}
    with pytest.raises(ValueError, match="larger than 64 MiB"):
        heylint.check_request(VIDEOS, body)


@pytest.mark.parametrize("kind", [list, tuple, dict])
def test_a_hundred_thousand_levels(kind):
    body = []
    for _ in range(100_000):
        body = {"a": body} if kind is dict else kind([body])
    text = ('{"a":' if kind is dict else "[") * 100_000 + "[]" + ("}" if kind is dict else "]") * 100_000
    found = heylint.check_request(VIDEOS, body)
    assert found.fails
    assert [one.raw for one in found] == without_places(heylint.check_request(VIDEOS, text).raw["diagnostics"])


@pytest.mark.parametrize("depth", [10, 600, 950])
def test_every_depth_that_json_writes(depth):
    body = "end"
    for _ in range(depth):
        body = [body]
    assert same_as_text({**GOOD, "title": body}).fails


class Lying(dict):
    """A dict whose methods contradict its content."""

    def __len__(self):
        return 10**6

    def __iter__(self):
        return iter(["no", "such", "keys"])

    def keys(self):
        return ["neither"]

    def __getitem__(self, key):
        raise KeyError(key)

    def items(self):
        return iter([("type", "avatar"), ("avatar_id", "a1"), ("voice_id", "v1"), ("script", "Hi"), ("speed", 7)])


class LyingList(list):
    def __len__(self):
        return 0

    def __iter__(self):
        return iter([1, 2, 3])

    def __getitem__(self, at):
        raise IndexError(at)


def test_subclasses_are_read_as_json_reads_them():
    assert same_as_text(Lying(a=1)).findings
    assert same_as_text(Lying()).findings
    assert same_as_text({**GOOD, "title": LyingList(["a", "b"])}).findings


class Pairs(dict):
    def __init__(self, pairs):
        super().__init__(a=1)
        self.pairs = pairs

    def items(self):
        return self.pairs


@pytest.mark.parametrize("pairs", [[1], [("a",)], [("a", 1, 2)], ["ab"]])
def test_items_that_are_not_pairs_raise(pairs):
    for write in (json.dumps, lambda body: heylint.check_request(VIDEOS, body)):
        with pytest.raises(ValueError, match="items must return 2-tuples"):
            write(Pairs(pairs))


def test_a_dict_that_changes_while_it_is_read():
    body = {**GOOD}

    class Changes(dict):
        def items(self):
            body.clear()
            body.update({str(at): at for at in range(1000)})
            return super().items()

    body["voice_settings"] = Changes(speed=1.8)
    body["title"] = "A title"
    found = heylint.check_request(VIDEOS, body)
    assert "/voice_settings/speed" in {one.pointer for one in found}


def test_a_list_that_changes_while_it_is_read():
    items = []

    class Changes(dict):
        def items(self):
            items.clear()
            return super().items()

    items.extend([Changes(a=1), Changes(a=1), 3])
    assert heylint.check_request(VIDEOS, items).fails


def test_exceptions_raised_by_a_value_are_passed_on():
    class Fails(dict):
        def items(self):
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        heylint.check_request(VIDEOS, {"a": Fails(a=1)})


class Index(int):
    def __index__(self):
        raise ZeroDivisionError

    __int__ = __str__ = __repr__ = __format__ = __index__


class Half(float):
    def __float__(self):
        raise ZeroDivisionError

    __repr__ = __str__ = __float__


class Text(str):
    def encode(self, *_):
        raise ZeroDivisionError

    __str__ = __repr__ = encode


def test_methods_of_numbers_and_texts_are_not_called():
    for number in (Index(7), Index(2**70), Index(-(2**64)), Half(1.5), 2**63, -(2**63), 10**4000):
        same_as_text({**GOOD, "voice_settings": {"speed": number}})
        same_as_text({**GOOD, number: 1})
    for text in (Text("a title"), Text("half \ud800 of a pair"), Text("\udc00\ud800\ud83c\udfac")):
        same_as_text({**GOOD, "title": text, text: 1})


def test_numbers_that_json_does_not_have():
    for number in (float("nan"), float("-inf")):
        with pytest.raises(ValueError, match="JSON has no NaN and no infinity, at /voice_settings/speed$"):
            heylint.check_request(VIDEOS, {"voice_settings": {"speed": number}})
        with pytest.raises(ValueError, match="JSON has no NaN"):
            heylint.check_request(VIDEOS, {number: 1})
    if hasattr(sys, "get_int_max_str_digits"):
        for write in (json.dumps, lambda body: heylint.check_request(VIDEOS, body)):
            with pytest.raises(ValueError, match="integer string conversion"):
                write({"a": 10**5000})


@dataclasses.dataclass
class Avatar:
    avatar_id: str


@pytest.mark.parametrize(
    "value",
    [
        b"bytes", bytearray(b"x"), memoryview(b"x"), decimal.Decimal("1.5"), datetime.datetime(2026, 1, 1), {1, 2}, 1j,
        (letter for letter in "ab"), range(3), MappingProxyType({}), Avatar("a"), Avatar, object(), len, sys,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_json_has_no_value_for(value):
    with pytest.raises(TypeError) as theirs:
        json.dumps({"a": [0, value]})
    with pytest.raises(TypeError) as ours:
        heylint.check_request(VIDEOS, {"a": [0, value]})
    assert str(ours.value).startswith(str(theirs.value)) and str(ours.value).endswith("at /a/1")


def test_an_error_names_the_conversion_of_an_object():
    with pytest.raises(TypeError, match="dataclasses.asdict"):
        heylint.check_request(VIDEOS, Avatar("a"))
    pydantic = pytest.importorskip("pydantic")
    Model = pydantic.create_model("Model", script=(str, ...))
    with pytest.raises(TypeError, match="model_dump"):
        heylint.check_request(VIDEOS, Model(script="Hi"))


def test_scalars_of_numpy():
    numpy = pytest.importorskip("numpy")
    same_as_text({**GOOD, "voice_settings": {"speed": numpy.float64(1.8)}, "title": numpy.str_("a")})
    for value in (numpy.int64(1), numpy.bool_(True), numpy.zeros(3)):
        with pytest.raises(TypeError, match="is not JSON serializable, at /a"):
            heylint.check_request(VIDEOS, {"a": value})


def test_keys_that_are_no_texts():
    class Key:
        def __hash__(self):
            return 1

        def __str__(self):
            raise ZeroDivisionError

    for key in ((1,), b"a", Key(), decimal.Decimal(1), frozenset()):
        with pytest.raises(TypeError, match="keys must be str, int, float, bool or None, not"):
            heylint.check_request(VIDEOS, {key: 1})


def test_huge_texts():
    report = heylint.check_request(VIDEOS, {**GOOD, "script": "é" * 1_000_000})
    assert [one.rule for one in report] == ["script/too-long"]
    assert len(str(report.findings[0])) < 1000


def test_a_dict_that_another_thread_changes():
    body = {**GOOD, "voice_settings": {"speed": 1.8}}
    done = threading.Event()

    def change():
        at = 0
        while not done.is_set():
            at += 1
            body[f"key{at % 50}"] = [at]
            body.pop(f"key{(at + 25) % 50}", None)

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(100):
            assert heylint.check_request(VIDEOS, body).fails
    finally:
        done.set()
        thread.join()


def test_many_threads_and_tasks():
    bodies = [{**GOOD, "voice_settings": {"speed": 1.8 if at % 2 else 1.2}} for at in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert [report.fails for report in pool.map(lambda body: heylint.check_request(VIDEOS, body), bodies)] == [
            bool(at % 2) for at in range(200)
        ]

    async def run():
        loop = asyncio.get_running_loop()
        demo = TOP / "fixtures/demo"
        return await asyncio.gather(*(loop.run_in_executor(None, heylint.check, demo) for _ in range(4)))

    assert len({report for report in asyncio.run(run())}) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_child_of_fork_can_check():
    heylint.check(TOP / "fixtures/demo")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if heylint.check(TOP / "fixtures/demo").fails and heylint.check_request(VIDEOS, FAST).fails else 2
        finally:
            os._exit(status)
    until = time.monotonic() + 60
    ended, status = os.waitpid(child, os.WNOHANG)
    while ended == 0 and time.monotonic() < until:
        time.sleep(0.05)
        ended, status = os.waitpid(child, os.WNOHANG)
    if ended == 0:
        os.kill(child, signal.SIGKILL)
    assert ended == child and status == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process")
def test_ctrl_c_ends_a_long_check(tmp_path):
    record = '{"method": "POST", "path": "/v3/videos", "body": {"type": "avatar"}}\n'
    # Takes seconds, wherever it runs.
    (tmp_path / "long.jsonl").write_text(record * 500_000)
    code = """if True:
        import heylint, signal, sys
        # A job in the background of a shell ignores Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            print("begins", flush=True)
            heylint.check(sys.argv[1], jobs=1)
        except KeyboardInterrupt:
            print("interrupted")
        """
    ran = subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert ran.stdout.readline() == "begins\n"
    time.sleep(0.1)
    ran.send_signal(signal.SIGINT)
    out, err = ran.communicate(timeout=60)
    assert (out, err, ran.returncode) == ("interrupted\n", "", 0)


def test_a_subinterpreter_raises_import_error():
    interpreters = pytest.importorskip("_xxsubinterpreters")
    other = interpreters.create()
    code = "try:\n    import heylint\nexcept ImportError as error:\n    assert 'subinterpreters' in str(error), error"
    interpreters.run_string(other, code)
    interpreters.destroy(other)


def test_memory_does_not_grow():
    resource = pytest.importorskip("resource")

    def most():
        gc.collect()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    body = {**FAST, "title": "x" * 50_000}
    for _ in range(20):
        heylint.check_request(VIDEOS, body).findings
    before = most()
    for _ in range(400):
        heylint.check_request(VIDEOS, body).findings
    for _ in range(400):
        with pytest.raises(TypeError):
            heylint.check_request(VIDEOS, {"a": body, "b": object()})
    assert most() - before < 16_000


def test_a_report_can_be_compared_copied_and_pickled():
    report = heylint.check(TOP / "fixtures/demo")
    for again in (copy.copy(report), copy.deepcopy(report), pickle.loads(pickle.dumps(report)), heylint.check(TOP / "fixtures/demo")):
        assert again == report and hash(again) == hash(report) and again.findings == report.findings
    assert report != heylint.check_request(VIDEOS, FAST) and report != 1
    assert len({*report.findings, *report}) == len(report) == len(report.findings)
    for finding in report:
        assert pickle.loads(pickle.dumps(finding)) == copy.deepcopy(finding) == finding
    assert all(isinstance(hash(one), int) for one in heylint.limits())


def test_names_are_those_of_the_public_module():
    for name in heylint.__all__:
        assert getattr(heylint, name).__module__.split("._")[0] == "heylint"
    for public in (heylint.Refused, heylint.ConfigError, heylint.Report, heylint.Finding):
        assert public.__module__ == "heylint" and pickle.loads(pickle.dumps(public)) is public
    assert str(pickle.loads(pickle.dumps(heylint.ConfigError("a reason")))) == "a reason"


def test_str_and_repr_of_a_report():
    report = heylint.check_request(VIDEOS, FAST)
    assert repr(report) == "<heylint.Report: 1 finding, fails>"
    assert str(report) == str(report.findings[0]) and str(heylint.check_request(VIDEOS, GOOD)) == "no findings"
    assert repr(heylint.check_request(VIDEOS, GOOD)) == "<heylint.Report: 0 findings, ok>"


def test_a_report_is_neither_true_nor_false():
    """`assert check_request(…)` would pass for any request."""
    for body in (FAST, GOOD):
        with pytest.raises(TypeError, match="ask report.ok or report.fails"):
            assert heylint.check_request(VIDEOS, body)


def test_the_module_runs_the_command():
    ran = subprocess.run([sys.executable, "-m", "heylint", "--version"], capture_output=True, text=True)
    assert ran.stdout == f"heylint {heylint.__version__}\n" and ran.returncode == 0, ran.stderr
    ran = subprocess.run([sys.executable, "-m", "heylint", "check", "--isolated", "-"], input=b"{", capture_output=True)
    assert ran.returncode == subprocess.run(["heylint", "check", "--isolated", "-"], input=b"{", capture_output=True).returncode


def test_options_of_the_wrong_type():
    for options in (
        {"jobs": 0}, {"jobs": -1}, {"jobs": "two"}, {"now": -1}, {"now": "today"}, {"ready": "no"}, {"depth": 1}, {"select": 5},
        {"select": [1]}, {"config": 7}, {"fail_on": True}, {"use": b"photo"}, {"jobs": 2**70}, {"isolated": "x"},
    ):
        (name,) = options
        with pytest.raises((TypeError, ValueError, OverflowError)) as raised:
            heylint.check(TOP / "README.md", **options)
        assert name in str(raised.value), (options, raised.value)
    for path in (["a", "b"], None, 7, b"bytes"):
        with pytest.raises(TypeError):
            heylint.check(path)
