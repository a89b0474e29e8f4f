"""Who sees what: an answer is the fold of the records that its reader may see, and of nothing else (section 10)."""

from .records import CHANGES, in_force
from .words import MARKS

OPEN_MARK = "staff"  # above it, the person must not be told


def definition(policy, audience):
    """What the policy grants an audience; `None` where it grants nothing."""
    return next((a for a in policy["audience"] if a["id"] == audience), None)


def listed(of, word):
    return of == "all" or word in of


def sees_record(view, record):
    """Whether a record that changes no other is visible. What cannot be read cannot be known to be fit for one who does not
    see every kind."""
    kind = view["kinds"] == "all" or record["readable"] and record["kind"] in view["kinds"] and not record["erased"]
    return record["mark"] in view["marks"] and kind


def changes_of(record):
    """The record that a record corrects, retracts or erases; `None` where it does nothing of the sort."""
    return record["data"]["event_id"] if record["kind"] in CHANGES and record["data"] else None


def seen(view, records, known_at):
    """The records that go into the answer, and those that are withheld: visible, but not as they are in force. `known_at` is
    `None` where everything there is counts as known."""
    by_id = {r["id"]: r for r in records}

    def visible(record):
        changed = changes_of(record)
        if changed is None:
            return sees_record(view, record)
        return record["mark"] in view["marks"] and changed in by_id and visible(by_id[changed])

    def changed_in_the_end(record):
        changed = changes_of(record)
        return record["id"] if changed is None else changed_in_the_end(by_id[changed])

    there = [r for r in records if visible(r)]
    if not is_professional(view):
        return there, []

    def known(of):
        return [r for r in of if known_at is None or r["recorded"] <= known_at]

    truth, theirs = known(records), known(there)
    outdated = {r["id"] for r in there if changes_of(r) is None and in_force(r, truth) != in_force(r, theirs)}
    withheld = [r for r in there if changed_in_the_end(r) in outdated]
    return [r for r in there if r not in withheld], withheld


def is_professional(view):
    return view.get("professional", any(mark != "ordinary" for mark in view["marks"]))


def is_limited(view):
    return not sees_everything(view)


def sees_everything(view):
    return view["kinds"] == "all" and all(m in view["marks"] for m in MARKS)


def sees(view, field):
    return field in view["fields"]


def marked(view, mark):
    """The mark of an outcome, with the caution that goes with it; nothing for a reader who is shown no marks."""
    if not sees(view, "handling"):
        return {"handling": None, "caution": None}
    confidential = MARKS.index(mark) > MARKS.index(OPEN_MARK)
    return {"handling": mark, "caution": "do_not_raise_with_person" if confidential else None}
