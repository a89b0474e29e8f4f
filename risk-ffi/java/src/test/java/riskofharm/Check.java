package riskofharm;

import java.util.Objects;

/** What a test says should be so. */
final class Check {
    private Check() {}

    static void that(boolean so, String what) {
        if (!so) {
            throw new AssertionError("not so: " + what);
        }
    }

    static void equal(Object expected, Object found, String what) {
        if (!Objects.equals(expected, found)) {
            throw new AssertionError(what + ": expected " + expected + ", found " + found);
        }
    }

    static void contains(String part, String whole) {
        that(whole.contains(part), "`" + part + "` stands in: " + whole.substring(0, Math.min(whole.length(), 2000)));
    }

    /** The library refuses, with this status; gives what it said. */
    static RiskException refused(RiskStatus status, Tests.Test call) throws Exception {
        try {
            call.run();
        } catch (RiskException refusal) {
            equal(status, refusal.status(), "status of `" + refusal.getMessage() + "`");
            equal(status.code(), refusal.code(), "its number");
            equal(Integer.toString(status.code()), refusal.detail("code").orElse(""), "its number in the JSON");
            equal("RISK_" + status, refusal.detail("name").orElse(""), "its name in the JSON");
            that(!refusal.getMessage().isBlank(), "it says something");
            return refusal;
        }
        throw new AssertionError("expected " + status + ", but nothing was refused");
    }

    /** The call is on something closed. */
    static void closed(Tests.Test call) throws Exception {
        try {
            call.run();
        } catch (IllegalStateException refusal) {
            equal("closed", refusal.getMessage(), "message");
            return;
        }
        throw new AssertionError("a call on what is closed went through");
    }
}
