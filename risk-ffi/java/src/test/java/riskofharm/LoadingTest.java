package riskofharm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the library is found, and what is said where it is not. */
final class LoadingTest {
    private LoadingTest() {}

    static void add(Tests tests) {
        tests.add("the library is the version that these classes were written for", LoadingTest::version);
        tests.add("a library that is not there is named, with how to point at it", LoadingTest::missing);
    }

    private static void version() {
        Check.equal("0.1.0", RiskOfHarm.version(), "version");
        Check.equal(RiskLibrary.WRITTEN_FOR, RiskLibrary.risk_version_number(), "number");
    }

    private static void missing() throws Exception {
        String said = versionIn("-D" + RiskLibrary.LOCATION + "=/nowhere/librisk.so.0");
        Check.contains("risk of harm: the library /nowhere/librisk.so.0 was not found", said);
        Check.contains("-Djna.library.path", said);
    }

    /** What a Java with this option prints that asks for the version. */
    private static String versionIn(String option) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String name : List.of("jna.nosys", "java.library.path")) {
            if (System.getProperty(name) != null) {
                command.add("-D" + name + "=" + System.getProperty(name));
            }
        }
        command.addAll(List.of(option, "-cp", System.getProperty("java.class.path"), Version.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    /** Prints the version of the library. */
    static final class Version {
        private Version() {}

        /**
         * Prints it.
         *
         * @param arguments none
         */
        public static void main(String[] arguments) {
            System.out.println(RiskOfHarm.version());
        }
    }
}
