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
 * @param file the name of the file that it came in, of what the store kept of an earlier import
 * @param place its line, or its place in an array or a batch, from 1
 * @param messageId the id that the queue gave it, by which it is deleted
 * @param eventType the type of the event, where the message says one, also where it cannot be read otherwise
 * @param caseId the case, where the message names somebody
 * @param outcome what became of it
 * @param reason why, as one of the codes that docs/hmpps.md lists: {@code person_unknown}
 * @param then what to do with the message
 * @param kept whether the store keeps it until what it speaks of is there
 * @param told why nothing was recorded, what is to be fetched or is waited for, or what cannot be read and why; otherwise
 *     empty. It says nothing that stands in the message
 * @param detailUrl where what is to be fetched is to be had, if the message says
 * @param detailUrlListed whether that is {@code https} of one of the importer's {@code detail_hosts}. Any other address must
 *     never be fetched with credentials: anybody who can send a message can put any address into it
 * @param notes what somebody should know who relies on it, such as that an assessment states two levels for one group
 */
public record MessageOutcome(Optional<String> file, long place, Optional<String> messageId, Optional<String> eventType,
        Optional<UUID> caseId, Outcome outcome, String reason, Then then, boolean kept, String told, Optional<String> detailUrl,
        boolean detailUrlListed, List<String> notes) {
    static MessageOutcome of(Object message) {
        Map<?, ?> members = Json.members(message);
        return new MessageOutcome(
                text(members, "file"),
                members.get("place") instanceof Number place ? place.longValue() : 0,
                text(members, "message_id"),
                text(members, "event_type"),
                text(members, "case_id").map(UUID::fromString),
                Outcome.of(members.get("outcome")),
                text(members, "reason").orElse(""),
                Then.of(members.get("then")),
                Boolean.TRUE.equals(members.get("kept")),
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
