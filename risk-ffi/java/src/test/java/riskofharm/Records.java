package riskofharm;

import java.util.UUID;

/** Records to try things with. Invented. */
final class Records {
    static final UUID CASE = UUID.fromString("00000000-0000-4000-8000-0000000000aa");

    private Records() {}

    /** A record of {@link #CASE}. */
    static String of(int number, String moment, String kind, String data) {
        return of(CASE, number, moment, kind, data);
    }

    static String of(UUID log, int number, String moment, String kind, String data) {
        return "{\"event_id\":\"" + id(number) + "\",\"case_id\":\"" + log + "\",\"occurred_at\":\"" + moment
                + "\",\"recorded_at\":\"" + moment + "\",\"source\":{\"agency\":\"probation\",\"role\":\"responsible_officer\"},"
                + "\"kind\":\"" + kind + "\",\"data\":" + data + "}";
    }

    static String id(int number) {
        return String.format("00000000-0000-4000-8000-%012d", number);
    }

    /** A sentence begins. */
    static String started() {
        return of(1, "2017-09-18T13:00:00Z", "supervision_started", "{\"sentence_id\":\"s1\","
                + "\"sentence_type\":\"community_order\",\"index_offence\":\"assault\","
                + "\"index_offence_is_domestic_abuse\":\"yes\"}");
    }

    /** The police were called out. */
    static String callOut() {
        return of(2, "2017-12-04T22:15:00Z", "police_call_out",
                "{\"persons\":[\"p1\"],\"children_present\":\"yes\",\"outcome\":\"no_further_action\"}");
    }

    /** That record is erased by law. */
    static String erased() {
        return of(3, "2018-01-05T09:00:00Z", "payload_erased",
                "{\"event_id\":\"" + id(2) + "\",\"reason\":\"legal_erasure\",\"by\":\"officer-1\"}")
                .replace("\"kind\"", "\"handling\":\"third_party\",\"kind\"");
    }
}
