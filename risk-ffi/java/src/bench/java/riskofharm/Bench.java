package riskofharm;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One of the benchmark's runners: what a call from Java costs.
 *
 * <p>The first line of standard input names a file of cases, as frames: for each case {@code log}, {@code record} and
 * {@code at}, and an empty line. At each line {@code go} every case is read afresh, untimed; then to each one record is
 * appended, the case is assessed, and the answer taken as JSON. The nanoseconds for each case are printed. {@code end}
 * ends it.
 */
public final class Bench {
    private Bench() {}

    /** A case with the record that comes in. */
    private record Case(String log, String record, Question question) {}

    /**
     * Runs batches as long as it is told to.
     *
     * @param arguments none
     * @throws IOException if the file cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        List<Case> cases = read(Path.of(orders.readLine()));
        try (Policy policy = Policy.embedded()) {
            for (String order = orders.readLine(); "go".equals(order); order = orders.readLine()) {
                System.out.println(batch(policy, cases) / cases.size());
                System.out.flush();
            }
        }
    }

    /** Nanoseconds for all cases. */
    private static long batch(Policy policy, List<Case> cases) {
        List<CaseLog> logs = cases.stream().map(one -> CaseLog.read(one.log)).toList();
        long bytes = 0;
        long began = System.nanoTime();
        for (int i = 0; i < logs.size(); i++) {
            logs.get(i).append(cases.get(i).record);
            try (Assessment answer = logs.get(i).assess(policy, cases.get(i).question)) {
                bytes += answer.json().length();
            }
        }
        long took = System.nanoTime() - began;
        logs.forEach(CaseLog::close);
        if (bytes == 0) {
            throw new IllegalStateException("no answers");
        }
        return took;
    }

    private static List<Case> read(Path file) throws IOException {
        List<Case> cases = new ArrayList<>();
        try (InputStream frames = new BufferedInputStream(Files.newInputStream(file))) {
            Map<String, String> fields = new HashMap<>();
            for (String head = line(frames); head != null; head = line(frames)) {
                if (head.isEmpty()) {
                    cases.add(new Case(fields.get("log"), fields.get("record"),
                            Question.by(Audience.RESPONSIBLE_OFFICER).at(fields.get("at"))));
                    continue;
                }
                int space = head.indexOf(' ');
                byte[] text = frames.readNBytes(Integer.parseInt(head.substring(space + 1)));
                fields.put(head.substring(0, space), new String(text, StandardCharsets.UTF_8));
                frames.read();
            }
        }
        return cases;
    }

    /** A line without its end, or null at the end of the file. */
    private static String line(InputStream frames) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = frames.read();
        if (next < 0) {
            return null;
        }
        for (; next >= 0 && next != '\n'; next = frames.read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
