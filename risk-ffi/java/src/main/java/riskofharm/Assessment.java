package riskofharm;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * An answer: the classification of one case and what must be done, at one moment and for one audience.
 *
 * <p>It never changes, and may be used from many threads at once. It outlives the log and the policy that it came from.
 */
public final class Assessment extends Handle {
    Assessment(long handle) {
        super(handle, RiskLibrary::risk_assessment_free);
    }

    /**
     * The whole answer.
     *
     * @return compact JSON ({@code risk-assessment/1}), the same bytes for the same question
     */
    public String json() {
        return text(RiskLibrary::risk_assessment_json);
    }

    /**
     * When the answer next changes with no new event: until then a host need not ask again.
     *
     * @return the moment, or nothing if only an event can change it
     */
    public Optional<Instant> nextChange() {
        long[] moment = new long[1];
        reading(assessment -> RiskLibrary.risk_assessment_next_change(assessment, moment));
        return moment[0] == RiskLibrary.NEVER
                ? Optional.empty()
                : Optional.of(Instant.EPOCH.plus(moment[0], ChronoUnit.MICROS));
    }

    /**
     * What opened, closed and moved between this answer and a later one.
     *
     * @param after the later answer, about the same case, for the same audience
     * @return the changes, a JSON array; empty where there is none
     * @throws RiskException {@link RiskStatus#MISMATCH} for answers about two cases or for two audiences
     */
    public String changesTo(Assessment after) {
        // The later answer leads the call: its error is the call's.
        return after.text((later, buf) ->
                using(before -> RiskLibrary.risk_assessment_changes(before, later, buf)));
    }

    @Override
    int lastMessage(long handle, long[] buf) {
        return RiskLibrary.risk_assessment_last_error_message(handle, buf);
    }

    @Override
    int lastJson(long handle, long[] buf) {
        return RiskLibrary.risk_assessment_last_error_json(handle, buf);
    }
}
