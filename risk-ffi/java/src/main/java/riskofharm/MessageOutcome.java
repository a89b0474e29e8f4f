package riskofharm;

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
 * @param detailUrl where what is to be fetched is to be had, if the message says. Whoever sent the message chose it
 * @param hostAllowed whether that is on a host of {@code allow_hosts}: only then may it be fetched with a credential
 */
public record MessageOutcome(long place, Optional<String> eventType, Optional<UUID> caseId, Outcome outcome, String told,
        Optional<String> detailUrl, boolean hostAllowed) {
    static MessageOutcome of(Object message) {
        Map<?, ?> members = Json.members(message);
        return new MessageOutcome(
                members.get("place") instanceof Number place ? place.longValue() : 0,
                text(members, "event_type"),
                text(members, "case_id").map(UUID::fromString),
                Outcome.of(members.get("outcome")),
                told(members),
                text(members, "detail_url"),
                Boolean.TRUE.equals(members.get("host_allowed")));
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
