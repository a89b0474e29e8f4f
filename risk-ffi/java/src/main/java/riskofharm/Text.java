package riskofharm;

import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;

/** Text on its way in and out of the library: UTF-8, with a length. */
final class Text {
    private static final byte[] NONE = {};

    private Text() {}

    /**
     * The bytes of a text. Half a surrogate pair is refused: Java would put a question mark in its place, and a record
     * would be kept that nobody wrote.
     */
    static byte[] utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (!new String(bytes, StandardCharsets.UTF_8).equals(text)) {
            throw new RiskException(RiskStatus.NOT_UTF8, "the text has half a surrogate pair: expected whole characters");
        }
        return bytes;
    }

    /** The same for a text that may be left out: no bytes then. */
    static byte[] utf8OrNone(String text) {
        return text == null ? NONE : utf8(text);
    }

    /** What a {@code risk_buf} holds; it is given back to the library. */
    static String taken(long[] buf) {
        try {
            return at(new Pointer(buf[0]), buf[1]);
        } finally {
            RiskLibrary.risk_buf_free(buf);
        }
    }

    /** A text that the library lends, ended by NUL. */
    static String lent(Pointer text) {
        return text == null ? "" : text.getString(0, StandardCharsets.UTF_8.name());
    }

    private static String at(Pointer data, long length) {
        return length == 0 ? "" : new String(data.getByteArray(0, Math.toIntExact(length)), StandardCharsets.UTF_8);
    }
}
