package riskofharm;

import java.util.HashMap;
import java.util.Map;

/**
 * The members of one JSON object that are text or numbers, as text. Enough for the errors of the library, which are
 * well-formed; whoever reads answers brings a JSON library.
 */
final class JsonMembers {
    private final String json;
    private int at;

    private JsonMembers(String json) {
        this.json = json;
    }

    static Map<String, String> of(String json) {
        JsonMembers reader = new JsonMembers(json);
        Map<String, String> members = new HashMap<>();
        for (reader.at = 1; json.charAt(reader.at) != '}'; reader.over(',')) {
            String name = reader.text();
            reader.over(':');
            int start = reader.at;
            if (json.charAt(start) == '"') {
                members.put(name, reader.text());
            } else {
                reader.skip();
                if (Character.isDigit(json.charAt(start)) || json.charAt(start) == '-') {
                    members.put(name, json.substring(start, reader.at));
                }
            }
        }
        return members;
    }

    private void over(char separator) {
        if (json.charAt(at) == separator) {
            at++;
        }
    }

    /** Passes a value that is not a text: up to the comma or bracket after it, whatever is nested in it. */
    private void skip() {
        for (int depth = 0; depth > 0 || ",}]".indexOf(json.charAt(at)) < 0;) {
            char c = json.charAt(at);
            if (c == '"') {
                text();
                continue;
            }
            depth += "{[".indexOf(c) >= 0 ? 1 : "}]".indexOf(c) >= 0 ? -1 : 0;
            at++;
        }
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
