import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import riskofharm.Assessment;
import riskofharm.Audience;
import riskofharm.CaseLog;
import riskofharm.Detail;
import riskofharm.Policy;
import riskofharm.Question;
import riskofharm.RiskException;
import riskofharm.RiskOfHarm;

/**
 * The police are called out on a Saturday night. What must the responsible officer do on Monday?
 *
 * <p>The host here works as nDelius does: it keeps the records of each case itself, under its own number (CRN), and asks the
 * engine whenever a record comes in. Everybody in it is invented.
 */
public final class CallOut {
    private static final String CRN = "X000001";

    /** What the host keeps: the records of each case, as JSON Lines. A real host has a table. */
    private final Map<String, String> records = new HashMap<>();
    private final Policy policy;

    private CallOut(Policy policy) {
        this.policy = policy;
    }

    /**
     * Tells the story.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        System.out.println("Risk of harm " + RiskOfHarm.version() + ", england-wales");
        try (Policy policy = Policy.embedded()) {
            CallOut host = new CallOut(policy);
            host.receive(CRN, "sentence and first appointment", beginning(), "2018-01-16T17:00:00Z");
            host.receive(CRN, "police call-out", policeCallOut("yes"), "2018-02-05T09:00:00Z");
            host.show(CRN, "2018-02-05T09:00:00Z");

            heading("What is refused, and why");
            host.receive(CRN, "mistyped call-out", policeCallOut("perhaps"), "2018-02-05T09:05:00Z");
            host.receiveTooLate(CRN);
        }
    }

    /** A record came in: takes it, says what it changed, and keeps it. A record that is refused is not kept. */
    private void receive(String crn, String what, String record, String moment) {
        Question question = Question.by(Audience.RESPONSIBLE_OFFICER).at(Instant.parse(moment));
        try (CaseLog log = open(crn); Assessment before = log.assess(policy, question)) {
            log.append(record, log.length());
            try (Assessment after = log.assess(policy, question)) {
                heading("What the " + what + " brought");
                System.out.print(before.toldTo(after));
                records.put(crn, log.records());
                after.nextChange().ifPresent(next ->
                        System.out.println("\nWithout anything new, ask again at " + next + "."));
            }
        } catch (RiskException refusal) {
            refused(what, refusal);
        }
    }

    /** Somebody else has written to the case since this writer looked: the length that it expects is no longer so. */
    private void receiveTooLate(String crn) {
        try (CaseLog log = open(crn)) {
            long seen = log.length() - 1;
            log.append(event(9, "2018-02-05T09:10:00Z", "probation", "responsible_officer", "appointment_attended", "{}"), seen);
        } catch (RiskException refusal) {
            refused("appointment of a second writer", refusal);
        }
    }

    /** The page that the responsible officer would open. */
    private void show(String crn, String moment) {
        Question question = Question.by(Audience.RESPONSIBLE_OFFICER).at(Instant.parse(moment));
        try (CaseLog log = open(crn); Assessment answer = log.assess(policy, question)) {
            heading("What must now be done, and why");
            System.out.print(answer.text(policy, Detail.AGENDA));
        }
    }

    private CaseLog open(String crn) {
        return records.containsKey(crn) ? CaseLog.read(records.get(crn)) : CaseLog.create(CASE);
    }

    private static void refused(String what, RiskException refusal) {
        System.out.println("\nRefused: the " + what + " (" + refusal.status() + ")");
        System.out.println("  " + refusal.getMessage());
        refusal.detail("expected").ifPresent(expected -> System.out.println("  expected: " + expected));
        refusal.detail("found").ifPresent(found -> System.out.println("  found:    " + found));
    }

    private static void heading(String text) {
        System.out.println("\n== " + text + "\n");
    }

    // The records as nDelius would have them. A real host writes them with its own JSON library.

    private static final UUID CASE = UUID.fromString("5c0f8a52-0000-4000-8000-000000000000");

    private static String beginning() {
        return event(1, "2018-01-08T10:00:00Z", "court", "court_team", "supervision_started", """
                {"sentence_id":"s1","sentence_type":"community_order","ends_on":"2019-07-07",\
                "index_offence":"assault","index_offence_is_domestic_abuse":"yes","sex":"male"}""")
            + event(2, "2018-01-08T10:30:00Z", "probation", "court_team", "risk_assessed", """
                {"levels":{"known_adult":"medium","children":"low","public":"low","staff":"low"},\
                "stage":"court","signed":"yes","tool":"oasys","assessor":"court-officer-1"}""")
            + event(3, "2018-01-09T09:00:00Z", "probation", "case_administrator", "case_allocated", """
                {"provider":"crc","grade":"po","complexity":"standard"}""")
            + event(4, "2018-01-16T14:00:00Z", "probation", "responsible_officer", "initial_appointment_attended", """
                {"person_involved":"yes"}""")
            + event(5, "2018-01-16T14:00:00Z", "probation", "responsible_officer", "person_identified", """
                {"person":"p1","group":"known_adult","relation":"partner","victim":"yes","in_household":"yes"}""")
            + event(6, "2018-01-16T14:00:00Z", "probation", "responsible_officer", "person_identified", """
                {"person":"c1","group":"child","relation":"child","in_household":"yes"}""");
    }

    /** Saturday night; the service learns of it on Monday. */
    private static String policeCallOut(String childrenPresent) {
        return event(7, "2018-02-03T23:40:00Z", "2018-02-05T08:55:00Z", "police", "police", "police_call_out", """
                {"incident":"i1","persons":["p1"],"children_present":"%s","outcome":"no_further_action"}"""
                .formatted(childrenPresent));
    }

    private static String event(int number, String moment, String agency, String role, String kind, String data) {
        return event(number, moment, moment, agency, role, kind, data);
    }

    private static String event(
            int number, String occurredAt, String recordedAt, String agency, String role, String kind, String data) {
        return """
                {"event_id":"5c0f8a52-0000-4000-8000-%012d","case_id":"%s","occurred_at":"%s","recorded_at":"%s",\
                "source":{"agency":"%s","role":"%s"},"kind":"%s","data":%s}
                """.formatted(number, CASE, occurredAt, recordedAt, agency, role, kind, data);
    }
}
