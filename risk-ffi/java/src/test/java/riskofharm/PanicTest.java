package riskofharm;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;

/** A defect of the library ends in an exception, not in the end of the process. */
final class PanicTest {
    private PanicTest() {}

    static void add(Tests tests) {
        tests.add("a panic in the library is told once, and poisons only its own log", () -> poisoned(tests));
        tests.add("a panic in a store poisons that store alone", PanicTest::poisonedStore);
    }

    private static void poisonedStore() throws Exception {
        Function panic = provoked("risk_provoke_panic_of_store");
        if (panic == null) {
            return;
        }
        StoreTest.in(place -> {
            try (Store store = Store.create(place); Store other = Store.open(place)) {
                Check.refused(RiskStatus.PANIC, () -> store.changing(handle -> panic.invokeInt(new Object[] {handle})));
                Check.refused(RiskStatus.POISONED, () -> store.append("night-feed", Records.started()));
                Check.equal(new Stored(1, 1), other.append("night-feed", Records.started()), "another handle on it");
            }
        });
    }

    /** A function of a library that was built to meet a defect on purpose, or {@code null}. */
    private static Function provoked(String name) {
        try {
            return NativeLibrary.getInstance(RiskLibrary.file()).getFunction(name);
        } catch (UnsatisfiedLinkError absent) {
            System.out.println("   skipped: this library was not built with the feature `provoke`");
            return null;
        }
    }

    private static void poisoned(Tests tests) throws Exception {
        Function panic = provoked("risk_provoke_panic");
        if (panic == null) {
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
