package riskofharm;

/**
 * A request to end calls early, made on one thread while a call runs on another.
 *
 * <p>Give it with a question, {@link Question#cancel(Cancel)}, or to a handle of a store, {@link Store#withCancel(Cancel)}, and call
 * {@link #request()} from wherever it is known that the result is no longer needed. The call then throws {@link RiskException} with {@link RiskStatus#CANCELLED} soon, and what it worked on is thrown
 * away. Once made, a request stays made: later calls with the same question end at once. An interrupt of a thread does not reach a
 * call that is inside the library; whoever handles it makes the request.
 */
public final class Cancel extends Handle {
    /** A request that was not made yet. */
    public Cancel() {
        super(made(), RiskLibrary::risk_cancel_free);
    }

    /** Requests that the calls which were given this end early. Any thread may, any number of times. */
    public void request() {
        using(RiskLibrary::risk_cancel_request);
    }

    private static long made() {
        long[] handle = new long[1];
        int status = RiskLibrary.risk_cancel_new(handle);
        if (status != RiskLibrary.OK) {
            throw RiskException.ofThisThread(status);
        }
        return handle[0];
    }

    /** No call is led by a request, so that none fails with it. */
    @Override
    int lastMessage(long handle, long[] buf) {
        return RiskStatus.BAD_HANDLE.code();
    }

    @Override
    int lastJson(long handle, long[] buf) {
        return RiskStatus.BAD_HANDLE.code();
    }
}
