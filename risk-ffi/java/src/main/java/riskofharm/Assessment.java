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
     * The recorded levels in the shape of the ARNS API, with what is indicated beside them.
     *
     * @return JSON: {@code riskInCommunity}, {@code riskInCustody}, {@code overallRiskLevel}, {@code assessedOn} and more
     * @throws RiskException {@link RiskStatus#NO_VIEW} for an audience that sees no levels
     */
    public String rosh() {
        return taken(RiskLibrary::risk_assessment_rosh);
    }

    /**
     * The whole answer.
     *
     * @return compact JSON ({@code risk-assessment/1}), the same bytes for the same question
     */
    public String json() {
        return taken(RiskLibrary::risk_assessment_json);
    }

    /**
     * The answer as a page for people, in plain text of 80 columns: who is at risk, and what to do first, each line with its
     * owner, due date and reason.
     *
     * @param policy the policy that the answer was made with
     * @param detail how much of it
     * @return the page
     * @throws RiskException {@link RiskStatus#MISMATCH} for another policy
     */
    public String text(Policy policy, Detail detail) {
        return taken((assessment, buf) -> policy.using(rules ->
                RiskLibrary.risk_assessment_text(assessment, rules, detail.number(), buf)));
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
        return after.taken((later, buf) ->
                using(before -> RiskLibrary.risk_assessment_changes(before, later, buf)));
    }

    /**
     * The same in sentences for people: plain text of 80 columns, a paragraph for each change, with a sign ({@code +} to do,
     * {@code ~} moved, {@code -} no longer pending, {@code =} levels, {@code *} notes) and the ids of the rules behind it.
     *
     * @param after the later answer, about the same case, for the same audience
     * @return the paragraphs; empty where nothing changed that a person would want to know
     * @throws RiskException {@link RiskStatus#MISMATCH} for answers about two cases or for two audiences
     */
    public String toldTo(Assessment after) {
        return after.taken((later, buf) -> using(before -> RiskLibrary.risk_assessment_told(before, later, buf)));
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
