package riskofharm;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;

/** A defect of the library ends in an exception, not in the end of the process. */
final class PanicTest {
    private PanicTest() {}

    static void add(Tests tests) {
        tests.add("a panic in the library is told once, and poisons only its own log", () -> poisoned(tests));
    }

    private static void poisoned(Tests tests) throws Exception {
        Function panic;
        try {
            panic = NativeLibrary.getInstance(RiskLibrary.file()).getFunction("risk_provoke_panic");
        } catch (UnsatisfiedLinkError absent) {
            System.out.println("   skipped: this library was not built with the feature `provoke`");
            return;
        }
        try (CaseLog log = CaseLog.read(tests.sean); CaseLog other = CaseLog.read(tests.sean)) {
            Check.refused(RiskStatus.PANIC, () -> log.reading(handle -> panic.invokeInt(new Object[] {handle})));
            Check.refused(RiskStatus.POISONED, log::length);
            Check.refused(RiskStatus.POISONED, () -> log.append(Records.started()));
            Check.equal(tests.sean, other.records(), "records of another log");
        }
    }
}
