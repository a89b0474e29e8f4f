package riskofharm;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What became of one message.
 *
 * @param place its place in what was given, from 1
 * @param eventType the type of the event, where the message says one
 * @param caseId the case, where the message names somebody
 * @param outcome what became of it
 * @param told why nothing was recorded, what is to be fetched or is waited for, or what cannot be read and why; otherwise
 *     empty. It says nothing that stands in the message
 * @param detailUrl where what is to be fetched is to be had, if the message says
 * @param detailUrlListed whether that is {@code https} of one of the importer's {@code detail_hosts}. Any other address must
 *     never be fetched with credentials: anybody who can send a message can put any address into it
 * @param notes what somebody should know who relies on it, such as that an assessment states two levels for one group
 */
public record MessageOutcome(long place, Optional<String> eventType, Optional<UUID> caseId, Outcome outcome, String told,
        Optional<String> detailUrl, boolean detailUrlListed, List<String> notes) {
    static MessageOutcome of(Object message) {
        Map<?, ?> members = Json.members(message);
        return new MessageOutcome(
                members.get("place") instanceof Number place ? place.longValue() : 0,
                text(members, "event_type"),
                text(members, "case_id").map(UUID::fromString),
                Outcome.of(members.get("outcome")),
                told(members),
                text(members, "detail_url"),
                Boolean.TRUE.equals(members.get("detail_url_listed")),
                members.get("notes") instanceof List<?> notes ? notes.stream().map(String::valueOf).toList() : List.of());
    }

    private static String told(Map<?, ?> members) {
        return text(members, "field")
                .map(field -> field + ": expected " + members.get("expected") + ", found " + members.get("found"))
                .orElseGet(() -> Stream.of("why", "what").flatMap(name -> text(members, name).stream())
                        .collect(Collectors.joining("; ")));
    }

    private static Optional<String> text(Map<?, ?> members, String name) {
        return members.get(name) instanceof String text ? Optional.of(text) : Optional.empty();
    }
}
