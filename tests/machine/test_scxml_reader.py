"""The reader and session that run conformance tests: what the given files do not use themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from ecmascript import UNDEFINED, ScriptError, assign, evaluate, execute
from scxml import Event, Session, read

HEAD = '<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript">'


@pytest.fixture
def session(tmp_path: Path, request: pytest.FixtureRequest) -> Session:
    file = tmp_path / "chart.scxml"
    file.write_text(f"{HEAD}{request.param}</scxml>", encoding="utf-8")
    return Session(read(file))


def given(text: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("session", [text], indirect=True, ids=[""])


@given(
    '<state id="a"><transition event="go" target="b"><send event="s"/></transition></state>'
    '<state id="b"><transition target="c"/><transition event="s" target="f"/></state>'
    '<state id="c"><transition event="s" target="d"/></state><state id="d"/><state id="f"/>'
)
def test_what_is_sent_waits_for_the_macrostep(session: Session) -> None:
    session.start()
    assert session.fire(Event("go")) == {"d"}


@given(
    '<state id="a"><onentry><send event="late" delay="10ms" id="x"/><send event="never" delay="0.02s" id="y"/>'
    '<cancel sendid="y"/></onentry><transition event="late" target="b"/><transition event="never" target="f"/></state>'
    '<state id="b"><transition event="never" target="f"/></state><state id="f"/>'
)
def test_what_is_sent_with_a_delay_waits_for_its_time_unless_it_is_cancelled(session: Session) -> None:
    assert session.start() == {"a"}
    assert session.wait(9) == {"a"}
    assert session.wait(1) == {"b"}
    assert session.wait(1000) == {"b"}


@given(
    '<parallel id="p"><state id="a.1" initial="a.2"><state id="a.2"><transition event="go" target="a.3"/></state>'
    '<state id="a.3"/></state><state id="b"><state id="b1"><transition event="go" cond="In(\'a.3\')" target="b2"/></state>'
    '<state id="b2"/></state></parallel>'
)
def test_in_looks_at_the_configuration_before_the_step(session: Session) -> None:
    session.start()
    assert session.fire(Event("go")) == {"a.3", "b1"}
    assert session.fire(Event("go")) == {"a.3", "b2"}


@given(
    '<datamodel><data id="x" expr="1"/><data id="o">{n: [1, 2]}</data></datamodel>'
    '<state id="a"><onentry><if cond="x == 1"><assign location="x" expr="x + 1"/><elseif cond="true"/><raise event="no"/>'
    '<else/><raise event="no"/></if><foreach array="o.n" item="i" index="k"><assign location="x" expr="x + i * k"/></foreach>'
    '</onentry><transition cond="x === 4 &amp;&amp; !In(\'b\')" target="b"/><transition event="no" target="f"/></state>'
    '<state id="b"><onentry><script>x += 3; o.n[0] = x</script></onentry><transition cond="o.n[0] === 7" target="c"/></state>'
    '<final id="c"/><state id="f"/>'
)
def test_content_branches_repeats_and_assigns(session: Session) -> None:
    assert session.start() == {"c"}


@given(
    '<state id="a"><onentry><assign location="nothing" expr="1"/><raise event="unreached"/></onentry>'
    '<transition event="unreached" target="f"/><transition event="error.execution" target="b"/></state>'
    '<state id="b"><transition event="go" cond="nothing.at.all" target="f"/><transition event="error.*" target="c"/></state>'
    '<state id="c"/><state id="f"/>'
)
def test_an_error_in_content_or_condition_raises_error_execution(session: Session) -> None:
    assert session.start() == {"b"}
    assert session.fire(Event("go")) == {"c"}


@given(
    '<state id="s"><state id="a"><transition event="go" cond="_event.data.n &gt; 2" target="e"/></state><final id="e"/>'
    '<transition event="done.state.s" target="b"/></state><state id="b"/>'
)
def test_conditions_see_the_event_and_done_events_carry_the_id(session: Session) -> None:
    session.start()
    assert session.fire(Event("go", data={"n": 2})) == {"a"}
    assert session.fire(Event("go", data={"n": 3})) == {"b"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x === 2", True),
        ("x == '2'", True),
        ("x === '2'", False),
        ("x !== 2 || y", "text"),
        ("!x ? 1 : 2 + 3 * -x", -4),
        ("'a' + x + null + true", "a2nulltrue"),
        ("typeof z === 'undefined' && typeof x == 'number'", True),
        ("undefined == null", True),
        ("0 == null", False),
        ("(7 - 1) / 4 >= 1.5 && 7 % 4 < 4", True),
        ("[1, 2].length + {a: 3}.a", 5),
        ("y.missing === undefined", True),
    ],
)
def test_expressions_have_the_values_that_ecmascript_gives(text: str, value: object) -> None:
    assert evaluate(text, {"x": 2, "y": "text"}) == value


def test_statements_change_what_is_declared_and_nothing_else() -> None:
    scope: dict[str, object] = {"x": 1, "o": {}}
    execute("var y = x++; x *= 5; o.deep = y; --y", scope)
    assign("o.more", UNDEFINED, scope)
    assert scope == {"x": 10, "y": 0, "o": {"deep": 1, "more": UNDEFINED}}
    for wrong in ("z = 1", "z + 1", "o.a.b", "x +", "x ? 1", "1 = 2", "#"):
        with pytest.raises(ScriptError):
            execute(wrong, scope)


@given(
    '<datamodel><data id="x" expr="2"/></datamodel><state id="a"><transition event="go" cond="Math.pow(x, 3) === 8" target="b">'
    '<send event="said"><content>More content.</content></send></transition></state><state id="b">'
    '<transition event="said" cond="_event.data === \'More content.\'" target="c"/></state><state id="c"/>'
)
def test_content_that_is_no_expression_is_text(session: Session) -> None:
    session.start()
    assert session.fire(Event("go")) == {"c"}


def test_a_script_may_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "set.js").write_text("x = 1;", encoding="utf-8")
    file = tmp_path / "chart.scxml"
    states = '<state id="a"><transition cond="x === 1" target="b"/></state><state id="b"/>'
    file.write_text(
        f'{HEAD}<datamodel><data id="x"/></datamodel><script src="set.js"/>{states}</scxml>', encoding="utf-8"
    )
    assert Session(read(file)).start() == {"b"}
