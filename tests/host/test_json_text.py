# SPDX-License-Identifier: MIT
"""modules/upyos/lib/json_text.py on CPython, held against CPython's json."""

import importlib.util
import io
import json

import pytest
from casefile import TREE
from hypothesis import given
from hypothesis import strategies as st

_SPEC = importlib.util.spec_from_file_location(
    "json_text", TREE / "modules/upyos/lib/json_text.py"
)
JSON_TEXT = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(JSON_TEXT)

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
_SCALARS |= st.text() | st.sampled_from(['"', "\\", '\\"', "a\\\\", "{", "]", ":,"])
VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


def _select(text: str, path: str = "") -> list[bytes]:
    stream = io.BytesIO(text.encode())
    wanted = path.split(".") if path else ()
    return list(JSON_TEXT.select(JSON_TEXT.tokens(stream), wanted))


def _indented(text: str) -> str:
    return b"".join(JSON_TEXT.indented(_select(text))).decode()


@given(VALUES, st.booleans(), st.sampled_from([None, 1, 7]))
def test_indented_is_what_json_writes(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    wanted = json.dumps(value, ensure_ascii=ascii_only, indent=2)
    # in a string a line break is an escape, but three marks of Unicode are line breaks elsewhere
    assert _indented(text) == wanted + "\n"


def _check_refused(text: str, *path: str) -> None:
    """The error is the module's own, and not one of its kinds that a slip would raise."""
    with pytest.raises(ValueError) as caught:
        _select(text, *path)
    assert type(caught.value) in (ValueError, json.JSONDecodeError)


@given(st.lists(st.sampled_from(["{", "}", "[", "]", ":", ",", '"a"', "1", "null", " ", "\n"])))
def test_refuses_what_json_refuses(parts):
    text = "".join(parts)
    try:
        json.loads(text)
    except ValueError:
        _check_refused(text)
    else:
        assert json.loads(b" ".join(_select(text))) == json.loads(text)


# what CPython's json reads or refuses in another way than by its marks
REFUSED = (
    *('"a', '"a\\\\\\"', "[tru]", "[1.2.3]", "[+1]", "[-]", "['a']"),
    *('["a" "b"]', '{"a"\n"b"}', '"a\nb"'),
)


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text):
    _check_refused(text)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("a", b'[10,{"b":[]}]'),
        ("a.0", b"10"),
        ("a.1.b", b"[]"),
        ("é", b"2"),
        ("c.", b"3"),
    ],
)
def test_selected(path, part):
    text = '{"a": [10, {"b": []}], "\\u00e9": 2, "c": {"": 3}, "a": 4}'
    assert b"".join(_select(text, path)) == part


@pytest.mark.parametrize("path", ["b", "a.2", "a.-1", "a.b", "a.0.0", "a.", ".a"])
def test_no_such_part(path):
    with pytest.raises(KeyError):
        _select('{"a": [1, 2]}', path)


def test_all_is_checked_though_a_part_is_wanted():
    _check_refused('{"a": 1, "b": ]}', "a")
