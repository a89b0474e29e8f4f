package riskofharm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Conformance cases in a form that needs no parser: for each field its name, a space, the number of bytes and a line feed,
 * then the bytes and a line feed; an empty line ends a case.
 */
final class Frames {
    private final byte[] bytes;
    private int at;

    /** One field of a case. */
    record Field(String name, String text) {}

    private Frames(byte[] bytes) {
        this.bytes = bytes;
    }

    static List<List<Field>> read(Path file) throws IOException {
        Frames frames = new Frames(Files.readAllBytes(file));
        List<List<Field>> cases = new ArrayList<>();
        while (frames.at < frames.bytes.length) {
            cases.add(frames.fields());
        }
        return cases;
    }

    private List<Field> fields() {
        List<Field> fields = new ArrayList<>();
        for (String head = until('\n'); !head.isEmpty(); head = until('\n')) {
            int space = head.indexOf(' ');
            int length = Integer.parseInt(head.substring(space + 1));
            fields.add(new Field(head.substring(0, space), new String(bytes, at, length, StandardCharsets.UTF_8)));
            at += length + 1;
        }
        return fields;
    }

    private String until(char end) {
        int start = at;
        while (bytes[at] != end) {
            at++;
        }
        return new String(bytes, start, at++ - start, StandardCharsets.UTF_8);
    }
}
