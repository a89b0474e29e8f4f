"""Who sees what: an answer is the fold of the records that its reader may see, and of nothing else (section 10)."""

from .words import MARKS

OPEN_MARK = "staff"  # above it, the person must not be told


def definition(policy, audience):
    """What the policy grants an audience; `None` where it grants nothing."""
    return next((a for a in policy["audience"] if a["id"] == audience), None)


def listed(of, word):
    return of == "all" or word in of


def sees_record(view, record):
    """Whether a record is among those that the audience may see. What cannot be read cannot be known to be fit for one who
    does not see every kind."""
    kind = view["kinds"] == "all" or record["readable"] and record["kind"] in view["kinds"] and not record["erased"]
    return record["mark"] in view["marks"] and kind


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
