package riskofharm;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Closing: once, in time, and never under a running call. */
final class ClosingTest {
    private static final int CALLERS = 8;

    private ClosingTest() {}

    static void add(Tests tests) {
        tests.add("a call on what is closed throws, and closing twice does nothing", () -> closed(tests));
        tests.add("handles close in any order, also on another thread", () -> anyOrder(tests));
        tests.add("a handle is freed once, and after the last call in it", ClosingTest::freedOnce);
        tests.add("closing a log races eight threads that read it and append to it", () -> logRace(tests));
        tests.add("closing a policy races eight threads that ask under it", () -> policyRace(tests));
        tests.add("closing an answer races eight threads that read it", () -> answerRace(tests));
        tests.add("two answers compared both ways while both close do not wait for each other", () -> bothWays(tests));
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

        Counted(AtomicInteger inside, AtomicInteger freed, AtomicInteger tooEarly) {
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
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger freed = new AtomicInteger();
        AtomicInteger tooEarly = new AtomicInteger();
        int rounds = 3000;
        for (int round = 0; round < rounds; round++) {
            Counted handle = new Counted(inside, freed, tooEarly);
            race(handle, handle::call);
        }
        Check.equal(rounds, freed.get(), "frees");
        Check.equal(0, tooEarly.get(), "calls under which a handle was freed");
    }

    private static void logRace(Tests tests) throws Exception {
        try (Policy policy = Policy.embedded()) {
            for (int round = 0; round < 2000; round++) {
                CaseLog log = CaseLog.create(Records.CASE);
                log.append(Records.started());
                race(log, () -> {
                    log.append(Records.callOut());
                    Check.that(log.length() >= 1, "the log has its records");
                    log.assess(policy, ASKED).close();
                });
            }
        }
    }

    private static void policyRace(Tests tests) throws Exception {
        try (CaseLog log = CaseLog.read(tests.sean)) {
            for (int round = 0; round < 100; round++) {
                Policy policy = Policy.embedded();
                race(policy, () -> log.assess(policy, ASKED).close());
            }
        }
    }

    private static void answerRace(Tests tests) throws Exception {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.create(Records.CASE)) {
            log.append(Records.started());
            for (int round = 0; round < 3000; round++) {
                Assessment answer = log.assess(policy, ASKED);
                race(answer, () -> Check.contains("risk-assessment/1", answer.json()));
            }
        }
    }

    private static void bothWays(Tests tests) throws Exception {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean)) {
            for (int round = 0; round < 500; round++) {
                Assessment one = log.assess(policy, ASKED);
                Assessment two = log.assess(policy, ASKED.at("2018-01-10"));
                Thread closer = new Thread(two::close);
                Thread caller = new Thread(() -> untilClosed(() -> two.changesTo(one)));
                closer.start();
                caller.start();
                race(one, () -> one.changesTo(two));
                caller.join();
                closer.join();
            }
        }
    }

    /** Eight threads call until it is closed, and one closes it once all have begun. */
    private static void race(Handle handle, Runnable call) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(CALLERS);
        AtomicLong surprises = new AtomicLong();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            Thread caller = new Thread(() -> {
                begun.countDown();
                untilClosed(call);
            });
            caller.setUncaughtExceptionHandler((thread, surprise) -> {
                surprises.incrementAndGet();
                surprise.printStackTrace(System.out);
            });
            callers.add(caller);
            caller.start();
        }
        begun.await();
        handle.close();
        for (Thread caller : callers) {
            caller.join();
        }
        Check.equal(0L, surprises.get(), "surprises");
    }

    private static void untilClosed(Runnable call) {
        try {
            while (true) {
                call.run();
            }
        } catch (IllegalStateException refusal) {
            Check.equal("closed", refusal.getMessage(), "message");
        }
    }

    private static void forgotten() throws Exception {
        AtomicInteger freed = new AtomicInteger();
        int made = 1000;
        for (int i = 0; i < made; i++) {
            new Counted(new AtomicInteger(), freed, new AtomicInteger());
        }
        for (int attempt = 0; freed.get() < made && attempt < 100; attempt++) {
            System.gc();
            Thread.sleep(20);
        }
        Check.equal(made, freed.get(), "forgotten handles freed");
    }
}
