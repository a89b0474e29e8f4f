"""The policy, from its TOML text (docs/policy-language.md). The entries stay as their author wrote them: dicts."""

try:
    import tomllib
except ImportError:  # Python 3.10
    import tomli as tomllib  # type: ignore[no-redef]

from . import conditions
from .times import day_of

SECTIONS = ["document", "parameter", "action", "rule", "duty", "audience", "obligation", "test"]


def load(files, overlays, locality):
    """The policy of these files (name → text), with overlays (a list of texts), as it stands in a locality."""
    policy = {section: [] for section in SECTIONS}
    for name in sorted(files):
        entries = tomllib.loads(files[name])
        policy.update(entries.get("policy", {}))
        for section in SECTIONS:
            policy[section] += entries.get(section, [])
    for text in overlays:
        add_overlay(policy, tomllib.loads(text))
    policy["locality"] = locality
    policy["rules"] = [rule_of(r) for r in policy["rule"]]
    policy["duties"] = [{**d, "condition": conditions.parse(d["while"])} for d in policy["duty"]]
    policy["rules_on"] = {}
    for rule in policy["rules"]:
        for kind in sorted(set(rule["kinds"])):
            policy["rules_on"].setdefault(kind, []).append(rule)
    policy["actions"] = {a["id"]: action_of(a, place) for place, a in enumerate(policy["action"])}
    policy["parameters"] = {p["id"]: p for p in policy["parameter"]}
    policy["comes_into_force"] = comes_into_force(policy)
    policy["boundaries"] = boundaries(policy)
    policy["basis"] = {entry["id"]: entry["basis"] for entry in policy["rule"] + policy["duty"]}
    return policy


def comes_into_force(policy):
    """The days on which duties come into force, and actions go on under another name."""
    continued = {a["continues"]["from"] for a in policy["action"] if "continues" in a}
    return sorted({d["effective"]["from"] for d in policy["duties"]} | continued)


def boundaries(policy):
    """Every day on which a rule, a duty or a value comes into force or ends."""
    spans = [entry["effective"] for entry in policy["rules"] + policy["duties"]]
    spans += [value for p in policy["parameter"] for value in p["values"]]
    ends = {span[end] for span in spans for end in ["from", "to"] if end in span}
    return sorted(ends | set(comes_into_force(policy)))


def add_overlay(policy, overlay):
    """A local overlay sets values of parameters and adds rules, duties and tests, all for its own locality."""
    locality = overlay["overlay"]["locality"]
    for local in overlay.get("parameter", []):
        values = [{**v, "locality": locality} for v in local["values"]]
        policy["parameter"] = [
            {**p, "values": p["values"] + values} if p["id"] == local["id"] else p for p in policy["parameter"]
        ]
    for section in ["rule", "duty"]:
        policy[section] += [{**entry, "localities": [locality]} for entry in overlay.get(section, [])]


def rule_of(rule):
    """A rule with its condition read and its short forms written out."""
    kinds = rule["on"] if isinstance(rule["on"], list) else [rule["on"]]
    return {**rule, "kinds": kinds, "condition": conditions.parse(rule.get("when"))}


def limit_of(due):
    """A limit written out: `"immediately"` is { immediately = true, from = "learnt" }."""
    return {"immediately": True, "from": "learnt"} if due == "immediately" else due


def action_of(action, place):
    """An action with its place in the policy's order, and its triggers read: what closes, suspends, chases, refuses it."""
    read = {what: triggers(action.get(what, [])) for what in ["closed_by", "waiting", "chased_by", "refused_by"]}
    return {**action, "place": place, **read}


def triggers(entries):
    """The events that entries speak of: (kinds, condition, whom the action then waits on)."""
    found = []
    for t in entries:
        kinds = t["on"] if isinstance(t["on"], list) else [t["on"]]
        found.append((kinds, conditions.parse(t.get("when")), t.get("with")))
    return found


def kinds_of(action, what):
    """The kinds of event that may close (or suspend, chase, refuse) an action."""
    return sorted({kind for kinds, _, _ in action[what] for kind in kinds})


def in_force(policy, entry, at):
    """Whether a rule or duty is in force at a moment, in this locality (docs/policy-language.md, `effective`)."""
    day, effective = day_of(at), entry["effective"]
    here = not entry.get("localities") or policy["locality"] in entry["localities"]
    return here and effective["from"] <= day and ("to" not in effective or day < effective["to"])


def parameter(policy, id, at):
    """The value of a parameter on the day of a moment as it is written, the locality's own before everybody's; `None`
    where there is none or it is unset."""
    day = day_of(at)
    values = policy["parameters"].get(id, {}).get("values", [])
    dated = [v for v in values if v["from"] <= day and ("to" not in v or day < v["to"])]
    own = [v for v in dated if v.get("locality") and v["locality"] == policy["locality"]]
    value = (own or [v for v in dated if not v.get("locality")] or [None])[0]
    return value if value and not value.get("unset") else None


def number(policy, id, at):
    """The number that a parameter is on the day of a moment, if any."""
    value = parameter(policy, id, at)
    return value["value"] if value else None
