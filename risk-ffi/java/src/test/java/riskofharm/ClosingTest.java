package riskofharm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Closing: once, in time, and never under a running call. */
final class ClosingTest {
    private static final int USERS = 8;
    private static final int ROUNDS = 1000;
    /** Nanoseconds to wait for somebody to take up what is there. */
    private static final long PATIENCE = 5_000_000;

    private ClosingTest() {}

    static void add(Tests tests) {
        tests.add("a call on what is closed throws, and closing twice does nothing", () -> closed(tests));
        tests.add("handles close in any order, also on another thread", () -> anyOrder(tests));
        tests.add("a handle is freed once, and after the last call in it", ClosingTest::freedOnce);
        tests.add("closing a log races eight threads that read it and append to it", ClosingTest::logRace);
        tests.add("closing a policy races eight threads that ask under it", () -> policyRace(tests));
        tests.add("closing an answer races eight threads that read it", ClosingTest::answerRace);
        tests.add("two answers compared both ways while both close do not wait for each other", ClosingTest::bothWays);
        tests.add("a handle that was forgotten is freed", ClosingTest::forgotten);
    }

    private static final Question ASKED = Question.by(Audience.RESPONSIBLE_OFFICER).at("2017-12-20");

    private static void closed(Tests tests) throws Exception {
        Policy policy = Policy.embedded();
        CaseLog log = CaseLog.read(tests.sean);
        Assessment answer = log.assess(policy, ASKED);
        Assessment other = log.assess(policy, ASKED);
        policy.close();
        Check.closed(() -> log.assess(policy, ASKED));
        Check.closed(policy::digest);
        log.close();
        Check.closed(() -> log.append(Records.started()));
        Check.closed(log::records);
        answer.close();
        answer.close();
        Check.closed(answer::json);
        Check.closed(() -> other.changesTo(answer));
        other.close();
    }

    private static void anyOrder(Tests tests) throws Exception {
        for (int order = 0; order < 6; order++) {
            Policy policy = Policy.embedded();
            CaseLog log = CaseLog.read(tests.sean);
            List<Handle> handles = new ArrayList<>(List.of(policy, log, log.assess(policy, ASKED)));
            List<Handle> sequence = List.of(handles.remove(order % 3), handles.remove(order / 3), handles.remove(0));
            Thread closer = new Thread(() -> sequence.forEach(Handle::close));
            closer.start();
            closer.join();
        }
    }

    /** A handle of no library, to count how often and when it is freed. */
    private static final class Counted extends Handle {
        private final AtomicInteger inside;

        Counted(AtomicInteger freed, AtomicInteger tooEarly) {
            this(new AtomicInteger(), freed, tooEarly);
        }

        private Counted(AtomicInteger inside, AtomicInteger freed, AtomicInteger tooEarly) {
            super(1, handle -> {
                freed.incrementAndGet();
                tooEarly.addAndGet(inside.get());
            });
            this.inside = inside;
        }

        void call() {
            reading(handle -> {
                inside.incrementAndGet();
                Thread.onSpinWait();
                inside.decrementAndGet();
                return RiskLibrary.OK;
            });
        }

        @Override
        int lastMessage(long handle, long[] buf) {
            return RiskLibrary.OK;
        }

        @Override
        int lastJson(long handle, long[] buf) {
            return RiskLibrary.OK;
        }
    }

    private static void freedOnce() throws Exception {
        AtomicInteger freed = new AtomicInteger();
        AtomicInteger tooEarly = new AtomicInteger();
        int made = race(ROUNDS, () -> new Counted(freed, tooEarly), Counted::call);
        Check.equal(made, freed.get(), "frees");
        Check.equal(0, tooEarly.get(), "calls under which a handle was freed");
    }

    private static void logRace() throws Exception {
        try (Policy policy = Policy.embedded()) {
            race(ROUNDS, () -> {
                CaseLog log = CaseLog.create(Records.CASE);
                log.append(Records.started());
                return log;
            }, log -> {
                log.append(Records.callOut());
                Check.that(log.length() >= 1, "the log has its records");
                log.assess(policy, ASKED).close();
            });
        }
    }

    private static void policyRace(Tests tests) throws Exception {
        try (CaseLog log = CaseLog.read(tests.sean)) {
            race(20, Policy::embedded, policy -> log.assess(policy, ASKED).close());
        }
    }

    private static void answerRace() throws Exception {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.create(Records.CASE)) {
            log.append(Records.started());
            race(ROUNDS / 2, () -> log.assess(policy, ASKED),
                    answer -> Check.contains("risk-assessment/1", answer.json()));
        }
    }

    /** Two answers of which each is compared with the other. */
    private record Pair(Assessment one, Assessment two) implements AutoCloseable {
        void compare() {
            one.changesTo(two);
            two.changesTo(one);
        }

        @Override
        public void close() {
            one.close();
            two.close();
        }
    }

    private static void bothWays() throws Exception {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.create(Records.CASE)) {
            log.append(Records.started());
            race(ROUNDS / 5, () -> new Pair(log.assess(policy, ASKED), log.assess(policy, ASKED.at("2018-01-10"))),
                    Pair::compare);
        }
    }

    /** A call on what may be closed meanwhile. */
    private interface Use<T> {
        void of(T closeable);
    }

    /**
     * Eight threads use what stands there, while it is closed under them and another is put in its place, until so many were
     * closed just after they were taken up. Gives how many there were in all.
     */
    private static <T extends AutoCloseable> int race(int rounds, Supplier<T> make, Use<T> use) throws Exception {
        AtomicReference<T> current = new AtomicReference<>(make.get());
        AtomicReference<T> taken = new AtomicReference<>();
        AtomicBoolean over = new AtomicBoolean();
        AtomicReference<Throwable> surprise = new AtomicReference<>();
        List<Thread> users = new ArrayList<>();
        for (int i = 0; i < USERS; i++) {
            Thread user = new Thread(() -> {
                while (!over.get()) {
                    T mine = current.get();
                    taken.set(mine);
                    try {
                        use.of(mine);
                    } catch (IllegalStateException closed) {
                        Check.equal("closed", closed.getMessage(), "message");
                        Thread.yield();
                    }
                }
            });
            user.setUncaughtExceptionHandler((thread, thrown) -> surprise.compareAndSet(null, thrown));
            users.add(user);
            user.start();
        }
        int closed = 0;
        for (int met = 0; met < rounds && surprise.get() == null; closed++) {
            // A round counts where somebody had just taken it up. Spinning finds out soonest, where both run at once.
            long latest = System.nanoTime() + PATIENCE;
            while (taken.get() != current.get() && System.nanoTime() < latest) {
                Thread.onSpinWait();
            }
            met += taken.get() == current.get() ? 1 : 0;
            current.get().close();
            current.set(make.get());
        }
        over.set(true);
        for (Thread user : users) {
            user.join();
        }
        if (surprise.get() != null) {
            throw new AssertionError("a user met a surprise", surprise.get());
        }
        current.get().close();
        return closed + 1;
    }

    private static void forgotten() throws Exception {
        AtomicInteger freed = new AtomicInteger();
        int made = 1000;
        for (int i = 0; i < made; i++) {
            new Counted(freed, new AtomicInteger());
        }
        for (int attempt = 0; freed.get() < made && attempt < 100; attempt++) {
            System.gc();
            Thread.sleep(20);
        }
        Check.equal(made, freed.get(), "forgotten handles freed");
    }
}
