"""Policies: the pack that is built in, folders, texts, overlays, localities."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from risk_of_harm import Policy, PolicyError, QuestionError, assess
from sample import NORTHSHIRE, PACK, digest_of, told_log


def pack() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in PACK.glob("*.toml")}


def northshire() -> Policy:
    return Policy.embedded(overlays=[NORTHSHIRE], locality="northshire")


def place(text: str, what: str) -> tuple[int, int]:
    """Line and column of something, from 1."""
    before = text[: text.index(what)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_the_pack_that_is_built_in_says_what_it_is(policy: Policy) -> None:
    assert policy.id == "england-wales"
    assert policy.title
    assert policy.reviewed_through == date(2021, 6, 25)
    assert len(policy.digest) == 64 and int(policy.digest, 16)
    assert policy.locality is None
    assert repr(policy) == f"<Policy england-wales {policy.version} ({policy.digest[:12]})>"


def test_the_pack_that_is_built_in_is_loaded_once() -> None:
    assert Policy.embedded() is Policy.embedded()


def test_the_folder_that_the_pack_comes_from_is_the_same_policy(policy: Policy) -> None:
    assert Policy.from_folder(PACK) == policy
    assert Policy.from_folder(str(PACK)) == policy


def test_texts_are_the_same_policy_in_any_order_and_under_any_names(policy: Policy) -> None:
    backwards = {f"{name}-renamed": text for name, text in reversed(list(pack().items()))}
    assert Policy.from_files(backwards).digest == policy.digest


def test_the_digest_is_of_the_meaning_not_of_the_layout(policy: Policy) -> None:
    files = pack()
    files["marac.toml"] = "# A remark.\n\n" + files["marac.toml"]
    assert Policy.from_files(files).digest == policy.digest


def test_an_overlay_changes_the_policy_for_its_locality(policy: Policy) -> None:
    local = northshire()
    assert local.locality == "northshire"
    assert local != policy
    assert "northshire-call-out-visit" in local.show() and "northshire-call-out-visit" not in policy.show()
    assert "locality='northshire'" in repr(local)
    assert assess(told_log(), local, at="2018-04-18", audience="manager").receipt["locality"] == "northshire"


def test_an_overlay_may_be_given_as_text_too() -> None:
    text = {"anything.toml": NORTHSHIRE.read_text(encoding="utf-8")}
    assert Policy.from_files(pack(), overlays=text, locality="northshire").digest == northshire().digest


def test_an_overlay_may_be_laid_over_a_folder() -> None:
    assert Policy.from_folder(PACK, overlays=[str(NORTHSHIRE)], locality="northshire") == northshire()


def test_a_locality_of_which_nobody_speaks_is_refused() -> None:
    with pytest.raises(PolicyError, match="unknown locality `atlantis`") as refused:
        Policy.embedded(locality="atlantis")
    assert refused.value.code == "RISK_BAD_POLICY"


def test_one_overlay_where_a_list_is_asked_for_is_a_type_error() -> None:
    for one in (str(NORTHSHIRE), NORTHSHIRE):
        with pytest.raises(TypeError, match="overlays: expected a list of files, found one"):
            Policy.embedded(overlays=one)  # type: ignore[arg-type]


def test_a_folder_or_an_overlay_that_is_not_there_is_a_file_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="expected a folder that holds .toml files, found none"):
        Policy.from_folder(tmp_path)
    with pytest.raises(FileNotFoundError):
        Policy.embedded(overlays=[tmp_path / "nowhere.toml"])


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"id = \"caf\xe9\"\n")
    with pytest.raises(PolicyError, match=r"bad\.toml.*expected a policy file in UTF-8, found other bytes \(line 1\)") as refused:
        Policy.from_folder(tmp_path)
    assert refused.value.code == "RISK_NOT_UTF8"


def test_a_policy_edited_wrongly_says_where_by_file_line_and_column() -> None:
    files = pack()
    wrong = files["new-information.toml"].replace("event.raised_risk in [yes, unknown]", "event.raised_risc = yes", 1)
    files["new-information.toml"] = wrong
    with pytest.raises(PolicyError) as refused:
        Policy.from_files(files)
    (error,) = [error for error in refused.value.errors if "raised_risc" in error["message"]]
    assert error["file"] == "new-information.toml"
    line, column = place(wrong, "event.raised_risc")
    assert error["line"] == line
    assert error["column"] == column
    assert f"new-information.toml:{line}:{column}: " in str(refused.value)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('basis = "inspectorate"', 'basis = "inspectorat"', "inspectorat"),
        ('on = "plw_disclosure"', 'on = "plw_disclosur"', "plw_disclosur"),
        ('{ action = "review_risk"', '{ action = "reviw_risk"', "reviw_risk"),
        ("effective = { from = 2014-06-01 }", "effective = { from = 2014-13-01 }", "new-information.toml"),
        ('document = "hmip-2018"', 'document = "hmip-1918"', "hmip-1918"),
        ('covers = ["O17"', 'covers = ["O917"', "O917"),
    ],
)
def test_each_way_to_edit_a_rule_wrongly_is_told_at_its_line(before: str, after: str, told: str) -> None:
    files = pack()
    line, _ = place(files["new-information.toml"], before)
    files["new-information.toml"] = files["new-information.toml"].replace(before, after, 1)
    with pytest.raises(PolicyError) as refused:
        Policy.from_files(files)
    assert told in str(refused.value)
    assert ("new-information.toml", line) in {(error["file"], error["line"]) for error in refused.value.errors}


def test_all_errors_of_a_policy_are_told_at_once() -> None:
    files = pack()
    for name in ("marac.toml", "orders.toml"):
        files[name] = files[name].replace('basis = "', 'basis = "un', 1)
    with pytest.raises(PolicyError) as refused:
        Policy.from_files(files)
    assert {error["file"] for error in refused.value.errors} >= {"marac.toml", "orders.toml"}
    assert str(refused.value).count("\n") + 1 == len(refused.value.errors)


def test_the_pack_has_nothing_that_deserves_a_look_and_a_policy_that_does_says_where(policy: Policy) -> None:
    assert policy.check() == []
    untested = NORTHSHIRE.read_text(encoding="utf-8").partition("[[test]]")[0]
    (warning,) = Policy.from_files(pack(), overlays={"n.toml": untested}, locality="northshire").check()
    assert warning["message"] == "no test expects `northshire-call-out-visit` to fire"
    line, _ = place(untested, "[[rule]]")
    assert (warning["file"], warning["line"]) == ("n.toml", line)


@pytest.mark.parametrize(
    ("form", "has"), [("text", "plw-raised-risk"), ("markdown", "# "), ("guide", "O17"), ("json", '"rules"')]
)
def test_a_policy_is_shown_whole_in_each_form(policy: Policy, form: str, has: str) -> None:
    assert has in policy.show(form)


def test_a_form_that_there_is_not_is_refused(policy: Policy) -> None:
    with pytest.raises(QuestionError, match="expected `text`, `markdown`, `guide` or `json`") as refused:
        policy.show("html")
    assert refused.value.errors[0]["field"] == "form"


def test_a_difference_names_the_entry_and_the_field(policy: Policy) -> None:
    files = pack()
    files["new-information.toml"] = files["new-information.toml"].replace('title = "The Partner Link', 'title = "A Partner Link', 1)
    diff = policy.diff(Policy.from_files(files))
    assert [entry["id"] for entry in diff["entries"]] == ["plw-raised-risk"]
    assert "title" in str(diff["entries"][0])
    assert policy.diff(policy)["entries"] == []


def test_the_tests_beside_the_rules_pass_and_one_that_is_wrong_says_so() -> None:
    local = northshire()
    results = local.test()
    assert len(results) > 100
    assert [result["name"] for result in results if result["failures"]] == []
    text = NORTHSHIRE.read_text(encoding="utf-8")
    wrong = text.replace('pending = ["home_visit", "consider_marac_referral"]', 'pending = ["home_visit", "locate_person"]', 1)
    assert wrong != text
    failed = [r for r in Policy.from_files(pack(), overlays={"n.toml": wrong}, locality="northshire").test() if r["failures"]]
    assert [(r["file"], r["line"]) for r in failed] == [("n.toml", place(wrong, "[[test]]")[0])]
    assert "locate_person" in str(failed[0]["failures"])


def test_policies_are_equal_where_their_meaning_and_locality_are(policy: Policy) -> None:
    assert northshire() == northshire() and hash(northshire()) == hash(northshire())
    assert policy != "england-wales"
    assert len({policy, Policy.from_folder(PACK), northshire(), northshire()}) == 2


def test_a_policy_cannot_be_made_by_calling_its_class() -> None:
    with pytest.raises(TypeError, match="Policy.embedded"):
        Policy()


def test_a_policy_comes_back_from_a_pickle_the_same(policy: Policy, tmp_path: Path) -> None:
    for one in (policy, northshire(), Policy.from_folder(PACK)):
        again = pickle.loads(pickle.dumps(one))
        assert again == one and again.locality == one.locality and again.show("json") == one.show("json")
    assert pickle.loads(pickle.dumps(policy)) is policy


def test_a_policy_can_be_sent_to_a_process_that_starts_afresh() -> None:
    local = northshire()
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(digest_of, [local])) == [local.digest]


def test_stray_files_in_a_folder_are_passed_over_and_a_link_that_leads_nowhere_is_not(tmp_path: Path) -> None:
    (tmp_path / "..2026_11_22").mkdir()
    for name, text in pack().items():
        (tmp_path / "..2026_11_22" / name).write_text("\ufeff" + text, encoding="utf-8")
        (tmp_path / name).symlink_to(Path("..data") / name)
    (tmp_path / "..data").symlink_to("..2026_11_22")
    (tmp_path / "._marac.toml").write_bytes(b"Mac OS X\x00\x05\xff")
    (tmp_path / ".#marac.toml").symlink_to("somebody@host.1")
    (tmp_path / "marac.toml~").write_text("[[")
    assert Policy.from_folder(tmp_path) == Policy.embedded()
    (tmp_path / "gone.toml").symlink_to("nowhere")
    with pytest.raises(FileNotFoundError, match="gone.toml"):
        Policy.from_folder(tmp_path)


def test_a_policy_in_utf_16_is_named_as_such_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "wide.toml").write_text("[policy]", encoding="utf-16")
    with pytest.raises(PolicyError, match=r"wide\.toml.*found UTF-16: save it as UTF-8"):
        Policy.from_folder(tmp_path)
