package riskofharm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs every test, prints its name and how it went, and ends with 1 if one failed.
 *
 * <p>{@code java riskofharm.Tests FRAMES CASES [PART]}: the conformance cases as frames, the folder of example cases, and
 * which tests: those whose name has this part, or all.
 */
public final class Tests {
    /** A test: it throws where something is not so. */
    interface Test {
        void run() throws Exception;
    }

    private record Named(String name, Test test) {}

    private final List<Named> tests = new ArrayList<>();
    /** The log of Sean, whose answers have an agenda, changes and reasons. */
    final String sean;
    /** Conformance cases. */
    final Path frames;
    /** The folder of example cases. */
    final Path cases;

    private Tests(Path frames, Path cases) throws IOException {
        this.frames = frames;
        this.cases = cases;
        sean = Files.readString(cases.resolve("sean.jsonl"));
    }

    /**
     * Runs them.
     *
     * @param arguments the frames, the folder of cases, and perhaps a part of a name
     * @throws IOException if one of the two cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        Tests tests = new Tests(Path.of(arguments[0]), Path.of(arguments[1]));
        ConformanceTest.add(tests);
        StatusTest.add(tests);
        LogTest.add(tests);
        AnswerTest.add(tests);
        LoadingTest.add(tests);
        StoreTest.add(tests);
        HmppsTest.add(tests);
        ClosingTest.add(tests);
        ThreadsTest.add(tests);
        PanicTest.add(tests);
        MemoryTest.add(tests);
        System.exit(tests.run(arguments.length > 2 ? arguments[2] : "") ? 0 : 1);
    }

    void add(String name, Test test) {
        tests.add(new Named(name, test));
    }

    private boolean run(String part) {
        int ran = 0;
        int failed = 0;
        for (Named one : tests) {
            if (!one.name.contains(part)) {
                continue;
            }
            ran++;
            long began = System.nanoTime();
            String outcome = "ok";
            try {
                one.test.run();
            } catch (Exception | Error failure) {
                outcome = "FAILED";
                failed++;
                failure.printStackTrace(System.out);
            }
            System.out.printf("%s: %s (%d ms)%n", one.name, outcome, (System.nanoTime() - began) / 1_000_000);
        }
        System.out.printf("Java: %d tests, %d failed%n", ran, failed);
        return failed == 0 && ran > 0;
    }
}
