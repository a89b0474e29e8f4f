package riskofharm;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Many threads at once. */
final class ThreadsTest {
    private static final int THREADS = 8;
    private static final Question ASKED = Question.by(Audience.RESPONSIBLE_OFFICER).at("2017-12-20");

    private ThreadsTest() {}

    static void add(Tests tests) {
        tests.add("eight threads with logs of their own share one policy", () -> shared(tests));
        tests.add("readers of a log see it before or after each append, never between", ThreadsTest::readers);
        tests.add("appends of eight threads are all kept, each once", ThreadsTest::appends);
        tests.add("each thread that fails on one log reads its own error", () -> ownErrors(tests));
        tests.add("calls that are cancelled on another thread end, and later ones with the same question too",
                () -> cancelled(tests));
        tests.add("virtual threads do as threads do, where Java has them", () -> virtual(tests));
    }

    private static void shared(Tests tests) throws Exception {
        try (Policy policy = Policy.embedded()) {
            String expected = answer(tests, policy);
            inThreads(Executors.newFixedThreadPool(THREADS), THREADS, thread -> {
                for (int i = 0; i < 50; i++) {
                    Check.equal(expected, answer(tests, policy), "answer");
                }
            });
        }
    }

    private static String answer(Tests tests, Policy policy) {
        try (CaseLog log = CaseLog.read(tests.sean); Assessment answer = log.assess(policy, ASKED)) {
            return answer.json();
        }
    }

    private static void readers() throws Exception {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.create(Records.CASE)) {
            String pair = "appointment_attended";
            inThreads(Executors.newFixedThreadPool(THREADS), THREADS, thread -> {
                for (int i = 0; i < 100; i++) {
                    if (thread == 0) {
                        log.append(Records.of(2 * i + 10, "2017-12-01T00:00:00Z", pair, "{}") + "\n"
                                + Records.of(2 * i + 11, "2017-12-01T00:00:00Z", pair, "{}"));
                    } else {
                        Check.equal(0L, log.length() % 2, "half of a pair");
                        Check.equal(0L, log.records().lines().count() % 2, "half of a pair in the records");
                        log.assess(policy, ASKED).close();
                    }
                }
            });
            Check.equal(200L, log.length(), "length");
        }
    }

    private static void appends() throws Exception {
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            AtomicLong added = new AtomicLong();
            AtomicLong lost = new AtomicLong();
            inThreads(Executors.newFixedThreadPool(THREADS), THREADS, thread -> {
                for (int i = 0; i < 100; i++) {
                    String record = Records.of(10 + i, "2017-12-01T00:00:00Z", "appointment_attended", "{}");
                    try {
                        added.addAndGet(log.append(record, log.length()).added());
                    } catch (RiskException late) {
                        Check.equal(RiskStatus.POSITION_CONFLICT, late.status(), "status");
                        lost.incrementAndGet();
                        added.addAndGet(log.append(record).added());
                    }
                }
            });
            Check.equal(100L, added.get(), "records added");
            Check.equal(100L, log.length(), "length");
        }
    }

    private static void ownErrors(Tests tests) throws Exception {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean)) {
            inThreads(Executors.newFixedThreadPool(THREADS), THREADS, thread -> failures(log, policy, thread));
        }
    }

    private static void failures(CaseLog log, Policy policy, int thread) throws Exception {
        for (int i = 0; i < 200; i++) {
            String word = "word_" + thread + "_" + i;
            RiskException own = Check.refused(RiskStatus.BAD_WORD, () -> log.assess(policy, ASKED.lens(word)));
            Check.contains(word, own.getMessage());
            Check.contains(word, own.json());
            UUID other = new UUID(thread, i);
            RiskException constructed = Check.refused(RiskStatus.BAD_RECORD,
                    () -> CaseLog.read(Records.of(other, 1, "2017-12-01T00:00:00Z", word, "{}")));
            Check.contains(word, constructed.getMessage());
        }
    }

    private static void cancelled(Tests tests) throws Exception {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean)) {
            Cancel stop = new Cancel();
            Question question = ASKED.cancel(stop);
            log.assess(policy, question).close();
            inThreads(Executors.newFixedThreadPool(THREADS), THREADS, thread -> {
                if (thread == 0) {
                    stop.request();
                    return;
                }
                Check.refused(RiskStatus.CANCELLED, () -> {
                    while (true) {
                        log.assess(policy, question).close();
                    }
                });
            });
            Check.refused(RiskStatus.CANCELLED, () -> log.explain(policy, question));
            Check.refused(RiskStatus.CANCELLED, () -> log.whyNot(policy, question, "plw-raised-risk"));
            String expected = answer(tests, policy);
            Check.equal(expected, answer(tests, policy), "answer without the request");
            stop.close();
            Check.closed(() -> log.assess(policy, question));
            Check.closed(stop::request);
        }
    }

    private static void virtual(Tests tests) throws Exception {
        ExecutorService threads;
        try {
            threads = (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException before21) {
            System.out.println("   skipped: Java " + System.getProperty("java.version") + " has none (21 has)");
            return;
        }
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean)) {
            String expected = answer(tests, policy);
            inThreads(threads, 200, thread -> {
                Check.equal(expected, answer(tests, policy), "answer");
                failures(log, policy, thread);
            });
        }
    }

    /** What one of the threads does. */
    interface Work {
        void in(int thread) throws Exception;
    }

    static void inThreads(ExecutorService threads, int count, Work work) throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int thread = i;
            tasks.add(() -> {
                work.in(thread);
                return null;
            });
        }
        try {
            for (Future<Void> done : threads.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            threads.shutdown();
        }
    }
}
