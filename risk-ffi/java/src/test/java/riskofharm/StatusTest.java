package riskofharm;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Every status that Java can reach, with what it says. */
final class StatusTest {
    private static final Question ASKED = Question.by(Audience.RESPONSIBLE_OFFICER).at("2018-01-10");

    private StatusTest() {}

    static void add(Tests tests) {
        tests.add("half a surrogate pair is refused before it is kept as a question mark", StatusTest::notUtf8);
        tests.add("a moment that cannot be read is refused, and so is none", () -> badTime(tests));
        tests.add("a word that is not of its list is refused", () -> badWord(tests));
        tests.add("a record that is not allowed is refused with its field, a malformed one with its line",
                StatusTest::badRecord);
        tests.add("an append that somebody else was before is refused with both lengths", StatusTest::positionConflict);
        tests.add("the same id with other content is refused", StatusTest::eventConflict);
        tests.add("stamps for a plain log, none for a sealed one and too few are refused", StatusTest::badStamp);
        tests.add("answers about two cases, or for two audiences, are not compared", () -> mismatch(tests));
        tests.add("a sealed log that was changed is refused with the place", StatusTest::tampered);
        tests.add("a policy that does not load says where, for each of its errors", StatusTest::badPolicy);
        tests.add("an audience that the policy grants nothing gets nothing", StatusTest::noView);
        tests.add("an audience that may not see why is told so", () -> noReasons(tests));
        tests.add("a number of a newer library survives", StatusTest::newerStatus);
        tests.add("the members of an error are read whatever stands in them", StatusTest::members);
    }

    private static void notUtf8() throws Exception {
        Check.refused(RiskStatus.NOT_UTF8, () -> CaseLog.read("\ud800"));
        Check.refused(RiskStatus.NOT_UTF8, () -> RiskOfHarm.schema("\udc00"));
    }

    private static void badTime(Tests tests) throws Exception {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean)) {
            RiskException refusal = Check.refused(RiskStatus.BAD_TIME,
                    () -> log.assess(policy, Question.by(Audience.MANAGER).at("tomorrow")));
            Check.contains("tomorrow", refusal.getMessage());
            Check.refused(RiskStatus.BAD_TIME, () -> log.assess(policy, Question.by(Audience.MANAGER)));
            Check.refused(RiskStatus.BAD_TIME, () -> log.assess(policy, ASKED.knownAt("32 December")));
            Check.refused(RiskStatus.BAD_TIME, () -> log.assess(policy, ASKED.at(Instant.MAX)));
        }
    }

    private static void badWord(Tests tests) throws Exception {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean)) {
            RiskException refusal = Check.refused(RiskStatus.BAD_WORD,
                    () -> log.assess(policy, Question.by("everybody").at("2018-01-10")));
            Check.contains("everybody", refusal.getMessage());
            Check.refused(RiskStatus.BAD_WORD, () -> log.assess(policy, ASKED.lens("rear_mirror")));
            Check.refused(RiskStatus.BAD_WORD, () -> log.assess(policy, ASKED.feeds(List.of("police_callout"))));
            Check.refused(RiskStatus.BAD_WORD, () -> log.explain(policy, ASKED, "everything_else"));
            Check.refused(RiskStatus.BAD_WORD, () -> log.whyNot(policy, ASKED, "no-such-rule"));
        }
        Check.refused(RiskStatus.BAD_WORD, () -> RiskOfHarm.schema("dinner"));
    }

    private static void badRecord() throws Exception {
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            RiskException value = Check.refused(RiskStatus.BAD_RECORD, () -> log.append(
                    Records.of(1, "2017-12-04T22:15:00Z", "police_call_out", "{\"outcome\":\"tea\"}")));
            Check.contains("outcome", value.detail("field").orElse(""));
            Check.that(value.detail("expected").isPresent(), "it says what was expected: " + value.json());
            Check.refused(RiskStatus.BAD_RECORD, () -> log.append(
                    Records.of(1, "2017-12-04T22:15:00Z", "police_callout", "{}")));
            RiskException line = Check.refused(RiskStatus.BAD_RECORD, () -> log.append(Records.started() + "\n{\"event"));
            Check.equal("2", line.detail("line").orElse(""), "line");
        }
        Check.refused(RiskStatus.BAD_RECORD, () -> CaseLog.read("not a record"));
    }

    private static void positionConflict() throws Exception {
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            log.append(Records.started(), 0);
            RiskException refusal =
                    Check.refused(RiskStatus.POSITION_CONFLICT, () -> log.append(Records.callOut(), 0));
            Check.equal("0", refusal.detail("expected").orElse(""), "expected");
            Check.equal("1", refusal.detail("found").orElse(""), "found");
        }
    }

    private static void eventConflict() throws Exception {
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            log.append(Records.callOut());
            RiskException refusal = Check.refused(RiskStatus.EVENT_CONFLICT,
                    () -> log.append(Records.callOut().replace("\"yes\"", "\"no\"")));
            Check.equal(Records.id(2), refusal.detail("event_id").orElse(""), "event");
        }
    }

    private static void badStamp() throws Exception {
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            log.append(Records.started());
            Check.refused(RiskStatus.BAD_STAMP, () -> log.append(Records.callOut(), List.of(Stamp.now())));
            Check.refused(RiskStatus.BAD_STAMP, () -> log.seal(List.of()));
            Check.refused(RiskStatus.BAD_STAMP, () -> log.seal(List.of(Stamp.now(), Stamp.now())));
            log.seal(List.of(Stamp.now()));
            Check.refused(RiskStatus.BAD_STAMP, () -> log.append(Records.callOut()));
            Check.refused(RiskStatus.BAD_STAMP,
                    () -> log.append(Records.callOut() + "\n" + Records.of(9, "2018-01-01T00:00:00Z",
                            "appointment_attended", "{}"), List.of(Stamp.now())));
        }
    }

    private static void mismatch(Tests tests) throws Exception {
        try (Policy policy = Policy.embedded();
                CaseLog log = CaseLog.read(tests.sean);
                CaseLog other = CaseLog.create(Records.CASE);
                Assessment one = log.assess(policy, ASKED);
                Assessment two = other.assess(policy, ASKED);
                Assessment three = log.assess(policy, Question.by(Audience.MANAGER).at("2018-01-10"))) {
            Check.refused(RiskStatus.MISMATCH, () -> one.changesTo(two));
            Check.refused(RiskStatus.MISMATCH, () -> one.changesTo(three));
        }
    }

    private static void tampered() throws Exception {
        String sealed;
        String head;
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            log.append(Records.started() + "\n" + Records.callOut());
            log.seal(List.of(Stamp.now(), Stamp.now()));
            sealed = log.records();
            head = log.head().orElseThrow();
            Check.refused(RiskStatus.TAMPERED, () -> log.verify("0".repeat(64)));
        }
        String changed = sealed.replace("no_further_action", "arrest");
        RiskException refusal = Check.refused(RiskStatus.TAMPERED, () -> CaseLog.verify(changed, null));
        Check.equal("2", refusal.detail("position").orElse(""), "position in " + refusal.json());
        Check.refused(RiskStatus.TAMPERED, () -> CaseLog.read(changed));
        String cutOff = sealed.substring(0, sealed.indexOf('\n') + 1);
        Check.contains("\"intact\":true", CaseLog.verify(cutOff, null));
        Check.refused(RiskStatus.TAMPERED, () -> CaseLog.verify(cutOff, head));
    }

    private static void badPolicy() throws Exception {
        PolicySource wrong = PolicySource.files(Map.of("rules.toml", "[[rule]]\nid = 7\n"));
        RiskException refusal = Check.refused(RiskStatus.BAD_POLICY, () -> Policy.load(wrong));
        Check.contains("\"errors\":[", refusal.json());
        Check.contains("rules.toml", refusal.getMessage());
        String report = Policy.check(wrong);
        Check.contains("\"valid\":false", report);
        Check.contains("rules.toml", report);
        RiskException place = Check.refused(RiskStatus.BAD_POLICY,
                () -> Policy.load(PolicySource.embedded().locality("atlantis")));
        Check.contains("atlantis", place.getMessage());
        Check.refused(RiskStatus.BAD_POLICY, () -> Policy.load(PolicySource.files(Map.of())));
    }

    private static void noView() throws Exception {
        PolicySource source = PolicySource.files(Map.of("policy.toml", MINIMAL));
        try (Policy policy = Policy.load(source); CaseLog log = CaseLog.create(Records.CASE)) {
            Check.refused(RiskStatus.NO_VIEW, () -> log.assess(policy, ASKED));
        }
    }

    private static void noReasons(Tests tests) throws Exception {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean)) {
            Question agency = Question.by(Audience.PARTNER_AGENCY).at("2018-01-10");
            log.assess(policy, agency).close();
            Check.refused(RiskStatus.NO_REASONS, () -> log.explain(policy, agency));
        }
    }

    private static void newerStatus() {
        RiskException refusal = RiskException.of(12345, "something new", "{\"code\":12345,\"name\":\"RISK_NEW\"}");
        Check.equal(RiskStatus.UNRECOGNISED, refusal.status(), "status");
        Check.equal(12345, refusal.code(), "number");
        Check.equal("something new", refusal.getMessage(), "message");
        RiskException mistaken = RiskException.of(4, "words of another error", "{\"code\":20,\"name\":\"RISK_BAD_RECORD\"}");
        Check.that(!mistaken.getMessage().contains("another"), "another error's words are not passed on");
    }

    private static void members() {
        RiskException told = RiskException.of(20, "", "{\"code\":20,\"message\":\"a \\\"b\\\" \\\\ \\n \\u00e9\","
                + "\"errors\":[{\"line\":9,\"file\":\"}],\"},[[]]],\"line\":-3,\"gone\":null,\"last\":true}");
        Check.equal("a \"b\" \\ \n é", told.detail("message").orElse(""), "text");
        Check.equal("-3", told.detail("line").orElse(""), "number");
        for (String other : List.of("errors", "gone", "last", "never")) {
            Check.that(told.detail(other).isEmpty(), other + " is no text and no number");
        }
        Check.equal(List.of(Map.of("file", "}],", "line", new BigDecimal(9)), List.of(List.of())),
                Json.members(Json.read(told.json())).get("errors"), "what is nested");
        Check.equal(Map.of(), Json.read("{}"), "no members");
    }

    /** A policy that loads and grants nobody anything. */
    private static final String MINIMAL = "[policy]\nid = \"nothing\"\nversion = \"0.1.0\"\ntitle = \"Nothing\"\n"
            + "reviewed_through = 2021-06-25\n";
}
