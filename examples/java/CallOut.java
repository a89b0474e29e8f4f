import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import riskofharm.Assessment;
import riskofharm.Audience;
import riskofharm.CaseLog;
import riskofharm.Policy;
import riskofharm.Question;
import riskofharm.RiskException;
import riskofharm.RiskOfHarm;

/**
 * A host in the manner of nDelius: it keeps the records of each case itself, and asks the engine on each change what must now
 * be done. Everything in it is invented.
 */
public final class CallOut {
    private static final String CRN = "X000001";
    private static final UUID CASE = UUID.fromString("5c0f8a52-0000-4000-8000-000000000001");

    /** What nDelius would hold: the records of each case by its CRN, as JSON Lines. */
    private final Map<String, String> records = new HashMap<>();
    private final Policy policy;

    private CallOut(Policy policy) {
        this.policy = policy;
    }

    /** Tells the story of one case. */
    public static void main(String[] arguments) {
        System.out.println("risk of harm " + RiskOfHarm.version());
        try (Policy policy = Policy.embedded()) {
            CallOut host = new CallOut(policy);
            host.register(CRN, CASE);

            String start = event(1, "2018-01-08T10:00:00Z", "court", "court_team", "supervision_started",
                    "{'sentence_id':'s1','sentence_type':'community_order','ends_on':'2019-07-07',"
                            + "'index_offence':'assault','index_offence_is_domestic_abuse':'yes','sex':'male'}")
                    + event(2, "2018-01-08T10:00:00Z", "probation", "court_team", "risk_assessed",
                    "{'levels':{'known_adult':'medium','children':'low','public':'low','staff':'low'},"
                            + "'stage':'court','signed':'yes','tool':'oasys','assessor':'officer-1'}")
                    + event(3, "2018-01-15T09:30:00Z", "probation", "responsible_officer", "person_identified",
                    "{'person':'p1','group':'known_adult','relation':'partner','victim':'yes','in_household':'yes'}")
                    + event(4, "2018-01-15T09:30:00Z", "probation", "responsible_officer", "person_identified",
                    "{'person':'c1','group':'child','relation':'child','in_household':'yes'}");
            host.receive(CRN, "The beginning of the order", start, "2018-01-15T17:00:00Z");

            String callOut = event(5, "2018-02-03T23:40:00Z", "police", "police", "police_call_out",
                    "{'incident':'i1','persons':['p1'],'children_present':'yes','outcome':'no_further_action'}");
            host.receive(CRN, "The police call-out", callOut, "2018-02-05T09:00:00Z");

            // A word that the catalogue does not have must not pass for silence.
            host.receive(CRN, "A mistyped record", callOut.replace("000005", "000006").replace("'yes'", "'perhaps'")
                    .replace("\"children_present\":\"yes\"", "\"children_present\":\"perhaps\""), "2018-02-05T09:05:00Z");
            host.receiveLate(CRN, event(7, "2018-02-05T09:10:00Z", "probation", "responsible_officer",
                    "appointment_attended", "{}"));
        }
    }

    private void register(String crn, UUID caseId) {
        try (CaseLog log = CaseLog.create(caseId)) {
            records.put(crn, log.records());
        }
    }
}
