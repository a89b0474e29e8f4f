package riskofharm;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Reads the JSON that the library writes, which is well-formed: objects as {@link Map}, arrays as {@link List}, text,
 * {@link BigDecimal}, {@link Boolean} and {@code null}. For errors and reports; whoever reads answers brings a JSON library.
 */
final class Json {
    private final String json;
    private int at;

    private Json(String json) {
        this.json = json;
    }

    static Object read(String json) {
        return new Json(json).value();
    }

    /** A text as JSON. */
    static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    /** The members of an object. */
    static Map<?, ?> members(Object object) {
        return object instanceof Map<?, ?> members ? members : Map.of();
    }

    /** The elements of an array; none where there is no array. */
    static List<?> elements(Object array) {
        return array instanceof List<?> elements ? elements : List.of();
    }

    /** The ids in an array. */
    static List<UUID> ids(Object array) {
        return elements(array).stream().map(id -> UUID.fromString(id.toString())).toList();
    }

    private Object value() {
        return switch (json.charAt(at)) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> text();
            default -> word();
        };
    }

    private Map<String, Object> object() {
        Map<String, Object> members = new LinkedHashMap<>();
        for (at++; json.charAt(at) != '}'; over(',')) {
            String name = text();
            over(':');
            members.put(name, value());
        }
        at++;
        return members;
    }

    private List<Object> array() {
        List<Object> elements = new ArrayList<>();
        for (at++; json.charAt(at) != ']'; over(',')) {
            elements.add(value());
        }
        at++;
        return elements;
    }

    private void over(char separator) {
        if (json.charAt(at) == separator) {
            at++;
        }
    }

    /** A number, {@code true}, {@code false} or {@code null}. */
    private Object word() {
        int start = at;
        while (at < json.length() && ",}]".indexOf(json.charAt(at)) < 0) {
            at++;
        }
        String word = json.substring(start, at);
        return switch (word) {
            case "null" -> null;
            case "true", "false" -> Boolean.valueOf(word);
            default -> new BigDecimal(word);
        };
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (at++; json.charAt(at) != '"'; at++) {
            char c = json.charAt(at);
            text.append(c == '\\' ? escaped() : c);
        }
        at++;
        return text.toString();
    }

    private char escaped() {
        char c = json.charAt(++at);
        int short_ = "bfnrt".indexOf(c);
        if (short_ >= 0) {
            return "\b\f\n\r\t".charAt(short_);
        }
        if (c == 'u') {
            at += 4;
            return (char) Integer.parseInt(json.substring(at - 3, at + 1), 16);
        }
        return c;
    }
}
