package riskofharm;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What became of messages that were imported.
 *
 * @param records the new records, as JSON Lines, those of one case in an order in which a log takes them; empty where they
 *     were imported into a store, which has them
 * @param messages what became of each, in the order in which they were given, and after them the rows of a table that could not
 *     be read or wait
 * @param waited what became of messages that the store had kept of earlier imports, and that came to an outcome now
 * @param counts how many messages and rows came to each outcome; no entry for none
 * @param cases the cases with something new
 * @param json the whole report ({@code risk-hmpps-import/1})
 */
public record Imported(String records, List<MessageOutcome> messages, List<MessageOutcome> waited,
        Map<Outcome, Long> counts, List<UUID> cases, String json) {
    static Imported of(String records, String json) {
        Map<?, ?> report = Json.members(Json.read(json));
        List<MessageOutcome> messages = outcomes(report.get("messages"));
        List<MessageOutcome> waited = outcomes(report.get("waited"));
        return new Imported(records, messages, waited, counts(report.get("counts")), Json.ids(report.get("cases")), json);
    }

    private static List<MessageOutcome> outcomes(Object told) {
        return Json.elements(told).stream().map(MessageOutcome::of).toList();
    }

    private static Map<Outcome, Long> counts(Object counted) {
        Map<Outcome, Long> counts = new EnumMap<>(Outcome.class);
        if (counted instanceof Map<?, ?> members) {
            members.forEach((word, n) -> {
                if (n instanceof Number number) {
                    counts.merge(Outcome.of(word), number.longValue(), Long::sum);
                }
            });
        }
        return Collections.unmodifiableMap(counts);
    }
}
