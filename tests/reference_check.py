"""The engine against the independent reference of tests/reference: on the nine example cases the answers are equal, byte for
byte, for every audience, in both lenses, on several days.

What the reference found wrong in the engine is kept here, each by the smallest log that showed it.
"""

import json
import unittest

import engine
from reference.compare import first_difference, own_answer

CASES = sorted((engine.ROOT / "examples" / "cases").glob("*.jsonl"))
DAYS = ["2017-10-01", "2018-01-15", "2018-04-23", "2019-06-01"]
AUDIENCES = """responsible_officer partner_link_worker programmes_team manager inspector analyst partner_agency
    supervised_person""".split()


def asked(log, at, audience="inspector", lens="as_known", overlay=None):
    """A question with the engine's answer, as `risk-conformance/1`."""
    arguments = ["assess", "-", "--format", "json", "--at", at, "--audience", audience, "--lens", lens]
    if overlay:
        arguments += ["--overlay", f"policies/overlays/{overlay}.toml", "--locality", overlay]
    text = "".join(json.dumps(record) + "\n" for record in log)
    answer = engine.run(*arguments, check=True, input=text).stdout
    answer = json.loads(answer)
    policy = {"pack": "england-wales", "overlays": [overlay] if overlay else []}
    question = {"policy": policy, "locality": overlay, "at": answer["at"], "known_at": None, "lens": lens, "audience": audience}
    return {**question, "feeds": None, "log": log, "answer": answer}


def difference(question):
    """Where the reference's answer first differs from the engine's, or `None`."""
    return first_difference("$", own_answer(question), question["answer"])


def records(case):
    return [json.loads(line) for line in case.read_text().rstrip("\n").split("\n")]


class ReferenceCheck(unittest.TestCase):
    def test_each_case_on_several_days_as_known(self):
        self.assertGreaterEqual(len(CASES), 9)
        for case in CASES:
            for day in DAYS:
                with self.subTest(case=case.stem, day=day):
                    self.assertIsNone(difference(asked(records(case), day)))

    def test_each_case_in_hindsight(self):
        for case in CASES:
            for day in DAYS[1:3]:
                with self.subTest(case=case.stem, day=day):
                    self.assertIsNone(difference(asked(records(case), day, lens="hindsight")))

    def test_each_case_for_each_audience(self):
        for case in CASES:
            for audience in AUDIENCES:
                with self.subTest(case=case.stem, audience=audience):
                    self.assertIsNone(difference(asked(records(case), "2018-04-23", audience)))

    def test_a_locality(self):
        for case in CASES[:3]:
            with self.subTest(case=case.stem):
                self.assertIsNone(difference(asked(records(case), "2018-04-23", overlay="northshire")))


def event(number):
    return f"00000000-0000-4000-8000-{number:012}"


def record(number, happened, kind, learnt=None, **data):
    """A record of noon of a day, learnt on that day or on a later one."""
    at = {"occurred_at": f"{happened}T12:00:00Z", "recorded_at": f"{learnt or happened}T12:00:00Z"}
    named = {"event_id": event(number), "case_id": event(999), "source": {"agency": "probation"}}
    return {**named, **at, "kind": kind, "data": data}


SUPERVISED = record(
    1,
    "2017-09-01",
    "supervision_started",
    sentence_id="s1",
    sentence_type="community_order",
    index_offence="assault",
    index_offence_is_domestic_abuse="yes",
    sex="male",
)


def assessed(number, happened, level, by, learnt=None):
    said = {"levels": {"known_adult": level}, "stage": "review", "signed": "yes", "assessor": by}
    return record(number, happened, "risk_assessed", learnt, **said)


def partner(number, happened, victim, learnt=None):
    said = {"person": "p1", "group": "known_adult", "relation": "partner", "victim": victim}
    return record(number, happened, "person_identified", learnt, **said)


HIGH = record(2, "2017-10-01", "dash_completed", yes_answers=20, high_by_judgement="yes")


class WhatTheReferenceFound(unittest.TestCase):
    """Each was wrong in the engine once; the smallest log that showed it."""

    def assert_equal(self, log, at, lens="as_known"):
        self.assertIsNone(difference(asked(log, at, lens=lens)))

    def test_a_victim_told_of_late_is_not_lost_to_a_later_unknown(self):
        """Not knowing never overwrites knowing, in whichever order the two are recorded: contact with her is reviewed."""
        met = record(4, "2017-10-01", "contact_reported", person="p1")
        log = [SUPERVISED, partner(2, "2017-09-05", "unknown"), partner(3, "2017-09-03", "yes", "2017-09-06"), met]
        self.assert_equal(log, "2017-10-02")

    def test_an_older_assessment_learnt_late_does_not_answer_over_a_newer_lower_one(self):
        """Otherwise the working level falls from high to low, and nobody agreed."""
        log = [SUPERVISED, HIGH, assessed(3, "2017-10-10", "low", "ann"), assessed(4, "2017-10-05", "high", "bob", "2017-10-12")]
        self.assert_equal(log, "2017-10-13")

    def test_an_older_start_of_a_sentence_told_late_does_not_replace_a_newer(self):
        """The same sentence told twice: otherwise everything freezes, because an earlier record named a last day."""
        again = {"sentence_id": "s1", "sentence_type": "community_order", "ends_on": "2017-10-01"}
        log = [SUPERVISED, record(2, "2017-08-20", "supervision_started", "2017-09-10", **again)]
        self.assert_equal(log, "2017-12-01")

    def test_an_act_in_time_is_not_late_because_its_reason_was_typed_late(self):
        """Referred on the 5th, due on the 8th, the requirement typed in on 20 October: an act counts on the day it was done."""
        required = record(2, "2017-09-01", "requirement_imposed", "2017-10-20", sentence_id="s1", requirement="bbr")
        referred = record(3, "2017-09-05", "programme_referred", programme_id="b1", programme="bbr")
        self.assert_equal([SUPERVISED, required, referred], "2017-10-21")

    def test_the_period_of_a_duty_is_no_late_information(self):
        """With nothing late, hindsight shows no days of late information."""
        self.assert_equal([SUPERVISED], "2017-12-20", lens="hindsight")

    def test_what_a_spell_opened_is_superseded_by_the_record_that_ended_it(self):
        """Of two records of one step, the discharge of the order and not the other."""
        made = {"order_id": "o1", "order": "restraining", "protects": ["p1"]}
        ended = record(3, "2017-10-10", "protective_order_discharged", order_id="o1")
        log = [SUPERVISED, record(2, "2017-09-10", "protective_order_made", **made), ended, record(4, "2017-10-10", "iom_adopted")]
        self.assert_equal(log, "2017-10-13")

    def test_a_countersignature_is_superseded_by_the_assessment_that_makes_it_needless(self):
        """Of two records of one step, the assessment and not the other."""
        log = [SUPERVISED, HIGH, assessed(5, "2017-10-10", "low", "ann"), assessed(6, "2017-10-12", "high", "bob")]
        self.assert_equal(log + [record(3, "2017-10-12", "iom_adopted")], "2017-10-13")

    def test_a_child_recorded_late_is_not_lost_to_a_relationship_that_began_after(self):
        """Otherwise it counts as a known adult, and nothing is done for a child."""
        child = {"person": "c1", "group": "child", "relation": "family"}
        met = record(2, "2017-09-11", "relationship_started", person="c1")
        self.assert_equal([SUPERVISED, met, record(3, "2017-09-02", "person_identified", "2017-09-26", **child)], "2017-10-01")

    def test_what_performs_a_duty_and_leaves_its_round_open_begins_the_next_period(self):
        """The police were asked on the 10th, for something else; the round of 30 November was answered on the 5th."""
        request = {"request_id": "r1", "of": "police", "about": "domestic_abuse_call_outs", "stage": "ongoing"}
        for_the_flag = record(3, "2017-12-10", "information_requested", **request, answers=[event(2)])
        learnt_late = record(4, "2017-12-05", "information_requested", "2017-12-20", **request)
        log = [SUPERVISED, record(2, "2017-09-10", "flag_recorded", register="mappa"), for_the_flag, learnt_late]
        self.assert_equal(log, "2018-04-01")

    def test_london_keeps_its_summer_time_in_the_next_century(self):
        """From 2100 on the engine reads every day in GMT; no case of today reaches so far."""
        self.assert_equal([SUPERVISED, record(2, "2100-05-01", "released_from_custody")], "2100-05-01")

    def test_nothing_follows_from_being_overdue_where_records_are_incomplete(self):
        """Wrong in the reference: it asked the manager to look at a review that may have been done."""
        loaded = {"from": "2018-06-01", "kinds": ["risk_assessed"]}
        log = [SUPERVISED, record(2, "2017-09-02", "history_loaded", **loaded), record(3, "2017-10-01", "concern_disclosed", by="police")]
        self.assert_equal(log, "2018-01-15")


if __name__ == "__main__":
    unittest.main()
