"""The published schemas against real records and real answers, by another reader of JSON Schema.

A schema that refuses what the engine writes, or takes what the engine refuses, misleads whoever builds on it.
"""

import json
import pathlib
import tempfile
import unittest

from jsonschema import Draft202012Validator

import engine

CASES = sorted((engine.ROOT / "examples" / "cases").glob("*.jsonl"))
AUDIENCES = ["responsible_officer", "partner_link_worker", "inspector", "analyst", "supervised_person"]


def risk(*arguments, given=None):
    return engine.run(*arguments, check=True, input=given).stdout


def schema(name):
    schema = json.loads(risk("schema", name))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


class SchemaCheck(unittest.TestCase):
    def assert_valid(self, validator, document, what):
        errors = [f"{e.json_path}: {e.message}" for e in validator.iter_errors(document)]
        self.assertEqual(errors, [], what)

    def test_there_are_cases_to_check(self):
        self.assertGreaterEqual(len(CASES), 9)

    def test_every_record_of_every_case_plain_and_sealed_fits_the_schema_of_records(self):
        validator = schema("record")
        for case in CASES:
            for text in [case.read_text(), risk("seal", str(case))]:
                for number, line in enumerate(text.rstrip("\n").split("\n"), 1):
                    self.assert_valid(validator, json.loads(line), f"{case.name}:{number}")

    def test_what_the_engine_refuses_in_a_record_the_schema_refuses_too(self):
        validator = schema("record")
        record = json.loads(CASES[0].read_text().split("\n")[0])
        self.assertEqual(record["kind"], "supervision_started")
        for what, wrong in {
            "an unknown kind": {**record, "kind": "police_callout"},
            "an unknown member": {**record, "handlin": "staff"},
            "an unknown field": {**record, "data": {**record["data"], "remark": "x"}},
            "an unknown value": {**record, "data": {**record["data"], "sentence_type": "prison"}},
            "a field left out": {**record, "data": {}},
            "no data": {k: v for k, v in record.items() if k != "data"},
            "no source": {k: v for k, v in record.items() if k != "source"},
            "a sentence in place of an id": {**record, "data": {**record["data"], "sentence_id": "the first one"}},
            "a mark too open": {**record, "kind": "plw_disclosure", "data": {"person": "p1"}, "handling": "staff"},
            "half a seal": {**record, "hash": "0" * 64},
        }.items():
            self.assertFalse(validator.is_valid(wrong), what)
            line = json.dumps(wrong) + "\n"
            refused = engine.run("assess", "-", input=line)
            self.assertEqual(refused.returncode, 2, what)

    def test_every_answer_fits_the_schema_of_answers(self):
        validator = schema("assessment")
        for case in CASES:
            for at in ["2017-12-20", "2018-04-23"]:
                for lens in ["as_known", "hindsight"]:
                    answer = json.loads(risk("assess", str(case), "--at", at, "--lens", lens, "--format", "json"))
                    self.assert_valid(validator, answer, f"{case.name} at {at}, {lens}")
        for audience in AUDIENCES:
            answer = risk("assess", str(CASES[0]), "--at", "2018-04-23", "--audience", audience, "--format", "json")
            self.assert_valid(validator, json.loads(answer), audience)

    def test_the_schema_of_answers_refuses_what_no_answer_says(self):
        validator = schema("assessment")
        answer = json.loads(risk("assess", str(CASES[0]), "--at", "2018-04-23", "--format", "json"))
        for wrong in [
            {**answer, "schema": "risk-assessment/2"},
            {**answer, "lens": "sideways"},
            {**answer, "actions": [{}]},
            {k: v for k, v in answer.items() if k != "receipt"},
        ]:
            self.assertFalse(validator.is_valid(wrong))

    def reports(self):
        """The report of an import of each message of the tests, of all in one, of tables, and of a store."""
        tests = engine.ROOT / "crates" / "hmpps" / "tests"
        messages = sorted(str(path) for path in (tests / "messages").glob("*.json"))
        with tempfile.TemporaryDirectory() as folder:
            key = pathlib.Path(folder, "key")
            key.touch(mode=0o600)
            key.write_bytes(bytes(range(32)))
            store = ["--store", str(pathlib.Path(folder, "cases.risk")), "--as", "queue"]
            engine.run("store", "init", "--store", store[1], check=True)
            tables = ["--contacts", str(tests / "tables" / "contacts.csv")]
            tables += ["--registrations", str(tests / "tables" / "registrations.csv")]
            for given in [*([one] for one in messages), messages, tables, [*messages, *tables, *store]]:
                ran = engine.run("hmpps", "import", *given, "--key-file", str(key), "--report", "json")
                self.assertIn(ran.returncode, [0, 1], given)
                yield given, json.loads(ran.stderr)

    def test_every_report_of_an_import_fits_the_schema_of_reports(self):
        validator = schema("import")
        outcomes = set()
        for given, report in self.reports():
            self.assert_valid(validator, report, given)
            outcomes.update(report["counts"])
        self.assertGreaterEqual(len(outcomes), 8, outcomes)
        for wrong in [
            {**report, "schema": "risk-hmpps-import/2"},
            {**report, "messages": [{}]},
            {**report, "messages": [{**report["messages"][0], "reason": "a reason"}]},
            {**report, "messages": [{**report["messages"][0], "outcome": "lost"}]},
            {**report, "instructions": [{"do": "nothing"}]},
            {k: v for k, v in report.items() if k != "counts"},
        ]:
            self.assertFalse(validator.is_valid(wrong))


if __name__ == "__main__":
    unittest.main()
