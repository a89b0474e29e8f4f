/**
 * An event-sourced risk-of-harm engine for domestic abuse cases in probation: what must happen next, and why.
 *
 * <p>Three things: a {@link riskofharm.Policy} of dated rules, a {@link riskofharm.CaseLog} of what happened, and the
 * {@link riskofharm.Assessment} that folding the one under the other gives. A host without a store of its own has a
 * {@link riskofharm.Store}, which keeps the logs of many cases. All of them hold something outside the Java heap: close them,
 * best with try-with-resources. What is forgotten is freed after the garbage collector has found it.
 *
 * <pre>{@code
 * try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(records)) {
 *     log.append(policeCallOut);
 *     try (Assessment answer = log.assess(policy, Question.by(Audience.RESPONSIBLE_OFFICER).at(Instant.now()))) {
 *         System.out.println(answer.json());
 *     }
 * }
 * }</pre>
 *
 * <p>Every class may be used from many threads at once. A call refused throws {@link riskofharm.RiskException}; a call on
 * what is closed, {@link java.lang.IllegalStateException}; {@code null} where something is needed,
 * {@link java.lang.NullPointerException}.
 */
package riskofharm;
