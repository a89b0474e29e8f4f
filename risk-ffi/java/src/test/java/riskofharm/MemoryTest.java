package riskofharm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is closed, forgotten or refused leaves nothing behind. Run with a small, fixed heap. */
final class MemoryTest {
    private static final int ROUNDS = 100_000;
    private static final long ALLOWED_KB = 24 * 1024;
    private static final Question ASKED = Question.by(Audience.RESPONSIBLE_OFFICER).at("2017-12-20");

    private MemoryTest() {}

    static void add(Tests tests) {
        tests.add("100,000 logs made and closed leave nothing behind", MemoryTest::logs);
        tests.add("10,000 answers made and closed leave nothing behind", MemoryTest::answers);
        tests.add("100,000 errors leave nothing behind", MemoryTest::refused);
        tests.add("10,000 logs forgotten leave nothing behind", () -> forgotten(tests));
    }

    private static void logs() throws Exception {
        noGrowth(ROUNDS, () -> {
            try (CaseLog log = CaseLog.create(Records.CASE)) {
                log.append(Records.started());
                log.records();
            }
        });
    }

    private static void answers() throws Exception {
        try (Policy policy = Policy.embedded()) {
            noGrowth(ROUNDS / 10, () -> {
                try (CaseLog log = CaseLog.create(Records.CASE)) {
                    log.append(Records.started());
                    try (Assessment answer = log.assess(policy, ASKED)) {
                        answer.json();
                    }
                }
            });
        }
    }

    private static void refused() throws Exception {
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            noGrowth(ROUNDS, () -> {
                Check.refused(RiskStatus.BAD_RECORD, () -> log.append("{}"));
                Check.refused(RiskStatus.BAD_RECORD, () -> CaseLog.read("{}"));
            });
        }
    }

    private static void forgotten(Tests tests) throws Exception {
        int[] round = {0};
        noGrowth(10_000, () -> {
            CaseLog.read(tests.sean);
            // The heap does not see how much each log holds elsewhere, so nothing else would set the collector off.
            if (++round[0] % 250 == 0) {
                System.gc();
            }
        });
    }

    /** A tenth of the rounds warms up what is made once; after it the process does not grow. */
    private static void noGrowth(int rounds, Tests.Test round) throws Exception {
        for (int i = 0; i < rounds / 10; i++) {
            round.run();
        }
        long before = residentKb();
        for (int i = 0; i < rounds; i++) {
            round.run();
        }
        long grown = residentKb() - before;
        System.out.println("   grown by " + grown + " kB in " + rounds + " rounds");
        Check.that(grown < ALLOWED_KB, "the process grew by less than " + ALLOWED_KB + " kB: " + grown);
    }

    private static long residentKb() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
