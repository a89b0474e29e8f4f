package riskofharm;

/**
 * A loaded policy: dated rules with sources.
 *
 * <p>It never changes. Load it once and use it from as many threads as you like, at once. Close it when nothing is asked
 * of it any more; answers that were given under it stay as they are.
 */
public final class Policy extends Handle {
    private Policy(long handle) {
        super(handle, RiskLibrary::risk_policy_free);
    }

    /**
     * Loads the pack {@code england-wales} that the library carries.
     *
     * @return the policy
     * @throws RiskException {@link RiskStatus#PANIC} only
     */
    public static Policy embedded() {
        return load(PolicySource.embedded());
    }

    /**
     * Loads a policy.
     *
     * @param source its files
     * @return the policy
     * @throws RiskException {@link RiskStatus#BAD_POLICY} where it does not load: {@link RiskException#json()} has every
     *     error with file, line and column. So is a locality that nothing in the policy names
     */
    public static Policy load(PolicySource source) {
        long[] handle = new long[1];
        try (Block options = source.block()) {
            int status = RiskLibrary.risk_policy_load(options.address(), handle);
            if (status != RiskLibrary.OK) {
                throw RiskException.ofThisThread(status);
            }
        }
        return new Policy(handle[0]);
    }

    /**
     * Says what is wrong with a policy, and what is worth knowing, without loading it.
     *
     * @param source its files
     * @return a report, as JSON; a policy that does not load is told there and is no error here
     */
    public static String check(PolicySource source) {
        long[] report = new long[3];
        try (Block options = source.block()) {
            int status = RiskLibrary.risk_policy_check(options.address(), report);
            if (status != RiskLibrary.OK) {
                throw RiskException.ofThisThread(status);
            }
        }
        return Text.taken(report);
    }

    /**
     * The digest of what the policy means, whatever its white space. Each answer's receipt has it.
     *
     * @return SHA-256, 64 hexadecimal digits
     */
    public String digest() {
        return taken(RiskLibrary::risk_policy_digest);
    }

    @Override
    int lastMessage(long handle, long[] buf) {
        return RiskLibrary.risk_policy_last_error_message(handle, buf);
    }

    @Override
    int lastJson(long handle, long[] buf) {
        return RiskLibrary.risk_policy_last_error_json(handle, buf);
    }
}
